"""ProfileDraft: a charging profile that has come in and is not installed yet.

Called by: the messages that bring one (begin, set_times, add_period), ProfileTable, which has it
(install, adopt).
It is checked as it grows (rule C2, OCPP 1.6 §7.8, §7.13, errata 3.45): a profile with anything
wrong in it is refused whole, and what was installed before stays.
Heap: 200 bytes at start, none after.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import E_RANGE, E_TOO_MANY, OK
from chargecore.station.profile_slot import (
    KIND_ABSOLUTE,
    KIND_DAILY,
    KIND_RELATIVE,
    KIND_WEEKLY,
    LEVEL_MAX,
    LIMIT_MAX_A,
    LIMIT_MAX_W,
    NOT_GIVEN,
    PERIOD_LEN,
    PERIOD_PHASES,
    PERIODS_MAX,
    PURPOSE_MAX,
    PURPOSE_TX,
    SLOT_CONNECTOR,
    SLOT_COUNT,
    SLOT_DURATION,
    SLOT_FROM,
    SLOT_ID,
    SLOT_KIND,
    SLOT_LEN,
    SLOT_LEVEL,
    SLOT_PERIODS,
    SLOT_PURPOSE,
    SLOT_START,
    SLOT_TO,
    SLOT_TX,
    SLOT_UNIT,
    TX_NONE,
    TX_PENDING,
    UNIT_A,
    UNIT_W,
    i32,
    is_time,
    period_limit,
    period_start,
    put_i32,
    put_period,
)

_TIME_MAX = const(0x3FFFFFFF)
_DAY_S = const(86400)
_WEEK_S = const(604800)


class ProfileDraft:
    """`buf`: the slot that is being filled; `code`: OK while nothing is wrong with it."""

    def __init__(self, connector_count):
        self._connector_count = connector_count
        self.buf = bytearray(SLOT_LEN)
        self.code = E_RANGE

    def begin(self, connector_id, purpose, level, profile_id, kind, unit):  # HOT
        """Start anew, without times and periods. Range: profile_id any 32-bit number."""
        buf = self.buf
        for i in range(SLOT_LEN):
            buf[i] = 0
        self.code = E_RANGE
        if not 0 <= connector_id <= self._connector_count or not 0 <= level <= LEVEL_MAX:
            return
        if not PURPOSE_MAX <= purpose <= PURPOSE_TX or not KIND_ABSOLUTE <= kind <= KIND_WEEKLY:
            return
        if purpose == PURPOSE_MAX and connector_id or not UNIT_A <= unit <= UNIT_W:
            return
        self.code = OK
        buf[SLOT_PURPOSE] = purpose
        buf[SLOT_CONNECTOR] = connector_id
        buf[SLOT_KIND] = kind
        buf[SLOT_LEVEL] = level
        buf[SLOT_UNIT] = unit
        put_i32(buf, SLOT_ID, profile_id)
        self.set_times(NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN)

    def set_times(self, start_s, duration_s, valid_from_s, valid_to_s):  # HOT
        """Set the optional times, NOT_GIVEN for none: wall seconds, and a duration in seconds."""
        buf = self.buf
        if duration_s > _TIME_MAX:  # 34 years
            duration_s = _TIME_MAX
        if duration_s < 0 and duration_s != NOT_GIVEN:
            self.code = E_RANGE
        elif not (is_time(start_s) and is_time(valid_from_s) and is_time(valid_to_s)):
            self.code = E_RANGE
        put_i32(buf, SLOT_START, start_s)
        put_i32(buf, SLOT_DURATION, duration_s)
        put_i32(buf, SLOT_FROM, valid_from_s)
        put_i32(buf, SLOT_TO, valid_to_s)

    def add_period(self, start_s, limit, phases):  # HOT
        """Add a period: seconds after the start, limit in tenths, numberPhases or 0 for none."""
        buf = self.buf
        if self.code != OK:
            return
        count = buf[SLOT_COUNT]
        if count == PERIODS_MAX:
            self.code = E_TOO_MANY
            return
        at = SLOT_PERIODS + count * PERIOD_LEN
        is_next = start_s > period_start(buf, at - PERIOD_LEN) if count else start_s == 0
        limit_max = LIMIT_MAX_W if buf[SLOT_UNIT] == UNIT_W else LIMIT_MAX_A
        if not is_next or start_s > _TIME_MAX or not 0 <= phases <= 3:
            self.code = E_RANGE
        elif not 0 <= limit <= limit_max:
            self.code = E_RANGE
        else:
            put_period(buf, at, start_s, limit, phases)
            buf[SLOT_COUNT] = count + 1

    def finish(self, tx, wall_s):  # HOT
        """Check what only the whole shows, and set what it is relative to. Return `code`.

        tx: own number of the transaction that a TxProfile is for, TX_PENDING, or TX_NONE.
        wall_s: now, or negative; from here on counts a ChargePointMaxProfile without a start.
        """
        buf = self.buf
        if self.code == OK:
            if not buf[SLOT_COUNT]:
                self.code = E_RANGE
            elif buf[SLOT_PURPOSE] == PURPOSE_TX:
                self._finish_tx(tx)
        if self.code == OK:
            self._finish_start(wall_s)
        return self.code

    def _finish_tx(self, tx):  # HOT
        """A TxProfile needs its transaction; only a remote start may leave the connector open."""
        if tx == TX_NONE or (not self.buf[SLOT_CONNECTOR] and tx != TX_PENDING):
            self.code = E_RANGE
        put_i32(self.buf, SLOT_TX, tx)

    def _finish_start(self, wall_s):  # HOT
        buf = self.buf
        kind = buf[SLOT_KIND]
        start_s = i32(buf, SLOT_START)
        if kind == KIND_DAILY or kind == KIND_WEEKLY:
            if start_s == NOT_GIVEN:
                self.code = E_RANGE
            elif start_s < 0:  # nobody asks about 2024: the first week of it may be wrong
                start_s %= _DAY_S if kind == KIND_DAILY else _WEEK_S
        elif kind == KIND_RELATIVE:
            start_s = NOT_GIVEN
        if buf[SLOT_PURPOSE] == PURPOSE_MAX and start_s == NOT_GIVEN and wall_s >= 0:
            start_s = wall_s  # no transaction that it could be relative to
        put_i32(buf, SLOT_START, start_s)

    def could_be(self, buf, at):
        """Return True when the slot at `at` holds what could be installed here. Uses the draft.

        Not a TxProfile: that of an image belongs to a transaction that is over (C13).
        """
        count = buf[at + SLOT_COUNT]
        if count > PERIODS_MAX:
            return False
        self.begin(
            buf[at + SLOT_CONNECTOR],
            buf[at + SLOT_PURPOSE],
            buf[at + SLOT_LEVEL],
            0,
            buf[at + SLOT_KIND],
            buf[at + SLOT_UNIT],
        )
        self.set_times(
            i32(buf, at + SLOT_START),
            i32(buf, at + SLOT_DURATION),
            i32(buf, at + SLOT_FROM),
            i32(buf, at + SLOT_TO),
        )
        for place in range(at + SLOT_PERIODS, at + SLOT_PERIODS + count * PERIOD_LEN, PERIOD_LEN):
            phases = buf[place + PERIOD_PHASES] >> 6
            self.add_period(period_start(buf, place), period_limit(buf, place), phases)
        code = self.finish(TX_NONE, WALL_UNKNOWN)
        self.code = E_RANGE
        return code == OK
