"""Every card reader against the contract; what is special to each one below."""

import unittest

from chargecore.readers.simulated import SimulatedReader
from contracts.reader import check_reader, text_of
from fakes.card_reader import FakeReader
from fakes.clock import FakeClock
from fakes.quiet_station import QuietReader


class SimulatedRig:
    """SimulatedReader, with cards in the test's hand."""

    cards = b"04A1B2C3", b"04A1B2C3D4E5F6", b"DEADBEEF"

    def __init__(self):
        self.clock = FakeClock()
        self.reader = SimulatedReader()

    def present(self, text):
        return self.reader.swipe(text, 0)

    def run_ms(self, ms):
        for _ in range(ms // 50):
            self.reader.poll(self.clock.advance_ms(50))


class FakeRig:
    """The reader of the station's tests."""

    cards = b"04A1B2C3", b"04A1B2C3D4E5F6", b"TAG1"

    def __init__(self):
        self.reader = FakeReader()

    def present(self, text):
        self.reader.swipe(text.decode())

    def run_ms(self, ms):
        for now_ms in range(0, ms, 50):
            self.reader.poll(now_ms)


class QuietRig(FakeRig):
    """The one that takes nothing from the heap."""

    def __init__(self):
        self.reader = QuietReader()

    def present(self, text):
        self.reader.swipe(text)


class ReaderContractTest(unittest.TestCase):
    def test_keeps_the_contract_when_faked(self):
        check_reader(self, FakeRig)

    def test_keeps_the_contract_when_quiet(self):
        check_reader(self, QuietRig)

    def test_keeps_the_contract_when_simulated(self):
        check_reader(self, SimulatedRig)


class SimulatedReaderTest(unittest.TestCase):
    def setUp(self):
        self.reader = SimulatedReader()

    def test_says_which_connector_the_card_is_meant_for(self):
        self.assertTrue(self.reader.swipe(b"TAG1", 2))

        self.assertEqual((self.reader.connector, text_of(self.reader)), (2, b"TAG1"))

    def test_refuses_a_card_while_it_holds_one(self):
        self.reader.swipe(b"TAG1", 1)

        self.assertIs(self.reader.swipe(b"TAG2", 2), False)

        self.assertEqual((self.reader.connector, text_of(self.reader)), (1, b"TAG1"))
        self.assertEqual(self.reader.refused, 1)

    def test_refuses_what_no_id_tag_can_be(self):
        for text in (b"", b"x" * 21):
            self.assertIs(self.reader.swipe(text, 1), False)
            self.assertFalse(self.reader.has_card)

        self.assertTrue(self.reader.swipe(b"x" * 20, 1))
        self.assertEqual(text_of(self.reader), b"x" * 20)

    def test_reads_no_card_while_it_is_silent(self):
        self.reader.is_silent = True
        self.assertIs(self.reader.swipe(b"TAG1", 1), False)
        self.reader.is_silent = False
        self.assertTrue(self.reader.swipe(b"TAG1", 1))
