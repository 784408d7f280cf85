"""RemoteStartTransaction and RemoteStopTransaction."""

import unittest

from chargecore.safety.faults import FAULT_GROUND
from fakes.ocpp16_world import Ocpp16World


class RemoteStartTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World({"connectors": 2}).boot()

    def start(self, **payload):
        payload["idTag"] = payload.get("idTag", "TAG1")
        return self.world.status_of("RemoteStartTransaction", **payload)

    def test_asks_first_when_remote_requests_are_authorized(self):
        """R2, TC_010: Accepted means that it will be tried."""
        self.world.controller.plug()
        self.world.run_ms(200)
        status = self.start(connectorId=1)
        self.world.controller.charge()
        self.world.run_ms(500)

        self.assertEqual(status, "Accepted")
        self.assertEqual(
            self.world.actions(),
            ["StatusNotification", "Authorize", "StartTransaction", "StatusNotification"],
        )
        self.assertEqual(self.world.payloads("StartTransaction")[0]["idTag"], "TAG1")

    def test_does_not_ask_when_remote_requests_are_not_authorized(self):
        """R2."""
        self.world.set("AuthorizeRemoteTxRequests", "false")
        self.world.controller.plug()
        self.world.run_ms(200)

        self.assertEqual(self.start(connectorId=1), "Accepted")
        self.world.run_ms(500)
        self.assertEqual(self.world.payloads("Authorize"), [])
        self.assertEqual(len(self.world.payloads("StartTransaction")), 1)

    def test_does_not_ask_about_a_cached_tag_with_pre_authorization(self):
        """R2, TC_007_2."""
        self.world.set("LocalPreAuthorize", "true")
        self.start(connectorId=1)
        self.world.swipe("TAG1", connector=1)
        self.world.take_calls()

        self.assertEqual(self.start(connectorId=1), "Accepted")
        self.assertEqual(self.world.payloads("Authorize"), [])

    def test_waits_for_the_cable_and_forgets_after_the_time_out(self):
        """R3, TC_011_1, TC_011_2."""
        self.world.set("ConnectionTimeOut", "5")
        self.assertEqual(self.start(connectorId=1), "Accepted")
        self.world.run_ms(6000, 100)
        late = self.world.statuses()
        self.assertEqual(self.start(connectorId=1), "Accepted")
        self.world.controller.plug()
        self.world.run_ms(500)

        self.assertEqual(late, [(1, "Preparing"), (1, "Available")])
        self.assertEqual(len(self.world.payloads("StartTransaction")), 1)

    def test_rejects_what_cannot_be_tried(self):
        """R1, TC_026, TC_027; an idTag is never empty."""
        world = self.world
        world.charge(connector_idx=0)
        world.controllers[1].fault = FAULT_GROUND
        world.run_ms(200)
        before = len(world.payloads("Authorize"))
        for connector_id in (0, 1, 2, 3, -1, -(1 << 31), (1 << 31) - 1):
            with self.subTest(connector_id=connector_id):
                self.assertEqual(self.start(connectorId=connector_id), "Rejected")
        world.controllers[1].fault = 0
        world.run_ms(200)
        self.assertEqual(self.start(connectorId=2, idTag=""), "Rejected")
        self.assertTrue(world.connector.transaction.is_active)
        self.assertEqual(len(world.payloads("Authorize")), before)

    def test_rejects_connector_zero_although_all_are_free(self):
        """R1, TC_027."""
        self.assertEqual(self.start(connectorId=0), "Rejected")
        self.assertEqual(self.start(connectorId=-1), "Rejected")

    def test_rejects_an_unavailable_connector(self):
        """R1."""
        self.world.status_of("ChangeAvailability", connectorId=1, type="Inoperative")

        self.assertEqual(self.start(connectorId=1), "Rejected")

    def test_chooses_the_plugged_connector_when_none_is_named(self):
        """R1."""
        self.world.controllers[1].plug()
        self.world.run_ms(200)

        self.assertEqual(self.start(), "Accepted")
        self.world.run_ms(500)
        self.assertEqual(self.world.payloads("StartTransaction")[0]["connectorId"], 2)

    def test_rejects_when_no_connector_is_free(self):
        """R1."""
        self.world.charge("A", 0)
        self.world.charge("B", 1)

        self.assertEqual(self.start(), "Rejected")

    def test_ignores_a_charging_profile_without_smart_charging(self):
        """R5."""
        self.world = Ocpp16World({"connectors": 2, "profiles": ["Core"]}).boot()
        status = self.start(connectorId=1, chargingProfile={"chargingProfileId": 1})

        self.assertEqual(status, "Accepted")

    def test_rejects_a_tag_that_it_cannot_hold(self):
        """A7: 20 characters are allowed by the schema, 20 bytes is what a record holds."""
        for text, expected in (
            ("T" * 20, "Accepted"),
            ("\u00e9" * 10, "Accepted"),
            ("\u00e9" * 11, "Rejected"),
            ("\u20ac" * 20, "Rejected"),
            ("\U0001f600" * 20, "Rejected"),
        ):
            with self.subTest(text=text):
                self.world = Ocpp16World().boot()
                self.assertEqual(self.start(connectorId=1, idTag=text), expected)
                if expected == "Accepted":
                    self.assertEqual(self.world.payloads("Authorize"), [{"idTag": text}])

    def test_reads_a_tag_with_escapes(self):
        """A7: also when the escape stands at the very end."""
        self.world.channel.feed(
            b'[2,"x","RemoteStartTransaction",{"idTag":"ABCDEFGHIJKLMNOPQRS\\u0054"}]'
        )
        self.world.run_ms(500)

        self.assertEqual(self.world.payloads("Authorize"), [{"idTag": "ABCDEFGHIJKLMNOPQRST"}])

    def test_rejects_while_a_reset_is_under_way(self):
        world = self.world
        world.mute.append("StopTransaction")
        world.charge()
        world.status_of("Reset", type="Soft")

        self.assertEqual(self.start(connectorId=2), "Rejected")

    def test_rejects_a_remote_start_that_was_queued_before_the_boot(self):
        """A server in the wild sends it before its BootNotification answer."""
        world = Ocpp16World()
        world.mute.append("BootNotification")
        world.open()
        world.run_ms(200)

        start = world.status_of("RemoteStartTransaction", connectorId=1, idTag="T")
        stop = world.status_of("RemoteStopTransaction", transactionId=0)
        self.assertEqual((start, stop), ("Rejected", "Rejected"))


class RemoteStopTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World({"connectors": 2})

    def stop(self, transaction_id):
        return self.world.status_of("RemoteStopTransaction", transactionId=transaction_id)

    def test_stops_the_transaction_with_that_id(self):
        """R4, TC_012: reason Remote, no idTag, Finishing while the cable is in."""
        self.world.boot().charge()

        self.assertEqual(self.stop(7), "Accepted")
        self.world.run_ms(1000)
        payload = self.world.payloads("StopTransaction")[0]
        self.assertEqual((payload["reason"], payload["transactionId"]), ("Remote", 7))
        self.assertFalse("idTag" in payload)
        self.assertEqual(self.world.statuses()[-1], (1, "Finishing"))

    def test_takes_every_number_for_an_id(self):
        """T7: also 0, negative ones, and all 32 bits."""
        for number in (0, -1, -(1 << 31), (1 << 31) - 1, 1795397792):
            with self.subTest(number=number):
                self.world = Ocpp16World()
                self.world.answers["StartTransaction"] = {
                    "idTagInfo": {"status": "Accepted"},
                    "transactionId": number,
                }
                self.world.boot().charge()
                self.assertEqual(self.stop(number), "Accepted")
                self.world.run_ms(1000)
                payload = self.world.payloads("StopTransaction")[0]
                self.assertEqual(payload["transactionId"], number)

    def test_rejects_an_unknown_id_and_goes_on(self):
        """R4, TC_028."""
        self.world.boot().charge()

        for number in (6, 8, -7, 0):
            self.assertEqual(self.stop(number), "Rejected")
        self.assertTrue(self.world.connector.transaction.is_active)

    def test_cannot_match_a_transaction_that_has_no_id_yet(self):
        """R4: its internal number, or 0, must not stop it."""
        self.world.boot()
        self.world.mute.append("StartTransaction")
        self.world.charge()

        for number in (0, 1, -1):
            self.assertEqual(self.stop(number), "Rejected")

    def test_rejects_a_transaction_that_has_ended(self):
        """R4."""
        self.world.boot().charge()
        self.stop(7)
        self.world.run_ms(1000)

        self.assertEqual(self.stop(7), "Rejected")
