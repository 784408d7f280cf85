"""UpdateFirmware: dates, tries, sessions, statuses, and what a power cut leaves of it."""

import unittest

from chargecore.base.ticks import ticks_add
from chargecore.station.line_file import time_text
from chargecore.station.trial import Trial
from fakes.ocpp16_world import Ocpp16World
from fakes.scratch import new_folder
from fakes.update_world import URL, UpdateWorld, bundle, empty

ACTION = "FirmwareStatusNotification"


class UpdateTest(unittest.TestCase):
    def setUp(self):
        self.root = new_folder(self)
        self.addCleanup(empty, self.root)
        self.boots = 7
        self.world = UpdateWorld(self.root).boot()
        self.transfer = self.world.network.transfer
        self.transfer.files[URL.encode()] = bundle()

    def ask(self, in_s=-5, world=None, **more):
        world = world or self.world
        payload = {
            "location": URL,
            "retrieveDate": time_text(world.clock.wall_s() + in_s).decode(),
        }
        payload.update(more)
        return world.ask("UpdateFirmware", payload)

    def told(self):
        return [row["status"] for row in self.world.payloads(ACTION)]

    def reboot(self):
        """Cut the power; the next boot has the same flash."""
        self.boots += 1
        self.world = UpdateWorld(self.root, self.world.flash, self.boots)
        self.transfer = self.world.network.transfer
        self.transfer.files[URL.encode()] = bundle()
        self.world.open()
        self.world.run_ms(3_000)

    def run_until(self, is_done, limit_ms=120_000):
        for _ in range(limit_ms // 500):
            if is_done():
                return
            self.world.run_ms(500)
        self.assertTrue(is_done())


class TestTheGoodWay(UpdateTest):
    def test_downloads_installs_reboots_and_is_installed(self):
        """F2, TC_044_1."""
        self.assertEqual(self.ask(), {})
        self.run_until(lambda: self.world.station.is_reset_due)
        self.assertEqual(self.told(), ["Downloading", "Downloaded", "Installing"])

        self.reboot()
        self.assertEqual(self.told(), [])
        self.world.slots.confirm()
        self.world.run_ms(1_000)

        self.assertEqual(self.world.slots.version, b"2.0")
        self.assertEqual(self.told(), ["Installed"])

    def test_tells_that_it_has_fallen_back(self):
        self.ask()
        self.run_until(lambda: self.world.station.is_reset_due)
        self.reboot()
        self.reboot()

        self.assertEqual(self.world.slots.version, b"")
        self.assertEqual(self.told(), ["InstallationFailed"])

    def test_waits_for_the_date(self):
        self.ask(in_s=30)
        self.world.run_ms(25_000)
        self.assertEqual(self.transfer.asked, [])
        self.world.run_ms(10_000)

        self.assertEqual(self.told()[0], "Downloading")

    def test_is_heard_of_by_trigger(self):
        """§4.5: Idle while it is not downloading or installing."""
        trigger = {"requestedMessage": ACTION}
        self.ask(in_s=60)
        self.world.ask("TriggerMessage", trigger)
        self.transfer.is_held = True
        self.ask()
        self.world.run_ms(1_000)
        self.world.ask("TriggerMessage", trigger)

        self.assertEqual(self.told(), ["Idle", "Downloading", "Downloading"])


class TestTries(UpdateTest):
    def test_fails_without_retries(self):
        """TC_044_2."""
        self.transfer.results = [-4]
        self.ask(retries=0)
        self.world.run_ms(3_000)

        self.assertEqual(self.told(), ["Downloading", "DownloadFailed"])
        self.assertTrue(self.world.connector.operative)

    def test_tries_again_from_where_it_was(self):
        """[E 3.50]: retries are those after the first."""
        self.transfer.results = [400, -4]
        self.ask(retries=2, retryInterval=10)
        self.world.run_ms(9_000)
        self.assertEqual(len(self.transfer.asked), 1)
        self.world.run_ms(25_000)

        self.assertEqual([row[1] for row in self.transfer.asked], [0, 400, 400])
        self.assertEqual(self.told()[:2], ["Downloading", "Downloaded"])

    def test_fails_behind_the_last_try_and_tells_so_once(self):
        self.transfer.results = [-4, -4]
        self.ask(retries=1, retryInterval=1)
        self.world.run_ms(10_000)

        self.assertEqual(self.told(), ["Downloading", "DownloadFailed"])

    def test_installs_nothing_that_is_broken(self):
        """TC_044_3."""
        good = bundle()
        for data in (good[:-1], good[:90] + b"!" + good[91:], b"x" * 500):
            with self.subTest(length=len(data)):
                self.transfer.files[URL.encode()] = data
                self.world.take_calls()
                self.ask()
                self.world.run_ms(5_000)
                self.assertEqual(
                    self.told(),
                    ["Downloading", "Downloaded", "Installing", "InstallationFailed"],
                )
                self.assertFalse(self.world.station.is_reset_due)
                self.assertFalse(self.world.slots.is_other_next)
                self.assertTrue(self.world.connector.operative)


class TestSessions(UpdateTest):
    def test_waits_for_the_session_and_takes_no_other(self):
        world = self.world
        world.charge()
        self.ask()
        world.run_ms(10_000)

        self.assertEqual(self.told(), ["Downloading", "Downloaded"])
        self.assertEqual(world.statuses()[-1], (2, "Unavailable"))
        self.assertTrue(world.connector.transaction.is_active)
        world.swipe("TAG1")
        self.run_until(lambda: world.station.is_reset_due)
        self.assertEqual(self.told()[-1], "Installing")

    def test_gives_the_connectors_back_as_the_server_wants_them(self):
        world = self.world
        world.ask("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"})
        self.transfer.files[URL.encode()] = b"x" * 100
        self.ask()
        world.run_ms(5_000)

        self.assertEqual([c.operative for c in world.connectors], [True, False])

    def test_a_chip_does_not_write_while_a_contactor_is_closed(self):
        """R57: the download goes on behind the session, at the byte where it was."""
        self.world = world = UpdateWorld(self.root, stalls=True).boot()
        transfer = world.network.transfer
        transfer.files[URL.encode()] = bundle()
        world.charge()
        self.ask()
        world.run_ms(5_000)
        self.assertEqual(transfer.asked, [])
        world.swipe("TAG1")
        self.run_until(lambda: world.station.is_reset_due)

        self.assertEqual(self.told(), ["Downloading", "Downloaded", "Installing"])

    def start_charging(self):
        """Charge on a chip whose flash stalls; return what keeps the update."""
        self.world = world = UpdateWorld(self.root, stalls=True).boot()
        world.network.transfer.files[URL.encode()] = bundle()
        world.charge()
        return world.flash.pair("update")

    def test_a_chip_keeps_a_request_behind_the_session_and_begins_then(self):
        kept = self.start_charging()
        self.ask()
        self.world.run_ms(5_000)
        self.assertEqual((len(kept.images), self.told()), (0, []))
        self.world.swipe("TAG1")
        self.run_until(lambda: not self.world.station.is_energised())
        self.world.run_ms(100)

        self.assertTrue(len(kept.images) > 0)
        self.run_until(lambda: self.world.station.is_reset_due)
        self.assertEqual(self.told(), ["Downloading", "Downloaded", "Installing"])

    def test_a_chip_keeps_a_request_after_an_hour_whatever_runs(self):
        kept = self.start_charging()
        self.ask()
        self.world.run_ms(3_590_000, 1_000)
        before = len(kept.images)
        self.world.run_ms(20_000, 1_000)

        self.assertEqual((before, len(kept.images)), (0, 1))
        self.assertEqual(self.world.network.transfer.asked, [])

    def test_a_download_that_gives_way_to_a_session_writes_nothing(self):
        self.world = world = UpdateWorld(self.root, stalls=True).boot()
        transfer = world.network.transfer
        transfer.files[URL.encode()] = bundle()
        transfer.is_held = True
        self.ask()
        world.run_ms(1_000)
        world.charge()
        kept = world.flash.pair("update")
        before = len(kept.images)
        world.run_ms(5_000)

        self.assertEqual((len(kept.images), len(transfer.asked)), (before, 1))


class TestRequests(UpdateTest):
    def test_the_newest_request_counts(self):
        self.transfer.is_held = True
        self.ask()
        self.world.run_ms(1_000)
        self.transfer.files[b"http://b/x"] = b"no bundle"
        self.assertEqual(self.ask(location="http://b/x"), {})
        self.transfer.is_held = False
        self.world.run_ms(5_000)

        self.assertEqual(self.transfer.asked[-1][0], b"http://b/x")
        self.assertEqual(self.told()[-1], "InstallationFailed")

    def test_refuses_another_request_while_it_installs(self):
        self.world.mute = [ACTION]
        self.ask()
        self.world.run_ms(5_000)

        self.assertEqual(self.ask(), "InternalError")

    def test_refuses_what_is_no_request(self):
        for payload, code in (
            ({"location": URL}, "OccurenceConstraintViolation"),
            ({"retrieveDate": "2026-01-01T00:00:00Z"}, "OccurenceConstraintViolation"),
            ({"location": URL, "retrieveDate": "now"}, "PropertyConstraintViolation"),
            ({"location": URL, "retrieveDate": 5}, "TypeConstraintViolation"),
        ):
            with self.subTest(payload=payload):
                self.assertEqual(self.world.ask("UpdateFirmware", payload), code)

    def test_is_not_supported_on_a_board_with_one_copy(self):
        world = Ocpp16World({"security": False}).boot()

        self.assertEqual(self.ask(world=world), "NotSupported")


class TestPowerCuts(UpdateTest):
    def test_a_cut_at_any_moment_leaves_a_working_version_and_an_end(self):
        for at_ms in (0, 100, 200, 300, 400, 500, 700, 1_000, 1_500, 2_500, 4_000):
            with self.subTest(at_ms=at_ms):
                self.setUp()
                self.ask()
                self.world.run_ms(at_ms, 50)
                for _ in range(4):
                    self.reboot()
                    if self.world.slots.is_trial:
                        self.world.slots.confirm()
                    self.run_until(lambda: self.world.station.is_reset_due or self.is_over())
                    if self.is_over():
                        break

                self.assertTrue(self.is_over(), self.told())
                self.assertEqual(self.world.slots.version, b"2.0")

    def is_over(self):
        return bool(self.told()) and self.told()[-1] in ("Installed", "InstallationFailed")

    def test_waits_for_the_date_over_a_cut(self):
        self.ask(in_s=40)
        self.reboot()
        self.assertEqual(self.told(), [])
        self.world.run_ms(60_000)

        self.assertEqual(self.told()[0], "Downloading")

    def test_memory_that_is_damaged_is_no_update(self):
        self.ask(in_s=40)
        self.world.flash.pairs["update"].image = None
        del self.world.flash.pairs["update"]
        self.reboot()
        self.world.run_ms(60_000)

        self.assertEqual(self.told(), [])


class TestTrialOfAVersion(unittest.TestCase):
    def setUp(self):
        self.root = new_folder(self)
        self.world = Ocpp16World()
        self.confirms = 0
        self.is_flash_good = True
        self.passes = 0
        self.failed = 0
        self.needs_reset = False
        self.interlock = self.self_test = self
        self.is_passed = True
        self.trial = Trial(self, [self], self, self.world.station, self.world.events)

    def confirm(self):
        self.confirms += 1
        return 0 if self.is_flash_good else -11

    def seconds(self, count):
        for _ in range(count):
            self.passes = ticks_add(self.passes, 100)
            self.trial.step(0)

    def test_confirms_what_has_run_well_for_a_while(self):
        self.seconds(19)
        self.assertEqual(self.confirms, 0)
        self.seconds(50)

        self.assertEqual(self.confirms, 1)
        self.assertTrue(self.trial.is_over)

    def test_waits_for_the_self_test(self):
        self.is_passed = False
        self.seconds(100)
        self.assertEqual(self.confirms, 0)
        self.is_passed = True
        self.seconds(20)

        self.assertEqual(self.confirms, 1)

    def test_gives_up_what_does_not_prove_itself(self):
        for fault in ("is_passed", "failed", "flash"):
            with self.subTest(fault=fault):
                self.setUp()
                self.is_passed = fault != "is_passed"
                self.failed = 1 if fault == "failed" else 0
                self.is_flash_good = fault != "flash"
                self.seconds(299)
                self.assertFalse(self.trial.is_over)
                self.seconds(1)

                self.assertTrue(self.trial.is_over)
                self.assertEqual(self.world.station.reset_kind, 3)

    def test_gives_up_at_once_when_a_step_fails_again_and_again(self):
        self.needs_reset = True
        self.failed = 3
        self.seconds(1)

        self.assertTrue(self.trial.is_over)

    def test_a_scheduler_that_stands_still_proves_nothing(self):
        for _ in range(100):
            self.trial.step(0)

        self.assertEqual(self.confirms, 0)


if __name__ == "__main__":
    unittest.main()
