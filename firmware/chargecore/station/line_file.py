"""LineFile: a text that is made line by line while it is sent, of a length that is told before.

Called by: Report, SecurityReport, which know the lines; Upload (measure), net.transfer (name,
length_b, rewind, fill). What changes between the two passes is settled at the end: there are spare
blanks. Heap: a line at a time.
"""

from micropython import const

from chargecore.base.calendar import (
    day_of_year,
    days_before_month,
    month_of_day,
    year_of_day,
)
from chargecore.base.clock import WALL_UNKNOWN

_SPARE_B = const(512)  # numbers may get longer between the two passes
_LINES_PER_STEP = const(8)
_DAY_S = const(86_400)


class LineFile:
    """sections: (title, line), line(number) returns None behind its last one.

    `length_b` is known when measure() has returned True.
    """

    def __init__(self, sections):
        self._sections = sections
        self.name = b""  # of the file
        self.length_b = 0
        self._section = 0
        self._line = -1  # of the section; -1: its title
        self._rest = b""  # of the line that did not fit
        self._sent_b = 0

    def start(self, name):
        """Begin with a file of that name."""
        self.name = name
        self.length_b = 0
        self.rewind()

    def measure(self):
        """Count some lines. Return True when the length is known."""
        for _ in range(_LINES_PER_STEP):
            line = self._next_line()
            if line is None:
                self.length_b += _SPARE_B
                self.rewind()
                return True
            self.length_b += len(line)
        return False

    def rewind(self):
        """Begin with the first line again."""
        self._section = 0
        self._line = -1
        self._rest = b""
        self._sent_b = 0

    def fill(self, buf):
        """Write the next part into buf. Return how many bytes; 0 when there is no heap for it."""
        try:
            count = self._fill(buf)
        except MemoryError:
            return 0
        self._sent_b += count
        return count

    def _fill(self, buf):
        at = 0
        for _ in range(_LINES_PER_STEP):
            line = self._rest or self._next_line()
            if line is None:
                return self._pad(buf, at)
            count = min(len(line), len(buf) - at)
            buf[at : at + count] = line[:count]
            at += count
            self._rest = line[count:]
            if self._rest:
                break
        return at

    def _pad(self, buf, at):
        """Fill up to the length that was told."""
        count = min(len(buf) - at, self.length_b - self._sent_b - at)
        for i in range(at, at + count):
            buf[i] = 32
        at += max(count, 0)
        if self._sent_b + at == self.length_b and at:
            buf[at - 1] = 10
        return at

    def _next_line(self):
        """Return the next line with its end, None behind the last."""
        while self._section < len(self._sections):
            title, line_of = self._sections[self._section]
            self._line += 1
            if self._line == 0:
                return b"[" + title + b"]\n"
            line = line_of(self._line - 1)
            if line is not None:
                return line + b"\n"
            self._section += 1
            self._line = -1
        return None


def file_name(station_id, clock, ending):
    """Return a name that tells station and time, of letters and digits that suit any server."""
    safe = bytearray()
    for byte in station_id[:40]:
        is_plain = 48 <= byte <= 57 or 97 <= byte | 0x20 <= 122 or byte == 45
        safe.append(byte if is_plain else 95)
    wall_s = clock.wall_s()
    if wall_s == WALL_UNKNOWN:
        return bytes(safe) + b"_boot%d_%d" % (clock.boot_number, clock.uptime_s) + ending
    stamp = time_text(wall_s).replace(b"-", b"").replace(b":", b"")
    return bytes(safe) + b"_" + stamp + ending


def time_text(wall_s):
    """Return 2026-11-25T05:00:00Z of seconds since 2024, or "time unknown"."""
    if wall_s == WALL_UNKNOWN:
        return b"time unknown"
    day, second = wall_s // _DAY_S, wall_s % _DAY_S
    year = year_of_day(day)
    in_year = day_of_year(day)
    is_leap = year % 4 == 0
    month = month_of_day(in_year, is_leap)
    return b"%04d-%02d-%02dT%02d:%02d:%02dZ" % (
        year,
        month,
        in_year - days_before_month(month, is_leap) + 1,
        second // 3600,
        second // 60 % 60,
        second % 60,
    )
