"""ProfileScan: the lowest limit that the installed profiles set for one connector at one instant.

Called by: ChargingProfiles, which knows the sessions and says what was chosen where the texts
leave room. No state but the answer. Heap: none after __init__.
"""

from micropython import const

from chargecore.station.profile_slot import (
    KIND_DAILY,
    KIND_WEEKLY,
    NOT_GIVEN,
    PERIOD_LEN,
    PERIOD_PHASES,
    PURPOSE_MAX,
    PURPOSE_TX,
    SLOT_CONNECTOR,
    SLOT_COUNT,
    SLOT_DURATION,
    SLOT_FROM,
    SLOT_KIND,
    SLOT_LEVEL,
    SLOT_PERIODS,
    SLOT_PURPOSE,
    SLOT_START,
    SLOT_TO,
    SLOT_TX,
    SLOT_UNIT,
    UNIT_A,
    i32,
    period_at,
    period_limit,
    period_start,
)

NO_LIMIT = const(0x3FFFFFFF)  # no profile applies
FOREVER_S = const(0x3FFFFFFF)  # nothing changes by itself any more

NOMINAL_V = const(230)  # voltage of the area, not what is measured (errata 3.69)
PHASES_ASSUMED = const(3)  # numberPhases not given (C9)

_DAY_S = const(86400)
_WEEK_S = const(604800)
_NOTHING = const(0)  # place of no period
_OVER = const(-1)  # a schedule that is not in force
_DEFAULT_BIT = const(4)  # 1 << PURPOSE_DEFAULT


class ProfileScan:
    """`hold_s` and `phases` belong to the last answer."""

    def __init__(self, table, phases, falls_back):
        self._table = table
        self._buf = table.image_buf
        self.station_phases = phases  # 1 or 3
        # TxDefaultProfile fills the gaps of a TxProfile (C5, TC_066): True or False.
        self.falls_back = falls_back
        self.hold_s = FOREVER_S  # for so many seconds the answer certainly holds
        self.phases = 0  # numberPhases of the profile that gave it, 0 = not given
        self._unit = UNIT_A  # of the answer
        self._sharers = 1  # connectors that share a ChargePointMaxProfile
        self._own_level = -1  # level of the connector's own TxDefaultProfile met last
        self._is_certain = True  # False: the profile met last counts because the time is unknown

    def limit(self, connector_id, tx, age_s, sharers, unit, wall_s):  # HOT
        """Return the limit in tenths of unit, NO_LIMIT if no profile applies.

        tx: own number of the running transaction, 0 for none; it began age_s ago, or would have.
        wall_s: negative while unknown. Connector 0: ChargePointMaxProfile only.
        """
        table = self._table
        buf = self._buf
        self.hold_s = FOREVER_S
        self.phases = 0
        self._unit = unit
        self._sharers = sharers
        self._own_level = -1
        best = NO_LIMIT
        done = 0  # bit per purpose that needs no further look
        for rank in range(table.count):
            at = table.place(rank)
            purpose_bit = 1 << buf[at + SLOT_PURPOSE]
            if done & purpose_bit or not self._concerns(at, connector_id, tx):
                continue
            is_tx = buf[at + SLOT_PURPOSE] == PURPOSE_TX
            if is_tx and not self.falls_back:
                done |= _DEFAULT_BIT
            place = self._period(at, age_s, wall_s)
            if place == _NOTHING:
                continue
            if self._is_certain:  # it leads: those below it are hidden
                done |= purpose_bit
                if is_tx:
                    done |= _DEFAULT_BIT
            limit = self._amount(at, place)
            if limit < best:
                best = limit
                self.phases = buf[place + PERIOD_PHASES] >> 6
        return best

    def _concerns(self, at, connector_id, tx):  # HOT
        """Return True when the profile at `at` is one for that connector and transaction."""
        buf = self._buf
        purpose = buf[at + SLOT_PURPOSE]
        if purpose == PURPOSE_MAX:
            return True
        if purpose == PURPOSE_TX:
            return tx != 0 and i32(buf, at + SLOT_TX) == tx
        owner = buf[at + SLOT_CONNECTOR]
        if connector_id and owner == connector_id:
            self._own_level = buf[at + SLOT_LEVEL]
            return True
        return connector_id != 0 and owner == 0 and buf[at + SLOT_LEVEL] != self._own_level

    def _period(self, at, age_s, wall_s):  # HOT
        """Return where the period in force stands, or _NOTHING; set _is_certain."""
        buf = self._buf
        self._is_certain = wall_s >= 0 or self._needs_no_clock(at)
        if buf[at + SLOT_PURPOSE] == PURPOSE_MAX and i32(buf, at + SLOT_START) == NOT_GIVEN:
            self._is_certain = False  # nobody knows when it came
        if not self._is_certain:
            return self._lowest(at)
        elapsed_s = self._elapsed_s(at, age_s, wall_s)
        if elapsed_s < 0:
            return _NOTHING
        duration_s = i32(buf, at + SLOT_DURATION)
        if duration_s != NOT_GIVEN:
            if elapsed_s >= duration_s:
                return _NOTHING
            self._changes_in(duration_s - elapsed_s)
        place = period_at(buf, at, elapsed_s)
        next_place = place + PERIOD_LEN
        if next_place < at + SLOT_PERIODS + buf[at + SLOT_COUNT] * PERIOD_LEN:
            self._changes_in(period_start(buf, next_place) - elapsed_s)
        return place

    def _needs_no_clock(self, at):  # HOT
        buf = self._buf
        return (
            i32(buf, at + SLOT_START) == NOT_GIVEN
            and i32(buf, at + SLOT_FROM) == NOT_GIVEN
            and i32(buf, at + SLOT_TO) == NOT_GIVEN
        )

    def _elapsed_s(self, at, age_s, wall_s):  # HOT
        """Return how far the schedule has run, _OVER while it is not in force."""
        buf = self._buf
        valid_from_s = i32(buf, at + SLOT_FROM)
        valid_to_s = i32(buf, at + SLOT_TO)
        if valid_to_s != NOT_GIVEN:
            if wall_s >= valid_to_s:
                return _OVER
            self._changes_in(valid_to_s - wall_s)
        if valid_from_s != NOT_GIVEN and wall_s < valid_from_s:
            self._changes_in(valid_from_s - wall_s)
            return _OVER
        start_s = i32(buf, at + SLOT_START)
        if start_s == NOT_GIVEN:
            return age_s
        elapsed_s = wall_s - start_s
        if elapsed_s < 0:
            self._changes_in(-elapsed_s)
            return _OVER
        kind = buf[at + SLOT_KIND]
        if kind == KIND_DAILY:
            elapsed_s %= _DAY_S
            self._changes_in(_DAY_S - elapsed_s)
        elif kind == KIND_WEEKLY:
            elapsed_s %= _WEEK_S
            self._changes_in(_WEEK_S - elapsed_s)
        return elapsed_s

    def _changes_in(self, seconds_s):  # HOT
        if seconds_s < self.hold_s:
            self.hold_s = seconds_s

    def _lowest(self, at):  # HOT
        """Return where the lowest period of a profile stands."""
        place = at + SLOT_PERIODS
        best_place = place
        best = self._amount(at, place)
        for _ in range(self._buf[at + SLOT_COUNT] - 1):
            place += PERIOD_LEN
            limit = self._amount(at, place)
            if limit < best:
                best = limit
                best_place = place
        return best_place

    def _amount(self, at, place):  # HOT
        """Return the limit of a period in tenths of the unit asked for, rounded down (C9, C10)."""
        buf = self._buf
        limit = period_limit(buf, place)
        phases = buf[place + PERIOD_PHASES] >> 6 or PHASES_ASSUMED
        if buf[at + SLOT_PURPOSE] == PURPOSE_MAX:
            limit //= self._sharers
        if buf[at + SLOT_UNIT] == self._unit:
            return limit
        if self._unit == UNIT_A:
            return limit // (NOMINAL_V * phases)
        return limit * NOMINAL_V * min(phases, self.station_phases)
