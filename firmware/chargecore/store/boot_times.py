"""BootTimes: when each recent boot began, so that a record made without wall time gets one.

Called by: Outbox, OpenSession. A boot whose time never became known is placed as late as the next
boot allows: it ended just before that one began. Heap: three arrays, none after __init__.
"""

from array import array

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.store import records

BOOTS_KEPT = const(32)  # boots that wrote something: a kill in more than half of 50 sessions


class BootTimes:
    """The newest boots, oldest first. Full: the oldest is forgotten."""

    def __init__(self):
        self._boot = array("i", [0] * BOOTS_KEPT)
        self._offset_s = array("i", [WALL_UNKNOWN] * BOOTS_KEPT)  # wall time at uptime 0
        self._last_uptime_s = array("i", [0] * BOOTS_KEPT)  # newest instant known of that boot
        self.count = 0

    def begin(self, boot_number):
        """The running boot: the newest one, whatever its number (it wraps, or state was lost)."""
        i = self._find(boot_number)
        if i >= 0:
            self._forget(i)
        self._add(boot_number)

    def see(self, record):  # HOT
        """Take note of a record: its boot, and the boot's time when the record knows it."""
        boot_number = record.u16(records.OFF_BOOT)
        i = self._find(boot_number)
        if i < 0:
            # A stop may be written for a boot long gone (Recovery): that makes it no newer one.
            if record.u8(records.OFF_KIND) == records.REC_STOP:
                return
            i = self._add(boot_number)
        self._see(i, record.u32(records.OFF_UPTIME_S), record.i32(records.OFF_WALL_S))

    def see_at(self, boot_number, uptime_s, wall_s):
        """Take note of an instant of a boot, and of its wall time when that was known."""
        i = self._find(boot_number)
        self._see(self._add(boot_number) if i < 0 else i, uptime_s, wall_s)

    def _see(self, i, uptime_s, wall_s):  # HOT
        if uptime_s > self._last_uptime_s[i]:
            self._last_uptime_s[i] = uptime_s
        if wall_s != WALL_UNKNOWN and self._offset_s[i] == WALL_UNKNOWN:
            self._offset_s[i] = wall_s - uptime_s

    def learn(self, boot_number, offset_s):  # HOT
        """Set the wall time at uptime 0 of a boot."""
        i = self._find(boot_number)
        if i < 0:
            i = self._add(boot_number)
        self._offset_s[i] = offset_s

    def knows(self, boot_number):  # HOT
        """Return True when the time of that boot is known, not guessed."""
        i = self._find(boot_number)
        return i >= 0 and self._offset_s[i] != WALL_UNKNOWN

    def wall_at(self, boot_number, uptime_s):  # HOT
        """Return the wall time of an instant; WALL_UNKNOWN when no later boot knows the time."""
        begin_s = WALL_UNKNOWN  # of the boot after the one looked at
        i = self.count - 1
        while i >= 0:
            if self._offset_s[i] != WALL_UNKNOWN:
                begin_s = self._offset_s[i]
            elif begin_s != WALL_UNKNOWN:
                begin_s = begin_s - self._last_uptime_s[i] - 1
            if self._boot[i] == boot_number:
                break
            i -= 1
        # A boot older than the table: before everything in it.
        return begin_s + uptime_s if begin_s != WALL_UNKNOWN and i >= 0 else begin_s

    def wall_of(self, record):  # HOT
        """Return when a record was made, worked out if its boot did not know; or WALL_UNKNOWN."""
        wall_s = record.i32(records.OFF_WALL_S)
        if wall_s != WALL_UNKNOWN:
            return wall_s
        return self.wall_at(record.u16(records.OFF_BOOT), record.u32(records.OFF_UPTIME_S))

    def _find(self, boot_number):  # HOT
        """Return the slot of a boot, or -1."""
        i = self.count - 1
        while i >= 0 and self._boot[i] != boot_number:
            i -= 1
        return i

    def _add(self, boot_number):  # HOT
        """Return a new slot at the end."""
        if self.count == BOOTS_KEPT:
            self._forget(0)
        i = self.count
        self._boot[i] = boot_number
        self._offset_s[i] = WALL_UNKNOWN
        self._last_uptime_s[i] = 0
        self.count += 1
        return i

    def _forget(self, i):  # HOT
        self.count -= 1
        while i < self.count:
            self._boot[i] = self._boot[i + 1]
            self._offset_s[i] = self._offset_s[i + 1]
            self._last_uptime_s[i] = self._last_uptime_s[i + 1]
            i += 1
