"""ChargingProfiles: what was set, and the limit that follows at an instant (OCPP 1.6 §3.13).

Limits are amperes per phase inside; a schedule in W is converted with 230 V and its phases.
"""

from cert.plain_station import profile_time
from cert.plain_station.configuration import PERIODS_MOST, PROFILES_MOST, STACK_LEVEL_MOST
from cert.plain_station.outlet import NOMINAL_V

LOCAL_LIMIT_A = 32.0
PHASES = 3
_MAX, _DEFAULT, _TX = "ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"


class ChargingProfiles:
    """Kept over power cuts, TxProfiles only as long as their transaction."""

    def __init__(self, memory, time):
        self._memory = memory
        self._time = time
        self._rows = memory.section("profiles", [])

    # ---- changing ----

    def put(self, connector, profile):
        """Store a profile that is right; it replaces the one of its id, or purpose and level."""
        new = {"connector": connector, "profile": profile, "set": self._time.text()}
        self._rows[:] = [row for row in self._rows if not _is_replaced(row, new)]
        self._rows.append(new)
        self._memory.save()

    def fault_of(self, connector, profile):
        """Return why a profile cannot be taken, "" when it can."""
        schedule = profile["charging_schedule"]
        starts = [period["start_period"] for period in schedule["charging_schedule_period"]]
        is_recurring = profile["charging_profile_kind"] == "Recurring"
        if profile["stack_level"] > STACK_LEVEL_MOST or profile["stack_level"] < 0:
            return "stackLevel"
        if len(starts) > PERIODS_MOST or len(self._rows) >= PROFILES_MOST + 1:
            return "too many"
        if starts[0] != 0 or starts != sorted(set(starts)):
            return "startPeriod"
        if is_recurring and not ("recurrency_kind" in profile and "start_schedule" in schedule):
            return "recurrencyKind"
        purpose = profile["charging_profile_purpose"]
        if (purpose == _MAX and connector != 0) or (purpose == _TX and connector == 0):
            return "connectorId"
        return ""

    def clear(self, wanted):
        """Carry out ClearChargingProfile. Return its status."""
        before = len(self._rows)
        self._rows[:] = [row for row in self._rows if not _is_meant(row, wanted)]
        self._memory.save()
        return "Accepted" if len(self._rows) < before else "Unknown"

    def transaction_ended(self, connector):
        """Forget the TxProfiles of a connector."""
        self._rows[:] = [
            row for row in self._rows if row["connector"] != connector or _purpose(row) != _TX
        ]
        self._memory.save()

    # ---- reckoning ----

    def limit_a(self, connector, transaction, at=None):
        """Return the current per phase that a connector may have at an instant, now by default."""
        at = self._time.wall() if at is None else at
        if at is None:
            return LOCAL_LIMIT_A
        of_transaction = None
        if transaction is not None:
            of_transaction = self._leading(_TX, connector, transaction, at)
        if of_transaction is None:
            of_transaction = self._leading(_DEFAULT, connector, transaction, at)
        limits = [LOCAL_LIMIT_A, of_transaction, self._leading(_MAX, 0, transaction, at)]
        return min(limit for limit in limits if limit is not None)

    def composite(self, connector, transaction, duration_s, unit):
        """Return the chargingSchedule of GetCompositeSchedule, and its start."""
        start = self._time.wall()
        periods = []
        for second in self._breaks(connector, transaction, start, duration_s):
            limit_a = self.limit_a(connector, transaction, profile_time.later(start, second))
            limit = limit_a if unit == "A" else limit_a * NOMINAL_V * PHASES
            limit = int(limit * 10 + 1e-6) / 10
            if not periods or periods[-1]["limit"] != limit:
                periods.append({"start_period": second, "limit": limit})
        schedule = {
            "duration": duration_s,
            "charging_rate_unit": unit,
            "charging_schedule_period": periods,
        }
        return schedule, start

    def _breaks(self, connector, transaction, start, duration_s):
        """Return the whole seconds at which a limit may change."""
        found = {0}
        for row in self._rows:
            if row["connector"] in (0, connector):
                found.update(profile_time.breaks(row, self._began(transaction), start, duration_s))
        return sorted(second for second in found if 0 <= second < duration_s)

    def _leading(self, purpose, connector, transaction, at):
        """Return the limit of the highest level that has one at that instant, or None."""
        rows = [row for row in self._rows if _purpose(row) == purpose]
        own = [row for row in rows if row["connector"] == connector]
        rows = own if own or connector == 0 else [row for row in rows if row["connector"] == 0]
        for row in sorted(rows, key=lambda row: -row["profile"]["stack_level"]):
            period = profile_time.period_at(row, self._began(transaction), at)
            if period is not None:
                return _amperes(row, period)
        return None

    def _began(self, transaction):
        return None if transaction is None else self._time.wall(transaction.start_s)

    @property
    def rows(self):
        """Return what is installed."""
        return self._rows


def _amperes(row, period):
    if row["profile"]["charging_schedule"]["charging_rate_unit"] == "A":
        return float(period["limit"])
    return float(period["limit"]) / (NOMINAL_V * period.get("number_phases", PHASES))


def _purpose(row):
    return row["profile"]["charging_profile_purpose"]


def _is_replaced(row, new):
    old, profile = row["profile"], new["profile"]
    if old["charging_profile_id"] == profile["charging_profile_id"]:
        return True
    is_there = row["connector"] == new["connector"] and _purpose(row) == _purpose(new)
    return is_there and old["stack_level"] == profile["stack_level"]


def _is_meant(row, wanted):
    if wanted.get("id") is not None:
        return row["profile"]["charging_profile_id"] == wanted["id"]
    facts = {
        "connector_id": row["connector"],
        "charging_profile_purpose": _purpose(row),
        "stack_level": row["profile"]["stack_level"],
    }
    return all(wanted.get(name) in (None, value) for name, value in facts.items())
