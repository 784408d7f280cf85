"""The local list on flash: sorted, found by bisection, changed in steps, never half."""

import os
import unittest

from chargecore.base.codes import E_BUSY, E_CORRUPT, E_EMPTY, E_FULL, E_IO, E_MISSING, OK
from chargecore.store.list_file import NO_EXPIRY, RECORD_LEN, compare
from fakes.list_world import ListWorld, tag
from fakes.scratch import new_folder, read_bytes, write_bytes

A = ("Alpha", 0, NO_EXPIRY, "")
B = ("BRAVO", 1, 123_456_789, "FAMILY")
C = ("charlie", 3, 0, "family")
MOST = ("D" * 20, 4, 0x3F000000, "P" * 20)


class ListFileTest(unittest.TestCase):
    def setUp(self):
        self.folder = new_folder(self)
        self.world = ListWorld(self.folder)

    def again(self):
        """Return the list after a restart."""
        return ListWorld(self.folder)

    # ---- order ----

    def test_orders_tags_without_case(self):
        for a, b, sign in (
            (b"a", b"A", 0),
            (b"ab", b"AC", -1),
            (b"AB", b"a", 1),
            (b"Z", b"[", 1),  # z is behind [ in ASCII
            (b"@", b"A", -1),
            (b"\xc3\x84", b"z", 1),
        ):
            with self.subTest(a=a, b=b):
                order = compare(a, len(a), b, len(b))
                self.assertEqual((order > 0) - (order < 0), sign)

    # ---- questions ----

    def test_is_empty_before_any_list_came(self):
        self.assertEqual(self.world.code, E_EMPTY)
        self.assertEqual((self.world.file.count, self.world.file.version), (0, 0))
        self.assertEqual(self.world.file.find(tag("Alpha")), E_MISSING)

    def test_finds_what_was_sent_in_any_case(self):
        self.assertEqual(self.world.send(True, 7, (C, A, MOST, B)), OK)

        self.assertEqual(self.world.entries(), [A, B, C, MOST])
        self.assertEqual(self.world.entry("ALPHA"), A)
        self.assertEqual(self.world.entry("bravo"), B)
        self.assertEqual(self.world.entry("Charlie"), C)
        self.assertEqual(self.world.entry("d" * 20), MOST)
        for text in ("", "Alp", "Alphaa", "zulu", "0", "\xe4"):
            self.assertIs(self.world.entry(text), None)

    def test_finds_every_one_of_many(self):
        rows = [("TAG%04d" % n, n % 5, NO_EXPIRY, "") for n in range(0, 400, 2)]
        self.world.send(True, 1, rows)

        for row in rows:
            self.assertEqual(self.world.entry(row[0].lower()), row)
        for n in range(1, 400, 2):
            self.assertIs(self.world.entry("TAG%04d" % n), None)

    def test_says_so_when_flash_cannot_be_read(self):
        self.world.send(True, 1, (A, B))
        self.world.file._file.close()
        self.world.file._file = BrokenFile()

        self.assertEqual(self.world.file.find(tag("Alpha")), E_IO)
        self.assertEqual(self.world.file.errno, 5)

    # ---- updates ----

    def test_replaces_everything_when_full(self):
        self.world.send(True, 9, (A, B))

        self.assertEqual(self.world.send(True, 2, (C,)), OK)

        self.assertEqual(self.world.entries(), [C])
        self.assertEqual(self.world.file.version, 2)

    def test_adds_changes_and_removes_when_differential(self):
        self.world.send(True, 1, (A, B, C))
        changed = ("bravo", 0, NO_EXPIRY, "")

        code = self.world.send(False, 4, (("ALPHA",), changed, MOST, ("nobody",)))

        self.assertEqual(code, OK)
        self.assertEqual(self.world.entries(), [changed, C, MOST])
        self.assertEqual(self.world.file.version, 4)

    def test_has_version_0_when_it_is_empty(self):
        self.world.send(True, 5, (A,))
        self.world.send(False, 6, (("alpha",),))

        self.assertEqual((self.world.file.version, self.world.file.count), (0, 0))
        self.assertEqual((self.again().file.version, self.again().code), (0, OK))

    def test_keeps_the_list_before_when_the_new_one_is_too_long(self):
        world = self.world
        world.count_max = 3
        world.send(True, 1, (A, B, C))

        self.assertEqual(world.send(False, 2, (MOST,)), E_FULL)

        self.assertEqual((world.entries(), world.file.version), ([A, B, C], 1))
        self.assertEqual(self.again().entries(), [A, B, C])
        self.assertEqual(world.send(False, 2, (MOST, ("alpha",))), OK)
        self.assertEqual(world.entries(), [B, C, MOST])

    def test_answers_from_the_list_before_while_it_works(self):
        rows = [("TAG%04d" % n, 0, NO_EXPIRY, "") for n in range(100)]
        self.world.send(True, 1, rows)

        self.world.start(False, 2, (("TAG0050", 1, NO_EXPIRY, ""),))
        seen = []
        code = E_BUSY
        while code == E_BUSY:
            seen.append(self.world.entry("TAG0050")[1])
            code = self.world.update.step()

        self.assertEqual(code, OK)
        self.assertTrue(len(seen) > 5)
        self.assertEqual(set(seen[:-1]), {0})
        self.assertEqual(self.world.entry("TAG0050")[1], 1)

    def test_works_in_short_steps(self):
        rows = [("TAG%04d" % n, 0, NO_EXPIRY, "") for n in range(160)]

        self.world.send(True, 1, rows)

        self.assertEqual(self.world.steps, 13)

    # ---- over a restart ----

    def test_comes_back_after_a_restart(self):
        self.world.send(True, 7, (A, B))
        self.world.send(False, 0x7FFFFFFF, (C,))

        again = self.again()

        self.assertEqual(again.code, OK)
        self.assertEqual(again.entries(), [A, B, C])
        self.assertEqual(again.file.version, 0x7FFFFFFF)
        self.assertEqual(again.send(True, 1, (MOST,)), OK)
        self.assertEqual(self.again().entries(), [MOST])

    def test_takes_the_list_before_when_the_newest_is_damaged_anywhere(self):
        self.world.send(True, 1, (A,))
        self.world.send(True, 2, (B, C))
        path = self.newest_path()
        whole = read_bytes(path)
        for at in range(len(whole)):
            with self.subTest(at=at):
                write_bytes(path, whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
                again = self.again()
                self.assertEqual((again.code, again.entries()), (E_CORRUPT, [A]))
        for length in range(len(whole)):
            with self.subTest(length=length):
                write_bytes(path, whole[:length])
                self.assertEqual(self.again().entries(), [A])
        write_bytes(path, whole + b"x")
        self.assertEqual(self.again().entries(), [A])

    def newest_path(self):
        idx = self.world.file._idx
        return self.world.file._paths[idx]

    def test_writes_over_the_damaged_one_next(self):
        self.world.send(True, 1, (A,))
        self.world.send(True, 2, (B,))
        write_bytes(self.newest_path(), b"nonsense")
        again = self.again()

        self.assertEqual(again.send(False, 3, (C,)), OK)

        self.assertEqual(self.again().entries(), [A, C])
        self.assertEqual(self.again().code, OK)

    def test_leaves_no_side_file_behind(self):
        self.world.send(True, 1, (A,))
        self.world.send(True, 2, (A, B))

        self.assertEqual(sorted(os.listdir(self.folder)), ["list.a", "list.b"])

    # ---- flash that refuses ----

    def test_keeps_the_list_when_the_folder_is_gone(self):
        world = ListWorld("/nowhere-at-all")

        self.assertEqual(world.send(True, 1, (A,)), E_IO)

        self.assertFalse(world.update.is_running)
        self.assertEqual(world.file.count, 0)

    def test_keeps_the_list_when_any_write_is_refused(self):
        self.world.send(True, 1, (A, B))
        update = self.world.update
        for member in ("_side_file", "_out_file"):
            for refused in (BrokenFile(), FullFile()):
                with self.subTest(member=member, refused=refused):
                    code = update.begin()
                    if member == "_side_file":
                        update._side_file.close()
                        update._side_file = refused
                        code = update.add(tag("x"), 0, NO_EXPIRY, tag(""))
                    else:
                        update.add(tag("x"), 0, NO_EXPIRY, tag(""))
                        update.start(False, 2, 10)
                        self.assertEqual(update.step(), E_BUSY)
                        update._out_file.close()
                        update._out_file = refused
                        code = update.step()
                    self.assertEqual(code, E_IO)
                    self.assertFalse(update.is_running)
                    self.assertEqual(self.world.entries(), [A, B])
                    self.assertEqual(self.again().entries(), [A, B])

    def test_notices_a_side_file_that_lost_its_end(self):
        self.world.send(True, 1, (A,))
        self.world.start(False, 2, (B, C))
        self.world.update._side_file.close()
        path = self.folder + "/list.new"
        write_bytes(path, read_bytes(path)[:RECORD_LEN])
        self.world.update._side_file = open(path, "rb")

        self.assertEqual(self.world.update.step(), E_BUSY)
        self.assertEqual(self.world.update.step(), E_IO)

        self.assertEqual(self.world.entries(), [A])

    def test_reads_ten_records_to_find_one_of_a_thousand(self):
        rows = [("TAG%04d" % n, 0, NO_EXPIRY, "") for n in range(1000)]
        self.world.send(True, 1, rows)
        file = self.world.file
        counter = file._file = CountingFile(file._file)
        most = 0
        for n in range(0, 1000, 37):
            before = counter.reads
            self.assertTrue(self.world.entry("TAG%04d" % n) is not None)
            most = max(most, counter.reads - before)

        self.assertTrue(most <= 10, most)
        counter.close()


class BrokenFile:
    """A file that refuses everything but to be closed."""

    def seek(self, at, whence=0):
        raise OSError(5, "EIO")

    def readinto(self, buf):
        raise OSError(5, "EIO")

    def write(self, data):
        raise OSError(28, "ENOSPC")

    def close(self):
        pass


class CountingFile:
    """Counts the reads of another file."""

    def __init__(self, file):
        self._file = file
        self.reads = 0

    def seek(self, at):
        self._file.seek(at)

    def readinto(self, buf):
        self.reads += 1
        return self._file.readinto(buf)

    def close(self):
        self._file.close()


class FullFile(BrokenFile):
    """A file that takes half of what it is given."""

    def write(self, data):
        return len(data) // 2


if __name__ == "__main__":
    unittest.main()
