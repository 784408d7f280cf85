"""Cleaning up between two cases: what is sent, and what is said when it does not help."""

import pytest

from cert.scripted_station import KEYS

_PLUG = "steps: [{do: plug}, {expect: StatusNotification}]\n"


@pytest.fixture
def tidy(stage):
    """A station whose act `plug` and `unplug` tell the status, as they should."""
    stage.station.keys = {key: list(row) for key, row in KEYS.items()}
    stage.rig.on["plug"] = lambda: stage.station.status(1, "Preparing")
    stage.rig.on["unplug"] = lambda: stage.station.status(1, "Available")
    return stage


def _actions(stage):
    return [action for action, _payload in stage.station.asked]


def test_nothing_is_sent_behind_a_case_that_changed_nothing(tidy):
    result = tidy.play_and_clean(_PLUG)

    assert result.verdict == "pass"
    assert tidy.lab.is_unclean == ""
    assert tidy.rig.acts == [("plug", 1, {}), ("unplug", 1, {})]
    assert _actions(tidy) == []


def test_restores_keys_reservations_availability_and_profiles(tidy):
    tidy.station.answers["ReserveNow"] = {"status": "Accepted"}

    result = tidy.play_and_clean("""
        before:
          - configure: {MeterValueSampleInterval: 7}
        steps:
          - call: ReserveNow
            payload:
              connectorId: 1
              idTag: $valid_tag
              reservationId: 5
              expiryDate: $now + 60
          - call: ChangeAvailability
            payload: {connectorId: 2, type: Inoperative}
          - call: ClearChargingProfile
          - call: SetChargingProfile
            payload:
              connectorId: 1
              csChargingProfiles:
                chargingProfileId: 1
                stackLevel: 0
                chargingProfilePurpose: TxDefaultProfile
                chargingProfileKind: Relative
                chargingSchedule:
                  chargingRateUnit: A
                  chargingSchedulePeriod: [{startPeriod: 0, limit: 6}]
    """)

    assert result.verdict == "pass", result.reason
    cleaned = tidy.station.asked[5:]
    assert ("CancelReservation", {"reservationId": 5}) in cleaned
    assert ("ChangeAvailability", {"connectorId": 2, "type": "Operative"}) in cleaned
    assert ("ClearChargingProfile", {}) in cleaned
    restored = {"key": "MeterValueSampleInterval", "value": "60"}
    assert ("ChangeConfiguration", restored) in cleaned
    assert tidy.lab.is_unclean == ""


def test_stops_a_transaction_that_runs(tidy):
    start = {"connectorId": 1, "idTag": "TAG1", "meterStart": 1}
    began = "2026-11-25T11:00:00Z"
    tidy.rig.on["plug"] = lambda: tidy.station.send("StartTransaction", timestamp=began, **start)

    def stop(payload):
        stopped = {"transactionId": payload["transactionId"], "meterStop": 2, "timestamp": began}
        tidy.station.send_later("StopTransaction", 0.05, **stopped)
        return {"status": "Accepted"}

    tidy.station.answers["RemoteStopTransaction"] = stop

    result = tidy.play_and_clean("steps: [{do: plug}, {expect: StartTransaction}]\n")

    assert result.verdict == "pass", result.reason
    assert tidy.lab.server.ledger.open("CP01") == []
    assert tidy.lab.is_unclean == ""


def test_a_station_that_stays_occupied_makes_what_follows_inconclusive(tidy):
    tidy.rig.on["unplug"] = lambda: None
    tidy.station.answers["Reset"] = {"status": "Rejected"}

    first = tidy.play_and_clean(_PLUG)
    second = tidy.play_and_clean(_PLUG)

    assert first.verdict == "pass"
    assert second.verdict == "inconclusive"
    assert second.reason == "the station is not in order: Reset Hard: Rejected"
    tidy.station.status(1, "Available")


def test_a_server_that_a_case_has_stopped_listens_again(tidy):
    tidy.rig.on["ask"] = lambda text: tidy.station.reconnect()

    result = tidy.play_and_clean("""
        steps:
          - server: stop
          - server: start
          - do: ask
            text: connect again
          - expect: connection
          - server: stop
          - quiet: connection
            for_s: 2
    """)

    assert result.verdict == "pass", result.reason
    assert tidy.lab.server.is_listening
    assert "did not connect" in tidy.lab.is_unclean
    tidy.station.reconnect()


def test_a_case_that_nobody_can_drive_is_inconclusive_only_where_it_applies(tidy):
    applies = tidy.play_and_clean("cannot: needs two servers\n")
    other = tidy.play_and_clean("cannot: needs two servers\nwhen: [profile SmartCharging]\n")

    assert (applies.verdict, applies.reason) == ("inconclusive", "not driven: needs two servers")
    assert other.verdict == "not_applicable"
