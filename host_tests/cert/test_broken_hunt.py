"""A cheap selection of the broken charge points; `make cert-broken` plays them all."""

import pytest

from cert.broken.hunt import ERROR, NO_CASE, Hunt
from cert.broken.plain_site import PlainSite
from cert.broken.subject import Subject, subjects
from chargecore_tools.cert.case_loader import CaseBook
from chargecore_tools.cert.lab_settings import LabSettings

SPEED = 20.0
SELECTION = {  # charge point: (case, part of its sentence)
    "impatient_boot": ("TC_001_CS", "BootNotification came 3."),
    "heartbeat_before_accepted": ("TC_002_CS", "Heartbeat"),
    "no_authorize": ("TC_003_CS", "where Authorize"),
    "remote_told_as_local": ("TC_012_CS", "reason is 'Local', not 'Remote'"),
    "required_key_missing": ("TC_019_CS", "key ResetRetries of profile Core is missing"),
    "fw_reason_always_local": ("TC_012_CS", "reason is 'Local', not 'Remote'"),
}


@pytest.fixture(scope="module")
def book():
    return CaseBook()


@pytest.fixture(scope="module")
def findings(book):
    rows = [row for row in subjects() if row.name in SELECTION]
    rows = [_with_cases(row, SELECTION[row.name][:1]) for row in rows]
    found = Hunt(book, _settings).run(rows, jobs=2)
    return {row.subject.name: row for row in found}


def _settings():
    return LabSettings(speed=SPEED)


def _with_cases(subject, cases):
    return Subject(subject.name, subject.kind, subject.breaks, cases, subject.make_site)


@pytest.mark.parametrize("name", SELECTION)
def test_case_catches_the_broken_charge_point(findings, name):
    finding = findings[name]

    assert finding.is_caught, finding
    assert SELECTION[name][1] in finding.reason


def test_case_passes_the_honest_station(book):
    honest = Subject("honest", "", "", ("TC_012_CS",), lambda facts, _folder: PlainSite(facts))

    finding = Hunt(book, _settings).run([honest], jobs=1)[0]

    assert (finding.verdict, finding.is_caught) == ("pass", False)


def test_case_that_is_not_there_catches_nothing(book):
    subject = Subject("any", "", "", ("TC_999_CS",), lambda _facts, _folder: None)

    finding = Hunt(book, _settings).run([subject], jobs=1)[0]

    assert (finding.verdict, finding.is_caught) == (NO_CASE, False)


def test_station_that_does_not_start_is_an_error_and_not_caught(book):
    subject = Subject("dead", "", "", ("TC_012_CS",), lambda facts, _folder: _Dead())

    finding = Hunt(book, _settings).run([subject], jobs=1)[0]

    assert (finding.verdict, finding.is_caught) == (ERROR, False)
    assert finding.reason == "OSError: no station"


class _Dead:
    def start(self):
        raise OSError("no station")

    def close(self):
        """Nothing has been started."""
