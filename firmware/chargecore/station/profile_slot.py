"""One charging profile as bytes: where its fields stand, and which period is in force.

Called by: ProfileTable (writes them), ChargingProfiles (reads them). No state, no rules.
Heap: none. Numbers fit a small int: seconds since 2024 from -2^29 (2007) to 2^30-1 (2058).
"""

import micropython
from micropython import const

PURPOSE_NONE = const(0)  # slot free
PURPOSE_MAX = const(1)  # ChargePointMaxProfile
PURPOSE_DEFAULT = const(2)  # TxDefaultProfile
PURPOSE_TX = const(3)  # TxProfile

KIND_ABSOLUTE = const(1)
KIND_RELATIVE = const(2)
KIND_DAILY = const(3)  # Recurring with recurrencyKind Daily
KIND_WEEKLY = const(4)

UNIT_A = const(0)  # per phase (C10)
UNIT_W = const(1)  # all phases together

NOT_GIVEN = const(-0x3FFFFFFF - 1)  # an optional number that the profile does not have
PERIODS_MAX = const(24)  # ChargingScheduleMaxPeriods
LEVEL_MAX = const(8)  # ChargeProfileMaxStackLevel

# Own number of the transaction that a TxProfile is for, when there is no number.
TX_NONE = const(0)  # no transaction runs: a TxProfile is refused (C1)
TX_PENDING = const(0x3FFFFFFF)  # came with a RemoteStartTransaction; bind() names the transaction

# 0 purpose  1 connector  2 kind  3 level  4 unit  5 periods  6 spare  8 id  12 tx  16 start
# 20 duration  24 valid from  28 valid to (all i32)  32 periods of 7 bytes
SLOT_PURPOSE = const(0)
SLOT_CONNECTOR = const(1)
SLOT_KIND = const(2)
SLOT_LEVEL = const(3)
SLOT_UNIT = const(4)
SLOT_COUNT = const(5)
SLOT_ID = const(8)
SLOT_TX = const(12)  # own number of the transaction of a TxProfile
SLOT_START = const(16)  # wall seconds, NOT_GIVEN = from the start of the transaction
SLOT_DURATION = const(20)
SLOT_FROM = const(24)
SLOT_TO = const(28)
SLOT_PERIODS = const(32)
SLOT_LEN = const(200)

# Period: 0 seconds after the start (30 bits) and numberPhases (2 bits)  4 limit u24, in tenths
PERIOD_PHASES = const(3)  # upper two bits; 0 = numberPhases not given
PERIOD_LIMIT = const(4)
PERIOD_LEN = const(7)

# The highest limits, in tenths: what a calculation makes of them stays a small int, 690 V * 150 kA
# is 103.5 MW. No station has more, so a profile beyond is a mistake.
LIMIT_MAX_A = const(1_500_000)
LIMIT_MAX_W = const(16_000_000)

_TIME_MIN = const(-0x20000000)
_TIME_MAX = const(0x3FFFFFFF)
_COUNT = const(5)
_PERIODS = const(32)
_PERIOD_LEN = const(7)


@micropython.viper
def i32(buf: ptr8, at: int) -> int:  # HOT  # noqa: F821
    """Return the signed number in the four bytes at offset `at`."""
    high = ((int(buf[at + 3]) ^ 0x80) - 0x80) << 24
    return high | int(buf[at + 2]) << 16 | int(buf[at + 1]) << 8 | int(buf[at])


def put_i32(buf, at, value):  # HOT
    """Set the four bytes at offset `at`. Range: any 32-bit number."""
    for i in range(4):
        buf[at + i] = value >> 8 * i & 0xFF


@micropython.viper
def period_start(buf: ptr8, at: int) -> int:  # HOT  # noqa: F821
    """Return startPeriod of the period whose first byte is at offset `at`."""
    high = (int(buf[at + 3]) & 0x3F) << 24
    return high | int(buf[at + 2]) << 16 | int(buf[at + 1]) << 8 | int(buf[at])


@micropython.viper
def period_at(buf: ptr8, slot_at: int, elapsed_s: int) -> int:  # HOT  # noqa: F821
    """Return where the last period that began by elapsed_s stands. Range: elapsed_s from 0 on."""
    low = 0
    high = int(buf[slot_at + _COUNT])
    while high - low > 1:
        middle = (low + high) >> 1
        at = slot_at + _PERIODS + middle * _PERIOD_LEN
        start_s = int(buf[at]) | int(buf[at + 1]) << 8 | int(buf[at + 2]) << 16
        start_s |= (int(buf[at + 3]) & 0x3F) << 24
        if start_s > elapsed_s:
            high = middle
        else:
            low = middle
    return slot_at + _PERIODS + low * _PERIOD_LEN


def put_period(buf, at, start_s, limit, phases):  # HOT
    """Write a period. Range: start_s from 0 on, limit below 2^24 tenths, phases 0..3."""
    put_i32(buf, at, start_s)
    buf[at + PERIOD_PHASES] |= phases << 6
    for i in range(3):
        buf[at + PERIOD_LIMIT + i] = limit >> 8 * i & 0xFF


def period_limit(buf, at):  # HOT
    """Return the limit of a period in tenths of its unit."""
    return buf[at + PERIOD_LIMIT] | buf[at + 5] << 8 | buf[at + 6] << 16


def is_time(value_s):  # HOT
    """Return True for wall seconds that a slot can hold, and for NOT_GIVEN."""
    return value_s == NOT_GIVEN or _TIME_MIN <= value_s <= _TIME_MAX
