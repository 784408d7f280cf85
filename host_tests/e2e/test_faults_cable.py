"""F8, F21, F27 to F30 and F32 on the real VM: cable, lock, earth, rails, and the self-tests."""

import pytest
from fault_rig import LOW, X1, report
from strike import AT_ONCE_MS, HELD_C, Strike, check_charging, check_outputs, ended, strike

OTHER = ("Faulted", "OtherError")
INTERNAL = ("Faulted", "InternalError")
OPENED = "contactor opened, reason {}"
RAILS_MS = 1_000  # F8
LOCK_MS = 500  # R25
NO_TRIP_MS = 1_000  # F21
NO_RELEASE_MS = 3_000
BOOT_MS = 300  # until the test begins, and a poll of the status

ROWS = (
    Strike(
        "F8 +10 V",
        ("fault", {"kind": "rail_plus", "mv": 10_000}),
        RAILS_MS,
        "OPEN_PILOT_SUPPLY",
        ("C", 5_057, 5_057),
        X1,
        False,
        INTERNAL,
        (OPENED.format(26), "fault 5"),
    ),
    Strike(
        "F8 -9 V",
        ("fault", {"kind": "rail_minus", "mv": -9_000}),
        RAILS_MS,
        "OPEN_DIODE",  # which is the faster one to see it
        HELD_C,
        X1,
        False,
        OTHER,
        (OPENED.format(5), "fault 14"),
    ),
    Strike(
        "F27 open",
        ("fault", {"kind": "pp_open"}),
        AT_ONCE_MS,
        "OPEN_PROXIMITY",
        HELD_C,
        X1,
        False,
        OTHER,
        (OPENED.format(22), "fault 14"),
    ),
    Strike(
        "F27 short",
        ("fault", {"kind": "pp_short"}),
        AT_ONCE_MS,
        "OPEN_PROXIMITY",
        HELD_C,
        X1,
        False,
        OTHER,
        (OPENED.format(22), "fault 14"),
    ),
    Strike(
        "F27 32 A to 63 A",
        ("fault", {"kind": "pp_ohm", "ohm": 100}),
        AT_ONCE_MS,
        "OPEN_PROXIMITY",
        HELD_C,
        X1,
        False,
        OTHER,
        (OPENED.format(22), "fault 14"),
    ),
    Strike(
        "F27 32 A to 13 A",
        ("fault", {"kind": "pp_ohm", "ohm": 1_500}),
        AT_ONCE_MS,
        "OPEN_PROXIMITY",
        HELD_C,
        X1,
        False,
        OTHER,
        (OPENED.format(22), "fault 14"),
    ),
    Strike(
        "F30 feedback",
        ("fault", {"kind": "lock_feedback_lost"}),
        LOCK_MS,
        "OPEN_LOCK_LOST",
        HELD_C,
        X1,
        False,
        ("Faulted", "ConnectorLockFailure"),
        (OPENED.format(19), "fault 1"),
    ),
    Strike(
        "F32",
        ("fault", {"kind": "pe_lost"}),
        AT_ONCE_MS,
        "OPEN_PE_LOST",
        ("A", 12_000, 12_000),
        X1,
        False,
        OTHER,
        (OPENED.format(21), "fault 14"),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_opens_and_shows_why(rig, row):
    strike(rig, row)


# F28 (gaps between the bands) and F29: Ohm, mA of the cable, duty.
CABLES = (
    (150, 32_000, 533),
    (350, 20_000, 333),
    (1_000, 13_000, 216),
    (1_500, 13_000, 216),
    (680, 20_000, 333),
    (100, 63_000, 533),
)


@pytest.mark.parametrize(("ohm", "cable_ma", "duty"), CABLES)
def test_offers_no_more_than_the_cable_carries(rig, ohm, cable_ma, duty):
    rig.fault("pp_ohm", ohm=ohm)
    rig.charge(2)

    assert rig.row()["cable_ma"] == cable_ma
    assert rig.row()["drawn_ma"] <= cable_ma
    check_charging(rig, duty)


def test_never_raises_the_offer_within_a_session(rig):
    """F27: a 13 A cable that turns into one of 32 A."""
    rig.fault("pp_ohm", ohm=1_500)
    rig.charge()
    rig.speed(1)
    rig.clear("pp_ohm")

    command_ms, dead_ms, row = rig.opened()

    assert command_ms <= AT_ONCE_MS
    report("F27 13 A to 32 A", "fault pp_ohm ends", AT_ONCE_MS, command_ms, dead_ms)
    rig.wait_told(*OTHER)
    rig.run_s(2)
    check_outputs(rig, ended("OPEN_PROXIMITY", OTHER, OPENED.format(22), "fault 14", "stopped"))


@pytest.mark.parametrize("kind", ["pp_open", "pp_short", "pe_lost", "rail_plus", "temp_open"])
def test_never_closes_when_it_is_so_from_the_start(rig, kind):
    fields = {"mv": 10_000} if kind == "rail_plus" else {}
    rig.fault(kind, **fields)
    rig.run_s(2)
    rig.plug()
    rig.swipe()
    rig.do("ev", state="C")

    rig.run_s(20)

    row = rig.row()
    assert (row["contactor"], row["duty_permille"], row["offered_ma"]) == ("open", X1, 0)
    assert row["status"] not in ("Charging", "SuspendedEV")
    assert not any("contactor closed" in text for text in rig.events())


def test_closes_nothing_when_the_lock_does_not_arrive(rig):
    """F30: a jammed bolt, every try."""
    rig.do("lock", jam=True)
    rig.plug()
    rig.swipe()
    rig.wait_told("Faulted", "ConnectorLockFailure")
    rig.do("ev", state="C")

    rig.run_s(20)

    row = rig.row()
    assert (row["contactor"], row["locked"], row["duty_permille"]) == ("open", False, X1)
    assert (row["status"], row["error_code"]) == ("Faulted", "ConnectorLockFailure")
    assert any("lock did not reach" in text for text in rig.events())
    assert not any("contactor closed" in text for text in rig.events())


# F21: kind, its number, result in the event log, when the verdict is due.
SELF_TESTS = (
    ("rcd_test_dead", {}, 1, NO_TRIP_MS),
    ("rcd_stuck", {}, 2, NO_RELEASE_MS),
    ("rcd_slow", {"ms": 3_500}, 2, NO_RELEASE_MS),
)


@pytest.mark.parametrize(("kind", "fields", "result", "limit_ms"), SELF_TESTS)
def test_is_out_of_service_when_the_monitor_fails_its_test(rig, kind, fields, result, limit_ms):
    """F21: at boot; a reset does not help, a power cycle with a whole monitor does."""
    rig.fault(kind, **fields)
    rig.speed(3)
    rig.bench.ctl("power_cycle")
    status = rig.bench.wait_sim(
        lambda status: status["connectors"][0]["permanent_reason"] == "OPEN_SELF_TEST", "a verdict"
    )
    took_ms = status["station"]["uptime_ms"]
    assert limit_ms <= took_ms <= limit_ms + BOOT_MS
    report("F21", f"fault {kind}, then boot", limit_ms + BOOT_MS, took_ms)
    rig.until_reset()
    rig.wait_told(*INTERNAL)
    rig.clear(kind)

    rig.bench.call("Reset", type="Hard")
    rig.until_reset()
    rig.plug()
    rig.swipe()
    rig.do("ev", state="C")
    rig.run_s(10)

    row = rig.row()
    assert (row["contactor"], row["duty_permille"], row["self_tested"]) == ("open", LOW, False)
    assert (row["status"], row["error_code"]) == INTERNAL
    assert row["permanent_reason"] == "OPEN_SELF_TEST"
    rig.do("unplug")
    rig.power_cycle()
    row = rig.until(lambda row: row["status"] == "Available", "a healthy connector")
    assert row["permanent_reason"] is None
