"""OCTT 1.6 core cases: boot, reset, configuration. Source: public test case document 2024-04.

Each test follows the steps of its case against the real firmware in the real VM. The simulator runs
faster than the wall, so intervals are compared after multiplying by its speed.
"""

import pytest
from octt import SPEED, TOLERANCE_S

RESET_TIMEOUT_S = 30


def test_tc_001_cold_boot(bench_factory):
    bench = bench_factory(boot=[("Rejected", 20), ("Accepted", 30)], connectors=2)
    first = bench.expect("BootNotification", timeout=20)
    second = bench.next_call(timeout=20)

    assert second.action == "BootNotification"
    waited_s = (second.at_s - first.at_s) * SPEED
    assert 20 - 1 <= waited_s <= 20 + TOLERANCE_S
    bench.expect_statuses({0: "Available", 1: "Available", 2: "Available"})
    beat = bench.expect("Heartbeat", timeout=20)
    again = bench.expect("Heartbeat", timeout=20)
    assert (again.at_s - beat.at_s) * SPEED == pytest.approx(30, abs=TOLERANCE_S)


def test_tc_002_cold_boot_pending(bench_factory):
    bench = bench_factory(boot=[("Pending", 40), ("Accepted", 30)])
    first = bench.expect("BootNotification", timeout=20)
    keys = bench.call("GetConfiguration")["configurationKey"]
    changed = bench.call("ChangeConfiguration", key="MeterValueSampleInterval", value="15")
    second = bench.next_call(timeout=20)

    assert len(keys) > 20
    assert changed["status"] == "Accepted"
    assert second.action == "BootNotification"
    assert (second.at_s - first.at_s) * SPEED == pytest.approx(40, abs=TOLERANCE_S)
    bench.expect_statuses({0: "Available", 1: "Available"})
    beat = bench.expect("Heartbeat", timeout=20)
    again = bench.expect("Heartbeat", timeout=20)
    assert (again.at_s - beat.at_s) * SPEED == pytest.approx(30, abs=TOLERANCE_S)


def test_answers_remote_commands_with_rejected_while_pending(bench_factory):
    bench = bench_factory(boot=[("Pending", 60), ("Accepted", 300)])
    bench.expect("BootNotification", timeout=20)

    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="T")["status"] == "Rejected"
    assert bench.call("RemoteStopTransaction", transactionId=1)["status"] == "Rejected"


@pytest.mark.parametrize("kind", ["Hard", "Soft"])
def test_resets_and_keeps_availability(bench, kind):
    _reset_without_transaction(bench, kind)


def test_tc_013_hard_reset_without_transaction(bench):
    _reset_without_transaction(bench, "Hard")


def test_tc_014_soft_reset_without_transaction(bench):
    _reset_without_transaction(bench, "Soft")


def _reset_without_transaction(bench, kind):
    answer = bench.call("ChangeAvailability", connectorId=1, type="Inoperative")
    assert answer["status"] == "Accepted"
    bench.expect_status(1, "Unavailable")

    assert bench.call("Reset", type=kind)["status"] == "Accepted"
    bench.expect("BootNotification", timeout=RESET_TIMEOUT_S)
    bench.expect_statuses({0: "Available", 1: "Unavailable"})

    answer = bench.call("ChangeAvailability", connectorId=1, type="Operative")
    assert answer["status"] == "Accepted"
    bench.expect_status(1, "Available")


def test_tc_015_hard_reset_with_transaction(bench):
    _reset_with_transaction(bench, "Hard", "HardReset")


def test_tc_016_soft_reset_with_transaction(bench):
    _reset_with_transaction(bench, "Soft", "SoftReset")


def _reset_with_transaction(bench, kind, reason):
    bench.charging()

    assert bench.call("Reset", type=kind)["status"] == "Accepted"
    calls = bench.collect_until("BootNotification", timeout=RESET_TIMEOUT_S)
    stops = [call for call in calls if call.action == "StopTransaction"]
    assert [stop.payload["reason"] for stop in stops] == [reason]
    assert ("StatusNotification", "Finishing") in [
        (call.action, call.payload.get("status")) for call in calls
    ]
    statuses = bench.statuses_after_boot(2)
    assert statuses[1] in ("Preparing", "Finishing")
    assert statuses[0] == "Available"
    assert bench.sim_status()["contactor"] == "open"


def test_tc_019_retrieve_configuration(bench):
    answer = bench.call("GetConfiguration", key=["SupportedFeatureProfiles"])
    assert [row["key"] for row in answer["configurationKey"]] == ["SupportedFeatureProfiles"]
    assert not answer.get("unknownKey")

    everything = bench.call("GetConfiguration")
    rows = {row["key"]: row for row in everything["configurationKey"]}
    for key in READ_WRITE:
        assert rows[key]["readonly"] is False, key
    for key in READ_ONLY:
        assert rows[key]["readonly"] is True, key
    for key in EITHER:
        assert key in rows, key

    limit = bench.call("GetConfiguration", key=["GetConfigurationMaxKeys"])
    count = min(int(limit["configurationKey"][0]["value"]), len(rows))
    names = list(rows)[:count]
    answer = bench.call("GetConfiguration", key=names)
    assert sorted(row["key"] for row in answer["configurationKey"]) == sorted(names)
    assert not answer.get("unknownKey")


READ_WRITE = (
    "ClockAlignedDataInterval",
    "ConnectionTimeOut",
    "ConnectorPhaseRotation",
    "HeartbeatInterval",
    "LocalAuthorizeOffline",
    "LocalPreAuthorize",
    "MeterValuesAlignedData",
    "MeterValuesSampledData",
    "MeterValueSampleInterval",
    "ResetRetries",
    "StopTransactionOnInvalidId",
    "StopTxnAlignedData",
    "StopTxnSampledData",
    "TransactionMessageAttempts",
    "TransactionMessageRetryInterval",
)
READ_ONLY = ("GetConfigurationMaxKeys", "NumberOfConnectors", "SupportedFeatureProfiles")
EITHER = ("AuthorizeRemoteTxRequests", "UnlockConnectorOnEVSideDisconnect")


def test_names_unknown_keys_apart(bench):
    answer = bench.call("GetConfiguration", key=["heartbeatinterval", "Nonsense", "AuthorizationKey"])

    assert [row["key"] for row in answer["configurationKey"]] == ["HeartbeatInterval"]
    assert answer["unknownKey"] == ["Nonsense", "AuthorizationKey"]


def test_tc_021_change_configuration(bench):
    answer = bench.call("ChangeConfiguration", key="MeterValueSampleInterval", value="17")
    assert answer["status"] == "Accepted"

    answer = bench.call("GetConfiguration", key=["MeterValueSampleInterval"])
    assert answer["configurationKey"][0]["value"] == "17"


def test_tc_040_1_configuration_key_not_supported(bench):
    answer = bench.call("ChangeConfiguration", key="Testing", value="true")

    assert answer["status"] == "NotSupported"


def test_tc_040_2_configuration_key_invalid_value(bench):
    before = bench.config_value("MeterValueSampleInterval")

    answer = bench.call("ChangeConfiguration", key="MeterValueSampleInterval", value="-1")

    assert answer["status"] == "Rejected"
    assert bench.config_value("MeterValueSampleInterval") == before


def test_tc_034_power_failure_with_unavailable_status(bench):
    answer = bench.call("ChangeAvailability", connectorId=0, type="Inoperative")
    assert answer["status"] == "Accepted"
    bench.expect_statuses({0: "Unavailable", 1: "Unavailable"})

    bench.ctl("power_cycle")
    bench.expect("BootNotification", timeout=RESET_TIMEOUT_S)
    bench.expect_statuses({0: "Unavailable", 1: "Unavailable"})


def test_tc_054_trigger_message(bench):
    for message, connector in (
        ("MeterValues", 1),
        ("Heartbeat", None),
        ("StatusNotification", 1),
        ("DiagnosticsStatusNotification", None),
        ("FirmwareStatusNotification", None),
    ):
        fields = {"requestedMessage": message}
        if connector:
            fields["connectorId"] = connector
        assert bench.call("TriggerMessage", **fields)["status"] == "Accepted"
        triggered = bench.expect(message)
        if message.endswith("StatusNotification") and message != "StatusNotification":
            assert triggered.payload["status"] == "Idle"
        if message == "MeterValues":
            sample = triggered.payload["meterValue"][0]["sampledValue"][0]
            assert sample["context"] == "Trigger"


def test_tc_055_trigger_message_rejected(bench):
    answer = bench.call("TriggerMessage", requestedMessage="MeterValues", connectorId=9)

    assert answer["status"] == "Rejected"
    bench.quiet("MeterValues", 1)


def test_tc_062_data_transfer(bench):
    answer = bench.call("DataTransfer", vendorId="nobody.example", messageId="m", data="d")

    assert answer == {"status": "UnknownVendorId"}


def test_refuses_a_triggered_boot_after_acceptance(bench):
    answer = bench.call("TriggerMessage", requestedMessage="BootNotification")

    assert answer["status"] == "Rejected"
