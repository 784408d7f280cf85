"""Sntp: the question, the answers it takes, and those it does not."""

import unittest

from chargecore.base.codes import E_IO, E_MISSING
from chargecore.base.ticks import ticks_add
from chargecore.net.sntp import Sntp
from fakes.dice import Dice
from fakes.sockets import FakeSockets
from fakes.transfer_world import HostTable

WALL_S = 91_900_800  # 2026-11-30
TO_2024_S = 3_913_056_000  # from 1900


def answer_to(question, wall_s=WALL_S, first=0x24, stratum=2):
    """Return what a server says to a question."""
    packet = bytearray(48)
    packet[0] = first
    packet[1] = stratum
    packet[24:32] = question[40:48]
    second = (wall_s + TO_2024_S) % (1 << 32)
    packet[40:44] = bytes([second >> 24, second >> 16 & 255, second >> 8 & 255, second & 255])
    return bytes(packet)


class SntpTest(unittest.TestCase):
    def setUp(self):
        self.now_ms = (1 << 30) - 1_000  # every test crosses the wrap
        self.sockets = FakeSockets()
        self.names = HostTable()
        self.sntp = Sntp(self.sockets, self.names, b"time.example", self.bits)
        self.dice = Dice(1)

    def bits(self, count):
        return self.dice.below(1 << count)

    def ask(self):
        """Begin. Return the question."""
        self.sntp.start(self.now_ms)
        self.poll()
        return self.question()

    def question(self):
        return self.sockets.made[-1].sent[-1]

    def poll(self, after_ms=0):
        self.now_ms = ticks_add(self.now_ms, after_ms)
        return self.sntp.poll(self.now_ms)

    def reply(self, packet):
        self.sockets.made[-1].replies.append(packet)
        return self.poll()

    def test_asks_and_takes_the_answer(self):
        question = self.ask()
        self.assertEqual((len(question), question[0]), (48, 0x23))
        self.assertEqual(self.sockets.made[-1].address, ("10.0.0.1", 123))

        self.assertEqual(self.reply(answer_to(question)), 1)
        self.assertEqual(self.sntp.wall_s, WALL_S)
        self.assertTrue(self.sockets.made[-1].is_closed)

    def test_knows_the_years_after_2036(self):
        later_s = 500_000_000

        self.assertEqual(self.reply(answer_to(self.ask(), later_s)), 1)
        self.assertEqual(self.sntp.wall_s, later_s)

    def test_passes_over_what_is_no_answer(self):
        question = self.ask()
        good = answer_to(question)
        for packet in (
            b"",
            good[:47],
            answer_to(bytes(48)),  # to another question
            answer_to(question, first=0x23),  # a question
            answer_to(question, first=0xE4),  # a server that does not know the time
            answer_to(question, stratum=0),  # go away
            answer_to(question, stratum=16),
        ):
            with self.subTest(packet=packet[:2]):
                self.assertEqual(self.reply(packet), 0)

        self.assertEqual(self.reply(good), 1)

    def test_asks_twice_with_another_mark_and_gives_up(self):
        first = self.ask()
        self.assertEqual(self.poll(3_001), 0)
        second = self.question()
        self.assertFalse(first[40:48] == second[40:48])
        self.assertEqual(self.reply(answer_to(first)), 0)

        self.assertEqual(self.poll(3_001), E_MISSING)
        self.assertTrue(self.sockets.made[-1].is_closed)

    def test_gives_up_without_an_address(self):
        self.names.result = E_MISSING
        self.sntp.start(self.now_ms)

        self.assertEqual(self.poll(), E_MISSING)
        self.assertEqual(self.sockets.made, [])

    def test_waits_for_the_address(self):
        self.names.result = 0
        self.sntp.start(self.now_ms)
        self.assertEqual(self.poll(500), 0)
        self.names.result = 1

        self.assertEqual(self.poll(), 0)
        self.assertEqual(self.reply(answer_to(self.question())), 1)

    def test_gives_up_when_nothing_can_be_sent(self):
        self.sockets.write_errno = 101
        self.sntp.start(self.now_ms)

        self.assertEqual(self.poll(), E_IO)

    def test_an_icmp_error_is_as_good_as_silence(self):
        self.ask()
        self.assertEqual(self.reply(111), 0)
        self.assertEqual(self.reply(111), E_MISSING)


if __name__ == "__main__":
    unittest.main()
