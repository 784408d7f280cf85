"""The security log on flash: order, room, what waits for the server, and cuts at any moment."""

import unittest

from chargecore.base.clock import WALL_UNKNOWN, Clock
from chargecore.base.codes import E_EMPTY, E_IO, OK
from chargecore.base.event_log import EventLog
from chargecore.base.security_events import SE_INVALID_MESSAGES, SE_STARTUP
from chargecore.store.security_entry import SecurityEntry
from chargecore.store.security_log import SecurityLog
from fakes.clock import FakeClock
from fakes.flash import TEARS, FakeFlash, PowerCut

BLOCK_B = 512


def opened(flash):
    """Return a log that has been mounted."""
    log = SecurityLog(flash, EventLog(Clock(FakeClock().ticks_ms, 1), 16))
    log.mount()
    return log


def write(log, seq, info=b"", is_sent=True, boot=1, wall_s=100, done_seq=None):
    """Append an event; return the code."""
    entry = SecurityEntry()
    entry.code = SE_STARTUP if is_sent else SE_INVALID_MESSAGES
    entry.is_sent = is_sent
    entry.seq = seq
    entry.boot = boot
    entry.uptime_s = seq
    entry.wall_s = wall_s if wall_s == WALL_UNKNOWN else wall_s + seq
    entry.done_seq = log.done_seq if done_seq is None else done_seq
    entry.write(info)
    return log.append(entry)


def rows(log):
    """Return (number, info) of all entries, oldest first."""
    entry = SecurityEntry()
    found = []
    has_entry = log.first(entry)
    while has_entry:
        found.append((entry.seq, entry.info))
        has_entry = log.next(entry)
    return found


def told_by(log):
    """Return the numbers that wait, in the order in which they come, and tell them."""
    entry = SecurityEntry()
    found = []
    while log.load_waiting(entry) == OK:
        found.append(entry.seq)
        log.told(entry.seq)
    return found


class SecurityLogTest(unittest.TestCase):
    def setUp(self):
        self.flash = FakeFlash(4, BLOCK_B)
        self.log = opened(self.flash)

    def test_is_empty_on_new_flash(self):
        self.assertEqual(rows(self.log), [])
        self.assertEqual(self.log.load_waiting(SecurityEntry()), E_EMPTY)
        self.assertEqual(self.log.last_seq, 0)

    def test_gives_back_what_was_written_after_a_boot(self):
        info = bytes(range(1, 200))
        self.assertEqual(write(self.log, 1, info), OK)
        self.assertEqual(write(self.log, 2, b"", False), OK)

        again = opened(self.flash)
        entry = SecurityEntry()
        again.first(entry)

        self.assertEqual(rows(again), [(1, info), (2, b"")])
        self.assertEqual((entry.code, entry.boot, entry.uptime_s), (SE_STARTUP, 1, 1))
        self.assertEqual((entry.wall_s, entry.count, entry.is_sent), (101, 1, True))
        self.assertEqual((again.last_seq, again.waiting), (2, 1))

    def test_keeps_the_newest_when_it_is_full(self):
        for seq in range(1, 201):
            self.assertEqual(write(self.log, seq, b"x" * 30, False), OK)

        numbers = [row[0] for row in rows(opened(self.flash))]

        self.assertEqual(numbers, list(range(numbers[0], 201)))
        self.assertTrue(len(numbers) >= 16, len(numbers))
        self.assertEqual(self.flash.overwrites, 0)

    def test_wears_all_blocks_alike(self):
        for seq in range(1, 500):
            write(self.log, seq, b"x" * 30, False)

        self.assertTrue(max(self.flash.erases_of) - min(self.flash.erases_of) <= 2)

    def test_carries_over_what_the_server_has_not_heard(self):
        write(self.log, 1, b"first")
        for seq in range(2, 200):
            write(self.log, seq, b"x" * 30, False)
        write(self.log, 200, b"last")

        self.assertEqual(told_by(opened(self.flash)), [1, 200])
        self.assertEqual(told_by(self.log), [1, 200])
        self.assertEqual(self.log.lost, 0)

    def test_forgets_what_waits_when_it_was_told(self):
        for seq in range(1, 4):
            write(self.log, seq)
        self.log.told(2)
        self.assertEqual(opened(self.flash).waiting, 3)  # flash does not know it yet
        write(self.log, 4)

        self.assertEqual(told_by(opened(self.flash)), [3, 4])

    def test_counts_what_has_no_room_to_wait(self):
        for seq in range(1, 101):
            self.assertEqual(write(self.log, seq, b"x" * 30), OK)

        waiting = told_by(self.log)

        self.assertEqual(waiting[-1], 100)
        self.assertEqual(waiting, sorted(waiting))
        self.assertEqual(self.log.lost + len(waiting), 100)

    def test_says_so_when_flash_refuses_and_goes_on_when_it_does_not(self):
        write(self.log, 1)
        self.flash.is_refusing = True
        self.assertEqual(write(self.log, 2), E_IO)
        self.flash.is_refusing = False
        self.assertEqual(write(self.log, 3), OK)

        self.assertEqual([row[0] for row in rows(opened(self.flash))], [1, 3])

    def test_skips_a_damaged_entry_and_the_rest_of_its_block(self):
        for seq in range(1, 20):
            write(self.log, seq, b"x" * 30, False)
        self.flash.blocks[0][10 + 60] ^= 1

        numbers = [row[0] for row in rows(opened(self.flash))]

        self.assertEqual(numbers[0], 1)
        self.assertEqual(numbers[1:], list(range(9, 20)))

    def test_finds_the_time_of_an_event_of_a_boot_that_learned_it_later(self):
        write(self.log, 10, boot=5, wall_s=WALL_UNKNOWN)
        write(self.log, 20, boot=5, wall_s=1_000)
        write(self.log, 30, boot=6, wall_s=WALL_UNKNOWN)
        write(self.log, 40, boot=7, wall_s=5_000)

        boots = opened(self.flash).boots

        self.assertEqual(boots.wall_at(5, 10), 1_010)
        self.assertEqual(boots.wall_at(6, 30), 4_999)  # just before the next one began
        self.assertEqual(boots.wall_at(7, 40), 5_040)


class PowerCutTest(unittest.TestCase):
    """Operation by operation, torn in every way."""

    def test_has_every_event_whose_append_returned_after_a_cut_at_any_operation(self):
        for tear in range(TEARS):
            for after in range(60):
                with self.subTest(tear=tear, after=after):
                    self.check_cut(after, tear)

    def check_cut(self, after, tear):
        flash = FakeFlash(3, 256)
        log = opened(flash)
        kept, told = self.fill(log, flash, after, tear)
        flash.restore()

        again = opened(flash)

        numbers = [row[0] for row in rows(again)]
        newest = kept[-4:]  # the ring forgets the oldest
        self.assertEqual([seq for seq in newest if seq not in numbers], [])
        self.assertEqual([seq for seq in numbers if seq > max(kept + [0]) + 1], [])
        waiting = told_by(again)
        owed = [seq for seq in kept if seq % 5 == 0 and seq > told]
        self.assertEqual([seq for seq in owed if seq not in waiting], [])
        self.assertEqual(waiting, sorted(set(waiting)))
        self.assertTrue(again.last_seq >= max(kept + [0]))
        self.check_goes_on(flash, again, again.last_seq + 1)

    def fill(self, log, flash, after, tear):
        """Write until the cut; every fifth event is told, some time later."""
        flash.cut(after, tear)
        kept = []
        told = 0
        try:
            for seq in range(1, 40):
                if seq % 10 == 4 and seq > 10:
                    log.told(seq - 9)
                if write(log, seq, b"%d" % seq, seq % 5 == 0) == OK:
                    kept.append(seq)
                    told = log.done_seq
        except PowerCut:
            told = max(told, log.done_seq)
        return kept, told

    def check_goes_on(self, flash, log, seq):
        for more in range(seq, seq + 12):
            self.assertEqual(write(log, more, b"y" * 20, more == seq), OK)
        again = opened(flash)
        numbers = [row[0] for row in rows(again)]
        self.assertEqual([n for n in range(seq + 9, seq + 12) if n not in numbers], [])
        self.assertIn(seq, told_by(again))
        self.assertEqual(flash.overwrites, 0)


if __name__ == "__main__":
    unittest.main()
