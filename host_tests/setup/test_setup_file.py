"""setup.json and the words in it; station.json is the old or the new one, whatever happens."""

import json
import os
import unittest

from chargecore.setup import setup_file
from chargecore.setup.words import ALPHABET, new_words
from fakes.scratch import new_folder, write_bytes

_LABEL = {"network": "chargecore-2345", "password": "7777-7777-7777", "code": "2222-3333"}


class WordsTest(unittest.TestCase):
    def test_every_word_is_another_one_and_can_be_read_from_a_label(self):
        words = [new_words(3) for _ in range(50)]

        self.assertEqual(len(set(words)), 50)
        for text in words:
            self.assertEqual((len(text), text[4], text[9]), (14, "-", "-"))
            self.assertTrue(all(mark in ALPHABET for mark in text.replace("-", "")))
        self.assertEqual(len(set(ALPHABET)), 32)
        for mark in "01IO":
            self.assertFalse(mark in ALPHABET)

    def test_every_letter_comes_up(self):
        seen = set(new_words(500).replace("-", ""))

        self.assertEqual(len(seen), 32)


class SetupFileTest(unittest.TestCase):
    def setUp(self):
        self.path = new_folder(self) + "/setup.json"

    def test_reads_what_it_has_made(self):
        label = setup_file.make()

        setup_file.write(self.path, label)

        self.assertEqual(setup_file.read(self.path), label)

    def test_what_makes_no_sense_is_no_label(self):
        cases = (b"", b"[]", b"null", b'"x"', b"{}", b"\xff", b'{"code": "2222-3333"}')
        cases += tuple(
            json.dumps(dict(_LABEL, **change)).encode()
            for change in (
                {"code": 22223333},
                {"code": ""},
                {"code": "2222-333<"},
                {"password": "short"},
                {"password": "x" * 64},
                {"network": ""},
                {"network": "x" * 33},
                {"other": "x" * 512},
            )
        )
        for data in cases:
            with self.subTest(data=data[:60]):
                write_bytes(self.path, data)

                self.assertIsNone(setup_file.read(self.path))

    def test_a_write_that_ends_half_way_leaves_the_old_file(self):
        setup_file.write(self.path, _LABEL)
        write_bytes(self.path + ".new", b'{"netwo')

        self.assertEqual(setup_file.read(self.path), _LABEL)

    def test_the_new_file_replaces_the_old_one(self):
        setup_file.write(self.path, _LABEL)

        setup_file.write(self.path, dict(_LABEL, code="9999-9999"))

        self.assertEqual(setup_file.read(self.path)["code"], "9999-9999")
        self.assertEqual(os.listdir(self.path.rsplit("/", 1)[0]), ["setup.json"])


if __name__ == "__main__":
    unittest.main()
