"""The dispatcher of the server's calls, the order of the sources, and the watch over silence."""

import json
import unittest

from chargecore.base.events import EV_CALL_NO_HEAP, EV_SERVER_SILENT, EV_UNKNOWN_ACTION
from fakes.ocpp16_world import NOW, Ocpp16World

# One call of every kind with a wrong payload: (action, payload, CALLERROR). J7.
REFUSED = (
    ("ChangeAvailability", {"connectorId": 1}, "OccurenceConstraintViolation"),
    ("ChangeAvailability", {"connectorId": 1, "type": "On"}, "PropertyConstraintViolation"),
    ("ChangeAvailability", {"connectorId": "1", "type": "Operative"}, "TypeConstraintViolation"),
    ("ChangeAvailability", {"connectorId": 1.5, "type": "Operative"}, "TypeConstraintViolation"),
    ("ChangeAvailability", {"connectorId": 1, "type": 2}, "TypeConstraintViolation"),
    ("ChangeConfiguration", {"key": "HeartbeatInterval"}, "OccurenceConstraintViolation"),
    ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": 5}, "TypeConstraintViolation"),
    ("ChangeConfiguration", {"key": "k" * 51, "value": "5"}, "PropertyConstraintViolation"),
    ("ChangeConfiguration", {"key": "k", "value": "v" * 501}, "PropertyConstraintViolation"),
    ("ClearCache", {"all": True}, "FormationViolation"),
    ("DataTransfer", {"messageId": "m"}, "OccurenceConstraintViolation"),
    ("DataTransfer", {"vendorId": "v" * 256}, "PropertyConstraintViolation"),
    ("DataTransfer", {"vendorId": "v", "data": {}}, "TypeConstraintViolation"),
    ("GetConfiguration", {"key": "HeartbeatInterval"}, "TypeConstraintViolation"),
    ("GetConfiguration", {"key": [1]}, "TypeConstraintViolation"),
    ("GetConfiguration", {"key": ["k" * 51]}, "PropertyConstraintViolation"),
    ("GetConfiguration", {"keys": []}, "FormationViolation"),
    ("RemoteStartTransaction", {"connectorId": 1}, "OccurenceConstraintViolation"),
    ("RemoteStartTransaction", {"idTag": "T" * 21}, "PropertyConstraintViolation"),
    ("RemoteStartTransaction", {"idTag": 5}, "TypeConstraintViolation"),
    ("RemoteStartTransaction", {"idTag": "T", "chargingProfile": 1}, "TypeConstraintViolation"),
    ("RemoteStopTransaction", {}, "OccurenceConstraintViolation"),
    ("RemoteStopTransaction", {"transactionId": "7"}, "TypeConstraintViolation"),
    ("RemoteStopTransaction", {"transactionId": 1 << 40}, "PropertyConstraintViolation"),
    ("ReserveNow", {"connectorId": 1}, "OccurenceConstraintViolation"),
    ("Reset", {}, "OccurenceConstraintViolation"),
    ("Reset", {"type": "hard"}, "PropertyConstraintViolation"),
    ("TriggerMessage", {"connectorId": 1}, "OccurenceConstraintViolation"),
    ("TriggerMessage", {"requestedMessage": 1}, "TypeConstraintViolation"),
    ("UnlockConnector", {}, "OccurenceConstraintViolation"),
    ("UnlockConnector", {"connectorId": None}, "OccurenceConstraintViolation"),
    ("UnlockConnector", {"connectorId": 1, "x": 1}, "FormationViolation"),
)

# Known actions whose profile is not loaded: J7, A11, F3.
NOT_SUPPORTED = (
    "CancelReservation",
    "CertificateSigned",
    "ClearChargingProfile",
    "DeleteCertificate",
    "ExtendedTriggerMessage",
    "GetCompositeSchedule",
    "GetDiagnostics",
    "GetInstalledCertificateIds",
    "GetLocalListVersion",
    "GetLog",
    "InstallCertificate",
    "SendLocalList",
    "SetChargingProfile",
    "SignedUpdateFirmware",
    "UpdateFirmware",
)


class DispatcherTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World().boot()

    def test_names_what_is_wrong_with_a_payload(self):
        """J7: never an exception, never an action carried out."""
        for action, payload, code in REFUSED:
            with self.subTest(action=action, payload=payload):
                self.assertEqual(self.world.ask(action, payload), code)
        self.assertEqual(self.world.station.reset_kind, 0)
        self.assertTrue(self.world.connector.operative)

    def test_answers_not_supported_when_the_profile_is_not_loaded(self):
        """J7, C2."""
        profiles = ["Core", "RemoteTrigger"]
        world = Ocpp16World({"profiles": profiles, "security": False}).boot()
        for action in NOT_SUPPORTED:
            with self.subTest(action=action):
                self.assertEqual(world.ask(action), "NotSupported")

    def test_answers_not_implemented_to_an_unknown_action(self):
        """J7: and the spelling counts."""
        for action in ("MakeCoffee", "clearcache", "", "ClearCache "):
            with self.subTest(action=action):
                self.assertEqual(self.world.ask(action), "NotImplemented")
        self.assertIn(EV_UNKNOWN_ACTION, self.world.event_codes())

    def test_a_call_without_the_heap_for_it_is_answered_and_opens_no_contactor(self):
        """J7: what a server asks for is no reason to end a charge."""
        world = self.world
        actions = world.ocpp._actions
        table = [row[1] for row in actions if row[0] == b"ClearCache"][0]
        world.ocpp._actions = ((b"ClearCache", table, self.take_all_heap),) + actions

        self.assertEqual(world.ask("ClearCache"), "InternalError")
        self.assertIn(EV_CALL_NO_HEAP, world.event_codes())
        self.assertIn("configurationKey", world.ask("GetConfiguration"))
        self.assertEqual(world.ask("MakeCoffee"), "NotImplemented")

    def take_all_heap(self, reader, payload_idx):
        raise MemoryError

    def test_rejects_a_reservation_without_the_profile(self):
        """V1: a unit without the profile still answers."""
        end = "2026-11-25T10:00:00Z"
        world = Ocpp16World({"profiles": ["Core"]}).boot()

        status = world.status_of(
            "ReserveNow", connectorId=1, expiryDate=end, idTag="T", reservationId=1
        )

        self.assertEqual(status, "Rejected")

    def test_takes_null_for_what_is_not_there(self):
        """J9."""
        world = self.world

        self.assertIn("configurationKey", world.ask("GetConfiguration", {"key": None}))
        status = world.status_of("RemoteStartTransaction", connectorId=None, idTag="TAG1")
        self.assertEqual(status, "Accepted")

    def test_knows_no_trigger_message_when_its_profile_is_not_listed(self):
        world = Ocpp16World({"profiles": ["Core"]}).boot()

        self.assertEqual(world.ask("TriggerMessage"), "NotSupported")
        row = world.ask("GetConfiguration", {"key": ["SupportedFeatureProfiles"]})
        self.assertEqual(row["configurationKey"][0]["value"], "Core")

    def test_answers_a_call_that_crosses_its_own(self):
        """J5: both directions cross freely."""
        world = self.world
        world.mute.append("Authorize")
        world.swipe()

        answer = world.ask("ClearCache")

        self.assertEqual(answer, {"status": "Accepted"})
        self.assertEqual(world.actions(), ["Authorize"])

    def test_answers_a_storm_of_calls_in_order(self):
        """29 calls within a second, as a server in the wild sends them."""
        world = self.world
        ids = [world.send("GetConfiguration", {"key": ["HeartbeatInterval"]}) for _ in range(29)]
        world.run_ms(5000)

        self.assertEqual([row[1] for row in world.results], ids)

    def test_writes_a_long_answer_through_a_small_window(self):
        """The whole configuration is longer than the buffer of the channel."""
        answer = self.world.ask("GetConfiguration")

        self.assertTrue(len(json.dumps(answer)) > 2000)
        self.assertEqual(len(answer["configurationKey"]), self.world.settings.row_count - 1)


class OrderTest(unittest.TestCase):
    def test_asks_for_the_card_before_it_empties_a_long_queue(self):
        """A driver at the reader waits for it; and a Heartbeat is not held up."""
        world = Ocpp16World({"connectors": 2})
        world.answers["BootNotification"] = {
            "status": "Accepted",
            "currentTime": NOW,
            "interval": 15,
        }
        world.boot()
        world.config.meter_value_sample_interval_s = 1
        world.charge("TAG1")
        world.mute.append("MeterValues")
        world.run_ms(15_000, 100)
        queued = world.outbox.pending
        world.controllers[1].plug()
        world.reader.swipe("TAG2", 2)
        world.run_ms(200)
        world.take_calls()
        world.mute = []
        world.run_ms(3000)

        self.assertTrue(queued > 10)
        self.assertEqual(
            world.actions()[:4], ["StatusNotification", "Authorize", "Heartbeat", "MeterValues"]
        )

    def test_has_one_call_in_flight_at_a_time(self):
        """J5."""
        world = Ocpp16World({"connectors": 2}).boot()
        world.mute.append("StatusNotification")
        for controller in world.controllers:
            controller.plug()
        world.swipe("TAG1", connector=1)
        world.run_ms(5000)

        self.assertEqual(world.actions(), ["StatusNotification"])


class SilenceTest(unittest.TestCase):
    def test_takes_a_new_connection_when_two_calls_in_a_row_get_no_answer(self):
        """Connected means that calls get answers."""
        world = Ocpp16World().boot()
        world.mute = ["StatusNotification", "Heartbeat"]
        world.controller.plug()
        world.run_ms(62_000, 100)

        self.assertEqual(world.actions()[:2], ["StatusNotification", "Heartbeat"])
        self.assertIn(("drop", 1001), world.connection.history)
        self.assertIn(EV_SERVER_SILENT, world.event_codes())

    def test_asks_with_a_heartbeat_whether_a_server_that_missed_one_call_is_still_there(self):
        world = Ocpp16World().boot()
        world.mute = ["StatusNotification"]
        for _ in range(4):
            world.controller.is_plugged = not world.controller.is_plugged
            world.run_ms(31_000, 100)

        self.assertEqual(
            world.actions()[:3], ["StatusNotification", "Heartbeat", "StatusNotification"]
        )
        self.assertEqual(world.connection.names().count("drop"), 0)

    def test_lets_other_calls_go_on_when_heartbeats_are_what_the_server_ignores(self):
        world = Ocpp16World().boot()
        world.mute = ["Heartbeat"]
        world.set("HeartbeatInterval", "40")
        world.run_ms(75_000, 100)
        world.controller.plug()
        world.run_ms(1_000, 100)

        self.assertEqual(world.actions(), ["Heartbeat", "StatusNotification"])
        self.assertEqual(world.connection.names().count("drop"), 0)

    def test_probes_a_new_connection_after_a_silence_when_there_is_nothing_to_say(self):
        """Nothing has changed while offline, so nothing would ever prove that it is answered."""
        world = Ocpp16World().boot()
        world.close()
        world.run_ms(20_000, 100)
        world.open()
        world.run_ms(15_000, 100)

        self.assertEqual(world.actions(), ["Heartbeat"])
        self.assertEqual(world.liveness.rung, 0)

    def test_probes_nothing_on_a_new_connection_after_a_clean_close(self):
        world = Ocpp16World().boot()
        world.close(by_server=True)
        world.run_ms(20_000, 100)
        world.open()
        world.run_ms(30_000, 100)

        self.assertEqual(world.actions(), [])

    def test_stays_connected_when_an_answer_comes_in_between(self):
        world = Ocpp16World()
        world.answers["BootNotification"] = {
            "status": "Accepted",
            "currentTime": NOW,
            "interval": 20,
        }
        world.boot()
        world.mute = ["StatusNotification"]
        for _ in range(4):
            world.controller.is_plugged = not world.controller.is_plugged
            world.run_ms(40_000, 100)

        self.assertEqual(world.connection.names().count("drop"), 0)

    def test_drops_a_server_that_never_answers_the_boot(self):
        """A 101 and then silence for ever: only a new connection helps."""
        world = Ocpp16World()
        world.mute = ["BootNotification"]
        world.open()
        world.run_ms(31_000, 100)
        world.run_ms(120_000, 500)

        self.assertIn(("drop", 1001), world.connection.history)
