"""SecurityReport: the security log as a text that people can read: the file of GetLog.

Called by: log_upload (begin), Upload and net.transfer (file). Loaded while a log is brought.
What is not on flash yet stands behind what is. Heap: a line at a time.
"""

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.security_events import NAMES
from chargecore.station.line_file import LineFile, file_name, time_text
from chargecore.store.security_entry import SecurityEntry


class SecurityReport:
    """`file` is the LineFile of what begin() has chosen."""

    def __init__(self, desk, config, clock):
        self._desk = desk
        self._config = config
        self._clock = clock
        self.file = LineFile(
            ((b"station", self._station_line), (b"security events", self._event_line))
        )
        self._entry = SecurityEntry()
        self._from_s = WALL_UNKNOWN
        self._until_s = WALL_UNKNOWN
        self._last_seq = 0  # what comes later is not in this file
        self._seq = 0  # of the entry shown last
        self._is_on_flash = True  # the next one may be

    def begin(self, from_s, until_s):
        """Choose a name, and the events from from_s to until_s (WALL_UNKNOWN: no limit)."""
        self._from_s = from_s
        self._until_s = until_s
        self._last_seq = self._desk.last_seq
        self.file.start(file_name(self._config.station_id, self._clock, b"_security.txt"))

    def _station_line(self, number):
        if number:
            return None
        config, clock, desk = self._config, self._clock, self._desk
        return (
            b"id=%s\nserial=%s\nfirmware=%s\ntime=%s\nboot=%d\nuptime_s=%d\nnot_kept=%d\nnot_told=%d"
            % (
                config.station_id,
                config.serial,
                config.firmware_version,
                time_text(clock.wall_s()),
                clock.boot_number,
                clock.uptime_s,
                desk.lost,
                desk.log.lost,
            )
        )

    def _event_line(self, number):
        if number == 0:
            self._seq = 0
            self._is_on_flash = True
        while self._next(number == 0):
            number = 1
            entry = self._entry
            wall_s = self._desk.wall_of(entry)
            if self._is_wanted(wall_s):
                return b"%s boot %d +%d s: %s%s%s" % (
                    time_text(wall_s),
                    entry.boot,
                    entry.uptime_s,
                    NAMES[entry.code] if entry.code < len(NAMES) else b"event %d" % entry.code,
                    b" x%d" % entry.count if entry.count > 1 else b"",
                    b": " + entry.info if entry.info_len else b"",
                )
        return None

    def _is_wanted(self, wall_s):
        if wall_s == WALL_UNKNOWN:
            return True
        if wall_s < self._from_s:
            return False
        return self._until_s == WALL_UNKNOWN or wall_s <= self._until_s

    def _next(self, is_first):
        """Load the next event, on flash or not. Return False behind the last."""
        log, entry = self._desk.log, self._entry
        while self._is_on_flash:
            self._is_on_flash = log.first(entry) if is_first else log.next(entry)
            is_first = False
            # One that was carried over stands behind newer ones.
            if self._is_on_flash and entry.code and entry.seq <= self._last_seq:
                self._seq = max(self._seq, entry.seq)
                return True
        if not self._desk.load_row(self._seq, entry) or entry.seq > self._last_seq:
            return False
        self._seq = entry.seq
        return True
