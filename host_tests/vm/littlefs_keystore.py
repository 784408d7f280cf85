"""The keystore on the real littlefs, in the VM, with the supply cut at any write.

Run by test_littlefs_on_vm.py. After the next boot there is what was there before, or all of the
change: never a broken certificate, never a key without its certificate.
"""

import os
import unittest

from littlefs_power_cuts import _ROOT, LittlefsCase, Random

from chargecore.base.clock import Clock
from chargecore.base.codes import E_FULL
from chargecore.base.event_log import EventLog
from chargecore.store.keystore import (
    FLAG_ASKED,
    KIND_PENDING,
    KIND_SERVER_ROOT,
    KIND_STATION,
    ROWS,
    Keystore,
    label_of,
    pack,
)
from chargecore.store.version_pair import VersionPair
from fakes.clock import FakeClock

_LABEL = label_of(b"n" * 64, b"k" * 64, b"1")
_HISTORIES = 60  # random ones, for each program size
_ROOT_A = b"A" * 1_400
_ROOT_B = b"B" * 700
_OLD = pack(b"old key" * 20, [b"old leaf" * 90, b"ca" * 300])
_NEW = pack(b"new key" * 20, [b"new leaf" * 90, b"ca" * 300])


def boot():
    """Return the keystore as the next boot finds it."""
    events = EventLog(Clock(FakeClock().ticks_ms, 1), 16)
    store = Keystore(_ROOT + "/cert", VersionPair(_ROOT + "/keystore"), events)
    store.load()
    return store


def contents(store):
    """Return everything that counts."""
    found = []
    for row in range(ROWS):
        kind = store.kind(row)
        if kind:
            found.append((kind, store.read(row)))
            if kind == KIND_SERVER_ROOT:
                found.append(store.label(row))
    return sorted(found, key=str)


def install(store):
    """Install a root."""
    store.put(KIND_SERVER_ROOT, _ROOT_B, _LABEL, 0, 1)


def replace(store):
    """Install a root in place of another one."""
    store.put(KIND_SERVER_ROOT, _ROOT_B, _LABEL, 0, 1, store.rows(KIND_SERVER_ROOT))


def delete(store):
    """Delete a root."""
    store.drop(store.rows(KIND_SERVER_ROOT))


def begin_request(store):
    """Make a new key pair in place of one that waits."""
    store.put(KIND_PENDING, b"another" * 20, b"", 0, 0, store.rows(KIND_PENDING))


def change_certificate(store):
    """The certificate for the pending key has come."""
    store.put(KIND_STATION, _NEW, b"", 0, 1, store.rows(KIND_PENDING))


class TestKeystoreOnLittlefs(LittlefsCase):
    def test_has_all_or_nothing_of_an_install_when_the_power_is_cut_at_any_write(self):
        self.cut_everywhere(install)

    def test_has_the_old_or_the_new_root_when_the_power_is_cut_at_any_write(self):
        self.cut_everywhere(replace)

    def test_has_or_has_not_deleted_a_root_when_the_power_is_cut_at_any_write(self):
        self.cut_everywhere(delete)

    def test_has_one_whole_pending_key_when_the_power_is_cut_at_any_write(self):
        self.cut_everywhere(begin_request)

    def test_has_the_pending_key_or_its_certificate_when_the_power_is_cut_at_any_write(self):
        self.cut_everywhere(change_certificate)

    def cut_everywhere(self, change):
        self.format()
        store = boot()
        store.put(KIND_SERVER_ROOT, _ROOT_A, _LABEL, 0, 1)
        store.put(KIND_STATION, _OLD, b"", 0, 1)
        store.put(KIND_PENDING, b"pending" * 20, b"", 0, 0)
        old = contents(store)
        self.unmount()
        start = self.device.image()
        self.mount()
        before = self.device.operations
        change(store)
        operations = self.device.operations - before
        new = contents(store)
        self.unmount()
        self.assertTrue(new != old and operations > 2, operations)

        found = [self.after_cut(change, start, n, old, new) for n in range(operations + 1)]

        self.assertIn("old", found)
        self.assertEqual(found[-1], "new")
        self.assertEqual(found, sorted(found, reverse=True))  # never back to the old one

    def after_cut(self, change, start, after, old, new):
        """Return what the next boot finds, and check that it leaves no stray file."""
        self.device.restore()
        self.device.load(start)
        self.mount()
        self.device.cut(after)
        try:
            change(boot())
        except OSError:
            pass
        self.unmount()
        self.device.restore()
        self.mount()
        store = boot()
        found = contents(store)
        files = [name for name in os.listdir(_ROOT) if name.startswith("cert")]
        used = [row for row in range(ROWS) if store.kind(row)]
        self.unmount()
        self.assertEqual((after, len(files)), (after, len(used)))
        if found == old:
            return "old"
        self.assertEqual((after, found == new), (after, True))
        return "new"


class TestRandomHistories(LittlefsCase):
    """Whatever was done, and wherever the supply fails: all of the last change, or nothing."""

    def test_has_the_state_before_or_behind_the_change_that_was_cut(self):
        for seed in range(1, _HISTORIES + 1):
            random = Random(seed)
            self.format()
            states = self.run_history(random)
            self.unmount()
            self.device.restore()
            self.mount()
            store = boot()
            found = state_of(store)
            lost = [row[0] for row in found[0] if store.read(row[0]) is None]
            row = store.put(KIND_SERVER_ROOT, b"works on", _LABEL, 0, 1)
            data = None if row < 0 else store.read(row)
            self.unmount()
            self.assertIn(found, states, seed)
            self.assertEqual((seed, lost), (seed, []))
            self.assertTrue(row == E_FULL or data == b"works on", (seed, row))

    def run_history(self, random):
        """Make changes until the supply fails. Return the states before and behind the last."""
        store = boot()
        self.device.cut(random.below(300))
        before = behind = state_of(store)
        for number in range(200):
            before = behind
            try:
                behind = change_something(store, random, number)
            except OSError:
                behind = state_of(store)
            if self.device.is_dead:
                break
        return before, behind


def change_something(store, random, number):
    """Do one change. Return the state that it is to lead to."""
    what = random.below(6)
    kind = (KIND_SERVER_ROOT, KIND_STATION, KIND_PENDING)[random.below(3)]
    rows = store.rows(kind)
    if what < 3:
        data = bytes([65 + number % 26]) * (1 + random.below(1_500))
        drops = rows[: random.below(3)]
        store.put(kind, data, _LABEL if kind == KIND_SERVER_ROOT else b"", number, 1, drops)
    elif what == 3:
        store.drop(rows[-1:])
    elif what == 4 and rows:
        store.set_flag(rows[0], FLAG_ASKED)
    else:
        store.set_preset(random.below(4), bytes([number]) * 4)
    return state_of(store)


def state_of(store):
    """Return what the index says."""
    rows = [
        (row, kind, store.not_before_s(row), store.has_flag(row, FLAG_ASKED))
        for row, kind in [(row, store.kind(row)) for row in range(ROWS)]
        if kind
    ]
    return rows, [store.preset(idx) for idx in range(4)]


class TestKeystoreOnRp2(TestKeystoreOnLittlefs):
    prog_size = 256


class TestRandomHistoriesOnRp2(TestRandomHistories):
    prog_size = 256


if __name__ == "__main__":
    unittest.main()
