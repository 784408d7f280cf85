"""OCTT 1.6 core cases: charging sessions. Source: public test case document 2024-04."""

import pytest
from octt import INVALID_TAG, SPEED, TAG, TAG_2, TOLERANCE_S


def test_tc_003_regular_charging_session_plugin_first(bench):
    bench.plug()
    bench.expect_status(1, "Preparing")
    bench.swipe(TAG)
    assert bench.expect("Authorize").payload == {"idTag": TAG}
    start, _status = bench.expect_any(
        ("StartTransaction", {"connectorId": 1, "idTag": TAG}),
        ("StatusNotification", {"connectorId": 1, "status": "Charging"}),
    )

    assert start.payload["meterStart"] == 0
    assert bench.sim_status()["contactor"] == "closed"


def test_tc_004_1_regular_charging_session_identification_first(bench):
    bench.authorized()
    bench.plug()
    bench.expect_any(
        ("StartTransaction", {"idTag": TAG}),
        ("StatusNotification", {"connectorId": 1, "status": "Charging"}),
    )

    assert bench.count("Authorize") == 1


def test_tc_004_2_identification_first_connection_timeout(bench):
    bench.config(ConnectionTimeOut=20)
    prepared = bench.authorized()
    free = bench.expect_status(1, "Available", timeout=20)

    assert (free.at_s - prepared.at_s) * SPEED == pytest.approx(20, abs=TOLERANCE_S)
    bench.quiet("StartTransaction", 1)


def test_tc_005_1_ev_side_disconnected(bench):
    bench.config(
        MinimumStatusDuration=0,
        StopTransactionOnEVSideDisconnect="true",
        UnlockConnectorOnEVSideDisconnect="true",
    )
    bench.charging()
    bench.unplug()
    bench.expect_any(
        ("StopTransaction", {"reason": "EVDisconnected"}),
        ("StatusNotification", {"connectorId": 1, "status": "Finishing"}),
    )
    bench.expect_status(1, "Available")

    assert bench.sim_status()["locked"] is False


def test_tc_005_2_ev_side_disconnected_stays_locked(bench):
    bench.config(
        MinimumStatusDuration=0,
        StopTransactionOnEVSideDisconnect="true",
        UnlockConnectorOnEVSideDisconnect="false",
    )
    bench.charging()
    bench.unplug()
    bench.expect_any(
        ("StopTransaction", {"reason": "EVDisconnected"}),
        ("StatusNotification", {"connectorId": 1, "status": "Finishing"}),
    )
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
    bench.expect_any(
        ("StopTransaction", {"reason": "Remote"}),
        ("StatusNotification", {"connectorId": 1, "status": "Finishing"}),
    )


def test_tc_010_remote_start_cable_plugged_in_first(bench):
    bench.plug()
    bench.expect_status(1, "Preparing")

    answer = bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG)

    assert answer["status"] == "Accepted"
    assert bench.expect("Authorize").payload == {"idTag": TAG}
    bench.expect_any(
        ("StartTransaction", {"connectorId": 1, "idTag": TAG}),
        ("StatusNotification", {"connectorId": 1, "status": "Charging"}),
    )


def test_starts_remotely_without_authorize_when_the_key_says_so(bench):
    bench.config(AuthorizeRemoteTxRequests="false")
    bench.plug()
    bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG)
    bench.expect("StartTransaction")

    assert bench.count("Authorize") == 0


def test_tc_011_1_remote_start_first(bench):
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG)["status"] == "Accepted"
    bench.expect("Authorize")
    bench.expect_status(1, "Preparing")
    bench.plug()
    bench.expect_any(
        ("StartTransaction", {"connectorId": 1, "idTag": TAG}),
        ("StatusNotification", {"connectorId": 1, "status": "Charging"}),
    )


def test_tc_011_2_remote_start_time_out(bench):
    bench.config(ConnectionTimeOut=20)
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG)["status"] == "Accepted"
    prepared = bench.expect_status(1, "Preparing")
    free = bench.expect_status(1, "Available", timeout=20)

    assert (free.at_s - prepared.at_s) * SPEED == pytest.approx(20, abs=TOLERANCE_S)
    bench.plug()
    bench.expect_status(1, "Preparing")
    bench.quiet("StartTransaction", 1)


def test_tc_012_remote_stop(bench):
    start = bench.charging()

    answer = bench.call("RemoteStopTransaction", transactionId=start.answer["transactionId"])

    assert answer["status"] == "Accepted"
    stop, _status = bench.expect_any(
        ("StopTransaction", {"reason": "Remote"}),
        ("StatusNotification", {"connectorId": 1, "status": "Finishing"}),
    )
    assert stop.payload["transactionId"] == start.answer["transactionId"]
    assert "idTag" not in stop.payload


def test_tc_017_1_unlock_connector_without_session(bench):
    assert bench.call("UnlockConnector", connectorId=1)["status"] == "Unlocked"


def test_tc_017_2_unlock_connector_without_session_fixed_cable(bench_factory):
    bench = bench_factory(station={"cable": "tethered"}).booted()

    assert bench.call("UnlockConnector", connectorId=1)["status"] == "NotSupported"


def test_tc_018_1_unlock_connector_with_session(bench):
    bench.charging()

    assert bench.call("UnlockConnector", connectorId=1)["status"] == "Unlocked"
    bench.expect_any(
        ("StopTransaction", {"reason": "UnlockCommand"}),
        ("StatusNotification", {"connectorId": 1, "status": "Finishing"}),
    )
    bench.unplug()
    bench.expect_status(1, "Available")


def test_tc_018_2_unlock_connector_with_session_fixed_cable(bench_factory):
    bench = bench_factory(station={"cable": "tethered"}).booted()
    bench.charging()

    assert bench.call("UnlockConnector", connectorId=1)["status"] == "NotSupported"
    bench.quiet("StopTransaction", 1)
    assert bench.sim_status()["status"] == "Charging"


def test_tc_023_authorize_invalid(bench):
    bench.config(MinimumStatusDuration=10, LocalPreAuthorize="true")
    bench.plug()
    bench.expect_status(1, "Preparing", timeout=10)
    bench.swipe(INVALID_TAG)
    bench.expect("Authorize")

    bench.quiet("StartTransaction", 2)
    assert bench.sim_status()["status"] == "Preparing"


def test_tc_023_4_authorize_invalid_tag_first(bench):
    bench.swipe(INVALID_TAG)
    bench.expect("Authorize")
    bench.plug()
    bench.expect_status(1, "Preparing")

    bench.quiet("StartTransaction", 2)


def test_tc_023_5_remote_start_authorize_invalid(bench):
    answer = bench.call("RemoteStartTransaction", connectorId=1, idTag=INVALID_TAG)
    assert answer["status"] == "Accepted"
    bench.expect("Authorize")
    bench.plug()
    bench.expect_status(1, "Preparing")

    bench.quiet("StartTransaction", 2)


def test_tc_024_lock_failure(bench):
    bench.ctl("lock", connector=1, jam=True)
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG)["status"] == "Accepted"
    bench.expect("Authorize")
    bench.expect_status(1, "Preparing")
    bench.plug()
    fault = bench.expect_status(1, "Faulted", timeout=20)

    assert fault.payload["errorCode"] == "ConnectorLockFailure"
    bench.quiet("StartTransaction", 1)
    assert bench.sim_status()["contactor"] == "open"


def test_tc_026_remote_start_rejected(bench):
    bench.config(LocalPreAuthorize="false")
    bench.charging()
    asked = bench.count("Authorize")

    answer = bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG_2)

    assert answer["status"] == "Rejected"
    bench.quiet("StopTransaction", 1)
    assert bench.count("Authorize") == asked


def test_tc_027_remote_start_connector_0(bench):
    answer = bench.call("RemoteStartTransaction", connectorId=0, idTag=TAG)

    assert answer["status"] == "Rejected"


def test_tc_028_remote_stop_rejected(bench):
    start = bench.charging()

    answer = bench.call("RemoteStopTransaction", transactionId=start.answer["transactionId"] + 1)

    assert answer["status"] == "Rejected"
    bench.quiet("StopTransaction", 1)


def test_tc_030_unlock_failure(bench):
    bench.ctl("lock", connector=1, jam=True)

    assert bench.call("UnlockConnector", connectorId=1, timeout=20)["status"] == "UnlockFailed"


def test_tc_031_unlock_unknown_connector(bench):
    assert bench.call("UnlockConnector", connectorId=9)["status"] == "NotSupported"


def test_tc_041_fault_behavior(bench):
    bench.ctl("fault", connector=1, kind="OtherError", active=True)
    fault = bench.expect_status(1, "Faulted")
    bench.plug()
    bench.swipe(TAG)

    assert fault.payload["errorCode"] == "OtherError"
    bench.quiet("StartTransaction", 2)
    assert bench.sim_status()["contactor"] == "open"


def test_tc_068_stop_with_the_same_id_tag(bench):
    bench.charging()
    asked = bench.count("Authorize")
    bench.swipe(TAG_2)
    bench.quiet("StopTransaction", 1)
    assert bench.count("Authorize") == asked

    bench.swipe(TAG)
    stop, _status = bench.expect_any(
        ("StopTransaction", {"idTag": TAG}),
        ("StatusNotification", {"connectorId": 1, "status": "Finishing"}),
    )
    assert stop.payload.get("reason", "Local") == "Local"


def test_tc_069_stop_with_the_same_parent(bench_factory):
    tags = {TAG: {"parentIdTag": "FAMILY"}, TAG_2: {"parentIdTag": "family"}}
    bench = bench_factory(tags=tags).booted()
    bench.charging()
    bench.swipe(TAG_2)
    assert bench.expect("Authorize").payload == {"idTag": TAG_2}
    bench.expect_any(
        ("StopTransaction", {"idTag": TAG_2}),
        ("StatusNotification", {"connectorId": 1, "status": "Finishing"}),
    )


def test_tc_070_sampled_meter_values(bench):
    bench.config(
        MeterValueSampleInterval=10,
        ClockAlignedDataInterval=0,
        MeterValuesSampledData="Energy.Active.Import.Register,Voltage,Current.Import",
    )
    bench.charging()
    values = [bench.expect("MeterValues", timeout=10).payload for _ in range(3)]

    _check_spacing(values, 10)
    for value in values:
        samples = value["meterValue"][0]["sampledValue"]
        assert {sample["context"] for sample in samples} == {"Sample.Periodic"}
        assert {sample["measurand"] for sample in samples} == {
            "Energy.Active.Import.Register",
            "Voltage",
            "Current.Import",
        }
        assert [s["phase"] for s in samples if s["measurand"] == "Voltage"] == [
            "L1-N",
            "L2-N",
            "L3-N",
        ]


def test_tc_071_clock_aligned_meter_values(bench):
    bench.config(MeterValueSampleInterval=0, ClockAlignedDataInterval=20)
    bench.charging()
    values = [bench.expect("MeterValues", timeout=10).payload for _ in range(3)]

    _check_spacing(values, 20)
    for value in values:
        samples = value["meterValue"][0]["sampledValue"]
        assert [sample["measurand"] for sample in samples] == ["Energy.Active.Import.Register"]
        assert samples[0]["context"] == "Sample.Clock"
        assert int(value["meterValue"][0]["timestamp"][17:19]) % 20 == 0


def _check_spacing(values, interval_s):
    from datetime import datetime

    times = [
        datetime.fromisoformat(value["meterValue"][0]["timestamp"].replace("Z", "+00:00"))
        for value in values
    ]
    for earlier, later in zip(times, times[1:], strict=False):
        assert (later - earlier).total_seconds() == interval_s


def test_sends_transaction_data_when_asked(bench):
    bench.config(
        MeterValueSampleInterval=10, StopTxnSampledData="Energy.Active.Import.Register"
    )
    start = bench.charging()
    bench.expect("MeterValues", timeout=10)
    bench.call("RemoteStopTransaction", transactionId=start.answer["transactionId"])
    stop = bench.expect("StopTransaction")

    contexts = [
        sample["context"]
        for value in stop.payload["transactionData"]
        for sample in value["sampledValue"]
    ]
    assert contexts[0] == "Transaction.Begin"
    assert contexts[-1] == "Transaction.End"
    assert "Sample.Periodic" in contexts[1:-1]
