"""F1 to F13 on the real VM: what the car, the pilot line and its measurement can do."""

import pytest
from fault_rig import LOW, PWM_32_A, X1
from strike import AT_ONCE_MS, COMMAND_MS, Strike, check_charging, check_outputs, ended, strike

OTHER = ("Faulted", "OtherError")
INTERNAL = ("Faulted", "InternalError")
GONE = ("Available", "NoError")
OPENED = "contactor opened, reason {}"

ROWS = (
    Strike(
        "F1",
        ("ev", {"state": "B"}),
        COMMAND_MS,
        "OPEN_EV_REQUEST",
        ("B", 8_978, -12_000),
        PWM_32_A,
        True,
        ("SuspendedEV", "NoError"),
        ("pilot state 1", OPENED.format(1)),
    ),
    Strike(
        "F2 car pulled off",
        ("ev", {"state": "A"}),
        COMMAND_MS,
        "OPEN_UNPLUGGED",
        ("A", 12_000, 12_000),
        X1,
        False,
        GONE,
        ("pilot state 0", OPENED.format(2), "stopped"),
    ),
    Strike(
        "F2 cable gone",
        ("unplug", {}),
        COMMAND_MS,
        "OPEN_UNPLUGGED",
        ("A", 12_000, 12_000),
        X1,
        False,
        GONE,
        ("pilot state 0", OPENED.format(2), "stopped"),
    ),
    Strike(
        "F2 pilot wire broken",
        ("fault", {"kind": "cp_open"}),
        COMMAND_MS,
        "OPEN_UNPLUGGED",
        ("A", 12_000, 12_000),
        X1,
        False,
        GONE,
        ("pilot state 0", OPENED.format(2), "stopped"),
    ),
    Strike(
        "F3",
        ("ev", {"state": "D"}),
        AT_ONCE_MS,
        "OPEN_VENTILATION",
        ("D", 2_929, 2_929),
        X1,
        False,
        OTHER,
        ("pilot state 3", OPENED.format(8), "fault 14"),
    ),
    Strike(
        "F4 80 Ohm",
        ("fault", {"kind": "cp_pe_short"}),
        AT_ONCE_MS,
        "OPEN_PILOT_SHORT",
        ("E", 874, 874),
        X1,
        False,
        OTHER,
        ("pilot state 4", OPENED.format(6), "fault 14"),
    ),
    Strike(
        "F4 1 Ohm",
        ("ev", {"state": "E"}),
        AT_ONCE_MS,
        "OPEN_PILOT_SHORT",
        ("E", 11, 11),
        X1,
        False,
        OTHER,
        ("pilot state 4", OPENED.format(6), "fault 14"),
    ),
    Strike(
        "F5",
        ("fault", {"kind": "diode_short"}),
        AT_ONCE_MS,
        "OPEN_DIODE",
        ("C", 5_622, 5_622),
        X1,
        False,
        OTHER,
        (OPENED.format(5), "fault 14"),
    ),
    Strike(
        "F7",
        ("fault", {"kind": "rail_minus", "mv": -10_000}),
        AT_ONCE_MS,
        "OPEN_DIODE",
        ("C", 5_994, 5_994),
        X1,
        False,
        OTHER,
        (OPENED.format(5), "fault 14"),
    ),
    Strike(
        "F9 frozen at 6 V",
        ("fault", {"kind": "cp_adc_stuck", "mv": 6_000}),
        AT_ONCE_MS,
        "OPEN_PILOT_INVALID",
        ("C", 5_994, 5_994),
        X1,
        False,
        INTERNAL,
        ("pilot state 6", OPENED.format(7), "fault 5"),
    ),
    Strike(
        "F9 stuck at 0",
        ("fault", {"kind": "cp_adc_stuck", "mv": -14_773}),
        AT_ONCE_MS,
        "OPEN_PILOT_INVALID",
        (None, 5_994, 5_994),
        X1,
        False,
        INTERNAL,
        ("pilot state 6", OPENED.format(7), "fault 5"),
    ),
    Strike(
        "F9 full scale",
        ("fault", {"kind": "cp_adc_stuck", "mv": 22_727}),
        AT_ONCE_MS,
        "OPEN_PILOT_INVALID",
        (None, 5_994, 5_994),
        X1,
        False,
        INTERNAL,
        ("pilot state 6", OPENED.format(7), "fault 5"),
    ),
    Strike(
        "F9 line held at -12 V",
        ("ev", {"state": "F"}),
        AT_ONCE_MS,
        "OPEN_PILOT_INVALID",
        ("F", -12_000, -12_000),
        X1,
        False,
        INTERNAL,
        ("pilot state 5", OPENED.format(7), "fault 5"),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_opens_and_shows_why_when_the_pilot_says_so(rig, row):
    strike(rig, row)


def test_never_closes_when_the_diode_is_shorted_from_the_start(rig):
    """F6."""
    rig.plug()
    rig.fault("diode_short")
    rig.swipe()
    rig.wait_told("Faulted", "OtherError")
    rig.do("ev", state="C")

    rig.run_s(20)

    check_outputs(rig, ended("OPEN_DIODE", OTHER, "fault 14", pilot=("C", 5_622, 5_622)))
    assert not any("contactor closed" in text for text in rig.events())


def test_takes_no_notice_of_a_glitch_of_one_burst(rig):
    """F10: 9 V for 10 to 19 ms, at fifty places of the burst grid."""
    rig.charge()
    rig.speed(2)
    for _ in range(50):
        rig.do("ev", state="B", ms=10)
        rig.run_s(0.083)

    assert rig.events() == []
    rig.run_s(2)
    check_charging(rig)


@pytest.mark.parametrize("ohm", [612, 1_254])
def test_decodes_no_wrong_state_in_c_with_noise_and_a_corner_resistor(rig, ohm):
    """F11 and F12: +-0.4 V for three minutes."""
    rig.charge(ohm=ohm)
    rig.fault("cp_noise", mv=400)
    rig.speed(200)

    rig.run_s(200)

    check_charging(rig, high_mv={612: 4_990, 1_254: 6_987}[ohm])
    assert [text for text in rig.events() if "pilot" in text or "contactor" in text] == []


@pytest.mark.parametrize("ohm", [1_870, 4_610])
def test_decodes_no_wrong_state_in_b_with_noise_and_a_corner_resistor(rig, ohm):
    """F11 and F12: +-0.4 V without PWM, then three minutes with it."""
    rig.plug(ohm=ohm)
    rig.run_s(1)
    rig.note()
    rig.fault("cp_noise", mv=400)
    rig.speed(100)
    rig.run_s(50)
    rig.swipe()
    rig.run_s(150)

    row = rig.row()
    assert (row["pilot_state"], row["contactor"], row["status"]) == ("B", "open", "SuspendedEV")
    assert row["duty_permille"] == PWM_32_A
    assert [text for text in rig.events() if "pilot" in text or "contactor" in text] == []


@pytest.mark.parametrize(("state", "ohm"), [("B", 1_870), ("B", 4_610), ("C", 612), ("C", 1_254)])
def test_decodes_the_corner_resistors(rig, state, ohm):
    """F12: without noise, without PWM, reached from A."""
    rig.do("ev", state=state, ohm=ohm)

    row = rig.until(lambda row: row["pilot_state"] == state, f"state {state}")
    rig.run_s(10)

    assert rig.row()["pilot_state"] == state
    assert (row["contactor"], row["duty_permille"]) == ("open", X1)
    wrong = {"B": "pilot state 2", "C": "pilot state 3"}[state]
    assert not any(wrong in text for text in rig.events())


def test_tells_a_short_pulse_to_c_and_does_nothing(rig):
    """F13: 200 ms in B1, no session."""
    rig.plug()
    rig.run_s(1)
    rig.note()
    rig.do("ev", state="C", ms=200)
    rig.run_s(2)

    row = rig.row()
    assert (row["contactor"], row["pilot_state"], row["duty_permille"]) == ("open", "B", X1)
    assert row["status"] == "Preparing"
    assert [text for text in rig.events() if "pilot" in text] == [
        "connector 1: short pilot pulse, state 2"
    ]
    assert not any("contactor" in text for text in rig.events())


def test_holds_the_pilot_low_when_it_is_out_of_service_for_good(rig):
    """R35, F23: the pilot says so to the car."""
    rig.charge()
    rig.do("weld", active=True)
    rig.do("ev", state="B")

    row = rig.until(lambda row: row["duty_permille"] == LOW, "the static -12 V")

    assert (row["pilot_high_mv"], row["pilot_low_mv"]) == (-12_000, -12_000)
