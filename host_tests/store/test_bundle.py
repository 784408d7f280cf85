"""BundleWriter and the slots: what is good is written and boots once; what is not never does."""

import hashlib
import os
import unittest

import boot_slot

from chargecore.base.codes import E_BUSY, E_CORRUPT, E_LENGTH, OK
from chargecore.store.app_slots import AppSlots
from chargecore.store.bundle_writer import (
    REFUSED_CHECKSUM,
    REFUSED_FORMAT,
    REFUSED_LONG,
    REFUSED_NOT_A_BUNDLE,
    REFUSED_PATH,
    REFUSED_SHORT,
    REFUSED_TARGET,
    BundleWriter,
    is_good_path,
)
from fakes.scratch import new_folder, read_bytes, write_bytes

FILES = (("main.py", b"print(1)\n"), ("chargecore/base/x.mpy", b"M\x06" * 700), ("empty", b""))


def bundle(files=FILES, target=b"host", version=b"2.0", magic=b"CCBUNDLE\x01"):
    """Return a bundle."""
    magic = magic[:-1] + bytes((magic[-1] | len(files) >> 8 << 4,))
    parts = [magic, bytes((len(target), len(version), len(files) & 0xFF)), target, version]
    for path, data in files:
        path = path.encode()
        size = len(data)
        parts.append(bytes((len(path), size & 255, size >> 8 & 255, size >> 16 & 255, 0)))
        parts.append(hashlib.sha256(data).digest() + path + data)
    body = b"".join(parts)
    return body + hashlib.sha256(body).digest()


def remove_tree(folder):
    """Remove a folder and all in it."""
    for entry in list(os.listdir(folder)):
        path = folder + "/" + entry
        try:
            os.remove(path)
        except OSError:
            remove_tree(path)
    os.rmdir(folder)


class BundleTest(unittest.TestCase):
    def setUp(self):
        self.root = new_folder(self)
        self.addCleanup(self.empty)
        self.boot()

    def empty(self):
        for name in ("a", "b"):
            try:
                remove_tree(self.root + "/" + name)
            except OSError:
                pass

    def boot(self):
        """Be the next boot. Return the copy that it takes."""
        running = boot_slot.choose(self.root)
        self.slots = AppSlots(self.root, running, b"host")
        self.files = self.slots.files()
        self.writer = BundleWriter(self.slots, self.files)
        return running

    def write(self, data, step=97):
        """Stream a bundle in. Return why it was refused, 0: not."""
        while self.files.prepare() == E_BUSY:
            pass
        self.writer.begin()
        for at in range(0, len(data), step):
            part = bytearray(data[at : at + step])
            self.assertEqual(self.writer.take(part, 0, len(part)), OK)
        self.writer.end()
        return self.writer.refused

    def check(self):
        buf = bytearray(64)
        code = E_BUSY
        while code == E_BUSY:
            code = self.files.check(buf)
        return code

    def install(self, data=None):
        self.assertEqual(self.write(bundle() if data is None else data), 0)
        self.assertEqual(self.check(), OK)
        self.assertEqual(self.slots.activate(), OK)


class TestWriting(BundleTest):
    def test_writes_every_file_whatever_the_pieces(self):
        for step in (1, 13, 1000, 100_000):
            with self.subTest(step=step):
                self.assertEqual(self.write(bundle(), step), 0)
                self.assertTrue(self.writer.is_complete)
                self.assertEqual(self.writer.version, b"2.0")
                self.assertEqual(self.check(), OK)
                for path, data in FILES:
                    self.assertEqual(read_bytes(self.root + "/b/" + path), data)

    def test_writes_more_files_than_a_byte_can_count(self):
        files = [("%03d" % number, b"%d" % number) for number in range(300)]

        self.install(bundle(files))

        self.assertEqual(len(os.listdir(self.root + "/b")), 301)  # and the manifest
        self.assertEqual(read_bytes(self.root + "/b/299"), b"299")

    def test_refuses_what_is_no_bundle_for_this_board(self):
        good = bundle()
        flipped = good[:200] + bytes((good[200] ^ 4,)) + good[201:]
        for data, why in (
            (b"x" * 300, REFUSED_NOT_A_BUNDLE),
            (bundle(magic=b"CCBUNDLE\x02"), REFUSED_FORMAT),
            (bundle(target=b"esp32"), REFUSED_TARGET),
            (bundle(version=b"v" * 51), REFUSED_NOT_A_BUNDLE),
            (bundle(version=b""), REFUSED_NOT_A_BUNDLE),
            (bundle(files=()), REFUSED_NOT_A_BUNDLE),
            (bundle(files=(("../x", b""),)), REFUSED_PATH),
            (bundle(files=(("", b""),)), REFUSED_PATH),
            (bundle(files=(("x" * 65, b""),)), REFUSED_PATH),
            (bundle(files=(("manifest", b""),)), REFUSED_PATH),
            (flipped, REFUSED_CHECKSUM),
            (good[:-1] + bytes((good[-1] ^ 1,)), REFUSED_CHECKSUM),
            (good[:-1], REFUSED_SHORT),
            (good[:100], REFUSED_SHORT),
            (b"", REFUSED_SHORT),
            (good + b"!", REFUSED_LONG),
        ):
            with self.subTest(why=why, data=data[:16], length=len(data)):
                self.assertEqual(self.write(data), why)
                self.assertFalse(self.writer.is_complete)
                self.assertFalse(self.check() == OK)

    def test_takes_no_more_than_there_is_room_for(self):
        self.writer.most_b = 100
        self.files.prepare()
        self.writer.begin()

        self.assertEqual(self.writer.take(bytearray(100), 0, 100), OK)
        self.assertEqual(self.writer.take(bytearray(1), 0, 1), E_LENGTH)

    def test_cut_anywhere_it_is_never_good(self):
        good = bundle()
        for length in range(0, len(good), 41):
            with self.subTest(length=length):
                self.assertEqual(self.write(good[:length], 500) == 0, False)
                self.assertFalse(boot_slot.has_copy(self.root, "b"))

    def test_finds_what_flash_has_changed_behind_its_back(self):
        self.write(bundle())
        write_bytes(self.root + "/b/main.py", b"print(2)\n")

        self.assertEqual(self.check(), E_CORRUPT)
        self.assertFalse(boot_slot.has_copy(self.root, "b"))

    def test_knows_paths_that_leave_the_folder(self):
        for path, is_good in (
            (b"a/b-c_d.mpy", True),
            (b"/etc", False),
            (b"a//b", False),
            (b"a/../b", False),
            (b"a\\b", False),
            (b"a b", False),
            (b".", False),
            (b"manifest.new", False),
        ):
            with self.subTest(path=path):
                self.assertEqual(is_good_path(path), is_good)


class TestChoosing(BundleTest):
    def test_boots_the_first_copy_when_nobody_has_chosen(self):
        self.assertEqual(self.boot(), "a")
        self.assertFalse(self.slots.is_trial)
        self.assertFalse(self.slots.is_other_next)

    def test_tries_a_new_copy_once(self):
        self.install()
        self.assertTrue(self.slots.is_other_next)

        self.assertEqual(self.boot(), "b")
        self.assertTrue(self.slots.is_trial)
        self.assertEqual(self.slots.version, b"2.0")
        self.assertEqual(self.boot(), "a")
        self.assertFalse(self.slots.is_trial)

    def test_stays_with_a_copy_that_was_confirmed(self):
        self.install()
        self.boot()
        self.assertEqual(self.slots.confirm(), OK)

        self.assertFalse(self.slots.is_trial)
        self.assertEqual(self.boot(), "b")
        self.assertFalse(self.slots.is_trial)

    def test_goes_back_and_forth(self):
        self.install()
        self.boot()
        self.slots.confirm()
        self.install(bundle(version=b"3.0"))

        self.assertEqual(self.boot(), "a")
        self.assertEqual(self.slots.version, b"3.0")

    def test_marks_no_other_copy_while_it_is_on_trial(self):
        self.install()
        self.boot()

        self.assertEqual(self.slots.activate(), E_BUSY)

    def test_never_tries_a_copy_that_is_not_whole(self):
        self.install()
        os.remove(self.root + "/b/manifest")

        self.assertEqual(self.boot(), "a")

    def test_marks_that_cannot_be_read_mean_the_copy_that_is_there(self):
        self.install()
        for marks in (b"", b"zz\n", b"a", b"aa\n", b"ab\nx", b"\xff" * 10):
            with self.subTest(marks=marks):
                write_bytes(self.root + "/slot", marks)
                self.assertEqual(self.boot(), "b")  # no manifest in a: it is nowhere else

    def test_a_cut_before_the_rename_changes_nothing(self):
        self.install()
        self.boot()
        self.slots.confirm()
        write_bytes(self.root + "/slot.new", b"a")

        self.assertEqual(self.boot(), "b")

    def test_boots_the_good_copy_when_the_mark_cannot_be_taken_away(self):
        self.install()
        os.mkdir(self.root + "/slot.new")
        self.addCleanup(os.rmdir, self.root + "/slot.new")

        self.assertEqual(boot_slot.choose(self.root), "a")
        os.rmdir(self.root + "/slot.new")
        os.mkdir(self.root + "/slot.new")


if __name__ == "__main__":
    unittest.main()
