"""Field tables of the smart charging messages.

Called by: smart_charging, which knows where the values stand in reader.values. A profile has a
table of its own: two messages bring one. Limits are cut to one decimal, so that none is exceeded.
Source: OCPP 1.6 §6, §7.7-§7.13 and its JSON schemas. Heap: the tables, compiled at import.
"""

from micropython import const

from chargecore.wire.fields import (
    F_ARRAY_OBJECT,
    F_DECIMAL,
    F_INSTANT,
    F_INT,
    F_OBJECT,
    F_OBJECT_ANY,
    F_TIME,
    F_WORD,
    OPTIONAL,
    REQUIRED,
    table,
)

_INT_MIN = -0x7FFFFFFF - 1  # heap-ok: read once, while the tables are compiled
_INT_MAX = 0x7FFFFFFF  # heap-ok: the same
_TENTHS_MAX = const(0x3FFFFFFF)
_ANY_COUNT = const(0xFFFF)  # too many periods are no fault of the message: Rejected (C2)
_UNITS = (b"A", b"W")  # index: UNIT_A, UNIT_W
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
    (b"chargingRateUnit", F_WORD, REQUIRED, _UNITS),
    (b"chargingSchedulePeriod", F_ARRAY_OBJECT, REQUIRED, _PERIOD, _ANY_COUNT),
    (b"minChargingRate",) + _RATE_MIN,  # a hint for balancing, which nobody does here (C11)
)
PROFILE = table(
    (
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
)
SET_PROFILE = table(
    (
        (b"connectorId",) + _NUMBER,
        (b"csChargingProfiles", F_OBJECT_ANY, REQUIRED),
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
        (b"chargingRateUnit", F_WORD, OPTIONAL, _UNITS),
    )
)

# Only the compiled tables stay: the rows would take as much heap again.
del _LIMITS, _RATE_MIN, _NUMBER, _MAY_BE_NUMBER, _PERIOD, _SCHEDULE, _PURPOSES, _UNITS
