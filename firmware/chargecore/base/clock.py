"""Clock: ticks, uptime and wall time with its provenance.

Called by: everyone for ticks_ms(); the protocol sets wall time.
Never: invents a wall time. Unknown is WALL_UNKNOWN, and nobody ever sends 1970.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import TICKS_MAX, ticks_diff

WALL_UNKNOWN = const(-1)  # seconds since 2024 that are not known

QUALITY_NONE = const(0)  # wall time not known in this boot
QUALITY_CSMS = const(1)  # from currentTime of a BootNotification or Heartbeat answer
QUALITY_SNTP = const(2)


class Clock:
    """Ticks that wrap at 2^30 ms, uptime in seconds that does not, and wall time.

    Wall time is in whole seconds since 2024-01-01T00:00:00Z: a small int until 2058.
    source_ticks_ms is the port's time.ticks_ms; boot_number comes from the store.
    """

    def __init__(self, source_ticks_ms, boot_number):
        self._source_ticks_ms = source_ticks_ms
        self.boot_number = boot_number
        self.uptime_s = 0  # whole seconds since boot
        self.offset_s = WALL_UNKNOWN  # wall time at uptime 0, or WALL_UNKNOWN
        self.quality = QUALITY_NONE  # QUALITY_* of offset_s
        self.offset_ms = 0  # ms to add to the running second, 0..999
        self.steps = 0  # times the wall time was moved by more than 2 s
        self._second_at_ms = source_ticks_ms() & TICKS_MAX  # when uptime_s last advanced

    def ticks_ms(self):  # HOT
        """Return the tick count. Range: 0..2^30-1, wraps; compare through base.ticks only."""
        return self._source_ticks_ms() & TICKS_MAX

    def poll(self, now_ms):  # HOT
        """Advance uptime. Call at least once in six days."""
        behind_ms = ticks_diff(now_ms, self._second_at_ms)
        if behind_ms >= 1000:
            seconds = behind_ms // 1000
            self.uptime_s += seconds
            self._second_at_ms = (now_ms - behind_ms % 1000) & TICKS_MAX

    def uptime_ms_part(self, now_ms):  # HOT
        """Return the milliseconds of the running uptime second. Range: 0..999 while polled."""
        part_ms = ticks_diff(now_ms, self._second_at_ms)
        return part_ms if part_ms < 1000 else 999

    def wall_s(self):  # HOT
        """Return seconds since 2024-01-01T00:00:00Z, or WALL_UNKNOWN."""
        if self.offset_s == WALL_UNKNOWN:
            return WALL_UNKNOWN
        part_ms = ticks_diff(self._source_ticks_ms() & TICKS_MAX, self._second_at_ms)
        return self.offset_s + self.uptime_s + (part_ms + self.offset_ms) // 1000

    def wall_at(self, boot_number, uptime_s):  # HOT
        """Return the wall time of an instant of this boot, or WALL_UNKNOWN."""
        if boot_number != self.boot_number or self.offset_s == WALL_UNKNOWN:
            return WALL_UNKNOWN
        return self.offset_s + uptime_s

    def set_wall(self, wall_s, part_ms, quality):
        """Set wall time to wall_s + part_ms/1000 at this instant. Return the step in seconds.

        The step is 0 when the time was not known before.
        """
        before_s = self.wall_s()
        self.poll(self.ticks_ms())
        start_ms = part_ms - self.uptime_ms_part(self.ticks_ms())
        self.offset_s = wall_s - self.uptime_s
        if start_ms < 0:
            start_ms += 1000
            self.offset_s -= 1
        self.offset_ms = start_ms
        self.quality = quality
        if before_s == WALL_UNKNOWN:
            return 0
        step_s = wall_s - before_s
        if step_s > 2 or step_s < -2:
            self.steps += 1
        return step_s
