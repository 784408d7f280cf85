"""Pn532 on both of its buses: the contract, frames of the manual, and buses that misbehave."""

import unittest

from chargecore.readers.pn532 import Pn532
from chargecore.readers.pn532_frame import (
    ACK,
    E_ERROR,
    E_GARBLED,
    E_NACK,
    NOTHING,
    RESPONSE,
    Pn532Frames,
)
from chargecore.readers.pn532_i2c import Pn532I2c
from chargecore.readers.pn532_uart import Pn532Uart
from contracts.reader import check_reader, text_of
from fakes.clock import FakeClock
from fakes.pn532_chip import FakePn532Chip, FakePn532I2c, FakePn532Uart, card_answer, frame

# Frames as they are printed in public drivers and their tests, start to postamble.
_COMMANDS = (
    "0000FF 05FB D414011400 03 00",  # SAMConfiguration, without IRQ
    "0000FF 02FE D402 2A 00",  # GetFirmwareVersion
    "0000FF 03FD D41200 1A 00",  # SetParameters
    "0000FF 06FA D43205FF0101 F4 00",  # RFConfiguration, MaxRetries
    "0000FF 04FC D44A0100 E1 00",  # InListPassiveTarget, 106 kbit/s type A
)
_ACK = "0000FF 00FF 00"
_VERSION = "0000FF 06FA D50332010607 E8 00"
# Captured from modules, as people have published them: target, SENS_RES, SEL_RES, length, UID.
_CARDS = (
    ("0000FF 0CF4 D54B01 01 0004 08 04 B0864D25 26 00", b"B0864D25"),
    ("0000FF 0CF4 D54B01 01 0002 18 04 8A4CB512 23 00", b"8A4CB512"),
    ("0000FF 0FF1 D54B01 01 0044 00 07 047BCB51962280 C0 00", b"047BCB51962280"),
    ("0000FF 0FF1 D54B01 01 0044 00 07 04416D412B0289 EA 00", b"04416D412B0289"),
)
# The same of a card that was asked for its ATS, which stands behind the UID.
_CARD_WITH_ATS = "0000FF 1CE4 D54B01 01 0004 28 04 FDE60899 1078809002209000000000"
_CARD_WITH_ATS += "00FDE60899 5C 00"


def golden(text):
    return bytes.fromhex(text.replace(" ", ""))


class Rig:
    """A driver on a bus with a chip behind it. The loop is as slow as the station's."""

    cards = b"04A1B2C3", b"04A1B2C3D4E5F6", b"04A1B2C3D4E5F6071829"

    def __init__(self):
        self.clock = FakeClock()
        self.chip = FakePn532Chip()
        self.reader = Pn532(self.make_link(), self.clock)

    def present(self, text):
        self.chip.show(bytes.fromhex(text.decode()))

    def run_ms(self, ms, step_ms=50):
        for _ in range(ms // step_ms):
            self.reader.poll(self.clock.advance_ms(step_ms))

    def swipes(self, ms):
        """Let time pass as the station does: what was read is released. Return the texts."""
        found = []
        for _ in range(ms // 50):
            self.run_ms(50)
            if self.reader.has_card:
                found.append(text_of(self.reader))
                self.reader.release()
        return found


class I2cRig(Rig):
    def make_link(self):
        self.bus = FakePn532I2c(self.chip)
        return Pn532I2c(self.bus)


class UartRig(Rig):
    def make_link(self):
        self.bus = FakePn532Uart(self.chip)
        return Pn532Uart(self.bus)


RIGS = I2cRig, UartRig


class Pn532ContractTest(unittest.TestCase):
    def test_keeps_the_contract_when_on_i2c(self):
        check_reader(self, I2cRig)

    def test_keeps_the_contract_when_on_uart(self):
        check_reader(self, UartRig)


class Pn532FramesTest(unittest.TestCase):
    def setUp(self):
        self.frames = Pn532Frames()

    def feed(self, data):
        for byte in data:
            self.frames.append(byte)

    def data(self):
        at = self.frames.data_at
        return bytes(self.frames.buf[at : at + self.frames.data_len])

    def test_knows_every_kind_of_frame(self):
        cases = (
            (_ACK, ACK),
            ("0000FF FF00 00", E_NACK),
            ("0000FF 01FF 7F 81 00", E_ERROR),
            (_VERSION, RESPONSE),
            ("0000FF 06FA D50332010607 E9 00", E_GARBLED),
            ("0000FF 02FE D402 2A 00", E_GARBLED),  # our own: an echo
            ("0000FF 01FF D5 2B 00", E_GARBLED),
        )
        for text, kind in cases:
            with self.subTest(text=text):
                self.frames.begin(0)
                self.feed(golden(text))
                self.assertEqual(self.frames.take(), kind)
                self.assertEqual(self.frames.take(), NOTHING)

    def test_gives_the_data_of_a_response(self):
        self.feed(golden(_VERSION))

        self.assertEqual(self.frames.take(), RESPONSE)
        self.assertEqual(self.data(), golden("D50332010607"))

    def test_waits_while_the_frame_is_not_whole(self):
        data = golden(_VERSION)[:-1]  # the postamble says nothing
        for byte in data[:-1]:
            self.frames.append(byte)
            self.assertEqual(self.frames.take(), NOTHING)

        self.frames.append(data[-1])

        self.assertEqual(self.frames.take(), RESPONSE)

    def test_takes_one_frame_after_the_other(self):
        self.feed(golden(_ACK + _VERSION))

        self.assertEqual(self.frames.take(), ACK)
        self.assertEqual(self.frames.take(), RESPONSE)
        self.assertEqual(self.data(), golden("D50332010607"))
        self.feed(golden(_ACK))
        self.assertEqual(self.frames.take(), ACK)

    def test_finds_the_frame_behind_noise(self):
        for noise in (b"\x55" * 9, b"\x00" * 20, b"\xff" * 20, b"\x00\xff\x05\x05", b"\x01" * 200):
            with self.subTest(noise=noise):
                self.frames.begin(0)
                self.feed(noise)
                self.feed(golden(_VERSION))
                self.assertEqual(self.frames.take(), RESPONSE)
                self.assertEqual(self.data(), golden("D50332010607"))

    def test_takes_no_length_that_cannot_be(self):
        for text in ("0000FF 3FC1 D503", "0000FF 0605 D50332010607 E8 00", "0000FF 0000"):
            self.frames.begin(0)
            self.feed(golden(text) + b"\x11" * 80)

            self.assertEqual(self.frames.take(), NOTHING)


class Pn532Test(unittest.TestCase):
    def test_makes_the_chip_ready_with_the_frames_of_the_manual(self):
        for make in RIGS:
            rig = make()

            rig.run_ms(500)

            self.assertEqual(rig.chip.history[:5], [golden(text) for text in _COMMANDS])
            self.assertEqual(rig.reader.version, 0x106)
            self.assertEqual(rig.chip.bad_frames, 0)

    def test_reads_cards_from_captured_answers(self):
        for make in RIGS:
            for answer, text in _CARDS:
                rig = make()
                rig.chip.answers[0x4A] = golden(answer)

                self.assertEqual(rig.swipes(500), [text])

    def test_reads_a_card_that_tells_more_than_it_was_asked(self):
        rig = UartRig()
        rig.chip.answers[0x4A] = golden(_CARD_WITH_ATS)

        self.assertEqual(rig.swipes(500), [b"FDE60899"])

    def test_makes_one_swipe_of_a_card_that_lies_there(self):
        for make in RIGS:
            rig = make()
            rig.present(b"04A1B2C3")

            self.assertEqual(rig.swipes(60_000), [b"04A1B2C3"])

    def test_reads_a_card_again_when_it_was_away_for_a_second(self):
        for make in RIGS:
            rig = make()
            rig.present(b"04A1B2C3")
            rig.swipes(1_000)
            rig.chip.show(None)
            rig.swipes(1_400)
            rig.present(b"04A1B2C3")

            self.assertEqual(rig.swipes(1_000), [b"04A1B2C3"])

    def test_takes_a_short_gap_for_a_hand_that_moves(self):
        for make in RIGS:
            rig = make()
            rig.present(b"04A1B2C3")
            rig.swipes(1_000)
            for _ in range(20):
                rig.chip.show(None)
                self.assertEqual(rig.swipes(400), [])
                rig.present(b"04A1B2C3")
                self.assertEqual(rig.swipes(400), [])

    def test_reads_another_card_at_once(self):
        for make in RIGS:
            rig = make()
            rig.present(b"04A1B2C3")
            rig.swipes(1_000)
            rig.present(b"04A1B2C4")

            self.assertEqual(rig.swipes(400), [b"04A1B2C4"])

    def test_takes_a_phone_with_ever_new_ids_for_one_card(self):
        rig = I2cRig()
        found = []
        for number in range(20):
            rig.chip.show(bytes([8, number, 2, 3]))
            found += rig.swipes(400)

        self.assertEqual(found, [b"08000203"])

    def test_waits_for_an_answer_that_takes_its_time(self):
        for make in RIGS:
            rig = make()
            rig.chip.busy = 3
            rig.present(b"04A1B2C3")

            self.assertEqual(rig.swipes(2_000), [b"04A1B2C3"])
            self.assertEqual(rig.reader.silent, 0)

    def test_asks_once_more_when_an_answer_is_garbled(self):
        for make in RIGS:
            rig = make()
            rig.run_ms(500)
            rig.present(b"04A1B2C3")
            rig.chip.spoil = 1

            self.assertEqual(rig.swipes(500), [b"04A1B2C3"])
            self.assertEqual((rig.chip.nacks, rig.reader.garbled), (1, 0))

    def test_refuses_an_answer_that_makes_no_sense(self):
        uid = bytes(range(20))
        answers = [card_answer(uid[:count]) for count in (0, 3, 5, 6, 8, 11)]
        answers += [frame(b"\xd5\x4b\x01\x01\x00\x04\x08\x04\x01"), frame(b"\xd5\x4b")]
        answers += [frame(b"\xd5\x4b\x01"), frame(b"\xd5\x03\x32\x01\x06\x07")]
        for make in RIGS:
            for answer in answers:
                rig = make()
                rig.chip.answers[0x4A] = answer
                self.assertEqual(rig.swipes(600), [])
                self.assertTrue(rig.reader.garbled > 0)
                rig.present(b"04A1B2C3")
                self.assertEqual(rig.swipes(1_500), [b"04A1B2C3"])

    def test_is_silent_when_another_chip_answers(self):
        for make in RIGS:
            rig = make()
            rig.chip.answers[0x02] = frame(bytes.fromhex("D50333010607"))

            rig.run_ms(3_000)

            self.assertTrue(rig.reader.is_silent)

    def test_counts_a_command_that_is_refused(self):
        for make in RIGS:
            rig = make()
            del rig.chip.answers[0x12]

            rig.run_ms(3_000)

            self.assertTrue(rig.reader.is_silent and rig.reader.refused >= 3)


class Pn532SilenceTest(unittest.TestCase):
    def check_falls_silent_and_comes_back(self, rig, break_it, mend_it):
        rig.run_ms(500)
        break_it()
        rig.run_ms(600)
        self.assertFalse(rig.reader.is_silent)  # a moment is nothing
        rig.run_ms(2_500)
        self.assertTrue(rig.reader.is_silent)
        self.assertTrue(rig.reader.silent >= 3)
        rig.run_ms(60_000)
        mend_it()
        rig.present(b"04A1B2C3")
        self.assertEqual(rig.swipes(1_500), [b"04A1B2C3"])
        self.assertFalse(rig.reader.is_silent)

    def test_comes_back_when_the_supply_was_gone(self):
        for make in RIGS:
            rig = make()

            def break_it(chip=rig.chip):
                chip.is_dead = True
                chip.power_cycle()

            def mend_it(chip=rig.chip):
                chip.is_dead = False

            self.check_falls_silent_and_comes_back(rig, break_it, mend_it)

    def test_comes_back_when_the_bus_was_stuck(self):
        for make in RIGS:
            rig = make()

            def break_it(chip=rig.chip):
                chip.is_stuck = True

            def mend_it(chip=rig.chip):
                chip.is_stuck = False

            self.check_falls_silent_and_comes_back(rig, break_it, mend_it)

    def test_sets_the_chip_up_again_when_it_was_reset(self):
        for make in RIGS:
            rig = make()
            rig.run_ms(500)
            rig.chip.power_cycle()
            rig.present(b"04A1B2C3")

            self.assertEqual(rig.swipes(2_500), [b"04A1B2C3"])

    def test_is_silent_from_the_start_when_there_is_no_reader(self):
        for make in RIGS:
            rig = make()
            rig.chip.is_dead = True

            rig.run_ms(2_500)

            self.assertTrue(rig.reader.is_silent)
            self.assertFalse(rig.reader.has_card)

    def test_keeps_the_card_that_was_read_before(self):
        for make in RIGS:
            rig = make()
            rig.present(b"04A1B2C3")
            rig.run_ms(500)
            rig.chip.is_dead = True
            rig.run_ms(5_000)

            self.assertTrue(rig.reader.has_card)
            self.assertEqual(text_of(rig.reader), b"04A1B2C3")


class Pn532BusTest(unittest.TestCase):
    def test_moves_few_bytes_in_one_poll(self):
        rig = I2cRig()
        rig.present(b"04A1B2C3D4E5F6071829")
        most = 0
        for _ in range(200):
            rig.bus.bytes_moved = 0
            rig.run_ms(50)
            most = max(most, rig.bus.bytes_moved)

        self.assertTrue(40 <= most <= 53, most)  # at 100 kHz and 9 bits each: 4.8 ms

    def test_never_reads_more_than_there_is(self):
        rig = UartRig()
        for arrived_len in (0, 1, 5, 6, 7, 12, 20, 1_000):
            rig.bus.arrived_len = arrived_len
            rig.run_ms(300)
        rig.present(b"04A1B2C3")

        self.assertEqual(rig.swipes(1_500), [b"04A1B2C3"])
        self.assertEqual(rig.bus.blocked, 0)

    def test_is_not_held_up_by_a_line_that_never_ends(self):
        rig = UartRig()
        rig.run_ms(500)
        rig.bus.junk = b"\x00\xff" * 5_000

        rig.run_ms(50)

        self.assertTrue(len(rig.bus.junk) > 9_500)

    def test_reads_a_card_behind_noise_on_the_line(self):
        rig = UartRig()
        rig.run_ms(500)
        rig.bus.junk = b"\x00\x00\xff\x80\x12" * 5
        rig.present(b"04A1B2C3")

        self.assertEqual(rig.swipes(1_500), [b"04A1B2C3"])

    def test_speaks_115200_baud(self):
        self.assertEqual(UartRig().bus.baud_hz, 115_200)
