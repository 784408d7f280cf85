"""OCTT 1.6 core cases: charging sessions. Source: public test case document 2024-04."""

import pytest
from octt import INVALID_TAG, TAG, TAG_2, TOLERANCE_S

from chargecore_tools.csms.registers import instant


def test_tc_003_regular_charging_session_plugin_first(bench):
    bench.plug()
    bench.expect_status(1, "Preparing")
    bench.swipe(TAG)
    assert bench.expect("Authorize").payload == {"idTag": TAG}
    start = bench.started()

    assert start["meterStart"] == 0
    assert bench.sim_status()["contactor"] == "closed"


def test_tc_004_1_regular_charging_session_identification_first(bench):
    bench.authorized()
    bench.plug()
    bench.started()

    assert bench.count("Authorize") == 1


def test_tc_004_2_identification_first_connection_timeout(bench):
    bench.config(ConnectionTimeOut=20)
    prepared = bench.authorized()
    free = bench.expect_status(1, "Available")

    assert bench.gap_s(prepared, free) == pytest.approx(20, abs=TOLERANCE_S)
    bench.plug()  # the authorization is dropped
    bench.expect_status(1, "Preparing")
    bench.quiet("StartTransaction", 15)


def test_tc_005_1_ev_side_disconnected(bench):
    bench.config(
        MinimumStatusDuration=0,
        StopTransactionOnEVSideDisconnect="true",
        UnlockConnectorOnEVSideDisconnect="true",
    )
    bench.charging()
    bench.unplug()
    bench.stopped(reason="EVDisconnected")
    bench.wait_sim(lambda status: not status["connectors"][0]["locked"], "the unlocked cable")

    bench.expect_status(1, "Available")


def test_tc_005_2_ev_side_disconnected_stays_locked(bench):
    bench.config(
        MinimumStatusDuration=0,
        StopTransactionOnEVSideDisconnect="true",
        UnlockConnectorOnEVSideDisconnect="false",
    )
    bench.charging()
    bench.unplug()
    bench.stopped(reason="EVDisconnected")
    assert bench.sim_status()["locked"] is True

    assert bench.call("UnlockConnector", connectorId=1)["status"] == "Unlocked"
    bench.expect_status(1, "Available")


def test_tc_005_3_ev_side_disconnected_goes_on(bench):
    bench.config(
        MinimumStatusDuration=0,
        StopTransactionOnEVSideDisconnect="false",
        UnlockConnectorOnEVSideDisconnect="false",
    )
    start = bench.charging()
    bench.unplug()
    suspended = bench.expect_status(1, "SuspendedEV")
    assert suspended.payload["info"] == "EV side disconnected"
    assert bench.count("StopTransaction") == 0

    answer = bench.call("RemoteStopTransaction", transactionId=start.answer["transactionId"])
    assert answer["status"] == "Accepted"
    bench.stopped(reason="Remote")


@pytest.mark.parametrize("is_asked", ["true", "false"])
def test_tc_010_remote_start_cable_plugged_in_first(bench, is_asked):
    bench.config(AuthorizeRemoteTxRequests=is_asked)
    assert bench.config_value("AuthorizeRemoteTxRequests") == is_asked
    bench.plug()
    bench.expect_status(1, "Preparing")

    answer = bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG)

    assert answer["status"] == "Accepted"
    if is_asked == "true":
        bench.expect("Authorize", idTag=TAG)
    bench.started()
    assert bench.count("Authorize") == (1 if is_asked == "true" else 0)


@pytest.mark.parametrize("is_asked", ["true", "false"])
def test_tc_011_1_remote_start_first(bench, is_asked):
    bench.config(AuthorizeRemoteTxRequests=is_asked)
    assert bench.config_value("AuthorizeRemoteTxRequests") == is_asked

    assert bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG)["status"] == "Accepted"
    if is_asked == "true":
        bench.expect("Authorize", idTag=TAG)
    bench.expect_status(1, "Preparing")
    bench.plug()
    bench.started()
    assert bench.count("Authorize") == (1 if is_asked == "true" else 0)


def test_tc_011_2_remote_start_time_out(bench):
    bench.config(ConnectionTimeOut=20)
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG)["status"] == "Accepted"
    bench.expect("Authorize", idTag=TAG)
    prepared = bench.expect_status(1, "Preparing")
    free = bench.expect_status(1, "Available")

    assert bench.gap_s(prepared, free) == pytest.approx(20, abs=TOLERANCE_S)
    bench.plug()
    bench.expect_status(1, "Preparing")
    bench.quiet("StartTransaction", 15)


def test_tc_012_remote_stop(bench):
    start = bench.charging()
    bench.wait_wh(5)

    answer = bench.call("RemoteStopTransaction", transactionId=start.answer["transactionId"])

    assert answer["status"] == "Accepted"
    stop = bench.stopped(reason="Remote", transactionId=start.answer["transactionId"])
    assert "idTag" not in stop.payload
    assert stop["meterStop"] == bench.sim_status()["register_wh"] >= 5


def test_tc_017_1_unlock_connector_without_session(bench):
    assert bench.call("UnlockConnector", connectorId=1)["status"] == "Unlocked"


def test_tc_017_2_unlock_connector_without_session_fixed_cable(bench_factory):
    bench = bench_factory(station={"cable": "tethered"}).booted()

    assert bench.call("UnlockConnector", connectorId=1)["status"] == "NotSupported"


def test_tc_018_1_unlock_connector_with_session(bench):
    bench.charging()

    assert bench.call("UnlockConnector", connectorId=1)["status"] == "Unlocked"
    bench.stopped(reason="UnlockCommand")
    bench.unplug()
    bench.expect_status(1, "Available")


def test_tc_018_2_unlock_connector_with_session_fixed_cable(bench_factory):
    bench = bench_factory(station={"cable": "tethered"}).booted()
    bench.charging()

    assert bench.call("UnlockConnector", connectorId=1)["status"] == "NotSupported"
    bench.quiet("StopTransaction", 20)
    assert bench.sim_status()["status"] == "Charging"


def test_tc_023_authorize_invalid(bench):
    bench.config(MinimumStatusDuration=10, LocalPreAuthorize="true")
    bench.plug()
    bench.expect_status(1, "Preparing")
    bench.swipe(INVALID_TAG)
    bench.expect("Authorize", idTag=INVALID_TAG)

    bench.quiet("StartTransaction", 30)
    assert bench.sim_status()["status"] == "Preparing"


def test_tc_023_4_authorize_invalid_tag_first(bench):
    bench.config(MinimumStatusDuration=10, LocalPreAuthorize="true")
    bench.swipe(INVALID_TAG)
    bench.expect("Authorize", idTag=INVALID_TAG)
    bench.plug()
    bench.expect_status(1, "Preparing")

    bench.quiet("StartTransaction", 30)
    assert bench.sim_status()["contactor"] == "open"


def test_tc_023_5_remote_start_authorize_invalid(bench):
    bench.config(AuthorizeRemoteTxRequests="true", ConnectionTimeOut=20)
    answer = bench.call("RemoteStartTransaction", connectorId=1, idTag=INVALID_TAG)
    assert answer["status"] == "Accepted"
    bench.expect("Authorize", idTag=INVALID_TAG)
    bench.plug()
    prepared = bench.expect_status(1, "Preparing")

    bench.quiet("StartTransaction", 10)
    fallen_back = bench.expect_status(1, "Finishing")
    assert bench.gap_s(prepared, fallen_back) == pytest.approx(20, abs=TOLERANCE_S)


def test_tc_024_lock_failure(bench):
    bench.ctl("lock", connector=1, jam=True)
    assert bench.config_value("AuthorizeRemoteTxRequests") == "true"
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG)["status"] == "Accepted"
    bench.expect("Authorize", idTag=TAG)
    bench.expect_status(1, "Preparing")
    bench.plug()
    bench.expect(
        "StatusNotification",
        connectorId=1,
        status="Faulted",
        errorCode="ConnectorLockFailure",
    )

    bench.quiet("StartTransaction", 20)
    assert bench.sim_status()["contactor"] == "open"


def test_tc_026_remote_start_rejected(bench):
    bench.config(LocalPreAuthorize="false")
    bench.charging()
    asked = bench.count("Authorize")

    answer = bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG_2)

    assert answer["status"] == "Rejected"
    bench.quiet("StopTransaction", 20)
    assert bench.count("Authorize") == asked
    assert bench.sim_status()["status"] == "Charging"


def test_tc_027_remote_start_connector_0(bench):
    answer = bench.call("RemoteStartTransaction", connectorId=0, idTag=TAG)

    assert answer["status"] == "Rejected"
    bench.plug()
    bench.expect_status(1, "Preparing")
    bench.quiet("StartTransaction", 20)
    assert bench.count("Authorize") == 0


def test_tc_028_remote_stop_rejected(bench):
    start = bench.charging()

    answer = bench.call("RemoteStopTransaction", transactionId=start.answer["transactionId"] + 1)

    assert answer["status"] == "Rejected"
    bench.quiet("StopTransaction", 20)
    assert bench.sim_status()["status"] == "Charging"


def test_tc_030_unlock_failure(bench):
    bench.ctl("lock", connector=1, jam=True)

    assert bench.call("UnlockConnector", connectorId=1)["status"] == "UnlockFailed"


def test_tc_031_unlock_unknown_connector(bench):
    assert bench.call("UnlockConnector", connectorId=9)["status"] == "NotSupported"


def test_tc_041_fault_behavior(bench):
    bench.ctl("fault", connector=1, kind="OtherError", active=True)
    bench.expect("StatusNotification", connectorId=1, status="Faulted", errorCode="OtherError")
    bench.plug()
    bench.swipe(TAG)

    bench.quiet("StartTransaction", 30)
    assert bench.sim_status()["contactor"] == "open"

    bench.ctl("fault", connector=1, kind="OtherError", active=False)
    cleared = bench.expect("StatusNotification", connectorId=1, errorCode="NoError")
    assert cleared["status"] in ("Available", "Preparing")


def test_tc_068_stop_with_the_same_id_tag(bench):
    bench.charging()
    asked = bench.count("Authorize")
    bench.swipe(TAG_2)
    bench.quiet("StopTransaction", 20)
    assert bench.count("Authorize") == asked

    bench.swipe(TAG)
    stop = bench.stopped(idTag=TAG)
    assert stop.payload.get("reason", "Local") == "Local"


def test_tc_069_stop_with_the_same_parent(bench_factory):
    tags = {TAG: {"parentIdTag": "FAMILY"}, TAG_2: {"parentIdTag": "family"}}
    bench = bench_factory(tags=tags).booted()
    bench.charging()
    bench.swipe(TAG_2)
    bench.expect("Authorize", idTag=TAG_2)
    stop = bench.stopped(idTag=TAG_2)
    assert stop.payload.get("reason", "Local") == "Local"


def test_tc_070_sampled_meter_values(bench):
    wanted = "Energy.Active.Import.Register,Voltage,Current.Import"
    bench.config(
        MeterValueSampleInterval=10, ClockAlignedDataInterval=0, MeterValuesSampledData=wanted
    )
    assert bench.config_value("MeterValuesSampledData") == wanted
    start = bench.charging()
    values = [bench.expect("MeterValues") for _ in range(3)]

    began = instant(start["timestamp"])
    assert [(_at(value) - began).total_seconds() for value in values] == [10, 20, 30]
    for value in values:
        assert value["transactionId"] == start.answer["transactionId"]
        samples = value["meterValue"][0]["sampledValue"]
        assert {sample["context"] for sample in samples} == {"Sample.Periodic"}
        assert {sample["measurand"] for sample in samples} == set(wanted.split(","))
        voltages = [sample for sample in samples if sample["measurand"] == "Voltage"]
        assert [sample["phase"] for sample in voltages] == ["L1-N", "L2-N", "L3-N"]


def test_samples_the_register_when_the_list_is_empty(bench):
    """M11."""
    bench.config(MeterValueSampleInterval=10, MeterValuesSampledData="")
    bench.charging()

    samples = bench.expect("MeterValues")["meterValue"][0]["sampledValue"]

    assert [sample["measurand"] for sample in samples] == ["Energy.Active.Import.Register"]


def test_tc_071_clock_aligned_meter_values(bench):
    bench.config(MeterValueSampleInterval=0, ClockAlignedDataInterval=20)
    assert bench.config_value("MeterValuesAlignedData") == "Energy.Active.Import.Register"
    bench.charging()
    values = [bench.expect("MeterValues") for _ in range(3)]

    gaps = [(_at(b) - _at(a)).total_seconds() for a, b in zip(values, values[1:])]
    assert gaps == [20, 20]
    for value in values:
        samples = value["meterValue"][0]["sampledValue"]
        assert [sample["measurand"] for sample in samples] == ["Energy.Active.Import.Register"]
        assert samples[0]["context"] == "Sample.Clock"
        assert _at(value).second % 20 == 0


def _at(meter_values):
    return instant(meter_values["meterValue"][0]["timestamp"])


def test_sends_transaction_data_when_asked(bench):
    bench.config(MeterValueSampleInterval=10, StopTxnSampledData="Energy.Active.Import.Register")
    start = bench.charging()
    bench.expect("MeterValues")
    bench.call("RemoteStopTransaction", transactionId=start.answer["transactionId"])
    stop = bench.stopped()

    contexts = [
        sample["context"] for value in stop["transactionData"] for sample in value["sampledValue"]
    ]
    assert contexts[0] == "Transaction.Begin"
    assert contexts[-1] == "Transaction.End"
    assert "Sample.Periodic" in contexts[1:-1]
