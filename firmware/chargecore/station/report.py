"""Report: what happened here, as a plain text that people can read, made line by line.

Called by: Diagnostics (begin, measure), net.transfer (name, length_b, rewind, fill).
Never: shows a secret: a setting that GetConfiguration does not give is not in it either.
Heap: a line at a time; the tables of reasons, from the first report on. Nothing before that.
The length is told to the server before the text is sent. What changes meanwhile is settled at the
end: there are spare blanks.
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


class Report:
    """`length_b` is known when measure() has returned True. The sections are written in order."""

    def __init__(self, core, outbox, stores, config, clock, events):
        self._core = core
        self._outbox = outbox
        self._stores = stores
        self._config = config
        self._clock = clock
        self._events = events
        #                 title         how many lines    line of number
        self._sections = (
            (b"station", self._count_one, self._station_line),
            (b"connectors", self._count_connectors, self._connector_line),
            (b"scheduler", self._count_steps, self._step_line),
            (b"journal", self._count_one, self._journal_line),
            (b"settings", self._count_settings, self._setting_line),
            (b"events", self._count_events, self._event_line),
        )
        self.name = b""  # of the file
        self.length_b = 0
        self._reasons = ()  # rows of safety.reasons
        self._text_of = None  # base.events.text_of
        self._first_event = 0
        self._events_end = 0
        self._section = 0
        self._line = -1  # of the section; -1: its title
        self._rest = b""  # of the line that did not fit
        self._sent_b = 0

    def begin(self, from_s, until_s):
        """Choose a name, and the events from from_s to until_s (WALL_UNKNOWN: no limit)."""
        from chargecore.base.events import text_of
        from chargecore.safety.reasons import ROWS

        self._text_of = text_of
        self._reasons = ROWS
        self._choose_events(from_s, until_s)
        self.name = self._file_name()
        self.length_b = 0
        self.rewind()

    def _choose_events(self, from_s, until_s):
        """They are in order of time. Without a clock all of them are wanted."""
        first, end = self._events.oldest(), self._events.total
        while first < end and WALL_UNKNOWN < self._wall_of(first) < from_s:
            first += 1
        while first < end and self._wall_of(end - 1) > until_s > WALL_UNKNOWN:
            end -= 1
        self._first_event = first
        self._events_end = end

    def _wall_of(self, number):
        events = self._events
        return self._clock.wall_at(events.field(number, 4), events.field(number, 3))

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
            title, count, line = self._sections[self._section]
            if self._line < 0:
                self._line = 0
                return b"[" + title + b"]\n"
            if self._line < count():
                self._line += 1
                return line(self._line - 1) + b"\n"
            self._section += 1
            self._line = -1
        return None

    def _file_name(self):
        safe = bytearray()
        for byte in self._config.station_id[:40]:
            is_plain = 48 <= byte <= 57 or 97 <= byte | 0x20 <= 122 or byte == 45
            safe.append(byte if is_plain else 95)
        wall_s = self._clock.wall_s()
        if wall_s == WALL_UNKNOWN:
            return bytes(safe) + b"_boot%d_%d.txt" % (
                self._clock.boot_number,
                self._clock.uptime_s,
            )
        stamp = time_text(wall_s).replace(b"-", b"").replace(b":", b"")
        return bytes(safe) + b"_" + stamp + b".txt"

    # ---- sections ----

    def _count_one(self):
        return 1

    def _station_line(self, _number):
        config, clock = self._config, self._clock
        wall_s = clock.wall_s()
        rows = (
            b"id=" + config.station_id,
            b"vendor=" + config.vendor,
            b"model=" + config.model,
            b"serial=" + config.serial,
            b"firmware=" + config.firmware_version,
            b"profiles=" + config.profiles,
            b"time=" + (b"unknown" if wall_s == WALL_UNKNOWN else time_text(wall_s)),
            b"boot=%d" % clock.boot_number,
            b"uptime_s=%d" % clock.uptime_s,
            b"clock_steps=%d" % clock.steps,
            b"online=%d" % self._core.link.is_online,
        )
        return b"\n".join(rows)

    def _count_connectors(self):
        return len(self._core.station.connectors)

    def _connector_line(self, number):
        connector = self._core.station.connectors[number]
        controller, transaction = connector.controller, connector.transaction
        register_wh = connector.metering.register_wh()
        return (
            b"%d: status=%d operative=%d transaction=%d offered_ma=%d register_wh=%d fault=%d "
            b"opened: %s"
            % (
                connector.connector_id,
                connector.status.status,
                connector.operative,
                transaction.transaction_id if transaction.is_active else -1,
                controller.offered_ma,
                -1 if register_wh is None else register_wh,
                connector.fault,
                self._why(controller.open_reason),
            )
        )

    def _why(self, reason):
        for row in self._reasons:
            if row[0] == reason:
                return (row[1] + ", " + row[2]).encode()
        return b"%d" % reason

    def _count_steps(self):
        scheduler = self._core.scheduler
        return 0 if scheduler is None else 1 + scheduler.count

    def _step_line(self, number):
        scheduler, safety = self._core.scheduler, self._core.safety
        if number:
            name = scheduler.names[number - 1].encode()
            return b"%s: worst_ms=%d" % (name, scheduler.worst_ms[number - 1])
        return (
            b"passes=%d overruns=%d failed=%d safety_steps=%d safety_worst_gap_ms=%d "
            b"safety_late=%d last_error=%s"
            % (
                scheduler.passes,
                scheduler.overruns,
                scheduler.failed,
                safety.full_steps,
                safety.worst_gap_ms,
                safety.late_steps,
                repr(scheduler.last_error)[:80].encode(),
            )
        )

    def _journal_line(self, _number):
        outbox, journal = self._outbox, self._stores.journal
        return b"pending=%d parked=%d refused=%d next_seq=%d broken=%d newer=%d" % (
            outbox.pending,
            outbox.parked,
            outbox.refused_records,
            journal.next_seq,
            journal.broken,
            journal.newer,
        )

    def _count_settings(self):
        return self._stores.settings.row_count

    def _setting_line(self, row):
        settings = self._stores.settings
        if not settings.is_readable(row):
            return settings.name(row) + b": not shown"
        value = settings.value(row)
        if isinstance(value, bool):
            value = b"true" if value else b"false"
        elif not isinstance(value, bytes):
            value = b"%d" % value
        return settings.name(row) + b"=" + value

    def _count_events(self):
        return self._events_end - self._first_event

    def _event_line(self, number):
        number += self._first_event
        events = self._events
        if number < events.oldest():
            return b"(overwritten)"
        uptime_s, boot = events.field(number, 3), events.field(number, 4)
        wall_s = self._clock.wall_at(boot, uptime_s)
        code, a, b = events.field(number, 0), events.field(number, 1), events.field(number, 2)
        text = self._text_of(code, a, b)
        stamp = b"time unknown" if wall_s == WALL_UNKNOWN else time_text(wall_s)
        return stamp + b" boot %d +%d s: " % (boot, uptime_s) + text.encode()


def time_text(wall_s):
    """Return 2026-11-25T05:00:00Z of seconds since 2024."""
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
