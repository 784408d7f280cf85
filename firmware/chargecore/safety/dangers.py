"""dangers: the first reason to open that the interlock's inputs of this moment give.

Called by: Interlock, which opens for it and latches it. R numbers: docs/safety.md. Heap: none.
"""

from chargecore.safety.fault_latch import NO_REASON
from chargecore.safety.faults import FAULT_NONE
from chargecore.safety.pilot_states import (
    PILOT_A,
    PILOT_C,
    PILOT_D,
    PILOT_E,
    PILOT_F,
    PILOT_INVALID,
)
from chargecore.safety.reasons import (
    OPEN_AUX_FAULT,
    OPEN_DIODE,
    OPEN_EV_REQUEST,
    OPEN_PILOT_INVALID,
    OPEN_PILOT_SHORT,
    OPEN_PILOT_SUPPLY,
    OPEN_PROXIMITY,
    OPEN_TEMPERATURE_UNKNOWN,
    OPEN_UNPLUGGED,
    OPEN_VENTILATION,
)


def danger_of(lock):  # HOT
    """Return the OPEN_* of the first reason to open at once, or NO_REASON."""
    if lock.aux_fault != FAULT_NONE:
        return OPEN_AUX_FAULT
    if not lock.is_temperature_known:
        return OPEN_TEMPERATURE_UNKNOWN
    if not lock.is_supply_ok:
        return OPEN_PILOT_SUPPLY
    state = lock.pilot_state
    if state == PILOT_E:
        return OPEN_PILOT_SHORT
    if state == PILOT_INVALID or state == PILOT_F:  # F: not by the car, so the stage is broken
        return OPEN_PILOT_INVALID
    if state == PILOT_D:
        return OPEN_VENTILATION
    return _danger_of_car(lock, state)


def _danger_of_car(lock, state):  # HOT
    """Return the reason that car and cable give in A, B or C."""
    if lock.car.is_diode_bad():
        return OPEN_DIODE
    if not lock.is_pp_ok and state != PILOT_A:  # without a cable no resistor can be wrong
        return OPEN_PROXIMITY
    if lock.contactor.is_closed and state != PILOT_C:
        if state == PILOT_A:
            return OPEN_UNPLUGGED
        return lock.stop_reason() if lock.is_stopping else OPEN_EV_REQUEST
    return NO_REASON
