"""The local list on the real littlefs, in the VM, with the supply cut at any write.

Run by test_littlefs_on_vm.py. After the next boot the list is the one before or the new one.
"""

import gc
import unittest

from littlefs_power_cuts import _ROOT, LittlefsCase

from chargecore.base.codes import E_BUSY, E_IO, OK
from chargecore.store.list_file import NO_EXPIRY
from fakes.list_world import ListWorld

_ENTRIES = 100
_MANY = 1_000


def rows(first, count, status):
    """Return entries."""
    return [("T%019d" % n, status, NO_EXPIRY, "P%019d" % n) for n in range(first, first + count)]


class TestLocalListOnLittlefs(LittlefsCase):
    def test_has_the_list_before_or_the_new_one_when_the_power_is_cut_at_any_write(self):
        self.format()
        self.assertEqual(self.send(ListWorld(_ROOT), 1, 0), OK)
        world = ListWorld(_ROOT)
        self.assertEqual(world.send(False, 2, rows(50, 30, 1)), OK)
        old = world.entries()
        close(world)
        self.unmount()
        start = self.device.image()
        self.mount()
        before = self.device.operations
        world = ListWorld(_ROOT)
        self.assertEqual(self.change(world), OK)
        new = world.entries()
        operations = self.device.operations - before
        close(world)
        self.unmount()
        self.assertTrue(new != old and operations > 20, operations)

        found = [self.after_cut(start, after, old, new) for after in range(operations + 1)]

        self.assertIn("old", found)
        self.assertEqual(found[-1], "new")
        self.assertEqual(found, sorted(found, reverse=True))  # never back to the old one

    def change(self, world):
        return world.send(False, 3, rows(90, 40, 2) + [("T%019d" % n,) for n in range(10)])

    def send(self, world, version, status):
        code = world.send(True, version, rows(0, _ENTRIES, status))
        close(world)
        return code

    def after_cut(self, start, after, old, new):
        self.device.restore()
        self.device.load(start)
        self.mount()
        world = ListWorld(_ROOT)
        self.device.cut(after)
        self.change(world)
        close(world)
        self.unmount()
        self.device.restore()
        self.mount()
        again = ListWorld(_ROOT)
        found = again.entries()
        version = again.file.version
        self.assertTrue(self.works(again))
        close(again)
        self.unmount()
        if found == old:
            self.assertEqual((after, version), (after, 2))
            return "old"
        self.assertEqual((after, found == new, version), (after, True, 3))
        return "new"

    def works(self, world):
        """Return whether the next update is taken."""
        code = world.send(True, 9, rows(7, 3, 0))
        return code == OK and world.entries() == rows(7, 3, 0)

    def test_keeps_the_list_when_the_file_system_is_full(self):
        self.format()
        world = ListWorld(_ROOT, 10_000)
        world.send(True, 1, rows(0, _ENTRIES, 0))
        code = OK
        number = _ENTRIES
        while code == OK:
            kept = world.entries()
            version = world.file.version
            code = world.send(False, version + 1, rows(number, 200, 0))
            number += 200

        self.assertEqual(code, E_IO)
        self.assertEqual(world.update.errno, 28)
        self.assertEqual((world.entries(), world.file.version), (kept, version))
        close(world)
        self.assertEqual(ListWorld(_ROOT).entries(), kept)

    def test_erases_at_most_one_block_in_a_step(self):
        self.format()
        world = ListWorld(_ROOT)
        world.send(True, 1, rows(0, 500, 0))
        world.start(False, 2, rows(500, 20, 0))
        code = E_BUSY
        worst = 0
        while code == E_BUSY:
            before = self.device.erases
            code = world.update.step()
            worst = max(worst, self.device.erases - before)

        self.assertEqual((code, worst), (OK, 1))
        close(world)

    def test_a_thousand_cards_cost_no_more_heap_than_ten(self):
        sizes = [self.size(count) for count in (10, 10, _MANY)][1:]  # the first one warms up

        self.assertTrue(sizes[1] - sizes[0] <= 512, sizes)  # the collector is conservative
        self.assertTrue(sizes[1] < 2_048, sizes)

    def size(self, count):
        """Return the heap that a list of so many cards and its update take."""
        self.format()
        before = used_b()
        world = ListWorld(_ROOT)
        fill(world, count)
        size = used_b() - before
        self.assertEqual(world.file.count, count)
        close(world)
        self.unmount()
        return size


def fill(world, count):
    """Send so many cards, and then nothing, so that no card is left for the collector to see."""
    for first in range(0, count, 10):
        world.send(False, first + 1, rows(first, 10, 0))
    world.send(False, _MANY + 1, ())


def used_b():
    """Return the heap in use."""
    gc.collect()
    return gc.mem_alloc()


def close(world):
    """Let go of the files, as a station without power does."""
    for file in (world.file._file, world.update._side_file, world.update._out_file):
        try:
            if file is not None:
                file.close()
        except OSError:
            pass


if __name__ == "__main__":
    unittest.main()
