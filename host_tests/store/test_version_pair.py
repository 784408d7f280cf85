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


def double(layout, buf, length):
    """Turn layout 1, one byte per value, into layout 2, which has two."""
    for i in range(length - 1, -1, -1):
        buf[2 * i] = buf[i]
        buf[2 * i + 1] = layout
    return 2 * length


def mark(layout, buf, length):
    """Turn layout 1 into 2, and 2 into 3, each with a mark at the end."""
    buf[length] = 0x30 + layout
    return length + 1


# "abc" as the build of layout 1 wrote it (commit 6f1859e), version 7.
_OF_LAYOUT_1 = b"VV\x01\x00\x07\x00\x00\x00\x03\x00JQ\x99\x1eabc"


class VersionPairLayoutTest(unittest.TestCase):
    def setUp(self):
        self.path = new_folder(self) + "/settings"
        self.buf = bytearray(64)

    def save(self, text, layout=1, convert=None):
        pair = VersionPair(self.path, layout, convert)
        pair.load(self.buf)
        self.assertEqual(pair.save(text, len(text)), OK)

    def load(self, layout=1, convert=None):
        self.pair = VersionPair(self.path, layout, convert)
        length = self.pair.load(self.buf)
        return bytes(self.buf[:length]) if length >= 0 else length

    def test_carries_an_older_layout_over_and_leaves_its_files_alone(self):
        self.save(b"old")
        self.save(b"abc")
        before = [read_bytes(self.path + suffix) for suffix in (".a", ".b")]

        self.assertEqual(self.load(2, double), b"a\x01b\x01c\x01")
        self.assertFalse(self.pair.is_old)
        self.pair.save(b"xyz", 3)

        self.assertEqual(self.load(2, double), b"xyz")
        self.assertEqual([read_bytes(self.path + suffix) for suffix in (".a", ".b")], before)

    def test_reads_what_the_first_build_wrote(self):
        write_bytes(self.path + ".a", _OF_LAYOUT_1)

        self.assertEqual(self.load(), b"abc")
        self.assertEqual(self.pair.version, 7)
        self.assertEqual(self.load(3, mark), b"abc12")

    def test_takes_every_step_from_the_layout_it_finds(self):
        self.save(b"abc")

        self.assertEqual(self.load(3, mark), b"abc12")
        self.save(b"new", 2, mark)
        self.assertEqual(self.load(3, mark), b"new2")

    def test_goes_back_to_the_older_layout_when_the_own_files_are_damaged(self):
        self.save(b"abc")
        self.save(b"new", 2, mark)
        for suffix in (".a2", ".b2"):
            write_bytes(self.path + suffix, b"broken")

        self.assertEqual(self.load(2, mark), b"abc1")
        self.assertTrue(self.pair.is_old)

    def test_never_touches_the_files_of_a_newer_layout_and_says_that_they_are_there(self):
        self.save(b"abc")
        self.save(b"one", 2, mark)
        self.save(b"two", 2, mark)
        before = [read_bytes(self.path + suffix) for suffix in (".a2", ".b2")]

        self.assertEqual(self.load(), b"abc")
        self.assertTrue(self.pair.is_newer)
        for _ in range(3):
            self.save(b"def")

        self.assertEqual([read_bytes(self.path + suffix) for suffix in (".a2", ".b2")], before)
        self.assertEqual(self.load(2, mark), b"two")

    def test_starts_empty_beside_a_newer_layout_when_it_never_ran_here(self):
        self.save(b"one", 2, mark)

        self.assertEqual(self.load(), E_EMPTY)
        self.assertTrue(self.pair.is_newer)

    def test_has_the_old_or_the_new_image_when_the_first_save_of_a_layout_is_cut_anywhere(self):
        self.save(b"abc")
        self.save(b"new", 2, mark)
        whole = read_bytes(self.path + ".a2")
        for cut in range(len(whole)):
            with self.subTest(cut=cut):
                write_bytes(self.path + ".a2", whole[:cut])

                self.assertEqual(self.load(2, mark), b"abc1")


if __name__ == "__main__":
    unittest.main()
