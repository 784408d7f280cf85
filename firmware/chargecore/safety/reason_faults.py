"""reason_faults: the fault each reason to open leads to, by number.

Called by: the interlock. It is the last column of reasons.ROWS, kept apart because the texts
beside it would cost heap for as long as the station runs. Heap: one tuple.
"""

from chargecore.safety.faults import (
    FAULT_CONNECTOR_LOCK,
    FAULT_GROUND,
    FAULT_HIGH_TEMPERATURE,
    FAULT_INTERNAL,
    FAULT_NONE,
    FAULT_OTHER,
    FAULT_OVER_CURRENT,
    FAULT_POWER_SWITCH,
)

# Index: OPEN_* of reasons.py.
_FAULTS = (
    FAULT_NONE,  # OPEN_BOOT
    FAULT_NONE,  # OPEN_EV_REQUEST
    FAULT_NONE,  # OPEN_UNPLUGGED
    FAULT_GROUND,  # OPEN_RCD
    FAULT_OTHER,  # OPEN_ESTOP
    FAULT_OTHER,  # OPEN_DIODE
    FAULT_OTHER,  # OPEN_PILOT_SHORT
    FAULT_INTERNAL,  # OPEN_PILOT_INVALID
    FAULT_OTHER,  # OPEN_VENTILATION
    FAULT_POWER_SWITCH,  # OPEN_FEEDBACK_LOST
    FAULT_POWER_SWITCH,  # OPEN_NOT_CLOSING
    FAULT_POWER_SWITCH,  # OPEN_WELDED
    FAULT_NONE,  # OPEN_STOPPED
    FAULT_NONE,  # OPEN_STOP_TIMEOUT
    FAULT_NONE,  # OPEN_LOOP_GAP
    FAULT_NONE,  # OPEN_EXCEPTION
    FAULT_NONE,  # OPEN_RESET
    FAULT_NONE,  # OPEN_SHUTDOWN
    FAULT_OTHER,  # OPEN_AUX_FAULT
    FAULT_CONNECTOR_LOCK,  # OPEN_LOCK_LOST
    FAULT_NONE,  # OPEN_PERMISSION
    FAULT_OTHER,  # OPEN_PE_LOST
    FAULT_OTHER,  # OPEN_PROXIMITY
    FAULT_OVER_CURRENT,  # OPEN_OVER_CURRENT
    FAULT_HIGH_TEMPERATURE,  # OPEN_OVER_TEMPERATURE
    FAULT_INTERNAL,  # OPEN_TEMPERATURE_UNKNOWN
    FAULT_INTERNAL,  # OPEN_PILOT_SUPPLY
    FAULT_INTERNAL,  # OPEN_SELF_TEST
    FAULT_NONE,  # OPEN_BENCH
)


def fault_of(reason):  # HOT
    """Return the FAULT_* a reason leads to, FAULT_NONE for an ordinary opening."""
    return _FAULTS[reason]
