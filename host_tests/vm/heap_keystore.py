"""The keystore: nothing is kept of what TLS and the messages have asked for."""

import gc
import sys
import unittest

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.store.credentials import Credentials
from chargecore.store.keystore import (
    KIND_SERVER_ROOT,
    KIND_STATION,
    Keystore,
    label_of,
    pack,
)
from fakes.scratch import new_folder
from fakes.storage import FakeStorage
from fakes.ticks import FakeTicks
from heap import locked

COVERS = ("chargecore.store.credentials.Credentials.changed",)

_LABEL = label_of(b"n" * 64, b"k" * 64, b"1")
# CPython counts for the whole process, threads of other tests included: it says nothing here.
_IS_VM = sys.implementation.name == "micropython"
_KEPT_B = 1_500 if _IS_VM else 1 << 30  # index and objects, on the 64-bit VM
_NOISE_B = 0 if _IS_VM else 1 << 30


def left_b(function):
    """Return the bytes that 20 calls leave behind once the collector has been there."""
    function()
    gc.collect()
    before_b = gc.mem_alloc()
    for _ in range(20):
        function()
    gc.collect()
    return gc.mem_alloc() - before_b


class OneImage(FakeStorage):
    """Keeps the newest image only."""

    def save(self, buf, length):
        self.images.clear()
        return FakeStorage.save(self, buf, length)


class TestKeystoreHeap(unittest.TestCase):
    def setUp(self):
        folder = new_folder(self)
        self.clock = Clock(FakeTicks().ticks_ms, 1)
        events = EventLog(self.clock, 16)
        storage = OneImage()
        gc.collect()
        before = gc.mem_alloc()
        self.store = Keystore(folder + "/cert", storage, events)
        self.store.load()
        self.credentials = Credentials(self.store, self.clock)
        gc.collect()
        self.kept_b = gc.mem_alloc() - before
        self.store.put(KIND_SERVER_ROOT, b"A" * 1_000, _LABEL, 0, 1)
        self.store.put(KIND_STATION, pack(b"key", [b"leaf" * 200]), b"", 0, 1)

    def test_keeps_the_index_and_no_certificate(self):
        self.assertLessEqual(self.kept_b, _KEPT_B)

    def test_tells_of_changes_with_the_heap_locked(self):
        with locked():
            changed = self.credentials.changed

        self.assertEqual(changed, 2)

    def test_leaves_nothing_behind_when_a_context_is_made(self):
        def make_context():
            self.credentials.roots()
            self.credentials.client_chain()
            self.credentials.client_key()
            self.credentials.used_root(b"A" * 1_000)
            self.credentials.connected()

        self.assertLessEqual(left_b(make_context), _NOISE_B)

    def test_leaves_nothing_behind_when_roots_come_and_go(self):
        def come_and_go():
            row = self.store.put(KIND_SERVER_ROOT, b"B" * 500, _LABEL, 0, 1)
            self.store.drop((row,))

        self.assertLessEqual(left_b(come_and_go), _NOISE_B)


if __name__ == "__main__":
    unittest.main()
