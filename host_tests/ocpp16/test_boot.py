"""BootNotification, its three answers, and the gate that follows from them."""

import unittest

from chargecore.base.events import EV_BOOT_ANSWER
from chargecore.ocpp16.boot import BOOT_ACCEPTED, BOOT_NEEDED, BOOT_PENDING, BOOT_REJECTED
from fakes.ocpp16_world import NOW, Ocpp16World

STATION = {
    "vendor": "Vendor",
    "model": "Model",
    "serial": "SN1",
    "firmware_version": "1.2",
    "meter_type": "Meter",
}


def boot_answer(status, interval):
    return {"status": status, "currentTime": NOW, "interval": interval}


class BootTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World(STATION)

    def answer_with(self, status, interval, run_ms=500):
        self.world.answers["BootNotification"] = boot_answer(status, interval)
        self.world.open()
        self.world.run_ms(run_ms)

    def test_sends_the_station_file_first_of_all(self):
        """B1, B10."""
        world = self.world
        world.mute.append("BootNotification")
        world.open()
        world.controller.plug()
        world.run_ms(2000)

        self.assertEqual(len(world.calls), 1)
        self.assertEqual(
            world.calls[0],
            (
                "BootNotification",
                {
                    "chargePointVendor": "Vendor",
                    "chargePointModel": "Model",
                    "chargePointSerialNumber": "SN1",
                    "firmwareVersion": "1.2",
                    "meterType": "Meter",
                },
            ),
        )

    def test_leaves_out_what_the_station_file_does_not_say(self):
        """B10."""
        world = Ocpp16World()
        world.open()
        world.run_ms(100)

        keys = sorted(world.payloads("BootNotification")[0])
        self.assertEqual(keys, ["chargePointModel", "chargePointVendor"])

    def test_reports_every_status_after_the_accepted_boot(self):
        """B2, E 3.22: connectorId 0 first, with what is true now."""
        world = Ocpp16World({"connectors": 2})
        world.controllers[1].plug()
        world.run_ms(200)
        world.open()
        world.run_ms(1000)

        self.assertEqual(world.statuses(), [(0, "Available"), (1, "Available"), (2, "Preparing")])
        self.assertEqual(world.ocpp.boot.state, BOOT_ACCEPTED)

    def test_reports_statuses_before_the_queue_is_released(self):
        """B2."""
        world = self.world
        world.link.is_known = True
        world.config.allow_offline_tx_for_unknown_id = True
        world.controller.plug()
        world.swipe("OFFLINE")
        world.controller.charge()
        world.run_ms(500)

        world.open()
        world.run_ms(2000)

        self.assertEqual(
            world.actions(),
            [
                "BootNotification",
                "StatusNotification",
                "StatusNotification",
                "StartTransaction",
            ],
        )

    def test_takes_interval_and_time_of_the_server_when_accepted(self):
        """B2: the interval is shown and kept."""
        self.answer_with("Accepted", 77)

        answer = self.world.ask("GetConfiguration", {"key": ["HeartbeatInterval"]})
        again = Ocpp16World(flash=self.world.flash, boot_number=8)
        self.assertEqual(answer["configurationKey"][0]["value"], "77")
        self.assertEqual(again.config.heartbeat_interval_s, 77)
        self.assertEqual(self.world.clock.quality, 1)

    def test_keeps_its_heartbeat_interval_when_the_server_gives_none(self):
        """B2: 0 leaves the choice to the station."""
        self.answer_with("Accepted", 0)

        self.assertEqual(self.world.config.heartbeat_interval_s, 300)
        self.assertTrue(self.world.ocpp.boot.is_accepted)

    def test_stays_silent_and_deaf_when_rejected(self):
        """B4, TC_001."""
        self.answer_with("Rejected", 20)
        world = self.world
        world.controller.plug()
        world.swipe()
        world.run_ms(15_000)

        self.assertIsNone(world.ask("GetConfiguration"))
        self.assertEqual(world.actions(), ["BootNotification"])
        self.assertEqual(world.ocpp.boot.state, BOOT_REJECTED)

    def test_tries_again_after_exactly_the_interval(self):
        """B5: no jitter on a non-zero interval."""
        for status in ("Rejected", "Pending"):
            with self.subTest(status=status):
                self.world = Ocpp16World()
                self.answer_with(status, 20, run_ms=100)
                self.world.answers["BootNotification"] = boot_answer("Accepted", 300)

                self.world.run_ms(19_800)
                before = len(self.world.payloads("BootNotification"))
                self.world.run_ms(400)

                self.assertEqual(before, 1)
                self.assertEqual(len(self.world.payloads("BootNotification")), 2)

    def test_chooses_its_own_wait_when_the_interval_is_zero(self):
        """B5: 60 s and up to 15 more."""
        self.answer_with("Rejected", 0)
        self.world.run_ms(58_000, 500)
        before = len(self.world.payloads("BootNotification"))
        self.world.run_ms(20_000, 500)

        self.assertEqual(before, 1)
        self.assertEqual(len(self.world.payloads("BootNotification")), 2)

    def test_waits_long_intervals_across_the_wrap_of_the_ticks(self):
        """B5: what is beyond the reach of the ticks is cut to it."""
        self.answer_with("Rejected", 1_000_000, run_ms=100)
        world = self.world
        for _ in range(49):
            world.run_ms(10_000_000, 5_000_000)
        before = len(world.payloads("BootNotification"))
        for _ in range(3):
            world.run_ms(10_000_000, 5_000_000)

        self.assertEqual(before, 1)
        self.assertEqual(len(world.payloads("BootNotification")), 2)

    def test_answers_but_sends_nothing_on_its_own_while_pending(self):
        """B3, TC_002: no status, no Heartbeat, no Authorize, no transaction."""
        self.answer_with("Pending", 1000)
        world = self.world
        world.link.is_known = True
        world.config.heartbeat_interval_s = 5
        world.config.allow_offline_tx_for_unknown_id = True
        world.controller.plug()
        world.swipe()
        world.controller.charge()
        world.run_ms(20_000, 100)

        self.assertEqual(world.set("MeterValueSampleInterval", "15"), "Accepted")
        self.assertTrue(len(world.ask("GetConfiguration")["configurationKey"]) > 20)
        self.assertEqual(world.actions(), ["BootNotification"])
        self.assertEqual(world.ocpp.boot.state, BOOT_PENDING)
        self.assertTrue(world.connector.transaction.is_active)

    def test_rejects_remote_commands_while_pending(self):
        """B3."""
        self.answer_with("Pending", 1000)

        start = self.world.status_of("RemoteStartTransaction", connectorId=1, idTag="T")
        stop = self.world.status_of("RemoteStopTransaction", transactionId=1)

        self.assertEqual((start, stop), ("Rejected", "Rejected"))

    def test_takes_the_time_of_the_server_while_pending(self):
        """A triggered message needs a timestamp."""
        self.answer_with("Pending", 1000)

        self.assertTrue(self.world.clock.wall_s() > 0)

    def test_boots_again_only_after_the_wait_when_there_is_no_answer(self):
        """B6."""
        world = self.world
        world.mute.append("BootNotification")
        world.open()
        world.run_ms(31_000, 100)
        world.mute.remove("BootNotification")
        world.answers["BootNotification"] = boot_answer("Accepted", 300)
        world._ids = []
        world.run_ms(50_000, 100)
        before = len(world.calls)
        world.run_ms(30_000, 100)

        self.assertEqual(before, 1)
        self.assertTrue(world.ocpp.boot.is_accepted)

    def test_survives_a_refusal_of_the_boot(self):
        """B6, B9, JE 3.10: a CALLERROR counts as Rejected with our own wait."""
        world = self.world
        world.answers["BootNotification"] = ("error", "SecurityError")
        world.open()
        world.run_ms(1000)
        self.assertEqual(world.ocpp.boot.state, BOOT_NEEDED)
        world.answers["BootNotification"] = boot_answer("Accepted", 300)
        world.run_ms(80_000, 100)

        self.assertTrue(world.ocpp.boot.is_accepted)

    def test_sends_nothing_that_is_triggered_before_a_server_has_answered(self):
        """B6: no answer counts as Rejected."""
        world = self.world
        world.answers["BootNotification"] = ("error", "InternalError")
        world.open()
        world.run_ms(1000)
        world.status_of("TriggerMessage", requestedMessage="Heartbeat")
        world.run_ms(5000)

        self.assertEqual(world.actions(), ["BootNotification"])

    def test_does_not_believe_an_answer_that_is_not_valid(self):
        """B6, J6: and says so in the event log."""
        bad = (
            {"status": "Accepted", "currentTime": NOW},
            {"status": "Accepted", "currentTime": NOW, "interval": "300"},
            {"status": "Accepted", "currentTime": NOW, "interval": -1},
            {"status": "Fine", "currentTime": NOW, "interval": 300},
            {"status": "Accepted", "currentTime": "yesterday", "interval": 300},
            {"status": "Accepted", "interval": 300},
            {},
        )
        for answer in bad:
            with self.subTest(answer=answer):
                world = Ocpp16World()
                world.answers["BootNotification"] = answer
                world.open()
                world.run_ms(2000)

                self.assertEqual(world.actions(), ["BootNotification"])
                self.assertEqual(world.ocpp.boot.state, BOOT_NEEDED)
                self.assertIn(EV_BOOT_ANSWER, world.event_codes())

    def test_boots_at_once_on_a_new_connection_when_the_answer_got_lost(self):
        """A lost connection is no answer; the back-off of the connection is the wait."""
        world = self.world
        world.mute.append("BootNotification")
        world.open()
        world.run_ms(1000)
        world.close()
        world.mute = []
        world.run_ms(1000)
        world.open()
        world.run_ms(1000)

        self.assertEqual(world.actions()[:3], ["BootNotification"] * 2 + ["StatusNotification"])

    def test_keeps_to_the_wait_over_a_reconnect_when_rejected(self):
        """B5."""
        self.answer_with("Rejected", 100)
        self.world.close()
        self.world.run_ms(1000)
        self.world.open()
        self.world.run_ms(50_000, 100)

        self.assertEqual(self.world.actions(), ["BootNotification"])

    def test_does_not_boot_again_when_it_reconnects(self):
        """B7."""
        world = self.world.boot()
        world.close()
        world.run_ms(1000)
        world.open()
        world.run_ms(2000)

        self.assertEqual(world.calls, [])

    def test_remembers_for_ever_that_a_server_has_accepted_it(self):
        """B11."""
        known_before = self.world.link.is_known
        self.world.boot()
        again = Ocpp16World(flash=self.world.flash, boot_number=8)

        self.assertFalse(known_before)
        self.assertTrue(self.world.link.is_known)
        self.assertTrue(again.link.is_known)

    def test_refuses_to_charge_before_the_first_acceptance_ever(self):
        """B11: not even where unknown cards may charge offline."""
        world = self.world
        world.config.allow_offline_tx_for_unknown_id = True
        world.controller.plug()
        world.swipe()
        world.run_ms(1000)

        self.assertFalse(world.connector.transaction.is_active)

    def test_tells_the_connection_that_this_is_the_right_server(self):
        world = self.world.boot()

        self.assertIn("confirmed", world.connection.names())

    def test_leaves_the_clock_alone_when_it_is_right_within_two_seconds(self):
        """B2, M2: the grid of samples must not jump with the second of an answer."""
        world = self.world.boot()
        before_s = world.clock.offset_s
        offsets_s = []
        for seconds in ("04", "58"):
            world.answers["Heartbeat"] = {"currentTime": "2026-11-24T10:00:{}Z".format(seconds)}
            world.status_of("TriggerMessage", requestedMessage="Heartbeat")
            offsets_s.append(world.clock.offset_s - before_s)

        self.assertEqual(offsets_s[0], 0)
        self.assertTrue(50 <= offsets_s[1] <= 58)
