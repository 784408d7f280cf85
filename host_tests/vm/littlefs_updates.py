"""Updates on the real littlefs, in the VM, with the supply cut at any write.

Run by test_littlefs_on_vm.py. Whatever is cut, the next boot and the one behind it take a copy
that is whole; a new one is only tried when it was marked, and only once.
"""

import hashlib
import os
import unittest

import boot_slot
from littlefs_power_cuts import _ROOT, LittlefsCase

from chargecore.base.codes import E_BUSY, OK
from chargecore.store.app_slots import AppSlots
from chargecore.store.bundle_writer import BundleWriter

_CODE = {"a": b"A" * 3_000, "b": b"B" * 5_000}
_VERSION = {"a": b"1.0", "b": b"2.0"}


def bundle(letter):
    """Return a bundle of two files."""
    parts = [b"CCBUNDLE\x01" + bytes((4, 3, 2)) + b"host" + _VERSION[letter]]
    for path in (b"main.py", b"chargecore/x.mpy"):
        data = _CODE[letter]
        parts.append(bytes((len(path), len(data) & 255, len(data) >> 8, 0, 0)))
        parts.append(hashlib.sha256(data).digest() + path + data)
    body = b"".join(parts)
    return body + hashlib.sha256(body).digest()


def install(letter):
    """Write, check and mark a bundle, as an update does; flash may refuse at any moment."""
    slots = AppSlots(_ROOT, boot_slot.read(_ROOT)[:1].decode(), b"host")
    files = slots.files()
    code = E_BUSY
    while code == E_BUSY:
        code = files.prepare()
    if code != OK:
        return code
    writer = BundleWriter(slots, files)
    writer.begin()
    data = bundle(letter)
    for at in range(0, len(data), 1024):
        part = bytearray(data[at : at + 1024])
        writer.take(part, 0, len(part))
    writer.end()
    buf = bytearray(512)
    code = E_BUSY
    while code == E_BUSY:
        code = files.check(buf)
    files.drop()
    return slots.activate() if code == OK else code


def boot():
    """Choose as the boot loader does. Return the copy and whether it is on trial."""
    letter = boot_slot.choose(_ROOT)
    return letter, AppSlots(_ROOT, letter, b"host").is_trial


def is_whole(letter):
    """Return whether every byte of a copy is right."""
    for path in ("/main.py", "/chargecore/x.mpy"):
        with open(_ROOT + "/" + letter + path, "rb") as file:
            if file.read() != _CODE[letter]:
                return False
    return AppSlots(_ROOT, letter, b"host").version == _VERSION[letter]


class TestUpdatesOnLittlefs(LittlefsCase):
    def begin(self):
        """The copy a runs and is good; b holds something older."""
        self.format()
        boot_slot.write(_ROOT, b"b-\n")
        self.assertEqual(install("a"), OK)
        boot_slot.write(_ROOT, b"a-\n")
        os.mkdir(_ROOT + "/b")
        os.mkdir(_ROOT + "/b/old")
        for n in range(6):
            with open(_ROOT + "/b/old/%d" % n, "wb") as file:
                file.write(b"o" * 600)
        self.unmount()
        return self.device.image()

    def cut_at_every_write(self, start, change, judge):
        """Return what judge() finds behind a cut at each operation of change()."""
        found = []
        operations = 1
        after = 0
        while after <= operations:
            self.device.restore()
            self.device.load(start)
            self.mount()
            before = self.device.operations
            if after:
                self.device.cut(after - 1)
            try:
                change()
            except OSError:
                pass
            if not after:  # the first run is whole: it tells how many there are
                operations = self.device.operations - before
            self.unmount()
            self.device.restore()
            self.mount()
            found.append(judge())
            self.unmount()
            after += 1
        self.assertTrue(operations > 2, operations)
        return found

    def judge_install(self):
        first, is_trial = boot()
        self.assertTrue(is_whole(first))
        self.assertEqual(is_trial, first == "b")
        second, is_trial = boot()  # nobody has confirmed it
        self.assertEqual((second, is_trial, is_whole("a")), ("a", False, True))
        self.assertEqual(install("b"), OK)  # and the next update goes well
        return first

    def test_boots_a_whole_copy_when_the_power_is_cut_at_any_write_of_an_update(self):
        start = self.begin()
        found = self.cut_at_every_write(start, lambda: install("b"), self.judge_install)

        self.assertEqual(found[0], "b")
        self.assertEqual(found[1], "a")
        self.assertEqual(found[1:], sorted(found[1:]))

    def judge_choice(self):
        letter, is_trial = boot()
        self.assertTrue(is_whole(letter))
        self.assertEqual(is_trial, letter == "b")
        self.assertEqual(boot()[0], "a")
        return letter

    def test_tries_a_copy_once_also_when_the_power_is_cut_while_the_mark_is_taken(self):
        self.begin()
        self.mount()
        install("b")
        self.unmount()
        found = self.cut_at_every_write(self.device.image(), boot, self.judge_choice)

        self.assertEqual(found[0], "a")  # it has had its boot
        self.assertEqual(found[1], "b")  # the mark was still there

    def confirm(self):
        AppSlots(_ROOT, "b", b"host").confirm()

    def judge_confirm(self):
        letter, is_trial = boot()
        self.assertTrue(is_whole(letter))
        self.assertFalse(is_trial)
        return letter

    def test_is_confirmed_or_not_when_the_power_is_cut_while_it_is(self):
        self.begin()
        self.mount()
        install("b")
        boot()
        self.unmount()
        found = self.cut_at_every_write(self.device.image(), self.confirm, self.judge_confirm)

        self.assertEqual(found[0], "b")
        self.assertEqual(found[1], "a")
        self.assertEqual(found[1:], sorted(found[1:]))


if __name__ == "__main__":
    unittest.main()
