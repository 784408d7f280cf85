"""Random charging profiles, in the firmware and in the oracle alike (CPython only).

Called by: the properties/test_charging_profiles*.py.
"""

from datetime import timedelta
from decimal import Decimal

from chargecore.base.codes import OK
from chargecore.station.charging_profiles import NO_LIMIT_MA
from chargecore.station.profile_slot import (
    KIND_ABSOLUTE,
    KIND_DAILY,
    KIND_RELATIVE,
    KIND_WEEKLY,
    NOT_GIVEN,
    PURPOSE_DEFAULT,
    PURPOSE_MAX,
    PURPOSE_TX,
    TX_NONE,
    UNIT_A,
    UNIT_W,
)
from fakes.profile_oracle import Oracle, at
from fakes.profile_world import MIDNIGHT_S, ProfileWorld

_BOUNDARIES_MAX = 24
_DAY_S = 86_400
_WEEK_S = 604_800

_PURPOSES = {"Max": PURPOSE_MAX, "Default": PURPOSE_DEFAULT, "Tx": PURPOSE_TX}
_KINDS = {
    "Absolute": KIND_ABSOLUTE,
    "Relative": KIND_RELATIVE,
    "Daily": KIND_DAILY,
    "Weekly": KIND_WEEKLY,
}
_UNITS = {"A": UNIT_A, "W": UNIT_W}
# Few values, so that neighbours are equal and limits tie.
_AMPERES = ("0", "5.9", "6", "8", "10", "10.1", "16", "16.7", "31.9", "40", "63", "200")
_WATTS = ("0", "1380", "4140", "6900", "6968.9", "7400", "11000", "11522.3", "22000", "90000.1")


class Bench:
    """The same profiles and sessions in the firmware and in the oracle."""

    def __init__(self, pick, make_world=ProfileWorld):
        self.pick = pick
        self.connectors = pick.choice((1, 2, 3))
        phases = pick.choice((3, 3, 1))
        falls_back = pick.choice((True, False))
        self.hardware_ma = pick.choice((80_000, 80_000, 32_000, 13_350))
        self.site_ma = pick.choice((0x3FFFFFFF, 0x3FFFFFFF, 160_000, 20_050))
        self.world = make_world(
            self.connectors, phases, falls_back, self.hardware_ma, self.site_ma
        )
        self.oracle = Oracle(
            self.connectors,
            phases,
            falls_back,
            Decimal(self.hardware_ma) / 1000,
            Decimal(self.site_ma) / 1000,
        )
        self.window_s = pick.choice((1, 90, 600, 600, 7_200, 7_200, _DAY_S, 2 * _WEEK_S))
        self.begin_s = self._begin()
        self.has_clock = pick.randrange(12) > 0

    def _begin(self):
        """Return the begin of the window: often so that midnight or the week's turn is in it."""
        pick = self.pick
        day_s = MIDNIGHT_S + _DAY_S * pick.randrange(-400, 400)
        if pick.randrange(4) == 0:
            day_s = MIDNIGHT_S - _DAY_S + _WEEK_S * pick.randrange(-50, 50)  # a Monday
        if pick.randrange(4) == 0:
            return day_s + pick.randrange(_DAY_S)
        return day_s - pick.randrange(self.window_s + 1)

    def fill(self):
        """Begin sessions, install and clear profiles, on both sides alike."""
        pick = self.pick
        for connector in range(1, self.connectors + 1):
            if pick.randrange(3):
                self._start(connector)
        for _ in range(pick.choice((1, 3, 5, 7, 9, 12, 18))):
            profile = self._profile()
            assert self._install(profile) == self.oracle.install(profile)
        if pick.randrange(8) == 0:
            self._clear()
        if pick.randrange(8) == 0:
            self._end(pick.randrange(1, self.connectors + 1))
        assert self.world.table.count == len(self.oracle.profiles)

    def _start(self, connector):
        begin_s = self.begin_s - self.pick.randrange(2 * self.window_s + 1)
        self.world.start(connector, begin_s)
        self.oracle.sessions[connector] = (10 + connector, at(begin_s))

    def _end(self, connector):
        self.world.end(connector)
        self.oracle.sessions.pop(connector, None)
        self.oracle.clear(purpose="Tx", connector=connector)

    def _clear(self):
        pick = self.pick
        asked = {}
        if pick.randrange(3) == 0:
            asked["id"] = pick.randrange(40)
        if pick.randrange(2):
            asked["purpose"] = pick.choice(tuple(_PURPOSES))
        if pick.randrange(2):
            asked["level"] = pick.randrange(3)
        if pick.randrange(2):
            asked["connector"] = pick.randrange(self.connectors + 1)
        gone = self.world.clear(
            asked.get("id", NOT_GIVEN),
            asked.get("connector", NOT_GIVEN),
            _PURPOSES.get(asked.get("purpose"), NOT_GIVEN),
            asked.get("level", NOT_GIVEN),
        )
        assert gone == self.oracle.clear(**asked)

    # ---- one random profile ----

    def _profile(self):
        pick = self.pick
        purpose = pick.choice(("Max", "Default", "Default", "Tx"))
        connector = pick.randrange(self.connectors + 1)
        if purpose == "Max" and pick.randrange(8):
            connector = 0
        kind = pick.choice(tuple(_KINDS))
        unit = pick.choice(("A", "W"))
        span_s = 2 * self.window_s
        start_s = self._start_s(kind, span_s)
        return {
            "id": pick.randrange(40),
            "purpose": purpose,
            "connector": connector,
            "level": pick.randrange(3),
            "kind": kind,
            "unit": unit,
            "tx": 10 + connector,
            "start_s": start_s,
            "start": None if start_s is None else at(start_s),
            "duration": pick.choice((None, pick.randrange(span_s), pick.randrange(span_s))),
            "valid_from": self._near(span_s, 5),
            "valid_to": self._near(span_s, 5),
            "periods": self._periods(unit, span_s),
        }

    def _start_s(self, kind, span_s):
        pick = self.pick
        begin_s = self.begin_s + pick.randrange(-span_s, self.window_s)
        if kind == "Daily":
            return begin_s - _DAY_S * pick.choice((-1, 0, 0, 1, 2, 399))
        if kind == "Weekly":
            return begin_s - _WEEK_S * pick.choice((-1, 0, 0, 1, 2, 60))
        return begin_s if kind == "Absolute" and pick.randrange(4) else None

    def _near(self, span_s, odds):
        """Return an instant around the window, or None."""
        pick = self.pick
        if pick.randrange(odds):
            return None
        return at(self.begin_s + pick.randrange(-span_s, span_s))

    def _periods(self, unit, span_s):
        pick = self.pick
        count = pick.choice((1, 2, 3, 5, 8))
        starts = {0}
        while len(starts) < min(count, span_s):
            starts.add(pick.randrange(span_s))
        values = _AMPERES if unit == "A" else _WATTS
        return [
            (start, Decimal(pick.choice(values)), pick.choice((None, None, 1, 3)))
            for start in sorted(starts)
        ]

    def _install(self, profile):
        """Return True when the firmware takes the profile; sets what a maximum counts from."""
        is_max = profile["purpose"] == "Max"
        now_s = self.begin_s - 7 if self.pick.randrange(6) else -1
        if is_max and profile["start"] is None and now_s >= 0:
            profile["start"] = at(now_s)  # from reception (C7)
        is_running = profile["purpose"] == "Tx" and profile["connector"] in self.oracle.sessions
        code = self.world.install(
            _PURPOSES[profile["purpose"]],
            [(start, float(limit), phases or 0) for start, limit, phases in profile["periods"]],
            profile["level"],
            profile["connector"],
            profile["id"],
            _KINDS[profile["kind"]],
            _UNITS[profile["unit"]],
            NOT_GIVEN if profile["start_s"] is None else profile["start_s"],
            NOT_GIVEN if profile["duration"] is None else profile["duration"],
            _seconds(profile["valid_from"]),
            _seconds(profile["valid_to"]),
            profile["tx"] if is_running else TX_NONE,
            now_s,
        )
        return code == OK

    # ---- the comparison ----

    def compare(self):
        """Compare the composite schedule and the limit in force. Return seconds compared."""
        pick = self.pick
        connector = pick.randrange(self.connectors + 1)
        unit = pick.choice(("A", "W"))
        self.world.ask(connector, _UNITS[unit], self.window_s, self.begin_s, self.has_clock)
        composite = self.world.composite
        self._check_shape(composite)
        seconds = self._seconds(composite)
        begin = at(self.begin_s)
        i = 0
        for second in seconds:
            while i + 1 < composite.count and composite.starts_s[i + 1] <= second:
                i += 1
            now = at(self.begin_s + second)
            want, phases = self.oracle.limit(connector, unit, now, begin, self.has_clock)
            assert composite.limits[i] == want * 10, (second, connector, unit)
            if connector:
                assert (composite.phases_buf[i] or 3) == (phases or 3), (second, connector, unit)
            self._compare_in_force(connector or 1, now, second)
        return len(seconds)

    def _compare_in_force(self, connector, now, second):
        got_ma = self.world.limit_ma(connector, self.begin_s + second, self.has_clock)
        want_a = self.oracle.profile_limit_a(connector, now, self.has_clock)
        assert got_ma == (NO_LIMIT_MA if want_a is None else want_a * 1000), (second, connector)

    def check_sum(self):
        """Check that those who run together never get more than ChargePointMaxProfile allows."""
        running = list(self.oracle.sessions)
        for second in {self.pick.randrange(self.window_s) for _ in range(4)}:
            now_s = self.begin_s + second
            whole = self.oracle.limit(0, "A", at(now_s), at(self.begin_s), self.has_clock)[0]
            caps_a = self.oracle.maximum_a(at(now_s), self.has_clock)
            if running and caps_a is not None:
                limits_a = [self._profile_limit_a(c, now_s) for c in running]
                assert sum(limits_a) <= caps_a, second
                assert whole <= caps_a, second

    def _profile_limit_a(self, connector, now_s):
        wall_s = now_s if self.has_clock else -1
        profiles = self.world.profiles
        limit = profiles.limit_at(connector, UNIT_A, now_s - self.world.UP_S, wall_s, 0)
        return Decimal(limit) / 10

    def _check_shape(self, composite):
        """Check what holds for every schedule: begins at 0, rises, equal neighbours merged."""
        assert 1 <= composite.count <= 48
        assert composite.starts_s[0] == 0
        assert composite.covered_s == self.window_s or composite.count == 48
        for i in range(1, composite.count):
            assert composite.starts_s[i - 1] < composite.starts_s[i] < composite.covered_s
            before = composite.limits[i - 1], composite.phases_buf[i - 1] or 3
            assert before != (composite.limits[i], composite.phases_buf[i] or 3)

    def _seconds(self, composite):
        """Return which seconds of the window are compared, in order."""
        pick = self.pick
        begin = at(self.begin_s)
        end_s = composite.covered_s
        found = {
            int((e - begin).total_seconds())
            for e in self.oracle.events(begin, at(self.begin_s + end_s))
        }
        found |= {composite.starts_s[i] for i in range(composite.count)}
        if len(found) > _BOUNDARIES_MAX:
            found = set(pick.sample(sorted(found), _BOUNDARIES_MAX))
        found |= {second - 1 for second in found} | {0, end_s - 1}
        found |= {pick.randrange(end_s) for _ in range(3)}
        return sorted(second for second in found if 0 <= second < end_s)


def _seconds(instant):
    return NOT_GIVEN if instant is None else int((instant - at(0)) / timedelta(seconds=1))
