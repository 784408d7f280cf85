"""Mfrc522: the contract, frames of ISO/IEC 14443-3, cards, and a chip that misbehaves."""

import unittest

from chargecore.readers.mfrc522 import Mfrc522, crc_a
from chargecore.readers.mfrc522_registers import Mfrc522Registers
from contracts.reader import check_reader, text_of
from fakes.card_14443 import FakeCard14443
from fakes.clock import FakeClock
from fakes.mfrc522_chip import FakeMfrc522


class Rig:
    """A driver on a bus with a chip behind it. The loop is as slow as the station's."""

    cards = b"14A1B2C3", b"04A1B2C3D4E5F6", b"04A1B2C3D4E5F6071829"

    def __init__(self):
        self.clock = FakeClock()
        self.chip = FakeMfrc522()
        self.reader = Mfrc522(Mfrc522Registers(self.chip, self.chip), self.clock)

    def present(self, *texts):
        self.chip.cards = [FakeCard14443(bytes.fromhex(text.decode())) for text in texts]

    def run_ms(self, ms):
        for _ in range(ms // 50):
            self.reader.poll(self.clock.advance_ms(50))

    def swipes(self, ms):
        """Let time pass as the station does: what was read is released. Return the texts."""
        found = []
        for _ in range(ms // 50):
            self.run_ms(50)
            if self.reader.has_card:
                found.append(text_of(self.reader))
                self.reader.release()
        return found


class Mfrc522Test(unittest.TestCase):
    def setUp(self):
        self.rig = Rig()
        self.chip = self.rig.chip

    def test_keeps_the_contract(self):
        check_reader(self, Rig)

    def test_has_the_checksum_of_iso_14443(self):
        # HLTA, and READ of block 0, as data sheets of cards print them; the examples of part 3.
        cases = ("5000 57CD", "3000 02A8", "0000 A01E", "1234 26CF")
        for text in cases:
            data = bytes.fromhex(text.replace(" ", ""))
            self.assertEqual(crc_a(data, 0, 2), data[2] | data[3] << 8)

    def test_speaks_to_a_card_of_one_level_as_part_3_has_it(self):
        self.rig.present(b"DEADBEEF")

        self.rig.run_ms(350)

        sent = [text.hex().upper()[:14] for text in self.chip.sent[:4]]
        self.assertEqual(sent, ["52", "9320", "9370DEADBEEF22", "500057CD"])

    def test_speaks_to_a_card_of_three_levels_as_part_3_has_it(self):
        self.rig.present(b"04A1B2C3D4E5F6071829")

        self.rig.run_ms(500)

        sent = [text.hex().upper()[:14] for text in self.chip.sent[:7]]
        self.assertEqual(sent[0:2], ["52", "9320"])
        self.assertEqual(sent[2], "93708804A1B29F")
        self.assertEqual(sent[3:5], ["9520", "957088C3D4E57A"])
        self.assertEqual(sent[5:7], ["9720", "9770F6071829C0"])

    def test_makes_one_swipe_of_a_card_that_lies_there(self):
        for text in Rig.cards:
            rig = Rig()
            rig.present(text)

            self.assertEqual(rig.swipes(30_000), [text])

    def test_reads_a_card_again_when_it_was_away_for_a_second(self):
        self.rig.present(b"DEADBEEF")
        self.rig.swipes(1_000)
        self.chip.cards = []
        self.rig.swipes(1_400)
        self.rig.present(b"DEADBEEF")

        self.assertEqual(self.rig.swipes(1_000), [b"DEADBEEF"])

    def test_reads_another_card_at_once(self):
        self.rig.present(b"DEADBEEF")
        self.rig.swipes(1_000)
        self.rig.present(b"04A1B2C3D4E5F6")

        self.assertEqual(self.rig.swipes(600), [b"04A1B2C3D4E5F6"])

    def test_reads_none_of_two_cards_at_once(self):
        self.rig.present(b"DEADBEEF", b"DEADBEEE")
        self.assertEqual(self.rig.swipes(2_000), [])
        self.assertTrue(self.rig.reader.collisions >= 3)
        self.rig.present(b"DEADBEEF")

        self.assertEqual(self.rig.swipes(600), [b"DEADBEEF"])

    def test_reads_no_card_from_an_answer_with_an_error(self):
        """Every answer of a card with three levels: ATQA, then part and SAK of each."""
        for answer in range(1, 7):
            for mask, error, cut_len in ((1, 0, 0), (0, 0x02, 0), (0, 0x10, 0), (0, 0, 1)):
                rig = Rig()
                rig.present(b"04A1B2C3D4E5F6071829")
                rig.chip.spoil_at = answer
                rig.chip.spoil_mask, rig.chip.spoil_error = mask, error
                rig.chip.cut_len = cut_len

                found = rig.swipes(3_000)

                self.assertEqual(found, [b"04A1B2C3D4E5F6071829"])
                self.assertEqual(rig.reader.garbled, 1)
                self.assertEqual(rig.reader.silent, 0)

    def test_reads_no_card_when_the_cascade_makes_no_sense(self):
        for part, sak in ((b"\x88\x01\x02\x03", 0x08), (b"\x01\x02\x03\x04", 0x04)):
            rig = Rig()
            card = FakeCard14443(part)
            card.saks = [FakeCard14443(bytes(7)).saks[0 if sak == 0x04 else 1]]
            rig.chip.cards = [card]

            self.assertEqual(rig.swipes(2_000), [])
            self.assertTrue(rig.reader.garbled >= 3)

    def test_takes_a_card_that_leaves_in_the_middle_for_none(self):
        for ms in range(100, 500, 50):
            rig = Rig()
            rig.present(b"04A1B2C3D4E5F6071829")
            rig.run_ms(ms)
            rig.chip.cards = []

            self.assertTrue(len(rig.swipes(2_000)) <= 1)
            self.assertEqual(rig.reader.garbled, 0)

    def test_waits_for_a_slow_oscillator(self):
        self.chip.startup = 2
        self.rig.present(b"DEADBEEF")

        self.assertEqual(self.rig.swipes(600), [b"DEADBEEF"])
        self.assertEqual(self.rig.reader.silent, 0)

    def test_knows_the_chips_by_their_version(self):
        for version, is_known in ((0x91, True), (0x92, True), (0x88, True), (0x00, False)):
            rig = Rig()
            rig.chip.version = version
            rig.run_ms(3_000)

            self.assertEqual(rig.reader.is_silent, not is_known)
            self.assertEqual(rig.reader.version, version if is_known else 0)

    def test_makes_few_accesses_in_one_poll_and_selects_the_chip_for_each(self):
        self.rig.present(b"04A1B2C3D4E5F6071829")
        most = 0
        for _ in range(200):
            self.chip.accesses = 0
            self.rig.run_ms(50)
            most = max(most, self.chip.accesses)

        self.assertTrue(15 <= most <= 23, most)
        self.assertEqual(self.chip.unselected, 0)
        self.assertEqual(self.chip._cs_level, 1)


class Mfrc522SilenceTest(unittest.TestCase):
    def check_falls_silent_and_comes_back(self, name):
        rig = Rig()
        rig.run_ms(500)
        setattr(rig.chip, name, True)
        rig.run_ms(600)
        self.assertFalse(rig.reader.is_silent)  # a moment is nothing
        rig.run_ms(3_000)
        self.assertTrue(rig.reader.is_silent)
        rig.run_ms(20_000)
        setattr(rig.chip, name, False)
        rig.chip.power_cycle()
        rig.present(b"DEADBEEF")
        self.assertEqual(rig.swipes(1_500), [b"DEADBEEF"])
        self.assertFalse(rig.reader.is_silent)

    def test_comes_back_when_the_supply_was_gone(self):
        self.check_falls_silent_and_comes_back("is_dead")

    def test_comes_back_when_the_bus_was_stuck(self):
        self.check_falls_silent_and_comes_back("is_stuck")

    def test_begins_anew_when_an_exchange_never_ends(self):
        rig = Rig()
        rig.run_ms(500)
        rig.chip.is_mute = True
        rig.run_ms(5_000)
        self.assertTrue(rig.reader.silent >= 3)
        self.assertTrue(rig.reader.is_silent)
        rig.chip.is_mute = False
        rig.present(b"DEADBEEF")

        self.assertEqual(rig.swipes(1_500), [b"DEADBEEF"])

    def test_sets_the_chip_up_again_when_its_field_went_off(self):
        rig = Rig()
        rig.run_ms(500)
        rig.chip.power_cycle()
        rig.present(b"DEADBEEF")

        self.assertEqual(rig.swipes(1_500), [b"DEADBEEF"])
        self.assertEqual(rig.reader.silent, 1)
