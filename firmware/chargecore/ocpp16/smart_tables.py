"""Field tables of the smart charging messages, and where their values stand in reader.values.

Called by: SmartCharging. Source: OCPP 1.6 §6, §7.7-§7.13 and its JSON schemas; limits are cut to
one decimal (errata 3.45), so that none is exceeded. Heap: the tables, compiled at import.
"""

from micropython import const

from chargecore.wire.fields import (
    F_ARRAY_OBJECT,
    F_DECIMAL,
    F_INSTANT,
    F_INT,
    F_OBJECT,
    F_TEXT,
    F_TIME,
    F_WORD,
    OPTIONAL,
    REQUIRED,
    table,
)

# Of a profile, counted from its first value.
ID = const(0)
TRANSACTION = const(1)
LEVEL = const(2)
PURPOSE = const(3)  # PURPOSE_MAX..PURPOSE_TX, less PURPOSE_MAX
KIND = const(4)  # KIND_ABSOLUTE, KIND_RELATIVE, Recurring, less 1
RECURRENCY = const(5)  # KIND_DAILY, KIND_WEEKLY, less KIND_DAILY
VALID_FROM = const(6)
VALID_TO = const(7)
DURATION = const(9)  # behind the token of the schedule
START = const(10)
UNIT = const(11)
PERIODS = const(12)
FIRST_PERIOD = const(13)
PERIOD_VALUES = const(3)  # startPeriod, limit, numberPhases

SET_BASE = const(2)  # first value of the profile in SetChargingProfile
REMOTE_PROFILE = const(2)  # its token in RemoteStartTransaction
REMOTE_BASE = const(3)
CLEAR_CONNECTOR = const(1)
CLEAR_PURPOSE = const(2)
CLEAR_LEVEL = const(3)
ASK_DURATION = const(1)
ASK_UNIT = const(2)

UNIT_WORDS = (b"A", b"W")  # index: UNIT_A, UNIT_W

_INT_MIN = -0x7FFFFFFF - 1  # heap-ok: read once, while the tables are compiled
_INT_MAX = 0x7FFFFFFF  # heap-ok: the same
_TENTHS_MAX = const(0x3FFFFFFF)
_ANY_COUNT = const(0xFFFF)  # too many periods are no fault of the message: Rejected (C2)
_PURPOSES = (b"ChargePointMaxProfile", b"TxDefaultProfile", b"TxProfile")
_LIMITS = (F_DECIMAL, REQUIRED, 1, -_TENTHS_MAX, _TENTHS_MAX)
_RATE_MIN = (F_DECIMAL, OPTIONAL, 1, -_TENTHS_MAX, _TENTHS_MAX)
_NUMBER = (F_INT, REQUIRED, _INT_MIN, _INT_MAX)
_MAY_BE_NUMBER = (F_INT, OPTIONAL, _INT_MIN, _INT_MAX)

_PERIOD = (
    (b"startPeriod",) + _NUMBER,
    (b"limit",) + _LIMITS,
    (b"numberPhases",) + _MAY_BE_NUMBER,
)
_SCHEDULE = (
    (b"duration",) + _MAY_BE_NUMBER,
    (b"startSchedule", F_INSTANT, OPTIONAL),
    (b"chargingRateUnit", F_WORD, REQUIRED, UNIT_WORDS),
    (b"chargingSchedulePeriod", F_ARRAY_OBJECT, REQUIRED, _PERIOD, _ANY_COUNT),
    (b"minChargingRate",) + _RATE_MIN,  # a hint for balancing, which nobody does here (C11)
)
_PROFILE = (
    (b"chargingProfileId",) + _NUMBER,
    (b"transactionId",) + _MAY_BE_NUMBER,
    (b"stackLevel",) + _NUMBER,
    (b"chargingProfilePurpose", F_WORD, REQUIRED, _PURPOSES),
    (b"chargingProfileKind", F_WORD, REQUIRED, (b"Absolute", b"Relative", b"Recurring")),
    (b"recurrencyKind", F_WORD, OPTIONAL, (b"Daily", b"Weekly")),
    (b"validFrom", F_TIME, OPTIONAL),
    (b"validTo", F_TIME, OPTIONAL),
    (b"chargingSchedule", F_OBJECT, REQUIRED, _SCHEDULE),
)

SET_PROFILE = table(
    (
        (b"connectorId",) + _NUMBER,
        (b"csChargingProfiles", F_OBJECT, REQUIRED, _PROFILE),
    )
)
REMOTE_START = table(
    (
        (b"connectorId",) + _MAY_BE_NUMBER,
        (b"idTag", F_TEXT, REQUIRED, 20),
        (b"chargingProfile", F_OBJECT, OPTIONAL, _PROFILE),
    )
)
CLEAR_PROFILE = table(
    (
        (b"id",) + _MAY_BE_NUMBER,
        (b"connectorId",) + _MAY_BE_NUMBER,
        (b"chargingProfilePurpose", F_WORD, OPTIONAL, _PURPOSES),
        (b"stackLevel",) + _MAY_BE_NUMBER,
    )
)
GET_COMPOSITE = table(
    (
        (b"connectorId",) + _NUMBER,
        (b"duration",) + _NUMBER,
        (b"chargingRateUnit", F_WORD, OPTIONAL, UNIT_WORDS),
    )
)
