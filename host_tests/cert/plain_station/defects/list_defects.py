"""What goes wrong with the local authorization list."""

from cert.plain_station.defects.defect import Defect, rewrite


def _old_differential(station):
    honest = station.local_list.send

    def send(version, kind, entries):
        status = honest(version, kind, entries)
        return "Accepted" if status == "VersionMismatch" else status

    station.local_list.send = send


def _empty_list_version(station):
    class Counting(type(station.local_list)):
        """Tells the version that was sent, whatever the list holds."""

        @property
        def version(self):
            return self._state["version"]

    station.local_list.__class__ = Counting


def _not_looked_at(station):
    station.local_list.find = lambda _tag: None


def _version_lost(station):
    honest = station.local_list.send

    def send(version, kind, entries):
        old = station.local_list._state["version"]
        status = honest(version, kind, entries)
        if kind == "Differential":
            station.local_list._state["version"] = old
        return status

    station.local_list.send = send


def _version_when_off(station):
    class Counting(type(station.local_list)):
        """Tells 0 where the list is switched off."""

        @property
        def version(self):
            return max(super().version, 0)

    station.local_list.__class__ = Counting


def _taken_without_profile(station):
    """Answers what it does not support as if it had done it."""

    def change(frame):
        return [3, frame[1], {"status": "Accepted"}] if frame[0] == 4 else frame

    rewrite(station, "SendLocalList", change)


_CORE_ONLY = ("--profiles", "Core")

ROWS = (
    Defect(
        "old_differential_accepted",
        "takes a differential list older than its own",
        ("TC_043_2_CS",),
        _old_differential,
    ),
    Defect(
        "empty_list_has_version",
        "tells the version that was sent for an empty list",
        ("TC_042_2_CS",),
        _empty_list_version,
    ),
    Defect(
        "list_not_used",
        "asks for a tag that is in its list, though LocalPreAuthorize is true",
        ("TC_008_CS", "TC_008_1_CS", "TC_008_2_CS", "TC_043_CS"),
        _not_looked_at,
    ),
    Defect(
        "disabled_list_has_version",
        "tells version 0 for a list that is switched off",
        ("TC_042_1_CS",),
        _version_when_off,
    ),
    Defect(
        "list_without_profile",
        "says Accepted to SendLocalList though it declares Core alone",
        ("TC_043_1_CS",),
        _taken_without_profile,
        _CORE_ONLY,
    ),
    Defect(
        "differential_keeps_version",
        "does not take over the version of a differential list",
        ("TC_043_2_CS",),
        _version_lost,
    ),
)
