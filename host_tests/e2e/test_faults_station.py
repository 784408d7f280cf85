"""F36, F38 and F40 on the real VM: the meter, the loop and the supply."""

from fault_rig import X1, report
from strike import check_charging, check_outputs, ended

OPENED = "contactor opened, reason {}"


def test_opens_when_the_loop_is_held_up_and_goes_on(rig):
    """F38: 150 ms."""
    rig.charge()
    rig.speed(1)
    rig.do("fault", kind="loop_block", ms=150)

    command_ms, dead_ms, row = rig.opened()

    assert row["open_reason"] == "OPEN_LOOP_GAP"
    assert 100 <= command_ms <= 180
    report("F38", "loop held up for 150 ms", 180, command_ms, dead_ms)
    rig.until(lambda row: row["contactor"] == "closed", "the session to go on")
    rig.until(lambda row: row["status"] == "Charging", "Charging")
    rig.run_s(2)
    check_charging(rig)
    texts = rig.events()
    assert any("safety step" in text for text in texts)
    assert any(OPENED.format(14) in text for text in texts)


def test_is_dead_long_before_the_watchdog_bites_when_the_loop_hangs(rig):
    """F38: 3 s. The one-shot drops the coil, the watchdog restarts the chip."""
    rig.charge()
    rig.speed(1)
    before_ms = rig.bench.ctl("status")["station"]["simulated_ms"]
    rig.do("fault", kind="loop_block", ms=3_000)
    rig.until_reset()

    status = rig.bench.ctl("status")
    row = status["connectors"][0]
    boot_at_ms = status["station"]["simulated_ms"] - status["station"]["uptime_ms"]
    dead_ms = row["switched_at_ms"] + boot_at_ms - before_ms
    assert dead_ms <= 200
    report("F38", "loop held up for 3 s", 200, None, dead_ms)
    assert status["station"]["liveness"]["reset_cause"] == "watchdog"
    assert (row["contactor"], row["open_reason"]) == ("open", "OPEN_BOOT")


def test_boots_dead_after_a_power_cut_with_the_car_in_c(rig):
    """F40: no session, no current; with a card everything is checked anew."""
    rig.charge()
    rig.power_cycle()
    rig.run_s(20)

    told = "Preparing", "NoError"
    check_outputs(rig, ended("OPEN_BOOT", told, "boot number", "self-test, result 0"))
    assert not any("contactor closed" in text for text in rig.events())
    rig.swipe()
    rig.until(lambda row: row["status"] == "Charging", "Charging")
    rig.run_s(2)
    check_charging(rig)


def test_pauses_when_the_meter_is_silent_and_goes_on_when_it_answers(rig):
    """F36: after 10 s."""
    rig.charge()
    rig.fault("meter_silent")
    began_ms = rig.row()["fault_at_ms"]
    rig.speed(10)
    status = rig.bench.wait_sim(
        lambda status: status["connectors"][0]["duty_permille"] == X1, "the end of the offer"
    )
    took_ms = status["station"]["uptime_ms"] - began_ms
    assert 10_000 <= took_ms <= 12_500
    report("F36", "meter silent, to the end of the offer", 12_500, took_ms)
    row = rig.until(lambda row: row["contactor"] == "open", "an open contactor")
    assert row["open_reason"] == "OPEN_STOP_TIMEOUT"

    rig.run_s(2)
    told = "SuspendedEVSE", "PowerMeterFailure"
    check_outputs(rig, ended("OPEN_STOP_TIMEOUT", told, "meter silent", locked=True))
    rig.clear("meter_silent")
    rig.until(lambda row: row["contactor"] == "closed", "the session to go on")
    rig.until(lambda row: row["status"] == "Charging", "Charging")
    rig.run_s(2)
    check_charging(rig)


def test_never_counts_less_than_before_when_the_meter_runs_backwards(rig):
    """F36."""
    rig.charge()
    rig.fault("meter_backwards")
    rig.run_s(30)
    rig.swipe()
    rig.until(lambda row: row["transaction_id"] is None, "the end of the session")
    rig.bench.wait_told()

    calls = rig.bench.server.history
    start = calls.calls("CP01", "StartTransaction")[-1]
    stop = calls.calls("CP01", "StopTransaction")[-1]
    assert stop["meterStop"] >= start["meterStart"]
