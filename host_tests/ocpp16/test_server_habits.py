"""What servers in the wild do once they are connected, by rule: see docs/ocpp_status.md."""

import unittest

from chargecore.base.calendar import DAY_S
from fakes.ocpp16_world import NOW, Ocpp16World

ACCEPTED = {"idTagInfo": {"status": "Accepted"}}
REFUSALS = ("Invalid", "ConcurrentTx", "Blocked", "Expired")
CODES = (
    "FormationViolation",
    "FormatViolation",
    "TypeConstraintViolation",
    "PropertyConstraintViolation",
    "NotSupported",
    "NotImplemented",
    "ProtocolError",
    "InternalError",
    "RpcFrameworkError",
)
# What one server asks within a second of the connection, twice and interleaved.
SWEEP_KEYS = (
    "SupportedFeatureProfiles",
    "NumberOfConnectors",
    "HeartbeatInterval",
    "WebSocketPingInterval",
    "MeterValueSampleInterval",
    "MeterValuesSampledData",
    "ChargingScheduleAllowedChargingRateUnit",
    "AuthorizeRemoteTxRequests",
)
MEASURANDS = (
    ("Energy.Active.Import.Register", "Accepted"),
    ("Power.Active.Import", "Accepted"),
    ("Current.Import", "Accepted"),
    ("SoC", "Rejected"),
    ("RPM", "Rejected"),
    ("Energy.Reactive.Export.Interval", "Rejected"),
)


class StaleCommandTest(unittest.TestCase):
    """Commands that waited at the server arrive before it has answered the boot."""

    def test_rejects_a_stale_start_and_a_stale_stop_before_the_boot_is_answered(self):
        world = Ocpp16World()
        world.mute = ["BootNotification"]
        world.open()
        world.run_ms(200)

        start = world.status_of("RemoteStartTransaction", connectorId=1, idTag="TAG1")
        stop = world.status_of("RemoteStopTransaction", transactionId=7)
        world.answer(
            "BootNotification", {"status": "Accepted", "currentTime": NOW, "interval": 60}
        )
        world.controller.plug()
        world.run_ms(5_000)

        self.assertEqual((start, stop), ("Rejected", "Rejected"))
        self.assertFalse(world.connector.transaction.is_active)
        self.assertFalse("StartTransaction" in world.actions())


class SweepTest(unittest.TestCase):
    def test_answers_a_sweep_of_its_configuration_twice_and_interleaved(self):
        world = Ocpp16World().boot()
        ids = []
        for key in SWEEP_KEYS + SWEEP_KEYS:
            ids.append(world.send("GetConfiguration", {"key": [key]}))
        for _ in range(2):
            for name, _ in MEASURANDS:
                row = {"key": "MeterValuesSampledData", "value": name}
                ids.append(world.send("ChangeConfiguration", row))
        for key, value in (("ClockAlignedDataInterval", "900"), ("WebSocketPingInterval", "60")):
            ids.append(world.send("ChangeConfiguration", {"key": key, "value": value}))
        row = {"connectorId": 0, "type": "Operative"}
        ids.append(world.send("ChangeAvailability", row))
        world.run_ms(10_000)

        self.assertEqual([message[1] for message in world.results], ids)
        self.assertEqual(set([message[0] for message in world.results]), {3})
        statuses = [message[2].get("status") for message in world.results[16:28]]
        self.assertEqual(statuses, [status for _, status in MEASURANDS] * 2)
        self.assertEqual(world.config.sampled_list, b"Current.Import")
        self.assertEqual(world.channel.ping_interval_s, 60)

    def test_tells_the_status_of_connector_0_when_it_is_triggered(self):
        world = Ocpp16World().boot()

        for connector_id in (0, 1):
            row = {"requestedMessage": "StatusNotification", "connectorId": connector_id}
            self.assertEqual(world.ask("TriggerMessage", row), {"status": "Accepted"})

        self.assertEqual(world.statuses(), [(0, "Available"), (1, "Available")])

    def test_lets_the_server_switch_authorization_of_remote_starts_off(self):
        world = Ocpp16World().boot()
        self.assertEqual(world.set("AuthorizeRemoteTxRequests", "false"), "Accepted")
        world.controller.plug()

        world.ask("RemoteStartTransaction", {"connectorId": 1, "idTag": "TAG1"}, 2_000)

        self.assertFalse("Authorize" in world.actions())
        self.assertIn("StartTransaction", world.actions())


class RemoteStartTest(unittest.TestCase):
    def test_starts_for_a_tag_that_is_the_stations_own_name_cut_to_20(self):
        world = Ocpp16World().boot()
        world.controller.plug()
        tag = "chargepoint-number-0001"[:20]

        world.ask("RemoteStartTransaction", {"connectorId": 1, "idTag": tag}, 2_000)

        self.assertEqual(world.payloads("StartTransaction")[0]["idTag"], tag)

    def test_goes_on_with_a_start_when_an_unknown_call_comes_in_the_middle(self):
        """A call of another version of OCPP, between the remote start and its transaction."""
        world = Ocpp16World().boot()
        world.mute = ["Authorize"]
        world.controller.plug()
        world.ask("RemoteStartTransaction", {"connectorId": 1, "idTag": "TAG1"})

        self.assertEqual(world.ask("GetChargingProfiles", {"requestId": 1}), "NotImplemented")
        world.answer("Authorize", ACCEPTED)
        world.mute = []
        world.run_ms(1_000)

        self.assertIn("StartTransaction", world.actions())


class TransactionIdTest(unittest.TestCase):
    def test_stops_a_refused_session_with_whatever_id_it_was_given(self):
        for status in REFUSALS:
            for transaction_id in (0, 1, 1_795_397_792, -1, -(1 << 31), (1 << 31) - 1):
                with self.subTest(status=status, transaction_id=transaction_id):
                    world = Ocpp16World().boot()
                    world.answers["StartTransaction"] = {
                        "idTagInfo": {"status": status},
                        "transactionId": transaction_id,
                    }
                    world.charge()
                    world.run_ms(2_000)
                    stops = world.payloads("StopTransaction")
                    self.assertEqual([row["transactionId"] for row in stops], [transaction_id])
                    self.assertEqual(stops[0]["reason"], "DeAuthorized")

    def test_keeps_two_sessions_apart_that_both_have_the_id_0(self):
        world = Ocpp16World({"connectors": 2}).boot()
        world.answers["StartTransaction"] = dict(ACCEPTED, transactionId=0)
        world.charge("TAG1", 0)
        world.charge("TAG2", 1)
        world.swipe("TAG2", connector=2)
        world.run_ms(1_000)
        second = world.take_calls()[-1]
        world.swipe("TAG1", connector=1)
        world.run_ms(1_000)

        self.assertEqual(second[1].get("idTag", "TAG2"), "TAG2")
        stops = world.payloads("StopTransaction")
        self.assertEqual([(row["transactionId"], row["idTag"]) for row in stops], [(0, "TAG1")])
        self.assertEqual(world.outbox.pending, 0)

    def test_goes_on_with_the_second_id_when_the_answer_to_a_start_was_lost(self):
        """Nobody recognizes the repetition: the server has two transactions, we know one."""
        world = Ocpp16World().boot()
        world.set("TransactionMessageRetryInterval", "5")
        world.mute = ["StartTransaction"]
        world.charge()
        world.run_ms(31_000)
        world.mute = []
        world.answers["StartTransaction"] = dict(ACCEPTED, transactionId=12)
        world.run_ms(20_000)
        world.swipe()
        world.run_ms(2_000)

        first, second = world.payloads("StartTransaction")
        self.assertEqual(first, second)
        stops = world.payloads("StopTransaction")
        self.assertEqual([row["transactionId"] for row in stops], [12])

    def test_goes_on_when_the_repetition_is_refused_as_concurrent(self):
        world = Ocpp16World().boot()
        world.set("TransactionMessageRetryInterval", "5")
        world.mute = ["StartTransaction"]
        world.charge()
        world.run_ms(31_000)
        world.mute = []
        world.answers["StartTransaction"] = {
            "idTagInfo": {"status": "ConcurrentTx"},
            "transactionId": 0,
        }
        world.run_ms(40_000)

        stops = world.payloads("StopTransaction")
        self.assertEqual([row["transactionId"] for row in stops], [0])
        self.assertEqual((world.outbox.pending, world.outbox.parked), (0, 0))


class AnswerTest(unittest.TestCase):
    def test_treats_every_code_of_a_callerror_alike(self):
        seen = []
        for code in CODES:
            world = Ocpp16World().boot()
            world.answers["StopTransaction"] = ("error", code)
            world.charge()
            world.swipe()
            world.run_ms(300_000, 250)
            seen.append((world.actions().count("StopTransaction"), world.outbox.parked))

        self.assertEqual(seen, [(3, 1)] * len(CODES))

    def test_takes_every_heartbeat_interval_that_servers_give(self):
        for interval_s in (10, 60, 300, 3600, DAY_S):
            with self.subTest(interval_s=interval_s):
                world = Ocpp16World()
                world.answers["BootNotification"] = {
                    "status": "Accepted",
                    "currentTime": NOW,
                    "interval": interval_s,
                }
                world.boot(500)
                world.run_ms(interval_s * 1000 - 2_000, 1_000)
                early = world.actions().count("Heartbeat")
                world.run_ms(4_000, 1_000)
                self.assertEqual((early, world.actions().count("Heartbeat")), (0, 1))

    def test_takes_every_form_of_current_time(self):
        for text in (
            "2027-03-01T10:00:02.123Z",
            "2027-03-01T10:00:02Z",
            "2027-03-01T10:00:02.123456+00:00",
            "2027-03-01T12:00:02+02:00",
        ):
            with self.subTest(text=text):
                world = Ocpp16World()
                world.answers["BootNotification"] = {
                    "status": "Accepted",
                    "currentTime": text,
                    "interval": 300,
                }
                world.boot(200)
                world.ask("TriggerMessage", {"requestedMessage": "StatusNotification"})
                time = world.payloads("StatusNotification")[0]["timestamp"]
                self.assertEqual(time[:16], "2027-03-01T10:00")

    def test_writes_one_tag_in_the_same_letters_in_every_message(self):
        """idTags are case-insensitive, but one server compares letter by letter."""
        world = Ocpp16World().boot()
        world.controller.plug()
        world.swipe("aBcD12")
        world.controller.charge()
        world.run_ms(1_000)
        world.swipe("aBcD12")
        world.run_ms(1_000)

        for action in ("Authorize", "StartTransaction", "StopTransaction"):
            tags = [row["idTag"] for row in world.payloads(action)]
            self.assertEqual(tags, ["aBcD12"], action)

    def test_never_asks_about_a_card_without_a_number(self):
        """One server accepts the empty tag."""
        world = Ocpp16World().boot()
        world.controller.plug()
        world.swipe("")
        world.run_ms(2_000)

        self.assertFalse("Authorize" in world.actions())
        self.assertFalse(world.connector.transaction.is_active)


if __name__ == "__main__":
    unittest.main()
