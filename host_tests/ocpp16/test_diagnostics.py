"""GetDiagnostics: the file, its name, its tries, and what is told of it."""

import unittest

from chargecore.base.events import EV_BOOT, EV_FLASH_ERROR
from chargecore.station.line_file import time_text
from fakes.ocpp16_world import Ocpp16World

ACTION = "DiagnosticsStatusNotification"
URL = "http://files.example/up"


class DiagnosticsTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World({"connectors": 2, "auth_key": "41" * 16}).boot()
        self.world.core.scheduler = None
        self.transfer = self.world.network.transfer

    def ask(self, **more):
        more["location"] = URL
        return self.world.ask("GetDiagnostics", more)

    def told(self):
        return [row["status"] for row in self.world.payloads(ACTION)]

    def report(self):
        return self.transfer.sent[-1][2].decode()

    def test_brings_a_file_and_tells_so(self):
        """F1, TC_045_1."""
        answer = self.ask()
        self.world.run_ms(3_000)

        self.assertEqual(answer["fileName"][-4:], ".txt")
        url, name, data = self.transfer.sent[0]
        self.assertEqual((url, name.decode()), (URL.encode(), answer["fileName"]))
        self.assertEqual(self.told(), ["Uploading", "Uploaded"])
        self.assertTrue(data.startswith(b"[station]\nid="))
        self.assertTrue(data.endswith(b" \n"))

    def test_brings_the_events_of_earlier_boots_first(self):
        events = self.world.events
        for number, code, boot in ((-2, EV_BOOT, 5), (-1, EV_FLASH_ERROR, 6)):
            events.restore(number, [code, 28, 0, 12, boot])
        self.ask()
        self.world.run_ms(3_000)

        lines = self.report().partition("[events]\n")[2].splitlines()
        self.assertIn("boot 5 +12 s", lines[0])
        self.assertIn("boot 6 +12 s", lines[1])
        self.assertIn("flash operation failed, errno 28", lines[1])

    def test_names_the_file_after_the_station_and_the_time(self):
        self.world.config.station_id = b"A b/../c"

        self.assertEqual(self.ask()["fileName"][:13], "A_b____c_2026")

    def test_names_the_file_after_the_boot_without_a_clock(self):
        world = self.world
        world.clock.offset_s = -1

        self.assertIn("_boot7_", self.ask()["fileName"])

    def test_tells_a_failure_once_behind_the_last_try(self):
        """F1, [E 3.50]: retries are those after the first."""
        self.transfer.results = [-4, -4, -4]
        self.ask(retries=2, retryInterval=10)
        self.world.run_ms(9_000)
        self.assertEqual((len(self.transfer.asked), self.told()), (1, ["Uploading"]))
        self.world.run_ms(3_000)
        self.assertEqual(len(self.transfer.asked), 2)
        self.world.run_ms(12_000)

        self.assertEqual(len(self.transfer.asked), 3)
        self.assertEqual(self.told(), ["Uploading", "UploadFailed"])

    def test_tries_once_when_no_retries_are_wanted(self):
        """TC_045_2."""
        for retries in (0, -5):
            with self.subTest(retries=retries):
                self.transfer.results = [-4]
                self.transfer.asked = []
                self.world.take_calls()
                self.ask(retries=retries)
                self.world.run_ms(2_000)

                self.assertEqual(len(self.transfer.asked), 1)
                self.assertEqual(self.told(), ["Uploading", "UploadFailed"])

    def test_tries_three_times_when_the_choice_is_ours(self):
        self.transfer.results = [-4, -4]
        self.ask(retryInterval=1)
        self.world.run_ms(5_000)

        self.assertEqual(self.told(), ["Uploading", "Uploaded"])

    def test_puts_a_newer_request_in_the_place_of_an_older_one(self):
        self.transfer.is_held = True
        self.ask()
        self.world.run_ms(1_000)
        self.world.ask("GetDiagnostics", {"location": "ftp://other.example/x"})
        self.transfer.is_held = False
        self.world.run_ms(2_000)

        self.assertEqual([row[0] for row in self.transfer.sent], [b"ftp://other.example/x"])
        self.assertEqual(self.told(), ["Uploading", "Uploading", "Uploaded"])

    def test_refuses_what_is_no_request(self):
        for payload, code in (
            ({}, "OccurenceConstraintViolation"),
            ({"location": 7}, "TypeConstraintViolation"),
            ({"location": "no uri"}, "PropertyConstraintViolation"),
            ({"location": "http://h/" + "x" * 600}, "PropertyConstraintViolation"),
            ({"location": URL, "retries": "1"}, "TypeConstraintViolation"),
            ({"location": URL, "startTime": "yesterday"}, "PropertyConstraintViolation"),
        ):
            with self.subTest(payload=str(payload)[:50]):
                self.assertEqual(self.world.ask("GetDiagnostics", payload), code)
        self.assertEqual(self.transfer.asked, [])

    def test_shows_everything_but_secrets(self):
        world = self.world
        world.events.add(EV_FLASH_ERROR, 28)
        self.ask()
        world.run_ms(3_000)
        text = self.report()

        for part in (
            "[connectors]\n1: status=0",
            "\n2: status=0",
            "OPEN_BOOT, the station started",
            "[journal]\npending=0",
            "\nHeartbeatInterval=300\n",
            "\nLocalPreAuthorize=false\n",
            "\nAuthorizationKey: not shown\n",
            "flash operation failed, errno 28",
        ):
            self.assertIn(part, text)
        self.assertFalse("4141" in text)

    def test_shows_the_events_of_the_time_that_was_asked_for(self):
        world = self.world
        for errno in (1, 2, 3):
            world.events.add(EV_FLASH_ERROR, errno)
            world.run_ms(10_000)
        now = world.clock.wall_s()
        start, stop = time_text(now - 25).decode(), time_text(now - 15).decode()
        self.ask(startTime=start, stopTime=stop)
        world.run_ms(3_000)
        text = self.report()

        self.assertEqual(["errno %d" % n in text for n in (1, 2, 3)], [False, True, False])

    def test_keeps_to_the_length_it_has_told_whatever_happens_meanwhile(self):
        world = self.world
        self.transfer.is_held = True
        self.ask()
        world.run_ms(1_000)
        for n in range(300):
            world.events.add(EV_FLASH_ERROR, n)
        self.transfer.is_held = False
        world.run_ms(1_000)

        self.assertIn("(overwritten)", self.report())
        self.assertEqual(self.told()[-1], "Uploaded")

    def test_tells_the_status_when_triggered(self):
        """§4.4: Idle while nothing is being uploaded."""
        trigger = {"requestedMessage": ACTION}
        self.transfer.is_held = True
        self.ask()
        self.world.run_ms(1_000)
        self.world.ask("TriggerMessage", trigger)
        self.transfer.is_held = False
        self.world.run_ms(2_000)
        self.world.ask("TriggerMessage", trigger)

        self.assertEqual(self.told(), ["Uploading", "Uploading", "Uploaded", "Idle"])

    def test_tells_a_lost_status_again(self):
        world = self.world
        world.mute = [ACTION]
        self.ask()
        world.run_ms(500)
        world.close()
        world.mute = []
        world.open()
        world.run_ms(3_000)

        self.assertEqual(self.told(), ["Uploading", "Uploading", "Uploaded"])

    def test_gives_up_a_status_that_is_never_answered(self):
        world = self.world
        world.mute = [ACTION]
        world.set("MessageTimeout", "1")
        self.ask()
        world.run_ms(60_000, 100)

        self.assertTrue(3 <= self.told().count("Uploading") <= 4, self.told())

    def test_is_not_supported_when_the_profile_is_not_loaded(self):
        world = Ocpp16World({"profiles": ["Core"]}).boot()

        self.assertEqual(world.ask("GetDiagnostics", {"location": URL}), "NotSupported")


if __name__ == "__main__":
    unittest.main()
