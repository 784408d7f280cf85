"""The plain station as a process, against the reference server and its schema checks."""

import time

import pytest

from cert.plain_process import PlainProcess
from chargecore_tools.csms.errors import RefusedError
from chargecore_tools.csms.rules import Rules
from chargecore_tools.csms.server import Server

STATION = "CP02"
SPEED = 20
TAGS = {"TAG1": {"status": "Accepted", "parentIdTag": "P"}, "TAG2": "Accepted"}


class Lab:
    """A server and one plain station, read call by call."""

    def __init__(self):
        boots = [("Pending", 4), ("Accepted", 3600)]
        self.server = Server(rules=Rules(boots=boots, tags=TAGS), speed=SPEED)
        self.server.start()
        self.process = PlainProcess(self.server.url, STATION, SPEED)
        self.client = self.process.client
        self._place = 0

    def expect(self, action, **fields):
        """Wait for the next call; it must be this one."""
        self._place, call = self.server.history.wait_call(STATION, None, self._place)
        self._place += 1
        told = {name: call.payload.get(name) for name in fields}
        assert (call.action, told) == (action, fields), call.text
        return call

    def expect_status(self, status):
        """Wait for a StatusNotification of the connector."""
        return self.expect("StatusNotification", connectorId=1, status=status)

    def skip_to(self, status):
        """Pass over statuses until the connector has one."""
        while self.expect("StatusNotification", connectorId=1)["status"] != status:
            pass

    def ask(self, action, **payload):
        """Send a CALL and return the answer."""
        return self.server.call(STATION, action, payload)


@pytest.fixture(scope="module")
def lab():
    lab = Lab()
    yield lab
    assert lab.process.stop() == 0
    lab.server.stop()
    assert lab.server.history.violations() == []


def test_boots_again_after_pending_and_tells_all_statuses(lab):
    first = lab.expect("BootNotification")
    second = lab.expect("BootNotification")
    lab.expect("StatusNotification", connectorId=0, status="Available")
    lab.expect_status("Available")

    assert first.payload == second.payload


def test_cable_and_card_make_a_transaction(lab):
    lab.client.do("plug", connector=1, auto=True)
    lab.expect_status("Preparing")
    lab.client.do("swipe", id_tag="TAG1")
    lab.expect("Authorize", idTag="TAG1")
    lab.expect("StartTransaction", connectorId=1, idTag="TAG1")
    lab.expect_status("Charging")
    lab.client.do("swipe", id_tag="tag1")
    lab.expect("StopTransaction", reason="Local", transactionId=1)
    lab.expect_status("Finishing")
    lab.client.do("unplug", connector=1)
    lab.expect_status("Available")


def test_what_happens_offline_is_told_later_and_in_order(lab):
    assert lab.ask("ChangeConfiguration", key="LocalPreAuthorize", value="true") == {
        "status": "Accepted"
    }
    lab.client.do("network", up=False)
    lab.client.do("plug", connector=1, auto=True)
    lab.client.do("swipe", id_tag="TAG1")
    lab.client.wait_for(lambda row: row["connectors"][0]["power_w"] > 0, "energy")
    lab.client.do("swipe", id_tag="TAG1")
    lab.client.wait_for(lambda row: row["connectors"][0]["status"] == "Finishing", "the end")
    lab.client.do("network", up=True)

    lab.expect("StartTransaction", idTag="TAG1")
    lab.expect("StopTransaction", transactionId=2)
    lab.expect_status("Finishing")


def test_power_cut_ends_the_transaction_after_the_boot(lab):
    answer = lab.ask("RemoteStartTransaction", connectorId=1, idTag="TAG2")
    lab.expect("Authorize", idTag="TAG2")
    lab.expect_status("Preparing")
    lab.expect("StartTransaction", idTag="TAG2")
    lab.expect_status("Charging")
    lab.client.do("power_cycle")
    lab.expect("BootNotification")
    lab.expect("StopTransaction", reason="PowerLoss", transactionId=3)
    lab.expect("StatusNotification", connectorId=0)
    lab.expect_status("Finishing")

    assert answer == {"status": "Accepted"}


def test_answers_rejected_calls_with_the_codes_of_the_standard(lab):
    with pytest.raises(RefusedError, match="NotSupported"):
        lab.ask("UpdateFirmware", location="ftp://x", retrieveDate="2026-01-01T00:00:00Z")
    with pytest.raises(RefusedError, match="NotImplemented"):
        lab.server.call(STATION, "Invented", {}, is_checked=False)
    with pytest.raises(RefusedError, match="PropertyConstraintViolation"):
        lab.server.call(STATION, "Reset", {"type": "Warm"}, is_checked=False)

    assert lab.ask("UnlockConnector", connectorId=2) == {"status": "NotSupported"}
    assert lab.ask("RemoteStopTransaction", transactionId=99) == {"status": "Rejected"}


def test_reset_keeps_what_was_set(lab):
    lab.ask("ChangeAvailability", connectorId=0, type="Inoperative")
    lab.expect("StatusNotification", connectorId=0, status="Unavailable")
    lab.expect_status("Unavailable")
    lab.ask("Reset", type="Soft")
    lab.expect("BootNotification")
    lab.expect("StatusNotification", connectorId=0, status="Unavailable")
    lab.expect_status("Unavailable")
    answer = lab.ask("GetConfiguration", key=["LocalPreAuthorize", "Nothing"])

    assert answer["configurationKey"][0]["value"] == "true"
    assert answer["unknownKey"] == ["Nothing"]


def test_reservation_ends_at_its_date(lab):
    lab.ask("ChangeAvailability", connectorId=0, type="Operative")
    lab.expect("StatusNotification", connectorId=0, status="Available")
    lab.client.do("unplug", connector=1)
    lab.skip_to("Available")
    end = lab.server.clock.now().timestamp() + 20
    text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end))
    answer = lab.ask("ReserveNow", connectorId=1, expiryDate=text, idTag="TAG1", reservationId=5)
    lab.expect_status("Reserved")
    lab.expect_status("Available")

    assert answer == {"status": "Accepted"}
