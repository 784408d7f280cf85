"""The closed list of reasons for which a contactor opens. Numbers are never reused.

The table is for people and generated pages: the control path reads reason_faults, not this.
R and F numbers: requirement and fault lists of the interlock, docs/safety.md.
"""

from micropython import const

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

OPEN_BOOT = const(0)
OPEN_EV_REQUEST = const(1)
OPEN_UNPLUGGED = const(2)
OPEN_RCD = const(3)
OPEN_ESTOP = const(4)
OPEN_DIODE = const(5)
OPEN_PILOT_SHORT = const(6)
OPEN_PILOT_INVALID = const(7)
OPEN_VENTILATION = const(8)
OPEN_FEEDBACK_LOST = const(9)
OPEN_NOT_CLOSING = const(10)
OPEN_WELDED = const(11)
OPEN_STOPPED = const(12)
OPEN_STOP_TIMEOUT = const(13)
OPEN_LOOP_GAP = const(14)
OPEN_EXCEPTION = const(15)
OPEN_RESET = const(16)
OPEN_SHUTDOWN = const(17)
OPEN_AUX_FAULT = const(18)
OPEN_LOCK_LOST = const(19)
OPEN_PERMISSION = const(20)
OPEN_PE_LOST = const(21)
OPEN_PROXIMITY = const(22)
OPEN_OVER_CURRENT = const(23)
OPEN_OVER_TEMPERATURE = const(24)
OPEN_TEMPERATURE_UNKNOWN = const(25)
OPEN_PILOT_SUPPLY = const(26)
OPEN_SELF_TEST = const(27)
OPEN_BENCH = const(28)

# number, name, text, source, test, fault it leads to
ROWS = (
    (
        OPEN_BOOT,
        "OPEN_BOOT",
        "the station started",
        "R55",
        "test_is_open_after_boot",
        FAULT_NONE,
    ),
    (
        OPEN_EV_REQUEST,
        "OPEN_EV_REQUEST",
        "the car asked for no energy any more",
        "R20, IEC 61851-1 seq. 8",
        "test_opens_within_50_ms_when_the_car_leaves_c",
        FAULT_NONE,
    ),
    (
        OPEN_UNPLUGGED,
        "OPEN_UNPLUGGED",
        "the cable was pulled",
        "R20, IEC 61851-1 seq. 2.2",
        "test_opens_within_50_ms_when_unplugged",
        FAULT_NONE,
    ),
    (
        OPEN_RCD,
        "OPEN_RCD",
        "residual current",
        "R21",
        "test_opens_in_the_next_poll_when_the_rcd_trips",
        FAULT_GROUND,
    ),
    (
        OPEN_ESTOP,
        "OPEN_ESTOP",
        "emergency stop loop open",
        "R22, R12",
        "test_opens_in_the_next_poll_when_the_stop_loop_opens",
        FAULT_OTHER,
    ),
    (
        OPEN_DIODE,
        "OPEN_DIODE",
        "the diode of the car is missing or shorted, or the negative rail too weak",
        "R23, R2",
        "test_opens_when_the_diode_is_shorted",
        FAULT_OTHER,
    ),
    (
        OPEN_PILOT_SHORT,
        "OPEN_PILOT_SHORT",
        "control pilot shorted to earth",
        "R20, IEC 61851-1 seq. 12",
        "test_opens_when_the_pilot_is_shorted",
        FAULT_OTHER,
    ),
    (
        OPEN_PILOT_INVALID,
        "OPEN_PILOT_INVALID",
        "control pilot voltage fits no state",
        "R20",
        "test_opens_when_the_pilot_fits_no_state",
        FAULT_INTERNAL,
    ),
    (
        OPEN_VENTILATION,
        "OPEN_VENTILATION",
        "the car wants ventilation and there is none",
        "R1, F3",
        "test_opens_when_the_car_wants_ventilation",
        FAULT_OTHER,
    ),
    (
        OPEN_FEEDBACK_LOST,
        "OPEN_FEEDBACK_LOST",
        "the contactor opened by itself",
        "R24",
        "test_opens_when_the_feedback_is_lost",
        FAULT_POWER_SWITCH,
    ),
    (
        OPEN_NOT_CLOSING,
        "OPEN_NOT_CLOSING",
        "the contactor did not close",
        "R36",
        "test_opens_and_retries_once_when_the_contactor_does_not_close",
        FAULT_POWER_SWITCH,
    ),
    (
        OPEN_WELDED,
        "OPEN_WELDED",
        "the contactor stays closed",
        "R35",
        "test_latches_when_the_contactor_is_welded",
        FAULT_POWER_SWITCH,
    ),
    (
        OPEN_STOPPED,
        "OPEN_STOPPED",
        "the session was stopped and the car let go",
        "R30",
        "test_opens_at_b_when_stopped",
        FAULT_NONE,
    ),
    (
        OPEN_STOP_TIMEOUT,
        "OPEN_STOP_TIMEOUT",
        "the session was stopped and the car did not let go",
        "R30, IEC 61851-1 seq. 10.2",
        "test_opens_under_load_after_6_s_when_the_car_ignores_the_stop",
        FAULT_NONE,
    ),
    (
        OPEN_LOOP_GAP,
        "OPEN_LOOP_GAP",
        "the safety step came too late",
        "R13, R57",
        "test_opens_when_the_safety_step_was_held_up",
        FAULT_NONE,
    ),
    (
        OPEN_EXCEPTION,
        "OPEN_EXCEPTION",
        "a step of the firmware failed",
        "F39",
        "test_opens_all_when_told",
        FAULT_NONE,
    ),
    (
        OPEN_RESET,
        "OPEN_RESET",
        "a reset was ordered",
        "OCPP 1.6 §5.14",
        "test_opens_at_once_when_a_reset_is_ordered",
        FAULT_NONE,
    ),
    (
        OPEN_SHUTDOWN,
        "OPEN_SHUTDOWN",
        "the firmware ended",
        "F39",
        "test_opens_all_when_told",
        FAULT_NONE,
    ),
    (
        OPEN_AUX_FAULT,
        "OPEN_AUX_FAULT",
        "a fault was signalled by the board",
        "R9",
        "test_opens_when_the_board_signals_a_fault",
        FAULT_OTHER,
    ),
    (
        OPEN_LOCK_LOST,
        "OPEN_LOCK_LOST",
        "the lock of the cable is not confirmed",
        "R25, R6",
        "test_opens_when_the_lock_is_lost",
        FAULT_CONNECTOR_LOCK,
    ),
    (
        OPEN_PERMISSION,
        "OPEN_PERMISSION",
        "the session was stopped before the contacts had met",
        "R10",
        "test_opens_when_a_permission_is_withdrawn",
        FAULT_NONE,
    ),
    (
        OPEN_PE_LOST,
        "OPEN_PE_LOST",
        "protective earth is not there",
        "R22, R5, F32",
        "test_opens_in_the_next_poll_when_the_earth_is_lost",
        FAULT_OTHER,
    ),
    (
        OPEN_PROXIMITY,
        "OPEN_PROXIMITY",
        "the resistor of the cable is invalid or has changed",
        "R22, R7, F27",
        "test_opens_when_the_resistor_of_the_cable_is_lost",
        FAULT_OTHER,
    ),
    (
        OPEN_OVER_CURRENT,
        "OPEN_OVER_CURRENT",
        "the car drew more than it was offered",
        "R32, R26, F34",
        "test_stops_gracefully_when_the_car_draws_too_much",
        FAULT_OVER_CURRENT,
    ),
    (
        OPEN_OVER_TEMPERATURE,
        "OPEN_OVER_TEMPERATURE",
        "too hot",
        "R31, F33",
        "test_stops_gracefully_when_it_is_too_hot",
        FAULT_HIGH_TEMPERATURE,
    ),
    (
        OPEN_TEMPERATURE_UNKNOWN,
        "OPEN_TEMPERATURE_UNKNOWN",
        "the temperature is not known any more",
        "R8, F33",
        "test_opens_when_the_temperature_is_unknown",
        FAULT_INTERNAL,
    ),
    (
        OPEN_PILOT_SUPPLY,
        "OPEN_PILOT_SUPPLY",
        "a supply rail of the control pilot is out of tolerance",
        "F8, R55",
        "test_opens_when_a_rail_of_the_pilot_is_out_of_tolerance",
        FAULT_INTERNAL,
    ),
    (
        OPEN_SELF_TEST,
        "OPEN_SELF_TEST",
        "a self-test failed",
        "R3, R55, F21",
        "test_latches_for_good_when_a_self_test_fails",
        FAULT_INTERNAL,
    ),
    (
        OPEN_BENCH,
        "OPEN_BENCH",
        "the permission of the bench has run out, or was taken back",
        "R59",
        "test_opens_when_the_permission_of_the_bench_runs_out",
        FAULT_NONE,
    ),
)


def text_of(reason):
    """Return the reason as words. Allocates nothing."""
    return ROWS[reason][2]
