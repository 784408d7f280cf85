"""SecurityEventNotification: which events, in which order, until when; W14, W15."""

import unittest

from chargecore.base.boot_causes import CAUSE_RESET, CAUSE_WATCHDOG
from chargecore.base.events import EV_BAD_JSON, EV_OUTBOX_FULL, EV_UPDATE_STATUS
from chargecore.base.security_events import (
    SE_INVALID_FIRMWARE_SIGNATURE,
    SE_INVALID_TLS_VERSION,
    SE_TAMPER,
)
from chargecore.station.task_news import INSTALLED, INSTALLING
from fakes.ocpp16_world import NOW, Ocpp16World

EVENT = "SecurityEventNotification"


class Lid:
    """An input."""

    def __init__(self):
        self.level = 0

    def value(self):
        return self.level


class EventsTest(unittest.TestCase):
    def boot(self, world=None):
        """Return a world that has told of its boot."""
        world = world or Ocpp16World({"firmware_version": "1.2"})
        world.answers["Heartbeat"] = {}  # the clock stays
        world.boot(8_000)
        return world

    def taken(self, world):
        """Return the types that were sent since the last time."""
        events = world.security_events
        world.security_events = []
        return [payload["type"] for payload in events]


class SendingTest(EventsTest):
    def test_tells_of_the_start_with_the_times_when_things_happened(self):
        world = Ocpp16World({"firmware_version": "1.2"})
        world.run_ms(20_000)
        world.boot(8_000)

        start, clock = world.security_events
        self.assertEqual((start["type"], start["techInfo"]), ("StartupOfTheDevice", "1.2"))
        self.assertEqual(start["timestamp"], "2026-11-24T09:59:39Z")
        self.assertEqual(clock["type"], "SettingSystemTime")
        self.assertEqual(clock["timestamp"], "2026-11-24T09:59:59Z")

    def test_tells_nothing_before_the_boot_is_accepted(self):
        world = Ocpp16World()
        world.answers["BootNotification"] = {
            "status": "Pending",
            "currentTime": NOW,
            "interval": 300,
        }
        world.open()
        world.run_ms(20_000)

        self.assertEqual(world.security_events, [])

    def test_tells_why_it_was_restarted(self):
        for cause, info in ((CAUSE_RESET, "ordered"), (CAUSE_WATCHDOG, "watchdog")):
            world = Ocpp16World()
            world.core.reset_cause = cause
            world.core.security.__init__(
                world.core.security.log, world.connectors, world.clock, world.events
            )
            world._make_ocpp()
            self.boot(world)

            rows = [row for row in world.security_events if row["type"] == "ResetOrReboot"]
            self.assertEqual([row["techInfo"] for row in rows], [info])

    def test_keeps_what_happened_offline_and_tells_it_in_order(self):
        world = self.boot()
        self.taken(world)
        world.close()
        for number in range(3):
            world.core.security.report(SE_TAMPER, b"%d" % number)
            world.run_ms(1_000)
        world.core.security.report(SE_INVALID_TLS_VERSION, b"only kept")
        world.open()
        world.run_ms(5_000)

        events = world.security_events
        self.assertEqual([row["techInfo"] for row in events], ["0", "1", "2"])
        self.assertEqual(len({row["timestamp"] for row in events}), 3)

    def test_tells_the_same_again_when_the_connection_broke(self):
        world = self.boot()
        self.taken(world)
        world.mute.append(EVENT)
        world.core.security.report(SE_TAMPER)
        world.run_ms(1_000)
        world.close()
        world.mute.remove(EVENT)
        world.open()
        world.run_ms(3_000)

        events = world.security_events
        self.assertEqual(len(events), 2)
        self.assertEqual(events[0], events[1])

    def test_tells_after_a_power_cut_what_had_no_answer(self):
        world = self.boot()
        world.mute.append(EVENT)
        world.core.security.report(SE_INVALID_FIRMWARE_SIGNATURE, b"update 7")
        world.run_ms(1_000)

        again = self.boot(Ocpp16World(flash=world.flash, boot_number=8))

        self.assertEqual(again.security_events[0]["type"], "InvalidFirmwareSignature")
        self.assertEqual(again.security_events[0]["techInfo"], "update 7")
        self.assertEqual(self.taken(again)[1:], ["StartupOfTheDevice", "SettingSystemTime"])

    def test_does_not_ask_a_server_that_knows_no_security_events_again(self):
        """W15."""
        for code in ("NotImplemented", "NotSupported"):
            world = Ocpp16World()
            world.answers[EVENT] = ("error", code)
            self.boot(world)
            self.assertEqual(len(self.taken(world)), 2)
            world.run_ms(3_600_000, 1_000)

            self.assertEqual(self.taken(world), [])
            self.assertFalse(world.core.security.has_waiting)

    def test_tries_again_later_when_the_server_fails_and_gives_up_in_the_end(self):
        world = self.boot()
        self.taken(world)
        world.answers[EVENT] = ("error", "InternalError")
        world.core.security.report(SE_TAMPER, b"a")
        world.run_ms(30_000)
        self.assertEqual(len(self.taken(world)), 1)
        world.run_ms(3_600_000, 1_000)
        self.assertEqual(len(self.taken(world)), 4)
        world.answers[EVENT] = {}
        world.core.security.report(SE_TAMPER, b"b")
        world.run_ms(2_000)

        self.assertEqual([row["techInfo"] for row in world.security_events], ["b"])

    def test_waits_longer_and_longer_for_a_server_that_never_answers_and_lets_others_go(self):
        world = self.boot()
        self.taken(world)
        world.mute.append(EVENT)
        world.core.security.report(SE_TAMPER)
        world.run_ms(7_200_000, 1_000)
        tries = len(world.security_events)
        self.assertTrue(5 <= tries <= 16, tries)
        world.mute.remove(EVENT)
        world.charge()
        self.assertEqual(len(world.payloads("StartTransaction")), 1)
        world.run_ms(3_700_000, 1_000)

        self.assertEqual(len(world.security_events), tries + 1)
        self.assertFalse(world.core.security.has_waiting)

    def test_lets_a_card_go_first_between_two_events(self):
        world = self.boot()
        world.close()
        for number in range(4):
            world.core.security.report(SE_TAMPER, b"%d" % number)
        world.open()
        self.taken(world)
        world.swipe("TAG1")
        world.run_ms(200)

        self.assertEqual(len(world.payloads("Authorize")), 1)
        self.assertTrue(world.core.security.has_waiting)

    def test_is_not_there_when_the_whitepaper_is_not_loaded(self):
        world = self.boot(Ocpp16World({"security": False}))
        world.core.security.report(SE_TAMPER)
        world.run_ms(5_000)

        self.assertEqual(world.security_events, [])
        self.assertEqual(world.status_of("GetLog"), "NotSupported")


class WatchTest(EventsTest):
    """What is a security event."""

    def setUp(self):
        self.world = self.boot()
        self.taken(self.world)

    def kept(self):
        """Return what waits to be written or told: nothing is while a contactor is closed."""
        return [(row[0], row[2]) for row in self.world.core.security._rows]

    def test_a_clock_that_is_moved(self):
        self.world.set("HeartbeatInterval", "60")
        self.world.answers["Heartbeat"] = {"currentTime": "2026-11-24T12:00:00Z"}
        self.world.run_ms(70_000, 500)

        events = self.world.security_events
        self.assertEqual([row["type"] for row in events], ["SettingSystemTime"])
        self.assertIn("moved by ", events[0]["techInfo"])

    def test_a_full_queue(self):
        self.world.events.add(EV_OUTBOX_FULL, 500)
        self.world.run_ms(1_000)

        self.assertEqual(self.taken(self.world), ["MemoryExhaustion"])

    def test_a_heap_that_is_full(self):
        class Scheduler:
            last_error = MemoryError()

        self.world.core.scheduler = Scheduler()
        self.world.run_ms(1_000)

        self.assertEqual(self.taken(self.world), ["MemoryExhaustion"])

    def test_new_firmware_once_it_is_installed(self):
        self.world.events.add(EV_UPDATE_STATUS, INSTALLING)
        self.world.events.add(EV_UPDATE_STATUS, INSTALLED)
        self.world.run_ms(1_000)

        events = self.world.security_events
        self.assertEqual([row["type"] for row in events], ["FirmwareUpdated"])
        self.assertEqual(events[0]["techInfo"], "1.2")

    def test_a_lid_that_is_opened_once_each_time(self):
        lid = self.world.core.tamper = Lid()
        for level in (0, 1, 1, 0, 1):
            lid.level = level
            self.world.run_ms(2_000)

        self.assertEqual(self.taken(self.world), ["TamperDetectionActivated"] * 2)

    def test_bad_messages_without_telling_the_server(self):
        self.world.controllers[0].is_energised = self.world.is_welded = True
        self.world.channel.feed(b"{nonsense")
        self.world.run_ms(40)
        kept = self.kept()
        self.world.run_ms(2_000)

        self.assertEqual(kept[-1][1], b"not an OCPP message")
        self.assertEqual(self.taken(self.world), [])

    def test_a_storm_of_bad_messages_costs_few_writes(self):
        flash = self.world.flash.logs["security"]
        before = flash.programs
        for _ in range(2_000):
            self.world.events.add(EV_BAD_JSON, -3)
            self.world.run_ms(50)

        self.assertTrue(flash.programs - before <= 12, flash.programs - before)

    def test_a_new_password_by_its_name_alone(self):
        self.world.controllers[0].is_energised = self.world.is_welded = True
        self.world.set("AuthorizationKey", "00112233445566778899AABBCCDDEEFF")
        self.world.run_ms(100)

        self.assertEqual(self.kept()[-1][1], b"AuthorizationKey")
        self.world.set("HeartbeatInterval", "77")
        self.world.run_ms(100)
        self.assertEqual(self.kept()[-1][1], b"AuthorizationKey")


if __name__ == "__main__":
    unittest.main()
