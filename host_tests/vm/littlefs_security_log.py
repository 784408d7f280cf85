"""The security log on the real littlefs, in the VM, with the supply cut at any write.

Run by test_littlefs_on_vm.py. What append() returned before the cut is there after the next mount;
what a server has not heard of still waits.
"""

import unittest

from littlefs_power_cuts import _ROOT, LittlefsCase

from chargecore.base.clock import Clock
from chargecore.base.codes import OK
from chargecore.base.event_log import EventLog
from chargecore.store.flash_files import FlashFiles
from chargecore.store.security_entry import SecurityEntry
from chargecore.store.security_log import SecurityLog
from fakes.clock import FakeClock

_EVENTS = 24
_SENT_EVERY = 6  # each of them waits for the server


class TestSecurityLogOnLittlefs(LittlefsCase):
    def test_keeps_what_append_returned_when_the_power_is_cut_at_any_write(self):
        self.format()
        self.opened()
        self.unmount()
        start = self.device.image()
        self.mount()
        before = self.device.operations
        self.assertEqual(self.write(self.opened())[0], list(range(1, _EVENTS + 1)))
        operations = self.device.operations - before
        self.unmount()
        self.assertTrue(operations > 40, operations)

        for after in range(operations):
            self.check_cut(start, after)

    def opened(self):
        events = EventLog(Clock(FakeClock().ticks_ms, 1), 16)
        self.flash = FlashFiles(_ROOT + "/log", 512, 4, "s")
        log = SecurityLog(self.flash, events)
        log.mount()
        return log

    def write(self, log):
        """Append events until the supply fails. Return (numbers kept, number in doubt)."""
        entry = SecurityEntry()
        kept = []
        for seq in range(1, _EVENTS + 1):
            entry.code = 5
            entry.is_sent = seq % _SENT_EVERY == 0
            entry.seq = seq
            entry.write(b"x" * 40)
            code = log.append(entry)
            if self.device.is_dead:
                return kept, seq
            if code == OK:
                kept.append(seq)
        return kept, 0

    def check_cut(self, start, after):
        self.device.restore()
        self.device.load(start)
        self.mount()
        log = self.opened()
        self.device.cut(after)
        kept, in_doubt = self.write(log)
        self.close()
        self.unmount()
        self.device.restore()
        self.mount()
        log = self.opened()
        numbers = self.numbers(log)
        newest = kept[-7:]  # a block's worth and more
        self.assertEqual([seq for seq in newest if seq not in numbers], [])
        self.assertEqual([seq for seq in numbers if seq not in kept and seq != in_doubt], [])
        owed = [seq for seq in kept if seq % _SENT_EVERY == 0]
        self.assertEqual([seq for seq in owed if seq not in self.waiting(log)], [])
        self.close()
        self.unmount()

    def close(self):
        try:
            self.flash.close()
        except OSError:
            pass

    def numbers(self, log):
        entry = SecurityEntry()
        found = []
        has_entry = log.first(entry)
        while has_entry:
            found.append(entry.seq)
            has_entry = log.next(entry)
        return found

    def waiting(self, log):
        return [log._waiting[i * 3] for i in range(log.waiting)]


if __name__ == "__main__":
    unittest.main()
