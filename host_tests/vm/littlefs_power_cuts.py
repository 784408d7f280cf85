"""Journal, outbox and state on the real littlefs, in the VM, with the supply cut at any write.

Run by test_littlefs_on_vm.py. The device drops every write after the cut; what a call returned
before it must be there after the next mount.
"""

import os
import unittest

import vfs

from chargecore.base.codes import OK
from chargecore.store import records
from chargecore.store.flash_files import FlashFiles
from chargecore.store.records import Record
from chargecore.store.state import STATE_LEN, StateStore
from fakes.block_device import RamBlockDevice
from fakes.outbox_world import OutboxWorld

_ROOT = "/lfs"
_HISTORIES = 100  # random ones, for each program size
_DATA = records.METER_FLAG_SEND | records.METER_FLAG_DATA


class LittlefsCase(unittest.TestCase):
    prog_size = 32  # ESP32; RP2: littlefs_power_cuts_rp2.py

    def setUp(self):
        self.device = RamBlockDevice()
        vfs.VfsLfs2.mkfs(self.device, progsize=self.prog_size)
        self.blank = self.device.image()
        self.is_mounted = False
        self.addCleanup(self.unmount)

    def mount(self):
        file_system = vfs.VfsLfs2(self.device, progsize=self.prog_size)
        vfs.mount(file_system, _ROOT)
        self.is_mounted = True

    def unmount(self):
        if self.is_mounted:
            vfs.umount(_ROOT)
            self.is_mounted = False

    def format(self):
        self.device.restore()
        self.device.load(self.blank)
        self.mount()


class Random:
    """The same numbers for the same seed."""

    def __init__(self, seed):
        self._state = seed * 7_919

    def below(self, limit):
        """Return a number from 0 to limit - 1."""
        self._state = (self._state * 75 + 74) % 65_537
        return self._state % limit


class Owed:
    """What a station was told is kept, and what a server has taken, up to the cut."""

    def __init__(self, device):
        self.device = device
        self.flash = FlashFiles(_ROOT + "/flash", 1_024, 6)
        self.world = OutboxWorld(flash=self.flash)
        self.numbers = []  # kept for certain and not yet delivered
        self.in_doubt = []  # the call that kept or delivered it did not return before the cut
        self.tx = 0

    def append(self, kind):
        """Append a record of the running session."""
        world = self.world
        if kind == records.REC_START:
            self.tx = world.outbox.next_tx_number()
        record = world.record(kind, 1, self.tx, 7)
        if kind == records.REC_METER:
            record.put_u8(records.METER_FLAGS, _DATA)
        seq = world.outbox.append(record.buf)
        if self.device.is_dead:
            self.in_doubt.append(seq)
        elif seq > 0:
            self.numbers.append(seq)

    def deliver(self):
        """Let the server take the next message."""
        if not self.world.next_kind():
            return
        seq = self.world.outbox.seq
        self.world.deliver()
        self.numbers.remove(seq)
        if self.device.is_dead:
            self.in_doubt.append(seq)

    def run_random(self, random):
        """Whatever comes up, until the cut."""
        while not self.device.is_dead:
            self.append(records.REC_START)
            for _ in range(random.below(9)):
                self.append(records.REC_METER)
                if not random.below(4) and not self.device.is_dead:
                    self.deliver()
            self.append(records.REC_STOP)
            if not random.below(6) and not self.device.is_dead:
                self.world.outbox.tidy()
            while self.world.outbox.pending > random.below(25) and not self.device.is_dead:
                self.deliver()

    def run(self):
        """Sessions, half of them delivered, until the cut: enough to reuse blocks."""
        for n in range(14):
            self.append(records.REC_START)
            for _ in range(5):
                self.append(records.REC_METER)
            self.append(records.REC_STOP)
            while n % 2 and self.world.outbox.pending and not self.device.is_dead:
                self.deliver()
            if self.device.is_dead:
                return


class TestOutboxOnLittlefs(LittlefsCase):
    def test_loses_nothing_when_the_power_is_cut_at_any_write(self):
        self.format()
        before = self.device.operations
        whole = Owed(self.device)
        whole.run()
        operations = self.device.operations - before
        self.assertTrue(whole.flash.erases > 2)
        self.assertEqual(whole.world.outbox.compactor.thinned, 0)
        whole.flash.close()
        self.unmount()

        for after in range(operations):
            self.cut_and_check(after, None)

    def test_loses_nothing_in_random_histories(self):
        for seed in range(1, _HISTORIES):
            random = Random(seed)
            self.cut_and_check(1 + random.below(400), random)

    def cut_and_check(self, after, random):
        self.format()
        self.device.cut(after)
        owed = Owed(self.device)
        if random is None:
            owed.run()
        else:
            owed.run_random(random)
        owed.flash.close()
        self.unmount()
        self.assertTrue(self.device.is_dead)
        self.device.restore()
        self.mount()
        again = OutboxWorld(flash=FlashFiles(_ROOT + "/flash", 1_024, 6))
        self.check(again, owed, after)
        again.flash.close()
        self.unmount()

    def check(self, again, owed, after):
        found = again.numbers()
        lost = [seq for seq in owed.numbers if seq not in found and seq not in owed.in_doubt]
        self.assertEqual((after, lost), (after, []))
        record = Record()
        for seq in found:
            self.assertEqual(again.journal.read(seq, record), OK)
            self.assertTrue(record.is_valid())
        delivered = []
        while again.next_kind():
            delivered.append(again.outbox.seq)
            again.deliver()
        self.assertEqual(delivered, sorted(delivered))
        never = [seq for seq in owed.numbers if seq not in delivered and seq not in owed.in_doubt]
        self.assertEqual((after, never), (after, []))

    def test_erases_once_or_twice_for_a_record(self):
        """The price of a file system below the journal (facts: 1.05 erases for an append)."""
        self.format()
        owed = Owed(self.device)
        owed.append(records.REC_START)
        before = self.device.erases
        for _ in range(50):
            owed.append(records.REC_METER)

        self.assertTrue(self.device.erases - before <= 2 * 50)
        owed.flash.close()


class TestStateOnLittlefs(LittlefsCase):
    def test_has_the_old_or_the_new_state_when_the_power_is_cut_at_any_write(self):
        for after in range(40):
            with self.subTest(after=after):
                self.format()
                state = self.state()
                for _ in range(5):
                    state.next_boot()
                self.device.cut(after)
                last = 5
                while not self.device.is_dead and last < 60:
                    last = state.next_boot()
                self.unmount()
                self.device.restore()
                self.mount()

                self.assertIn(self.state().next_boot(), (last, last + 1))
                self.unmount()

    def state(self):
        state = StateStore(_ROOT + "/state", STATE_LEN, Deaf())
        state.load()
        return state

    def test_needs_no_erase_to_keep_the_state(self):
        self.format()
        state = self.state()
        state.next_boot()
        before = self.device.erases
        for _ in range(20):
            state.next_boot()

        self.assertTrue(self.device.erases - before <= 4)
        self.assertTrue(len(os.listdir(_ROOT)) == 2)


class Deaf:
    """An event log that forgets."""

    def add(self, code, a=0, b=0):
        """Forget it."""


if __name__ == "__main__":
    unittest.main()
