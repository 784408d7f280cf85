"""Wiegand: the contract, frames from manuals, noise, and lines that are cut."""

import unittest

from chargecore.readers.wiegand import Wiegand
from contracts.reader import check_reader, text_of
from fakes.clock import FakeClock
from fakes.wiegand_lines import FakeWiegandLines, bits_of

# Printed in manuals of readers, see the driver's source: parity, data, parity.
_FRAMES = (
    ("1 00010110 01101010 00110111 0", b"166A37"),
    ("1 11010100 00011011 10000001 0", b"D41B81"),
    ("1 10001001 11010100 00011011 10000001 1", b"89D41B81"),
)


def golden(text):
    return [int(digit) for digit in text.replace(" ", "")]


class Rig:
    """A driver on its lines. A reader sends a card once, when it is presented."""

    cards = b"A1B2C3", b"04A1B2C3", b"DEADBEEF"

    def __init__(self):
        self.clock = FakeClock()
        self.lines = FakeWiegandLines()
        self.reader = Wiegand(self.lines, self.clock)

    def present(self, text):
        self.lines.send(bits_of(bytes.fromhex(text.decode())))

    def run_ms(self, ms):
        for _ in range(ms // 50):
            self.reader.poll(self.clock.advance_ms(50))

    def sent(self, bits):
        """Return what is read of these bits."""
        self.lines.send(bits)
        self.run_ms(50)
        if not self.reader.has_card:
            return None
        text = text_of(self.reader)
        self.reader.release()
        return text


class WiegandTest(unittest.TestCase):
    def setUp(self):
        self.rig = Rig()
        self.reader = self.rig.reader

    def test_keeps_the_contract(self):
        check_reader(self, Rig)

    def test_reads_the_frames_of_manuals(self):
        for bits, text in _FRAMES:
            self.assertEqual(self.rig.sent(golden(bits)), text)

    def test_asks_for_the_interrupts_that_the_board_wants(self):
        lines = FakeWiegandLines({"hard": True})
        Wiegand(lines, FakeClock())

        self.assertEqual((lines.d0_pin.options, lines.d1_pin.options), ({"hard": True},) * 2)

    def test_refuses_a_frame_with_one_wrong_bit(self):
        for text, _ in _FRAMES:
            for idx in range(len(golden(text))):
                bits = golden(text)
                bits[idx] ^= 1
                self.assertIsNone(self.rig.sent(bits))

        self.assertEqual(self.reader.parity, 26 + 26 + 34)

    def test_refuses_a_frame_of_another_length(self):
        lengths = [n for n in range(1, 200) if n not in (26, 34)]
        for length in lengths:
            self.assertIsNone(self.rig.sent([1] * length))

        self.assertEqual(self.reader.garbled, len(lengths))

    def test_waits_until_the_line_is_quiet(self):
        bits = golden(_FRAMES[0][0])
        self.rig.lines.send(bits[:13])
        self.reader.poll(self.rig.clock.advance_ms(20))
        self.rig.lines.send(bits[13:])
        self.reader.poll(self.rig.clock.advance_ms(24))
        self.assertFalse(self.reader.has_card)
        self.reader.poll(self.rig.clock.advance_ms(1))

        self.assertEqual(text_of(self.reader), b"166A37")
        self.assertEqual(self.reader.garbled, 0)

    def test_takes_a_pulse_long_before_for_noise(self):
        self.rig.lines.d0_pin.pulse()
        self.rig.run_ms(50)

        self.assertEqual(self.rig.sent(golden(_FRAMES[0][0])), b"166A37")
        self.assertEqual(self.reader.garbled, 1)

    def test_refuses_a_frame_with_a_pulse_too_many(self):
        self.assertIsNone(self.rig.sent(golden(_FRAMES[0][0]) + [0]))

    def test_loses_nothing_when_a_bit_comes_during_a_poll(self):
        """The interrupt strikes while poll() looks at the clock."""
        bits = golden(_FRAMES[0][0])
        self.rig.lines.send(bits)
        now_ms = self.rig.clock.advance_ms(50)
        self.rig.lines.d0_pin.value = self.strike
        self.reader.poll(now_ms)
        self.rig.lines.d0_pin.value = lambda: 1
        self.assertEqual(text_of(self.reader), b"166A37")
        self.reader.release()
        second = golden(_FRAMES[2][0])

        self.rig.lines.send(second[1:])
        self.rig.run_ms(50)

        self.assertEqual(text_of(self.reader), b"89D41B81")

    def strike(self):
        self.rig.lines.send(golden(_FRAMES[2][0])[:1])
        return 1

    def test_reads_for_ever(self):
        """The counters wrap at 65,536 bits."""
        read = 0
        for number in range(4_000):
            text = self.rig.sent(bits_of(bytes([number >> 8, number & 0xFF, 7])))
            read += text == b"%04X07" % number

        self.assertEqual(read, 4_000)

    def test_makes_one_swipe_of_a_reader_that_repeats_itself(self):
        bits = golden(_FRAMES[0][0])
        found = [self.rig.sent(bits) for _ in range(40)]

        self.assertEqual(found, [b"166A37"] + [None] * 39)
        self.rig.run_ms(1_000)
        self.assertEqual(self.rig.sent(bits), b"166A37")

    def test_is_silent_while_a_line_is_low(self):
        for pin in (self.rig.lines.d0_pin, self.rig.lines.d1_pin):
            pin.level = 0
            self.rig.run_ms(900)
            self.assertFalse(self.reader.is_silent)
            self.rig.run_ms(200)
            self.assertTrue(self.reader.is_silent)
            pin.level = 1
            self.rig.run_ms(50)
            self.assertFalse(self.reader.is_silent)
