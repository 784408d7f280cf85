"""Subject: one charge point to try the runner on: what is wrong with it, and how it is started."""

from dataclasses import dataclass
from typing import Callable

from cert.broken.mutant_site import MutantSite
from cert.broken.mutations import MUTATIONS
from cert.broken.plain_site import PlainSite
from cert.plain_station.defects import DEFECTS


@dataclass(frozen=True)
class Subject:
    """make_site(settings, folder) returns what has start(), which returns a Lab, and close()."""

    name: str
    kind: str
    breaks: str
    cases: tuple
    make_site: Callable


def subjects():
    """Return all broken charge points."""
    rows = [
        Subject(row.name, "plain station", row.breaks, row.cases, _plain(row))
        for row in DEFECTS.values()
    ]
    rows += [
        Subject(row.name, "our firmware", row.breaks, row.cases, _mutant(row)) for row in MUTATIONS
    ]
    return rows


def _plain(defect):
    return lambda settings, _folder: PlainSite(settings, defect.name, defect.options)


def _mutant(mutation):
    profile = mutation.security_profile
    return lambda settings, folder: MutantSite(settings, folder, mutation, profile)


def sound_firmware():
    """Return our firmware as it is, with every case that a mutation names."""
    wanted = dict.fromkeys((case, row.security_profile) for row in MUTATIONS for case in row.cases)
    return [
        Subject("firmware", "our firmware", "", (case,), _sound(profile))
        for case, profile in wanted
    ]


def _sound(profile):
    return lambda settings, folder: MutantSite(settings, folder, None, profile)
