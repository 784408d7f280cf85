"""TriggerMessage: the answer first, then what it asked for."""

import unittest

from chargecore.base.clock import WALL_UNKNOWN
from fakes.ocpp16_world import Ocpp16World


class RemoteTriggerTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World({"connectors": 2}).boot()

    def trigger(self, message, **more):
        return self.world.status_of("TriggerMessage", requestedMessage=message, **more)

    def test_sends_what_was_asked_for(self):
        """G4, TC_054."""
        rows = (
            ("Heartbeat", {}, [{}]),
            ("DiagnosticsStatusNotification", {}, [{"status": "Idle"}]),
            ("FirmwareStatusNotification", {}, [{"status": "Idle"}]),
        )
        for message, more, payloads in rows:
            with self.subTest(message=message):
                self.assertEqual(self.trigger(message, **more), "Accepted")
                self.assertEqual(self.world.payloads(message), payloads)

    def test_sends_the_answer_first(self):
        """G4: even when the answer takes its time."""
        world = self.world
        world.channel.is_slow = True
        world.send("TriggerMessage", {"requestedMessage": "Heartbeat"})
        world.run_ms(500)
        before = list(world.calls)
        world.channel.finish()
        world.run_ms(200)
        world.channel.finish()
        world.run_ms(200)

        self.assertEqual(before, [])
        self.assertEqual(world.results[-1][2], {"status": "Accepted"})
        self.assertEqual(world.actions(), ["Heartbeat"])

    def test_answers_each_of_a_burst_and_then_sends_what_it_asked_for(self):
        """G4: a message that has not left yet may serve two that ask for it."""
        world = self.world
        world.mute = ["Heartbeat"]
        asked = (
            "Heartbeat MeterValues FirmwareStatusNotification StatusNotification "
            "DiagnosticsStatusNotification BootNotification Coffee"
        ).split()
        for message in asked * 3:
            world.send("TriggerMessage", {"requestedMessage": message})
        world.run_ms(3000)
        world.mute = []
        world.run_ms(3000)

        words = [result[2]["status"] for result in world.results]
        self.assertEqual(words, (["Accepted"] * 5 + ["Rejected", "NotImplemented"]) * 3)
        sent = world.actions()
        self.assertEqual(sent[0], "Heartbeat")
        self.assertTrue(1 <= sent.count("Heartbeat") <= 3)
        for action in ("DiagnosticsStatusNotification", "FirmwareStatusNotification"):
            self.assertTrue(1 <= sent.count(action) <= 3)
        self.assertTrue(3 <= len(world.statuses()) <= 9)
        rows = [row["connectorId"] for row in world.payloads("MeterValues")]
        self.assertEqual(rows[:2], [1, 2])
        self.assertFalse("BootNotification" in sent)

    def test_serves_a_burst_while_a_call_of_its_own_waits(self):
        """G4, J5: the answers cross the call; the messages follow when it is over."""
        world = self.world
        world.mute = ["Heartbeat"]
        self.trigger("Heartbeat")
        words = [
            self.trigger(message, connectorId=1)
            for message in ("StatusNotification", "MeterValues", "DiagnosticsStatusNotification")
        ]
        before = world.actions()
        world.answer("Heartbeat", world.answers["Heartbeat"])
        world.run_ms(1000)

        self.assertEqual(words, ["Accepted"] * 3)
        self.assertEqual(before, ["Heartbeat"])
        self.assertEqual(
            sorted(world.actions()[1:]),
            ["DiagnosticsStatusNotification", "MeterValues", "StatusNotification"],
        )

    def test_sends_one_status_or_all_of_them(self):
        """G4: connectorId 0 is one of them."""
        for more, statuses in (
            ({"connectorId": 0}, [(0, "Available")]),
            ({"connectorId": 2}, [(2, "Available")]),
            ({}, [(0, "Available"), (1, "Available"), (2, "Available")]),
        ):
            with self.subTest(more=more):
                self.assertEqual(self.trigger("StatusNotification", **more), "Accepted")
                self.world.run_ms(500)
                self.assertEqual(self.world.statuses(), statuses)
                self.world.take_calls()

    def test_sends_a_status_that_does_not_last_yet(self):
        """S8: the trigger wants the present status; it is not reported a second time."""
        world = self.world
        world.set("MinimumStatusDuration", "10")
        world.controller.plug()
        world.run_ms(1000)
        self.trigger("StatusNotification", connectorId=1)
        world.run_ms(20_000, 100)

        self.assertEqual(world.statuses(), [(1, "Preparing")])

    def test_sends_the_newest_values_of_a_connector(self):
        """M15, M10, E 3.46: context Trigger, with the transaction that runs."""
        world = self.world
        world.set("MeterValuesSampledData", "Voltage.L1,Energy.Active.Import.Register")
        world.charge()
        world.meter.import_wh = 1234
        self.assertEqual(self.trigger("MeterValues", connectorId=1), "Accepted")

        payload = world.payloads("MeterValues")[0]
        self.assertEqual((payload["connectorId"], payload["transactionId"]), (1, 7))
        values = payload["meterValue"][0]["sampledValue"]
        self.assertEqual([row["value"] for row in values], ["1234", "230.0"])
        self.assertEqual([row["context"] for row in values], ["Trigger", "Trigger"])

    def test_names_the_transaction_to_its_end_when_that_ends_before_it_has_left(self):
        world = self.world
        world.charge()
        world.take_calls()
        world.channel.is_slow = True
        world.send("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1})
        world.run_ms(100)
        world.channel.finish()  # the answer
        world.run_ms(100)
        self.assertFalse(world.channel.tx_idle)
        world.controller.unplug()
        world.run_ms(5_000)
        self.assertFalse(world.connector.transaction.is_active)

        world.channel.finish()
        world.run_ms(100)

        self.assertEqual(world.payloads("MeterValues")[0]["transactionId"], 7)

    def test_names_no_transaction_when_none_runs(self):
        """M10, E 3.16."""
        self.trigger("MeterValues", connectorId=2)

        self.assertFalse("transactionId" in self.world.payloads("MeterValues")[0])

    def test_sends_the_values_of_every_connector(self):
        """G4: connectorId 0 has no meter."""
        self.assertEqual(self.trigger("MeterValues"), "Accepted")
        self.world.run_ms(500)

        rows = self.world.payloads("MeterValues")
        self.assertEqual([row["connectorId"] for row in rows], [1, 2])

    def test_rejects_a_connector_that_it_does_not_have(self):
        """G4, TC_055."""
        for message, connector_id in (
            ("MeterValues", 3),
            ("MeterValues", 0),
            ("MeterValues", -1),
            ("StatusNotification", 3),
            ("StatusNotification", -1),
        ):
            with self.subTest(message=message, connector_id=connector_id):
                status = self.trigger(message, connectorId=connector_id)
                self.assertEqual(status, "Rejected")
        self.assertEqual(self.world.calls, [])

    def test_ignores_a_connector_that_does_not_matter(self):
        """G4."""
        self.assertEqual(self.trigger("Heartbeat", connectorId=99), "Accepted")

    def test_answers_not_implemented_to_an_unknown_message(self):
        """G4."""
        for message in ("Coffee", "heartbeat", "SignChargePointCertificate", ""):
            with self.subTest(message=message):
                self.assertEqual(self.trigger(message), "NotImplemented")

    def test_rejects_another_boot_once_accepted(self):
        """B8, E 3.35."""
        self.assertEqual(self.trigger("BootNotification"), "Rejected")

    def test_sends_nothing_when_the_meter_is_silent(self):
        """An empty list of values is refused by servers."""
        self.world.meter.import_wh = None
        self.world.run_ms(500)
        self.world.take_calls()  # the connector is Faulted

        self.assertEqual(self.trigger("MeterValues", connectorId=1), "Accepted")
        self.assertEqual(self.world.calls, [])

    def test_rejects_meter_values_while_the_time_is_unknown(self):
        self.world.clock.offset_s = WALL_UNKNOWN

        self.assertEqual(self.trigger("MeterValues", connectorId=1), "Rejected")

    def test_forgets_what_was_asked_for_on_a_connection_that_is_gone(self):
        world = self.world
        world.mute.append("StatusNotification")
        self.trigger("StatusNotification")
        world.close()
        world.mute = []
        world.open()
        world.run_ms(1000)

        self.assertEqual(world.statuses(), [(0, "Available")])

    def test_sends_only_what_was_asked_for_while_pending(self):
        """B3."""
        world = self.world = Ocpp16World()
        world.answers["BootNotification"] = dict(
            world.answers["BootNotification"], status="Pending", interval=1000
        )
        world.open()
        world.controller.plug()
        world.run_ms(1000)
        for message in ("Heartbeat", "StatusNotification", "MeterValues"):
            self.assertEqual(self.trigger(message, connectorId=1), "Accepted")
        world.answers["BootNotification"] = dict(
            world.answers["BootNotification"], status="Accepted"
        )
        self.assertEqual(self.trigger("BootNotification"), "Accepted")
        world.run_ms(200)

        self.assertEqual(
            world.actions()[:5],
            [
                "BootNotification",
                "Heartbeat",
                "StatusNotification",
                "MeterValues",
                "BootNotification",
            ],
        )
        self.assertTrue(world.ocpp.boot.is_accepted)
