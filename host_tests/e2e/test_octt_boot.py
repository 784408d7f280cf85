"""OCTT 1.6 core cases: boot, reset, configuration. Source: public test case document 2024-04.

Each test follows the steps of its case against the real firmware in the real VM. Intervals are
compared in the station's simulated time.
"""

import pytest
from octt import TAG, TOLERANCE_S

RESET_TIMEOUT_S = 30
_CORE = {"SupportedFeatureProfiles": "Core"}


def test_tc_001_cold_boot(bench_factory):
    bench = bench_factory(boot=[("Rejected", 20), ("Accepted", 30)], connectors=2)
    first = bench.expect("BootNotification")
    second = bench.expect("BootNotification")
    bench.expect_statuses({0: "Available", 1: "Available", 2: "Available"})
    beats = [bench.expect("Heartbeat") for _ in range(2)]

    assert 20 <= bench.gap_s(first, second) <= 20 + TOLERANCE_S
    assert bench.gap_s(second, beats[0]) == pytest.approx(30, abs=TOLERANCE_S)
    assert bench.gap_s(*beats) == pytest.approx(30, abs=TOLERANCE_S)


def test_tc_002_cold_boot_pending(bench_factory):
    bench = bench_factory(boot=[("Pending", 40), ("Accepted", 30)])
    first = bench.expect("BootNotification")
    bench.wait_sim(lambda status: status["station"]["registration"] == "Pending", "Pending")
    keys = [row["key"] for row in bench.call("GetConfiguration")["configurationKey"]]
    bench.config(MeterValueSampleInterval=15)
    second = bench.expect("BootNotification")
    bench.expect_statuses({0: "Available", 1: "Available"})
    beats = [bench.expect("Heartbeat") for _ in range(2)]

    assert set(READ_WRITE + READ_ONLY + EITHER) <= set(keys)
    assert 40 <= bench.gap_s(first, second) <= 40 + TOLERANCE_S
    assert bench.gap_s(second, beats[0]) == pytest.approx(30, abs=TOLERANCE_S)
    assert bench.gap_s(*beats) == pytest.approx(30, abs=TOLERANCE_S)
    assert bench.config_value("MeterValueSampleInterval") == "15"


def test_answers_remote_commands_with_rejected_while_pending(bench_factory):
    bench = bench_factory(boot=[("Pending", 60), ("Accepted", 300)])
    bench.expect("BootNotification")
    bench.wait_sim(lambda status: status["station"]["registration"] == "Pending", "Pending")

    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="T")["status"] == "Rejected"
    assert bench.call("RemoteStopTransaction", transactionId=1)["status"] == "Rejected"


def test_tc_013_hard_reset_without_transaction(bench_factory):
    _reset_without_transaction(bench_factory(connectors=2).booted(), "Hard")


def test_tc_014_soft_reset_without_transaction(bench_factory):
    _reset_without_transaction(bench_factory(connectors=2).booted(), "Soft")


def _reset_without_transaction(bench, kind):
    answer = bench.call("ChangeAvailability", connectorId=1, type="Inoperative")
    assert answer["status"] == "Accepted"
    bench.expect_status(1, "Unavailable")

    assert bench.call("Reset", type=kind)["status"] == "Accepted"
    bench.expect("BootNotification", timeout=RESET_TIMEOUT_S)
    bench.expect_statuses({0: "Available", 1: "Unavailable", 2: "Available"})

    answer = bench.call("ChangeAvailability", connectorId=1, type="Operative")
    assert answer["status"] == "Accepted"
    bench.expect_status(1, "Available")
    assert bench.ctl("status")["station"]["boots"] == 2


def test_tc_015_hard_reset_with_transaction(bench_factory):
    _reset_with_transaction(bench_factory(connectors=2).booted(), "Hard", "HardReset")


def test_tc_016_soft_reset_with_transaction(bench_factory):
    _reset_with_transaction(bench_factory(connectors=2).booted(), "Soft", "SoftReset")


def _reset_with_transaction(bench, kind, reason):
    start = bench.charging()
    bench.wait_wh(5)

    assert bench.call("Reset", type=kind)["status"] == "Accepted"
    stop = bench.stopped(reason=reason, transactionId=start.answer["transactionId"])
    bench.expect("BootNotification", timeout=RESET_TIMEOUT_S)
    statuses = bench.statuses_after_boot(3)

    assert statuses[1] in ("Preparing", "Finishing")
    assert (statuses[0], statuses[2]) == ("Available", "Available")
    row = bench.sim_status()
    assert stop["meterStop"] == row["register_wh"] >= 5
    assert row["contactor"] == "open"
    bench.quiet("StartTransaction", 30)  # X2: never resumes by itself


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
    assert len(rows) == len(everything["configurationKey"])  # no key twice
    assert not everything.get("unknownKey")

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
    answer = bench.call(
        "GetConfiguration", key=["heartbeatinterval", "Nonsense", "AuthorizationKey"]
    )

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


def test_tc_034_power_failure_with_unavailable_status(bench_factory):
    bench = bench_factory(connectors=2).booted()
    everything = {0: "Unavailable", 1: "Unavailable", 2: "Unavailable"}
    answer = bench.call("ChangeAvailability", connectorId=0, type="Inoperative")
    assert answer["status"] == "Accepted"
    bench.expect_statuses(everything)

    bench.ctl("power_cycle")
    bench.expect("BootNotification", timeout=RESET_TIMEOUT_S)
    bench.expect_statuses(everything)
    bench.plug()
    bench.swipe(TAG)

    bench.quiet("StartTransaction", 20)


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
        _check_came_behind_its_answer(bench, triggered)
        if message in ("DiagnosticsStatusNotification", "FirmwareStatusNotification"):
            assert triggered["status"] == "Idle"
        if message == "StatusNotification":
            assert (triggered["connectorId"], triggered["status"]) == (1, "Available")
        if message == "MeterValues":
            sample = triggered["meterValue"][0]["sampledValue"][0]
            assert sample["context"] == "Trigger"


def _check_came_behind_its_answer(bench, triggered):
    frames = bench.server.history.frames
    answers = [
        place
        for place, frame in enumerate(frames)
        if frame.is_from_station and frame.kind == "result" and frame.action == "TriggerMessage"
    ]
    assert answers[-1] < frames.index(triggered)


def test_tc_055_trigger_message_rejected(bench):
    answer = bench.call("TriggerMessage", requestedMessage="MeterValues", connectorId=2)

    assert answer["status"] == "Rejected"
    bench.quiet("MeterValues", 20)


def test_tc_062_data_transfer(bench):
    answer = bench.call("DataTransfer", vendorId="nobody.example", messageId="m", data="d")

    assert answer == {"status": "UnknownVendorId"}


def test_refuses_a_triggered_boot_after_acceptance(bench):
    answer = bench.call("TriggerMessage", requestedMessage="BootNotification")

    assert answer["status"] == "Rejected"


# ---- calls of feature profiles that are not loaded: TC_048_4, 050_4 ----


def test_tc_048_4_reserve_now_rejected(bench_factory):
    bench = bench_factory(config=_CORE).booted()

    assert _reserve(bench, 1)["status"] == "Rejected"
    bench.quiet("StatusNotification", 20)


def test_tc_050_4_reserve_charge_point_rejected(bench_factory):
    bench = bench_factory(config=_CORE).booted()

    assert _reserve(bench, 0)["status"] == "Rejected"
    bench.quiet("StatusNotification", 20)


def _reserve(bench, connector):
    return bench.call(
        "ReserveNow",
        connectorId=connector,
        expiryDate="2030-01-01T00:00:00Z",
        idTag=TAG,
        reservationId=7,
    )
