"""OCTT 1.6 core cases: starts without the server. Source: public test case document 2024-04.

And what the cases leave out: the cache over power cuts, faults while nobody listens.
"""

import pytest
from octt import TAG, TAG_2

from chargecore_tools.csms.registers import instant

_FAMILY = "FAMILY"
_OFFLINE = {
    "AllowOfflineTxForUnknownId": "true",
    "AuthorizationCacheEnabled": "true",
    "LocalAuthorizeOffline": "true",
}


def _cached(bench, tag=TAG):
    """Put a tag into the cache by a card that is held to the reader twice."""
    bench.config(**_OFFLINE)
    bench.authorized(tag)
    bench.swipe(tag)
    bench.expect_status(1, "Available")


def _offline(bench):
    bench.settled()
    bench.ctl("network", up=False)
    bench.wait_sim(lambda status: not status["station"]["connected"], "an outage")


def _online(bench):
    bench.ctl("network", up=True)


def _status_is(bench, wanted):
    bench.wait_sim(lambda status: status["connectors"][0]["status"] == wanted, wanted)


def _starts_offline(bench, tag=TAG):
    """Cut the connection and start. Return when it was."""
    _offline(bench)
    bench.plug()
    _status_is(bench, "Preparing")
    bench.swipe(tag)
    _status_is(bench, "Charging")
    return bench.sim.now()


def _check_time(call, began):
    assert abs((instant(call["timestamp"]) - began).total_seconds()) <= 5


def test_tc_037_1_offline_start_transaction_valid_id(bench):
    _cached(bench)
    began = _starts_offline(bench)
    bench.wait_wh(5)
    asked = bench.count("Authorize")
    _online(bench)

    start = bench.started()

    _check_time(start, began)
    assert start["meterStart"] == 0
    assert bench.count("Authorize") == asked
    assert bench.count("BootNotification") == 1
    bench.quiet("StopTransaction", 20)
    assert bench.sim_status()["status"] == "Charging"


def _invalidated(bench):
    """Cached as Accepted; the server has changed its mind while the connection was gone."""
    _cached(bench)
    began = _starts_offline(bench)
    bench.server.rules.set_tag(TAG, "Invalid")
    bench.wait_wh(5)
    _online(bench)
    start = bench.started()
    _check_time(start, began)
    assert start.answer["idTagInfo"]["status"] == "Invalid"
    return start


def test_tc_037_2_offline_start_transaction_invalid_id_keeps_the_transaction(bench):
    bench.config(StopTransactionOnInvalidId="false", MaxEnergyOnInvalidId="0")
    _invalidated(bench)

    bench.expect_status(1, "SuspendedEVSE")

    bench.quiet("StopTransaction", 30)
    row = bench.sim_status()
    assert (row["contactor"], row["offered_ma"], row["drawn_ma"]) == ("open", 0, 0)


def test_tc_037_3_offline_start_transaction_invalid_id_stops_the_transaction(bench):
    bench.config(StopTransactionOnInvalidId="true", MaxEnergyOnInvalidId="0")
    start = _invalidated(bench)

    stop = bench.stopped(reason="DeAuthorized", transactionId=start.answer["transactionId"])

    row = bench.sim_status()
    assert stop["meterStop"] == row["register_wh"]
    assert (row["contactor"], row["locked"]) == ("open", True)
    bench.swipe(TAG_2)  # somebody else
    bench.quiet("StatusNotification", 10)
    assert bench.sim_status()["locked"]
    bench.swipe(TAG)
    bench.wait_sim(lambda status: not status["connectors"][0]["locked"], "a free cable")


@pytest.mark.parametrize("stops", ["true", "false"])
def test_max_energy_on_invalid_id_flows_before_the_end(bench, stops):
    bench.config(StopTransactionOnInvalidId=stops, MaxEnergyOnInvalidId="40")
    _invalidated(bench)

    if stops == "true":
        stop = bench.stopped(reason="DeAuthorized")
        assert 40 <= stop["meterStop"] <= 45
    else:
        bench.expect_status(1, "SuspendedEVSE")
        bench.quiet("StopTransaction", 10)
        assert 40 <= bench.sim_status()["register_wh"] <= 45


def test_tc_039_offline_transaction(bench):
    bench.config(MeterValueSampleInterval=10)
    _cached(bench)
    began = _starts_offline(bench)
    bench.quiet("StartTransaction", 25)
    bench.swipe(TAG)
    _status_is(bench, "Finishing")
    ended = bench.sim.now()
    bench.unplug()
    _status_is(bench, "Available")
    register_wh = bench.sim_status()["register_wh"]
    _online(bench)

    calls = bench.collect_until("StopTransaction")

    start, stop = calls[0], calls[-1]
    assert start.action == "StartTransaction"
    _check_time(start, began)
    _check_time(stop, ended)
    transaction_id = start.answer["transactionId"]
    assert stop["transactionId"] == transaction_id
    assert stop.payload.get("reason", "Local") == "Local"
    assert stop["meterStop"] == register_wh
    values = [call for call in calls if call.action == "MeterValues"]
    assert len(values) >= 2
    assert {call["transactionId"] for call in values} == {transaction_id}
    assert len(values) == len(calls) - 2
    assert bench.count("BootNotification") == 1


# ---- the cache over cuts and resets (errata 3.4) ----


@pytest.mark.parametrize("end", ["kill", "power_cycle", "Hard", "Soft"])
def test_a_cached_tag_starts_offline_after_every_kind_of_restart(bench, end):
    _cached(bench)
    bench.config(AllowOfflineTxForUnknownId="false")

    if end == "kill":
        bench.sim.kill()
        bench.sim.start()
    elif end == "power_cycle":
        bench.ctl("power_cycle")
    else:
        assert bench.call("Reset", type=end)["status"] == "Accepted"
    bench.expect("BootNotification", timeout=30)
    bench.expect_statuses({0: "Available", 1: "Available"})

    began = _starts_offline(bench)
    _online(bench)
    _check_time(bench.started(), began)


def test_a_cleared_cache_stays_empty_over_a_power_cut(bench):
    _cached(bench)
    bench.config(AllowOfflineTxForUnknownId="false")
    assert bench.call("ClearCache")["status"] == "Accepted"
    bench.sim.kill()
    bench.sim.start()
    bench.booted()

    _offline(bench)
    bench.plug()
    _status_is(bench, "Preparing")
    bench.swipe(TAG)

    bench.quiet("StartTransaction", 20)
    assert bench.sim_status()["status"] == "Preparing"
    _online(bench)
    bench.expect_status(1, "Preparing")
    assert bench.config_value("AllowOfflineTxForUnknownId") == "false"


def test_offline_an_unknown_tag_charges_only_when_the_key_says_so(bench):
    bench.config(AllowOfflineTxForUnknownId="false")
    _offline(bench)
    bench.plug()
    _status_is(bench, "Preparing")
    bench.swipe(TAG)
    bench.quiet("StartTransaction", 15)
    assert bench.sim_status()["status"] == "Preparing"
    _online(bench)
    bench.expect_status(1, "Preparing")
    bench.config(AllowOfflineTxForUnknownId="true")
    _offline(bench)

    bench.swipe(TAG)
    _status_is(bench, "Charging")

    _online(bench)
    bench.started()


def test_offline_a_card_of_the_same_family_stops(bench_factory):
    info = {"status": "Accepted", "parentIdTag": _FAMILY}
    bench = bench_factory(tags={TAG: info, TAG_2: info}).booted()
    _cached(bench, TAG_2)
    start = bench.charging()
    _offline(bench)

    bench.swipe(TAG_2)
    _status_is(bench, "Finishing")
    _online(bench)

    stop = bench.stopped(transactionId=start.answer["transactionId"], idTag=TAG_2)
    assert stop.payload.get("reason", "Local") == "Local"


# ---- faults in a session; all kinds are in host_tests/stories/test_faults_in_session.py ----


@pytest.mark.parametrize("is_offline", [False, True])
@pytest.mark.parametrize(
    "kind, code, reason",
    [
        ("GroundFailure", "GroundFailure", "Other"),
        ("OtherError", "OtherError", "Other"),
        ("estop", "OtherError", "EmergencyStop"),
        ("coil_open", "PowerSwitchFailure", "Other"),
    ],
)
def test_a_fault_ends_the_session(bench, kind, code, reason, is_offline):
    start = bench.charging()
    bench.wait_wh(5)
    if is_offline:
        _offline(bench)

    bench.ctl("fault", connector=1, kind=kind, active=True)
    _status_is(bench, "Faulted")
    row = bench.sim_status()
    assert row["contactor"] == "open"
    bench.wait_sim(  # the pilot follows in the next full step
        lambda status: status["connectors"][0]["offered_ma"] == 0, "no offer", 1
    )
    register_wh = row["register_wh"]
    if is_offline:
        bench.quiet("StatusNotification", 20)
        _online(bench)
    stop, status = bench.expect_any(
        ("StopTransaction", {"transactionId": start.answer["transactionId"], "reason": reason}),
        ("StatusNotification", {"connectorId": 1, "status": "Faulted"}),
    )
    assert status["errorCode"] == code
    assert stop["meterStop"] == register_wh

    bench.unplug()
    bench.quiet("StartTransaction", 3)
    bench.ctl("fault", connector=1, kind=kind, active=False)
    bench.expect_status(1, "Available")
