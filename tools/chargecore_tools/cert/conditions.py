"""Conditions: when a case, or one step, applies to this station.

    socket                          a feature: computed, or told in lab.yaml under `features`
    profile Reservation             the station declares it in SupportedFeatureProfiles
    key AuthorizationCacheEnabled   the key exists
    LocalPreAuthorize = true        the key has this value now (spaces around =)
    LocalPreAuthorize can be true   it has it, or can be written
    security_profile >= 2           a setting compared with a number
    saved early_stop                a step of this case has saved something under the name
    saved answer.status = Accepted  ... and a field of it has this value
    not ...                         the contrary
    ... or ...                      one of them is enough

A list of conditions asks for all of them.
"""

import re

from chargecore_tools.cert.errors import CaseError
from chargecore_tools.cert.grammar import PROFILES
from chargecore_tools.cert.matcher import as_number

FEATURES = {  # name: (what it means, whether it is so when lab.yaml does not say)
    "socket": ("the cable can be taken off the station", None),
    "tethered": ("the cable is fixed to the station", None),
    "local_authorization": ("a driver can identify at the station", True),
    "local_stop": ("a driver can stop with the same card", True),
    "fault": ("a fault of a connector can be provoked", True),
    "station_fault": ("a fault of the whole station can be provoked", True),
    "lock_failure": ("the cable lock can be blocked", True),
    "backup_power": ("the station can still send when mains is cut", False),
    "one_reader": ("one reader serves all connectors", True),
    "store_failure": ("there is a state in which a list cannot be stored", False),
    "signed_firmware": ("the station takes signed updates only", False),
    "unsigned_firmware": ("the station takes UpdateFirmware", True),
    "certificate_upload": ("the station makes its own key and asks for a certificate", True),
}
_KEY = r"[A-Za-z][\w.]*"
_FORMS = (
    (re.compile(r"profile (\w+)"), "_profile"),
    (re.compile(rf"key ({_KEY})"), "_key"),
    (re.compile(r"saved (\w+)"), "_saved_as"),
    (re.compile(r"saved (\w+)\.(\w+) = (\S+)"), "_saved_field"),
    (re.compile(rf"({_KEY}) can be (\S+)"), "_can_be"),
    (re.compile(rf"({_KEY}) = (\S+)"), "_equals"),
    (re.compile(rf"({_KEY}) (>=|<=|>|<|==) (\S+)"), "_compares"),
    (re.compile(r"(\w+)"), "_feature"),
)


def check(text, file, line):
    """Look whether a condition can be one. Errors: CaseError."""
    for part in _parts(text):
        name, found = _form(_bare(part))
        if name is None:
            raise CaseError(file, line, f"condition '{part}': see docs/cert_cases.md, Conditions")
        if name == "_feature" and found[1] not in FEATURES:
            raise CaseError(
                file, line, f"condition '{part}': must be one of {', '.join(FEATURES)}"
            )
        if name == "_profile" and found[1] not in PROFILES:
            raise CaseError(
                file, line, f"condition '{part}': must be one of {', '.join(PROFILES)}"
            )


class Conditions:
    """Judges. station: a Readout; saved: {name: Saved} of the case so far."""

    def __init__(self, station, saved=None):
        self._station = station
        self._saved = {} if saved is None else saved

    def unmet(self, conditions):
        """Return the first condition that is not met, None when all are."""
        return next((text for text in conditions if not self.is_met(text)), None)

    def is_met(self, text):
        """Return whether one condition is met."""
        return any(self._is_part_met(part) for part in _parts(text))

    def _is_part_met(self, part):
        name, found = _form(_bare(part))
        is_met = getattr(self, name)(*found.groups())
        return is_met != part.startswith("not ")

    def _profile(self, name):
        return name in self._station.profiles

    def _key(self, key):
        return key in self._station.configuration

    def _saved_as(self, name):
        return name in self._saved

    def _saved_field(self, name, field, value):
        saved = self._saved[name].value if name in self._saved else None
        return isinstance(saved, dict) and _is(saved.get(field), value)

    def _can_be(self, key, value):
        row = self._station.configuration.get(key)
        return row is not None and (not row["readonly"] or _is(row["value"], value))

    def _equals(self, key, value):
        row = self._station.configuration.get(key)
        return row is not None and _is(row["value"], value)

    def _compares(self, name, sign, number):
        given = as_number(self._station.number(name))
        number = as_number(number)
        if given is None or number is None:
            return False
        return {
            ">=": given >= number,
            "<=": given <= number,
            ">": given > number,
            "<": given < number,
            "==": given == number,
        }[sign]

    def _feature(self, name):
        return bool(self._station.features.get(name, FEATURES[name][1]))


def _is(given, wanted):
    return str(given).casefold() == wanted.casefold()


def _parts(text):
    return [part.strip() for part in str(text).split(" or ")]


def _bare(part):
    return part[4:].strip() if part.startswith("not ") else part


def _form(text):
    for pattern, name in _FORMS:
        found = pattern.fullmatch(text)
        if found is not None:
            return name, found
    return None, None
