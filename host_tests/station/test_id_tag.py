"""Card ids: length, case, emptiness."""

import unittest

from chargecore.station.id_tag import IdTag
from fakes.station_world import tag


class TestIdTag(unittest.TestCase):
    def test_compares_without_case(self):
        self.assertTrue(tag("AbC1").equals(tag("aBc1")))

    def test_tells_letters_from_their_neighbours_in_the_alphabet(self):
        self.assertFalse(tag("@").equals(tag("`")))
        self.assertFalse(tag("[").equals(tag("{")))

    def test_equals_nothing_when_empty(self):
        self.assertFalse(tag("").equals(tag("")))

    def test_refuses_21_bytes_and_keeps_what_it_had(self):
        card = tag("OLD")

        self.assertFalse(card.set(b"x" * 21, 0, 21))

        self.assertEqual(card.text(), "OLD")

    def test_takes_20_bytes_from_the_middle_of_a_buffer(self):
        card = IdTag()

        self.assertTrue(card.set(b"..abcdefghij0123456789..", 2, 20))

        self.assertEqual(card.text(), "abcdefghij0123456789")

    def test_is_a_copy(self):
        first = tag("ONE")
        second = IdTag()
        second.copy_from(first)
        first.clear()

        self.assertEqual(second.text(), "ONE")


if __name__ == "__main__":
    unittest.main()
