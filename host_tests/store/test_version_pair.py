"""VersionPair: two files, the newest good one wins."""

import unittest

from chargecore.base.codes import E_CORRUPT, E_EMPTY, E_IO, OK
from chargecore.store.version_pair import VersionPair
from fakes.scratch import new_folder, read_bytes, write_bytes


class VersionPairTest(unittest.TestCase):
    def setUp(self):
        self.path = new_folder(self) + "/settings"
        self.buf = bytearray(64)

    def save(self, text):
        pair = VersionPair(self.path)
        pair.load(self.buf)
        return pair.save(text, len(text))

    def load(self):
        self.pair = VersionPair(self.path)
        length = self.pair.load(self.buf)
        return bytes(self.buf[:length]) if length >= 0 else length

    def test_reports_empty_when_nothing_was_written(self):
        self.assertEqual(self.load(), E_EMPTY)
        self.assertFalse(self.pair.is_old)

    def test_returns_what_was_saved_last_when_saved_often(self):
        for n in range(5):
            self.assertEqual(self.save(b"text %d" % n), OK)

            self.assertEqual(self.load(), b"text %d" % n)
            self.assertFalse(self.pair.is_old)

    def test_keeps_the_previous_version_when_the_newest_is_cut_anywhere(self):
        self.save(b"old")
        self.save(b"the newer one")
        whole = read_bytes(self.path + ".b")

        for cut in range(len(whole)):
            with self.subTest(cut=cut):
                write_bytes(self.path + ".b", whole[:cut])

                self.assertEqual(self.load(), b"old")
                self.assertTrue(self.pair.is_old)

    def test_keeps_the_previous_version_when_any_byte_of_the_newest_is_wrong(self):
        self.save(b"old")
        self.save(b"new")
        whole = read_bytes(self.path + ".b")

        for at in range(len(whole)):
            if at == 3:
                continue
            with self.subTest(at=at):
                damaged = bytearray(whole)
                damaged[at] ^= 0x10
                write_bytes(self.path + ".b", damaged)

                self.assertEqual(self.load(), b"old")

    def test_goes_on_when_a_save_was_torn(self):
        self.save(b"one")
        self.save(b"two")
        write_bytes(self.path + ".b", b"VV")

        self.save(b"three")

        self.assertEqual(self.load(), b"three")
        self.assertFalse(self.pair.is_old)

    def test_reports_corrupt_when_both_are_damaged(self):
        self.save(b"one")
        self.save(b"two")
        write_bytes(self.path + ".a", b"x")
        write_bytes(self.path + ".b", b"")

        self.assertEqual(self.load(), E_CORRUPT)

    def test_reports_corrupt_when_the_image_is_longer_than_the_buffer(self):
        self.save(b"x" * 60)
        self.buf = bytearray(10)

        self.assertEqual(self.load(), E_CORRUPT)

    def test_keeps_an_empty_image(self):
        self.save(b"one")
        self.save(b"")

        self.assertEqual(self.load(), b"")

    def test_reports_io_when_the_folder_is_missing(self):
        pair = VersionPair(self.path + "/none/x")

        self.assertEqual(pair.save(b"abc", 3), E_IO)
        self.assertNotEqual(pair.errno, 0)
