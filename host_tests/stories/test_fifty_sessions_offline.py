"""Fifty sessions offline on 64 KiB of flash, the supply cut in every fifth; then online again.

Station core, OCPP side and outbox are real; time, flash and server are the test's.
"""

import unittest
from datetime import datetime, timedelta

from fakes.core_world import Flash
from fakes.flash import FakeFlash
from fakes.ocpp16_world import ANSWERS, Ocpp16World

SESSIONS = 50
SAMPLE_S = 60
SESSION_S = 1_600  # with a sample a minute more than fits for all sessions
PAUSE_S = 100
BEGAN_AT = datetime(2026, 11, 24, 10, 0, 0)
QUEUED = ("StartTransaction", "MeterValues", "StopTransaction")


class NumberingWorld(Ocpp16World):
    """A server that gives every transaction a number of its own, by its card."""

    def __init__(self, flash, boot_number):
        super().__init__(None, flash, boot_number, {"AllowOfflineTxForUnknownId": "true"})
        self.given = []  # (transaction id, payload of the start), in order

    def _answer(self, message_id, answer):
        if isinstance(answer, dict) and "transactionId" in answer:
            payload = [row[1] for row in self.calls if row[0] == "StartTransaction"][-1]
            answer = dict(answer, transactionId=7_000 + int(payload["idTag"][3:]))
            self.given.append((answer["transactionId"], payload))
        super()._answer(message_id, answer)


class Story:
    """What happened, by the clock on the wall of the test."""

    def __init__(self):
        self.flash = Flash()
        self.flash.journal = FakeFlash(16, 4_096)
        self.now_s = 0
        self.register_wh = 50_000
        self.boot_number = 0
        self.begun = []  # (second, register) of each session
        self.ended = []
        self.cut = set()  # indices of the sessions in which the supply failed
        self.boot_of = []  # by session
        self.thinned = 0  # samples left out, in all boots that were cut
        self.boot()

    def boot(self):
        """Switch the station on, without network."""
        self.boot_number += 1
        self.world = NumberingWorld(self.flash, self.boot_number)
        self.world.meter.import_wh = self.register_wh

    def go_online(self):
        """Let the server be reached; it tells the time."""
        now = (BEGAN_AT + timedelta(seconds=self.now_s)).isoformat() + "Z"
        boot = dict(ANSWERS["BootNotification"], currentTime=now)
        self.world.answers["BootNotification"] = boot
        self.world.open()
        self.run_s(3)

    def run_s(self, seconds):
        """Let time pass, in steps of a second."""
        self.world.run_ms(seconds * 1_000, 1_000)
        self.now_s += seconds

    def session(self, number, is_cut):
        """Charge; a cut comes half a minute after a sample."""
        world = self.world
        self.boot_of.append(self.boot_number)
        world.controller.plug()
        self.run_s(1)
        world.reader.swipe("TAG{:02d}".format(number), 1)
        self.run_s(1)
        world.controller.charge()
        self.run_s(1)
        self.begun.append((self.now_s, self.register_wh))
        for _ in range(SESSION_S // SAMPLE_S // (2 if is_cut else 1)):
            self.run_s(SAMPLE_S)
            self.register_wh += 17
            world.meter.import_wh = self.register_wh
        if is_cut:
            self.cut_supply(number)
        else:
            world.reader.swipe("TAG{:02d}".format(number), 1)
            self.run_s(2)
            self.ended.append((self.now_s, self.register_wh))
            world.controller.unplug()
            self.run_s(PAUSE_S)

    def cut_supply(self, number):
        """The station is gone in the middle of a charge, and comes back at once."""
        self.run_s(30)
        self.ended.append((self.now_s, self.register_wh))
        self.cut.add(number)
        self.thinned += self.world.outbox.compactor.thinned
        self.boot()
        self.run_s(10)


class FiftySessionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.story = story = Story()
        story.go_online()
        story.world.set("MeterValueSampleInterval", str(SAMPLE_S))
        story.world.take_calls()
        story.world.close()
        for number in range(SESSIONS):
            story.session(number, number % 5 == 4)
        cls.pending = story.world.outbox.pending
        story.world.take_calls()
        story.go_online()
        for _ in range(6_000):
            if not story.world.outbox.pending:
                break
            story.run_s(1)
        cls.calls = [row for row in story.world.calls if row[0] in QUEUED]
        cls.starts = [row[1] for row in cls.calls if row[0] == "StartTransaction"]
        cls.stops = [row[1] for row in cls.calls if row[0] == "StopTransaction"]

    def seconds(self, payload):
        at = datetime.fromisoformat(payload["timestamp"].replace("Z", ""))
        return (at - BEGAN_AT).total_seconds()

    def test_owes_all_of_them_although_more_was_measured_than_fits(self):
        self.assertTrue(self.pending > 2 * SESSIONS)
        self.assertTrue(self.story.thinned > 0)
        self.assertEqual(len(self.story.cut), 10)

    def test_delivers_every_start_and_every_stop_once_and_in_order(self):
        tags = ["TAG{:02d}".format(number) for number in range(SESSIONS)]
        ids = [7_000 + number for number in range(SESSIONS)]

        self.assertEqual([payload["idTag"] for payload in self.starts], tags)
        self.assertEqual([payload["transactionId"] for payload in self.stops], ids)
        self.assertEqual(self.story.world.outbox.pending, 0)
        self.assertEqual(self.story.world.outbox.parked, 0)

    def test_sends_between_start_and_stop_only_samples_of_that_session(self):
        current = None
        numbers = []
        for action, payload in self.calls:
            if action == "StartTransaction":
                self.assertIsNone(current)
                current = 7_000 + int(payload["idTag"][3:])
                numbers.append(0)
            else:
                self.assertEqual(payload["transactionId"], current)
                numbers[-1] += 1
            if action == "StopTransaction":
                current = None

        self.assertTrue(min(numbers) >= 3)  # first and last sample stay

    def test_bills_every_watt_hour(self):
        begun = [payload["meterStart"] for payload in self.starts]
        ended = [payload["meterStop"] for payload in self.stops]

        self.assertEqual(begun, [register_wh for _, register_wh in self.story.begun])
        self.assertEqual(ended, [register_wh for _, register_wh in self.story.ended])

    def test_says_why_each_session_ended(self):
        reasons = ["PowerLoss" if n in self.story.cut else "Local" for n in range(SESSIONS)]

        self.assertEqual([payload["reason"] for payload in self.stops], reasons)

    def test_tells_the_time_of_the_first_and_of_the_last_boot_to_the_second(self):
        boots = self.story.boot_of
        known = [n for n in range(SESSIONS) if boots[n] in (1, self.story.boot_number)]
        self.assertTrue(len(known) >= 5)
        for n in known:
            self.assertTrue(abs(self.seconds(self.starts[n]) - self.story.begun[n][0]) <= 3)
            if n not in self.story.cut:
                self.assertTrue(abs(self.seconds(self.stops[n]) - self.story.ended[n][0]) <= 3)

    def test_places_the_boots_that_never_knew_the_time_as_close_as_can_be_known(self):
        """A boot that wrote its last record some time before the cut is that much too late."""
        lost_s = 0  # from the last record of a boot to its end, of all later boots
        for n in range(SESSIONS - 1, -1, -1):
            if n in self.story.cut:
                lost_s = lost_s + 35 if self.story.boot_of[n] > 1 else 0
            error_s = self.seconds(self.starts[n]) - self.story.begun[n][0]
            self.assertTrue(-3 <= error_s <= lost_s + 3, (n, error_s, lost_s))

    def test_lets_no_session_begin_before_the_one_before_it_ended(self):
        before_s = 0
        for start, stop in zip(self.starts, self.stops):
            self.assertTrue(before_s <= self.seconds(start) < self.seconds(stop))
            before_s = self.seconds(stop)

    def test_keeps_the_length_of_every_session(self):
        for n in range(SESSIONS):
            length_s = self.seconds(self.stops[n]) - self.seconds(self.starts[n])
            true_s = self.story.ended[n][0] - self.story.begun[n][0]
            # What was cut ends at its last record.
            self.assertTrue(true_s - (35 if n in self.story.cut else 3) <= length_s <= true_s + 3)

    def test_wears_the_flash_by_no_more_than_it_may(self):
        self.assertTrue(self.story.flash.journal.erases <= 12 * SESSIONS)
        self.assertEqual(self.story.flash.journal.overwrites, 0)


if __name__ == "__main__":
    unittest.main()
