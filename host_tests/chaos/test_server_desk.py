"""ServerDesk: cards, restarts, and answers that go wrong."""

import time

import pytest

from chargecore_tools.soak.server_desk import ServerDesk
from chargecore_tools.soak.silence import Silence
from chargecore_tools.soak.trouble_plan import Trouble
from fakes.ocpp_station import OcppStation


@pytest.fixture
def desk():
    desk = ServerDesk("CP01", 60, 45, Silence())
    desk.start()
    yield desk
    desk.close()


def test_restarts_on_the_same_port_with_what_it_knew(desk):
    url = desk.server.url
    with OcppStation(url) as station:
        assert station.boot()["interval"] == 45
        station.start()
        desk.stop()
        assert station.is_closed.wait(5) and not desk.is_up

    desk.start()

    with OcppStation(url) as station:
        assert station.call("Heartbeat", {})[0] == 3
    assert len(desk.server.ledger.transactions) == 1


def test_gives_each_customer_another_card_and_knows_the_blocked(desk):
    good, blocked = desk.new_card(False), desk.new_card(True)

    with OcppStation(desk.server.url) as station:
        station.boot()
        answers = [station.call("Authorize", {"idTag": card})[2] for card in (good, blocked)]

    assert good != blocked
    assert [answer["idTagInfo"]["status"] for answer in answers] == ["Accepted", "Blocked"]


def test_makes_the_next_calls_go_wrong(desk):
    desk.make(Trouble(0, "error", 0.0, "Heartbeat", 2, "GenericError"))
    desk.make(Trouble(0, "late", 6.0, "Authorize", 1))

    with OcppStation(desk.server.url) as station:
        station.boot()
        assert [station.call("Heartbeat", {})[0] for _ in range(3)] == [4, 4, 3]
        began_s = time.monotonic()
        station.call("Authorize", {"idTag": "T"})

    assert 0.1 <= time.monotonic() - began_s < 2


def test_an_answer_that_is_withheld_is_a_disturbance():
    silence = Silence()
    desk = ServerDesk("CP01", 60, 45, silence)
    desk.start()
    try:
        silence.answered()
        desk.make(Trouble(0, "withhold", 0.0, "BootNotification", 1))
        with OcppStation(desk.server.url) as station:
            station.start_call(
                "BootNotification", {"chargePointVendor": "v"} | {"chargePointModel": "m"}
            )
            desk.server.history.wait_call("CP01", "BootNotification")

            assert not silence.is_heard
    finally:
        desk.close()


def test_asks_for_sessions_without_waiting(desk):
    with OcppStation(desk.server.url) as station:
        station.boot()
        station.answers["RemoteStartTransaction"] = {"status": "Accepted"}
        desk.remote_start(2, "T9")
        desk.remote_stop(None)
        desk.server.history.wait(lambda: station.asked, 5)

        assert station.asked == [("RemoteStartTransaction", {"connectorId": 2, "idTag": "T9"})]


def test_asking_a_station_that_is_not_there_does_no_harm(desk):
    desk.remote_start(1, "T1")
    desk.remote_stop(5)
