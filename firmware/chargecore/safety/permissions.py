"""permissions: which of the permissions to close are not given, as bits.

Called by: Interlock, which alone acts on them. R numbers: the requirement list in docs/safety.md.
Heap: none.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff
from chargecore.safety.faults import FAULT_NONE
from chargecore.safety.pilot_states import PILOT_C

BLOCK_PILOT = const(1)  # R1: the car does not ask
BLOCK_DIODE = const(2)  # R2: diode not proven in this session
BLOCK_RCD = const(4)  # R3
BLOCK_FEEDBACK = const(8)  # R4: feedback does not say open
BLOCK_LOCK = const(16)  # R6
BLOCK_FAULT = const(32)  # R9
BLOCK_OFFER = const(64)  # R10: not authorised, or less than 6 A offered
BLOCK_PAUSE = const(128)  # R11: too soon after the last opening
BLOCK_ESTOP = const(256)  # R12
BLOCK_LOOP = const(512)  # R13
BLOCK_PE = const(1024)  # R5
BLOCK_PROXIMITY = const(2048)  # R7
BLOCK_TEMPERATURE = const(4096)  # R8
BLOCK_TEST = const(8192)  # R3, R55: not tested, or a test is running
BLOCK_SUPPLY = const(16_384)  # F8: rails of the pilot

LOOP_AGE_MS = const(100)  # R13


def missing(lock, now_ms, gap_ms):  # HOT
    """Return the BLOCK_* bits of every permission that the interlock has not got."""
    bits = 0
    if lock.pilot_state != PILOT_C:
        bits |= BLOCK_PILOT
    if lock.rcd.is_tripped:
        bits |= BLOCK_RCD
    if not lock.is_lock_ok:
        bits |= BLOCK_LOCK
    if lock.fault != FAULT_NONE:
        bits |= BLOCK_FAULT
    if not lock.is_offered():
        bits |= BLOCK_OFFER
    if not lock.is_estop_ok:
        bits |= BLOCK_ESTOP
    if gap_ms > LOOP_AGE_MS:
        bits |= BLOCK_LOOP
    bits |= _missing_from_outside(lock)
    if not lock.contactor.is_closed:
        bits |= _missing_to_close(lock, now_ms)
    return bits


def _missing_from_outside(lock):  # HOT
    """Return the bits of what sensors of earth, cable, temperature and supply say."""
    bits = 0
    if not lock.is_pe_ok:
        bits |= BLOCK_PE
    if not lock.is_pp_ok:
        bits |= BLOCK_PROXIMITY
    if not (lock.is_temperature_ok and lock.is_temperature_known) or lock.is_too_hot:
        bits |= BLOCK_TEMPERATURE
    if not lock.is_supply_ok:
        bits |= BLOCK_SUPPLY
    return bits


def _missing_to_close(lock, now_ms):  # HOT
    """Return the bits that stand only between an open contactor and its closing."""
    contactor = lock.contactor
    bits = 0
    if not lock.car.is_diode_proven(now_ms):
        bits |= BLOCK_DIODE
    if not lock.is_tested:
        bits |= BLOCK_TEST
    if contactor.is_feedback_closed():
        bits |= BLOCK_FEEDBACK
    # A contactor that was never closed in this boot has nothing to wait for.
    open_ms = ticks_diff(now_ms, contactor.opened_at_ms)
    if contactor.closings and open_ms < lock.pause_ms:
        bits |= BLOCK_PAUSE
    return bits
