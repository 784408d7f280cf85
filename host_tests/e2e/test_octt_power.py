"""OCTT 1.6 core cases: power failure, and what a power cut or an outage must not lose.

Source: public test case document 2024-04. Two kinds of cut: `power_cycle` leaves the car plugged,
SIGKILL does not. Neither gives the station a chance to write or say anything more.
"""

import pytest
from octt import TAG

from chargecore_tools.csms.registers import instant


def test_tc_032_2_power_failure_stops_the_transaction_after_the_boot(bench_factory):
    bench = bench_factory(connectors=2).booted()
    start = bench.charging()
    bench.wait_wh(8)

    bench.ctl("power_cycle")
    bench.expect("BootNotification")
    calls = [bench.next_call() for _ in range(4)]

    stop = _only(calls, "StopTransaction")
    statuses = {
        call["connectorId"]: call["status"]
        for call in calls
        if call.action == "StatusNotification"
    }
    _check_power_loss(bench, start, stop)
    assert stop["meterStop"] == bench.sim_status()["register_wh"]
    assert statuses[1] in ("Preparing", "Finishing")
    assert (statuses[0], statuses[2]) == ("Available", "Available")
    bench.quiet("StartTransaction", 20)


def test_tc_032_2_power_failure_for_good_while_charging(bench):
    start = bench.charging()
    bench.wait_wh(8)
    bench.sim.kill()

    bench.sim.start()
    bench.expect("BootNotification")
    calls = [bench.next_call() for _ in range(3)]

    stop = _only(calls, "StopTransaction")
    _check_power_loss(bench, start, stop)
    row = bench.sim_status()
    assert stop["meterStop"] == row["register_wh"] >= 8
    assert (row["status"], row["contactor"]) == ("Available", "open")
    again = bench.charging()
    assert again["meterStart"] == row["register_wh"]


def _only(calls, action):
    found = [call for call in calls if call.action == action]
    assert len(found) == 1, [call.text for call in calls]
    return found[0]


def _check_power_loss(bench, start, stop):
    assert stop["reason"] == "PowerLoss"
    assert stop["transactionId"] == start.answer["transactionId"]
    assert "idTag" not in stop.payload
    assert instant(start["timestamp"]) <= instant(stop["timestamp"]) <= bench.sim.now()


def test_delivers_a_start_that_the_cut_kept_from_being_answered(bench):
    bench.server.hooks.withhold("StartTransaction")
    bench.plug()
    bench.expect_status(1, "Preparing")
    bench.swipe(TAG)
    bench.expect("Authorize")
    first = bench.expect("StartTransaction")
    bench.sim.kill()

    bench.sim.start()
    bench.expect("BootNotification")
    calls = [bench.next_call() for _ in range(4)]

    again, stop = _only(calls, "StartTransaction"), _only(calls, "StopTransaction")
    assert again.payload == first.payload
    assert stop["transactionId"] == again.answer["transactionId"]
    assert stop["reason"] == "PowerLoss"


def test_keeps_settings_and_identity_over_a_power_cut(bench):
    bench.config(MeterValueSampleInterval=17, ConnectionTimeOut=33)
    bench.sim.kill()

    bench.sim.start()
    bench.booted()

    assert bench.config_value("MeterValueSampleInterval") == "17"
    assert bench.config_value("ConnectionTimeOut") == "33"


# ---- the network goes, the charge goes on ----


def test_tc_036_connection_loss_during_transaction(bench):
    bench.config(MeterValueSampleInterval=10)
    start = bench.charging()
    before = bench.expect("MeterValues")
    bench.wait_told()
    bench.settled()
    bench.ctl("network", up=False)
    _wait_simulated(bench, 45)
    bench.ctl("network", up=True)
    values = [before] + [bench.expect("MeterValues", timeout=20) for _ in range(6)]

    began = instant(start["timestamp"])
    offsets = [_offset_s(began, value) for value in values]
    assert offsets == [10 * number for number in range(1, 8)]
    samples = [value["meterValue"][0]["sampledValue"][0] for value in values]
    registers = [int(sample["value"]) for sample in samples]
    assert registers == sorted(registers)
    assert {sample.get("context", "Sample.Periodic") for sample in samples} == {"Sample.Periodic"}
    assert {sample.get("format", "Raw") for sample in samples} == {"Raw"}
    transaction_id = start.answer["transactionId"]
    assert {value["transactionId"] for value in values} == {transaction_id}
    assert bench.count("BootNotification") == 1


def test_tc_038_offline_stop_transaction(bench):
    start = bench.charging()
    bench.wait_wh(5)
    bench.settled()
    bench.ctl("network", up=False)
    bench.swipe(TAG)
    bench.wait_sim(lambda status: status["connectors"][0]["status"] == "Finishing", "Finishing")
    stopped_at = bench.sim.now()
    _wait_simulated(bench, 30)
    bench.ctl("network", up=True)

    stop = bench.stopped(transactionId=start.answer["transactionId"], idTag=TAG)

    assert stop.payload.get("reason", "Local") == "Local"
    assert stop["meterStop"] == bench.sim_status()["register_wh"]
    assert abs((instant(stop["timestamp"]) - stopped_at).total_seconds()) <= 3
    assert bench.count("BootNotification") == 1


def test_delivers_an_offline_end_in_order_after_an_outage_and_a_power_cut(bench):
    bench.config(MeterValueSampleInterval=10)
    start = bench.charging()
    bench.expect("MeterValues")
    bench.wait_told()
    bench.settled()
    bench.ctl("network", up=False)
    _wait_simulated(bench, 25)
    bench.swipe(TAG)
    bench.wait_sim(lambda status: status["connectors"][0]["status"] == "Finishing", "Finishing")
    register_wh = bench.sim_status()["register_wh"]
    bench.sim.kill()

    bench.sim.start()
    bench.expect("BootNotification")
    calls = bench.collect_until("StopTransaction")

    began = instant(start["timestamp"])
    values = [call for call in calls if call.action == "MeterValues"]
    assert [_offset_s(began, value) for value in values] == [20, 30]
    stop = calls[-1]
    assert stop["meterStop"] == register_wh
    assert stop.payload.get("reason", "Local") == "Local"
    assert 30 <= (instant(stop["timestamp"]) - began).total_seconds() <= 40
    bench.wait_told()


def _offset_s(began, meter_values):
    return (instant(meter_values["meterValue"][0]["timestamp"]) - began).total_seconds()


def _wait_simulated(bench, wait_s):
    bench.quiet("BootNotification", wait_s)


@pytest.mark.parametrize("cut", ["drop", "disconnect"])
def test_reconnects_without_a_boot_when_the_server_cuts_the_connection(bench, cut):
    bench.charging()
    bench.settled()

    getattr(bench.server, cut)("CP01")
    bench.swipe(TAG)

    bench.stopped(idTag=TAG)
    bench.wait_connections(2)
    assert bench.count("BootNotification") == 1
