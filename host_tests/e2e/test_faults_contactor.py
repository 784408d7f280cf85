"""F18 to F26 on the real VM: residual current, and a contactor that does not do as it is told."""

import pytest
from fault_rig import FAST, LOW, X1, report
from strike import AT_ONCE_MS, HELD_C, Strike, check_outputs, ended, strike

GROUND = ("Faulted", "GroundFailure")
SWITCH = ("Faulted", "PowerSwitchFailure")
OPENED = "contactor opened, reason {}"
LOW_F = ("F", -12_000, -12_000)  # out of service for good
RCD_MS = 20  # F18: the coil is off by itself

ROWS = (
    Strike(
        "F18",
        ("rcd", {"trip": True}),
        RCD_MS,
        "OPEN_RCD",
        HELD_C,
        X1,
        False,
        GROUND,
        (OPENED.format(3), "fault 3"),
    ),
    Strike(
        "F22",
        ("fault", {"kind": "rcd_open"}),
        AT_ONCE_MS,
        "OPEN_RCD",
        HELD_C,
        X1,
        False,
        GROUND,
        (OPENED.format(3), "fault 3"),
    ),
    Strike(
        "F25 feedback wire",
        ("fault", {"kind": "feedback_open"}),
        AT_ONCE_MS,
        "OPEN_FEEDBACK_LOST",
        HELD_C,
        X1,
        False,
        SWITCH,
        (OPENED.format(9), "fault 9"),
    ),
    Strike(
        "F25 coil wire",
        ("fault", {"kind": "coil_open"}),
        AT_ONCE_MS,
        "OPEN_FEEDBACK_LOST",
        HELD_C,
        X1,
        False,
        SWITCH,
        (OPENED.format(9), "fault 9"),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_opens_and_shows_why(rig, row):
    strike(rig, row)


@pytest.mark.parametrize(("name", "charged_s", "clears"), [("F19", 5, False), ("F20", 60, True)])
def test_may_be_tried_again_15_min_after_a_late_trip_only(rig, name, charged_s, clears):
    """F19: within 10 s of closing it is locked out; F20: later it clears after 15 minutes."""
    rig.charge(charged_s)
    rig.speed(1)
    rig.do("rcd", trip=True)
    command_ms, dead_ms, row = rig.opened()
    assert row["open_reason"] == "OPEN_RCD"
    rig.wait_told(*GROUND)
    rig.run_s(2)
    check_outputs(rig, ended("OPEN_RCD", GROUND, OPENED.format(3), "fault 3", "stopped"))
    rig.do("rcd", trip=False)
    rig.speed(200)
    rig.run_s(880)
    assert rig.row()["status"] == "Faulted"

    rig.run_s(40)

    told = ("Finishing", "NoError") if clears else GROUND
    check_outputs(rig, ended("OPEN_RCD", told))
    report(name, f"residual current {charged_s} s after closing", RCD_MS, command_ms, dead_ms)


def test_latches_a_weld_holds_the_plug_and_stays_out_of_service(rig):
    """F23: also over a power cycle, as long as the contacts are closed."""
    rig.charge()
    rig.do("weld", active=True)
    rig.speed(1)
    rig.do("ev", state="B")
    opened_at_ms = rig.until(lambda row: row["open_reason"] == "OPEN_EV_REQUEST", "B")[
        "opened_at_ms"
    ]

    status = rig.bench.wait_sim(
        lambda status: status["connectors"][0]["duty_permille"] == LOW, "state F"
    )
    latched_ms = status["station"]["uptime_ms"] - opened_at_ms
    rig.speed(FAST)
    rig.wait_told(*SWITCH)
    rig.run_s(2)

    assert 1_000 <= latched_ms <= 1_100
    report("F23", "weld, then car to B", 1_100, latched_ms)
    row = rig.row()
    assert (row["contactor"], row["locked"]) == ("closed", True)
    assert (row["pilot_high_mv"], row["pilot_low_mv"]) == (-12_000, -12_000)
    assert (row["status"], row["error_code"]) == SWITCH
    assert row["open_reason"] == "OPEN_WELDED"
    assert any("fault 9" in text for text in rig.events())
    rig.power_cycle()
    rig.until(lambda row: row["duty_permille"] == LOW, "state F after the boot")
    row = rig.row()
    assert (row["status"], row["error_code"], row["contactor"]) == (*SWITCH, "closed")


def test_opens_when_the_contactor_does_not_close_and_may_try_once_more(rig):
    """F24: 200 ms; the session ends, one more may follow after 30 s, then none."""
    rig.fault("coil_open")
    rig.plug()
    took_ms = _try_to_close(rig)
    assert 200 <= took_ms <= 250
    report("F24", "coil_open, then car to C", 250, took_ms)
    rig.wait_told(*SWITCH)
    rig.run_s(2)
    check_outputs(rig, ended("OPEN_NOT_CLOSING", SWITCH, OPENED.format(10), "fault 9"))
    opened_at_ms = rig.row()["opened_at_ms"]
    status = rig.bench.wait_sim(
        lambda status: status["connectors"][0]["status"] == "Finishing", "the end of the fault"
    )
    assert 30_000 <= status["station"]["uptime_ms"] - opened_at_ms <= 33_000

    took_ms = _try_to_close(rig)
    rig.run_s(100)
    rig.swipe()
    rig.run_s(100)

    assert 200 <= took_ms <= 250
    assert rig.row()["permanent_reason"] == "OPEN_NOT_CLOSING"
    check_outputs(rig, ended("OPEN_NOT_CLOSING", SWITCH, OPENED.format(10), pilot=LOW_F, duty=LOW))
    assert sum("contactor closed" in text for text in rig.events()) == 1


def _try_to_close(rig):
    """Start a session, ask for current. Return the ms from close to open."""
    rig.do("ev", state="B")
    rig.note()
    rig.swipe()
    rig.until(lambda row: 0 < row["duty_permille"] < X1, "an offer")
    rig.do("ev", state="C")
    rig.until(lambda row: row["status"] == "Faulted", "the fault")
    row = rig.row()
    assert row["open_reason"] == "OPEN_NOT_CLOSING"
    return row["opened_at_ms"] - row["closed_at_ms"]


def test_refuses_when_the_feedback_says_closed_at_boot(rig):
    """F26."""
    rig.fault("feedback_closed")
    rig.power_cycle()
    rig.until(lambda row: row["error_code"] == "PowerSwitchFailure", "the fault")
    rig.plug()
    rig.swipe()
    rig.do("ev", state="C")

    rig.run_s(20)

    check_outputs(rig, ended("OPEN_WELDED", SWITCH, "fault 9", pilot=LOW_F, duty=LOW))
    assert not any("contactor closed" in text for text in rig.events())
