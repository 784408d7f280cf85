"""What charging profiles allow at one second, worked out the slow way (CPython only).

Called by: properties/test_charging_profiles.py. Written from OCPP 1.6 §3.13 and the rules C1 to
C16, not from the firmware: civil dates instead of remainders, decimals instead of scaled numbers,
a list of dicts instead of slots, and no notion of how long an answer holds.
"""

from datetime import datetime, timedelta, timezone
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache

EPOCH = datetime(2024, 1, 1, tzinfo=timezone.utc)
_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(days=7)
_VOLTS = 230
_TENTH = Decimal("0.1")


def at(seconds):
    """Return the instant that is so many seconds after the begin of 2024."""
    return EPOCH + timedelta(seconds=seconds)


def _tenths_down(value):
    return value.quantize(_TENTH, ROUND_FLOOR)


@lru_cache(maxsize=None)
def _convert(limit, unit, phases, wanted, station_phases):
    """Return a limit of a profile in the unit wanted, one decimal, rounded down (C9, C10)."""
    phases = phases or 3
    if unit == wanted:
        return limit
    if wanted == "A":
        return _tenths_down(limit / (_VOLTS * phases))
    return limit * _VOLTS * min(phases, station_phases)


@lru_cache(maxsize=None)
def _share(limit, sharers):
    return _tenths_down(limit / sharers)


class Oracle:
    """The installed profiles as dicts: id, purpose, connector, level, kind, unit, periods, ..."""

    def __init__(self, connectors, station_phases, falls_back, hardware_a, site_a):
        self.connectors = connectors
        self.station_phases = station_phases
        self.falls_back = falls_back
        self.hardware_a = hardware_a
        self.site_a = site_a
        self.profiles = []
        self.sessions = {}  # connector: (own number of the transaction, when it began)

    # ---- the set of profiles ----

    def install(self, profile):
        """Take a profile by the rules C1 and C3. Return False when it is refused."""
        if profile["purpose"] == "Tx":
            running = self.sessions.get(profile["connector"])
            if running is None or running[0] != profile["tx"]:
                return False
        if profile["purpose"] == "Max" and profile["connector"] != 0:
            return False
        kept = [other for other in self.profiles if not self._is_replaced(other, profile)]
        if len(kept) == len(self.profiles) == 10:
            return False
        self.profiles = [*kept, profile]
        return True

    @staticmethod
    def _is_replaced(old, new):
        is_same = all(old[key] == new[key] for key in ("purpose", "connector", "level"))
        return is_same or old["id"] == new["id"]

    def clear(self, **asked):
        """Remove by C15. Return how many are gone."""
        if "id" in asked:
            asked = {"id": asked["id"]}
        kept = [p for p in self.profiles if any(p[key] != asked[key] for key in asked)]
        gone = len(self.profiles) - len(kept)
        self.profiles = kept
        return gone

    # ---- one second ----

    def limit(self, connector, unit, now, begin, has_clock=True):
        """Return (limit, numberPhases or None) of the composite schedule at `now` (C16).

        begin: when the window begins; a session on an idle connector would begin then.
        """
        if connector:
            return self._connector(connector, unit, now, begin, has_clock)
        busy = [c for c in range(1, self.connectors + 1) if c in self.sessions]
        parts = [
            self._connector(c, unit, now, begin, has_clock)
            for c in busy or range(1, self.connectors + 1)
        ]
        total = sum(part[0] for part in parts)
        whole = self._purpose("Max", 0, unit, now, None, 1, has_clock)
        caps = [cap for cap, _ in whole] + [self._own(self.site_a, unit)[0]]
        return min([total, *caps]), None

    def profile_limit_a(self, connector, now, has_clock=True):
        """Return what the profiles alone allow a connector, None for no limit."""
        found = self._from_profiles(connector, "A", now, now, has_clock)
        return min(limit for limit, _ in found) if found else None

    def maximum_a(self, now, has_clock=True):
        """Return what ChargePointMaxProfile allows all connectors together, None for no limit."""
        found = self._purpose("Max", 0, "A", now, None, 1, has_clock)
        return min(limit for limit, _ in found) if found else None

    def sharers(self, connector):
        """Return by how many the limits of the whole station are divided."""
        return len(set(self.sessions) | {connector})

    def _connector(self, connector, unit, now, begin, has_clock):
        found = self._from_profiles(connector, unit, now, begin, has_clock)
        site_a = Decimal(int(self.site_a * 1000) // self.sharers(connector)) / 1000
        found.append(self._own(min(self.hardware_a, site_a), unit))
        lowest = min(limit for limit, _ in found)
        return next(row for row in found if row[0] == lowest)

    def _own(self, amperes, unit):
        """Return a limit of the station itself, one decimal of A, per phase."""
        limit = _tenths_down(amperes)
        if unit == "W":
            limit *= _VOLTS * self.station_phases
        return limit, None if self.station_phases == 3 else self.station_phases

    def _from_profiles(self, connector, unit, now, begin, has_clock):
        tx, begin = self.sessions.get(connector, (None, begin))
        of_tx = [p for p in self.profiles if p["purpose"] == "Tx" and tx and p["tx"] == tx]
        found = self._prevailing(of_tx, unit, now, begin, 1, has_clock)
        hides = bool(found) and found[-1][2]
        if not hides and (self.falls_back or not of_tx):
            found += self._purpose("Default", connector, unit, now, begin, 1, has_clock, True)
        sharers = self.sharers(connector)
        found += self._purpose("Max", 0, unit, now, None, sharers, has_clock, True)
        return [(limit, phases) for limit, phases, _ in found]

    def _purpose(self, purpose, connector, unit, now, begin, sharers, has_clock, is_raw=False):
        mine = [
            p for p in self.profiles if p["purpose"] == purpose and p["connector"] == connector
        ]
        levels = {p["level"] for p in mine}
        if connector:  # those for all connectors, unless this one has its own at that level
            mine += [
                p
                for p in self.profiles
                if p["purpose"] == purpose and p["connector"] == 0 and p["level"] not in levels
            ]
        found = self._prevailing(mine, unit, now, begin, sharers, has_clock)
        return found if is_raw else [(limit, phases) for limit, phases, _ in found]

    def _prevailing(self, profiles, unit, now, begin, sharers, has_clock):
        """Return [(limit, phases, is it certain)]: the highest level with a limit (C4).

        While the time is unknown, the lowest of each that may prevail, down to the first that
        certainly does (C14).
        """
        found = []
        for profile in sorted(profiles, key=lambda p: -p["level"]):
            is_sure = self._is_sure(profile, has_clock)
            if is_sure:
                periods = self._period(profile, now, begin)
            else:
                periods = profile["periods"]
            if not periods:
                continue
            amounts = [
                (self._amount(profile, limit, phases, unit, sharers), phases)
                for _, limit, phases in periods
            ]
            lowest = min(amount for amount, _ in amounts)
            phases = next(phases for amount, phases in amounts if amount == lowest)
            found.append((lowest, phases, is_sure))
            if is_sure:
                break
        return found

    def _amount(self, profile, limit, phases, unit, sharers):
        if profile["purpose"] == "Max":
            limit = _share(limit, sharers)
        return _convert(limit, profile["unit"], phases, unit, self.station_phases)

    @staticmethod
    def _is_sure(profile, has_clock):
        if profile["purpose"] == "Max" and profile["start"] is None:
            return False
        if has_clock:
            return True
        return all(profile[key] is None for key in ("start", "valid_from", "valid_to"))

    def _period(self, profile, now, session_begin):
        """Return [the period in force], [] when the profile says nothing about `now`."""
        if profile["valid_from"] is not None and now < profile["valid_from"]:
            return []
        if profile["valid_to"] is not None and now >= profile["valid_to"]:
            return []
        begin = self._begin(profile, now, session_begin)
        if begin is None or now < begin:
            return []
        offset_s = (now - begin).total_seconds()
        if profile["duration"] is not None and offset_s >= profile["duration"]:
            return []
        return [period for period in profile["periods"] if period[0] <= offset_s][-1:]

    @staticmethod
    def _begin(profile, now, session_begin):
        """Return when the occurrence of the schedule began that `now` would belong to (C7)."""
        start = profile["start"]
        if start is None:
            return session_begin
        if profile["kind"] not in ("Daily", "Weekly"):
            return start
        begin = datetime.combine(now.date(), start.timetz())
        if profile["kind"] == "Weekly":
            begin += timedelta(days=start.weekday() - now.weekday())
        if begin > now:
            begin -= _ONE_DAY if profile["kind"] == "Daily" else _ONE_WEEK
        return begin if begin >= start else None

    # ---- where something may change ----

    def events(self, begin, end):
        """Return the instants in the window at which what a profile says may change.

        A connector that is idle counts from `begin`.
        """
        begins = {begin for _, begin in self.sessions.values()} | {begin}
        found = set()
        for profile in self.profiles:
            found |= {profile["valid_from"], profile["valid_to"]}
            offsets = [period[0] for period in profile["periods"]]
            if profile["duration"] is not None:
                offsets.append(profile["duration"])
            for start in begins if profile["start"] is None else self._starts(profile, begin, end):
                found |= {start + timedelta(seconds=offset_s) for offset_s in offsets}
        return sorted(instant for instant in found if instant and begin <= instant < end)

    @staticmethod
    def _starts(profile, begin, end):
        start = profile["start"]
        if profile["kind"] not in ("Daily", "Weekly"):
            return [start]
        step = _ONE_DAY if profile["kind"] == "Daily" else _ONE_WEEK
        first = start + step * max(0, (begin - start) // step)
        count = max(0, (end - first) // step + 1)
        return [first + step * n for n in range(count)]
