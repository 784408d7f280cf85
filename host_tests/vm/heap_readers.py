"""The readers with the heap locked: cards, silence and nonsense."""

import unittest

from chargecore.readers.mfrc522 import Mfrc522
from chargecore.readers.mfrc522_registers import Mfrc522Registers
from chargecore.readers.pn532 import Pn532
from chargecore.readers.pn532_i2c import Pn532I2c
from chargecore.readers.pn532_uart import Pn532Uart
from chargecore.readers.wiegand import Wiegand
from fakes.card_14443 import FakeCard14443
from fakes.clock import FakeClock
from fakes.mfrc522_chip import FakeMfrc522
from fakes.pn532_chip import FakePn532Chip, FakePn532I2c, FakePn532Uart, card_answer
from fakes.wiegand_lines import FakeWiegandLines, bits_of
from heap import growth, locked

COVERS = (
    "chargecore.readers.card_gate.CardGate.step",
    "chargecore.readers.card_gate.CardGate.see",
    "chargecore.readers.card_gate.CardGate._is_same",
    "chargecore.readers.mfrc522.crc_a",
    "chargecore.readers.mfrc522.Mfrc522.release",
    "chargecore.readers.mfrc522.Mfrc522.poll",
    "chargecore.readers.mfrc522.Mfrc522._set_up",
    "chargecore.readers.mfrc522.Mfrc522._look",
    "chargecore.readers.mfrc522.Mfrc522._say",
    "chargecore.readers.mfrc522.Mfrc522._listen",
    "chargecore.readers.mfrc522.Mfrc522._take",
    "chargecore.readers.mfrc522.Mfrc522._ask",
    "chargecore.readers.mfrc522.Mfrc522._take_part",
    "chargecore.readers.mfrc522.Mfrc522._take_sak",
    "chargecore.readers.mfrc522.Mfrc522._put_crc",
    "chargecore.readers.mfrc522.Mfrc522._rest",
    "chargecore.readers.mfrc522.Mfrc522._fail",
    "chargecore.readers.mfrc522_registers.Mfrc522Registers.read",
    "chargecore.readers.mfrc522_registers.Mfrc522Registers.write",
    "chargecore.readers.mfrc522_registers.Mfrc522Registers._transfer",
    "chargecore.readers.pn532.Pn532.release",
    "chargecore.readers.pn532.Pn532.poll",
    "chargecore.readers.pn532.Pn532._send",
    "chargecore.readers.pn532.Pn532._listen",
    "chargecore.readers.pn532.Pn532._take",
    "chargecore.readers.pn532.Pn532._take_answer",
    "chargecore.readers.pn532.Pn532._take_list",
    "chargecore.readers.pn532.Pn532._fail",
    "chargecore.readers.pn532_frame.Pn532Frames.begin",
    "chargecore.readers.pn532_frame.Pn532Frames.append",
    "chargecore.readers.pn532_frame.Pn532Frames.take",
    "chargecore.readers.pn532_frame.Pn532Frames._kind_at",
    "chargecore.readers.pn532_frame.Pn532Frames._drop",
    "chargecore.readers.pn532_i2c.Pn532I2c.wake",
    "chargecore.readers.pn532_i2c.Pn532I2c.send",
    "chargecore.readers.pn532_i2c.Pn532I2c.receive",
    "chargecore.readers.pn532_uart.Pn532Uart.wake",
    "chargecore.readers.pn532_uart.Pn532Uart.send",
    "chargecore.readers.pn532_uart.Pn532Uart.receive",
    "chargecore.readers.pn532_uart.Pn532Uart._failed",
    "chargecore.readers.pn532_uart.Pn532Uart._read_chunk",
    "chargecore.readers.wiegand.Wiegand.release",
    "chargecore.readers.wiegand.Wiegand.poll",
    "chargecore.readers.wiegand.Wiegand._zero_isr",
    "chargecore.readers.wiegand.Wiegand._one_isr",
    "chargecore.readers.wiegand.Wiegand._take",
    "chargecore.readers.wiegand.Wiegand._bit",
    "chargecore.readers.wiegand.Wiegand._ones",
)
_LIST = 0x4A


class HeapOfReader:
    """The station's side: a poll every 50 ms, what was read is released."""

    def begin(self):
        self.clock = FakeClock()
        self.swipes = 0

    def run_s(self, seconds):
        for _ in range(seconds * 20):
            self.reader.poll(self.clock.advance_ms(50))
            if self.reader.has_card:
                self.swipes += 1
                self.reader.release()

    def run_a_second(self):
        self.run_s(1)


class TestHeapOfPn532(HeapOfReader, unittest.TestCase):
    def setUp(self):
        self.begin()
        self.chip = FakePn532Chip(history_max=0)

    def check_cards_silence_and_nonsense(self):
        chip, reader = self.chip, self.reader
        first, second = card_answer(b"\x04\xa1\xb2\xc3"), card_answer(bytes(range(10)))
        nonsense = card_answer(b"12345")
        with locked():
            self.run_s(2)
            for _ in range(10):
                chip.answers[_LIST] = first
                self.run_s(1)
                chip.answers[_LIST] = second
                self.run_s(1)
            chip.spoil = 3
            self.run_s(1)
            chip.answers[_LIST] = nonsense
            self.run_s(1)
            chip.answers[_LIST] = second
            chip.is_dead = chip.is_stuck = True  # a bus that fails
            self.run_s(4)
            is_silent = reader.is_silent
            chip.is_stuck = False
            self.run_s(4)
            chip.is_dead = False
            self.run_s(4)

        self.assertTrue(is_silent and not reader.is_silent)
        self.assertEqual(self.swipes, 21)  # the last card once more, after the silence
        self.assertTrue(reader.silent > 5 and reader.garbled > 0 and chip.nacks > 0)
        self.assertEqual(growth(self.run_a_second, 100), 0)

    def test_on_i2c(self):
        self.reader = Pn532(Pn532I2c(FakePn532I2c(self.chip)), self.clock)

        self.check_cards_silence_and_nonsense()

    def test_on_uart(self):
        bus = FakePn532Uart(self.chip)
        self.reader = Pn532(Pn532Uart(bus), self.clock)
        self.check_cards_silence_and_nonsense()
        frames = self.reader._frames
        with locked():
            for i in range(500):  # more noise than the buffer holds
                frames.append(i & 0x7F)

        self.assertTrue(frames.noise > 400)


class TestHeapOfMfrc522(HeapOfReader, unittest.TestCase):
    def test_cards_silence_and_nonsense(self):
        self.begin()
        chip = FakeMfrc522(sent_max=0)
        self.reader = reader = Mfrc522(Mfrc522Registers(chip, chip), self.clock)
        first, second = FakeCard14443(b"\x04\xa1\xb2\xc3"), FakeCard14443(bytes(range(10)))
        one, other, both = [first], [second], [first, second]
        with locked():
            self.run_s(2)
            for _ in range(10):
                chip.cards = one
                self.run_s(1)
                chip.cards = other
                self.run_s(1)
            chip.cards = both
            self.run_s(2)
            chip.cards = other
            chip.spoil_at = chip.answers + 2
            self.run_s(3)
            chip.is_stuck = True
            self.run_s(4)
            is_silent = reader.is_silent
            chip.is_stuck = False
            chip.is_mute = True
            self.run_s(4)
            chip.is_mute = False
            self.run_s(4)

        self.assertTrue(is_silent and not reader.is_silent)
        self.assertTrue(self.swipes >= 21, self.swipes)
        self.assertTrue(reader.silent > 5 and reader.garbled > 0 and reader.collisions > 0)
        self.assertEqual(growth(self.run_a_second, 100), 0)


class TestHeapOfWiegand(HeapOfReader, unittest.TestCase):
    def test_cards_noise_and_a_cut_wire(self):
        self.begin()
        lines = FakeWiegandLines()
        self.reader = reader = Wiegand(lines, self.clock)
        frames = [bits_of(b"\x01\x02\x03"), bits_of(b"\xff\xfe\xfd\xfc")]
        noise = [1, 0] * 50
        wrong = bits_of(b"\x01\x02\x03")
        wrong[3] ^= 1
        with locked():
            for _ in range(2_500):  # past the wrap of the bit counter
                lines.send(frames[0])
                self.run_s(1)
                lines.send(frames[1])
                self.run_s(1)
            lines.send(noise)
            self.run_s(1)
            lines.send(wrong)
            self.run_s(1)
            lines.d0_pin.level = 0
            self.run_s(2)

        self.assertEqual(self.swipes, 5_000)
        self.assertEqual((reader.garbled, reader.parity, reader.is_silent), (1, 1, True))
        self.assertEqual(growth(self.run_a_second, 100), 0)
