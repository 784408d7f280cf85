"""Is what stands in a slot a charging profile that this station can have?

Called by: ProfileTable.adopt(), for every slot of an image from flash. Heap: none.
"""

from chargecore.station.profile_slot import (
    KIND_ABSOLUTE,
    KIND_DAILY,
    KIND_WEEKLY,
    LEVEL_MAX,
    LIMIT_MAX_A,
    LIMIT_MAX_W,
    NOT_GIVEN,
    PERIOD_LEN,
    PERIODS_MAX,
    PURPOSE_DEFAULT,
    PURPOSE_MAX,
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
    SLOT_UNIT,
    UNIT_W,
    i32,
    is_time,
    period_limit,
    period_start,
)


def is_sound(buf, at, connector_count):
    """Return True for a ChargePointMaxProfile or TxDefaultProfile without anything odd in it.

    A TxProfile of an image belongs to a transaction that is over (C13).
    """
    is_max = buf[at + SLOT_PURPOSE] == PURPOSE_MAX
    if not is_max and buf[at + SLOT_PURPOSE] != PURPOSE_DEFAULT:
        return False
    if buf[at + SLOT_CONNECTOR] > (0 if is_max else connector_count):
        return False
    if not KIND_ABSOLUTE <= buf[at + SLOT_KIND] <= KIND_WEEKLY:
        return False
    if buf[at + SLOT_LEVEL] > LEVEL_MAX or buf[at + SLOT_UNIT] > UNIT_W:
        return False
    return _are_times_sound(buf, at) and _are_periods_sound(buf, at)


def _are_times_sound(buf, at):
    start_s = i32(buf, at + SLOT_START)
    duration_s = i32(buf, at + SLOT_DURATION)
    if buf[at + SLOT_KIND] >= KIND_DAILY and start_s < 0:  # NOT_GIVEN is, too
        return False
    if duration_s < 0 and duration_s != NOT_GIVEN:
        return False
    return (
        is_time(start_s) and is_time(i32(buf, at + SLOT_FROM)) and is_time(i32(buf, at + SLOT_TO))
    )


def _are_periods_sound(buf, slot_at):
    count = buf[slot_at + SLOT_COUNT]
    limit_max = LIMIT_MAX_W if buf[slot_at + SLOT_UNIT] == UNIT_W else LIMIT_MAX_A
    at = slot_at + SLOT_PERIODS
    before_s = -1
    if not 0 < count <= PERIODS_MAX or period_start(buf, at) != 0:
        return False
    for _ in range(count):
        start_s = period_start(buf, at)
        if start_s <= before_s or period_limit(buf, at) > limit_max:
            return False
        before_s = start_s
        at += PERIOD_LEN
    return True
