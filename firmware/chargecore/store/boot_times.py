"""BootTimes: when each recent boot began, so that a record made without wall time gets one.

Called by: Outbox. A boot whose time never became known is placed as late as the next boot allows:
it ended just before that one began. Heap: three arrays, none after __init__.
"""

from array import array

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.store import records

BOOTS_KEPT = const(16)  # enough for a kill in every fifth of 50 sessions


class BootTimes:
    """The newest boots, oldest first. Full: the oldest is forgotten."""

    def __init__(self):
        self._boot = array("i", [0] * BOOTS_KEPT)
        self._offset_s = array("i", [WALL_UNKNOWN] * BOOTS_KEPT)  # wall time at uptime 0
        self._last_uptime_s = array("i", [0] * BOOTS_KEPT)  # newest instant known of that boot
        self.count = 0

    def see(self, boot_number, uptime_s, wall_s):  # HOT
        """Take note of a record: its boot, and the boot's time when the record knows it."""
        i = self._place_of(boot_number)
        if uptime_s > self._last_uptime_s[i]:
            self._last_uptime_s[i] = uptime_s
        if wall_s != WALL_UNKNOWN and self._offset_s[i] == WALL_UNKNOWN:
            self._offset_s[i] = wall_s - uptime_s

    def learn(self, boot_number, offset_s):  # HOT
        """Set the wall time at uptime 0 of a boot."""
        self._offset_s[self._place_of(boot_number)] = offset_s

    def knows(self, boot_number):  # HOT
        """Return True when the time of that boot is known, not guessed."""
        for i in range(self.count):
            if self._boot[i] == boot_number:
                return self._offset_s[i] != WALL_UNKNOWN
        return False

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

    def _place_of(self, boot_number):  # HOT
        """Return the slot of a boot, a new one at the end when it is not there."""
        i = self.count - 1
        while i >= 0:
            if self._boot[i] == boot_number:
                return i
            i -= 1
        if self.count == BOOTS_KEPT:
            for j in range(BOOTS_KEPT - 1):
                self._boot[j] = self._boot[j + 1]
                self._offset_s[j] = self._offset_s[j + 1]
                self._last_uptime_s[j] = self._last_uptime_s[j + 1]
            self.count -= 1
        i = self.count
        self._boot[i] = boot_number
        self._offset_s[i] = WALL_UNKNOWN
        self._last_uptime_s[i] = 0
        self.count += 1
        return i
