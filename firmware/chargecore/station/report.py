"""Report: what happened here, as a plain text that people can read: the file of a diagnostics log.

Called by: FileJobs (begin), Upload and net.transfer (file). Never: shows a secret: a setting that
GetConfiguration does not give is not in it either.
Heap: a line at a time; the tables of reasons, from the first report on. Nothing before that.
"""

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.station.line_file import LineFile, file_name, time_text


class Report:
    """`file` is the LineFile of what begin() has chosen. The sections are written in order."""

    def __init__(self, core, outbox, stores, config, clock, events):
        self._core = core
        self._outbox = outbox
        self._stores = stores
        self._config = config
        self._clock = clock
        self._events = events
        self.file = LineFile(
            (
                (b"station", self._station_line),
                (b"connectors", self._connector_line),
                (b"scheduler", self._step_line),
                (b"journal", self._journal_line),
                (b"settings", self._setting_line),
                (b"events", self._event_line),
            )
        )
        self._reasons = ()  # rows of safety.reasons
        self._text_of = None  # base.events.text_of
        self._first_event = 0
        self._events_end = 0

    def begin(self, from_s, until_s):
        """Choose a name, and the events from from_s to until_s (WALL_UNKNOWN: no limit)."""
        from chargecore.base.events import text_of
        from chargecore.safety.reasons import ROWS

        self._text_of = text_of
        self._reasons = ROWS
        self._choose_events(from_s, until_s)
        self.file.start(file_name(self._config.station_id, self._clock, b".txt"))

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

    # ---- sections ----

    def _station_line(self, number):
        if number:
            return None
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

    def _connector_line(self, number):
        if number == len(self._core.station.connectors):
            return None
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

    def _step_line(self, number):
        scheduler, safety = self._core.scheduler, self._core.safety
        if scheduler is None or number > scheduler.count:
            return None
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
                _kind_of(scheduler.last_error),
            )
        )

    def _journal_line(self, number):
        if number:
            return None
        outbox, journal = self._outbox, self._stores.journal
        return b"pending=%d parked=%d refused=%d next_seq=%d broken=%d newer=%d" % (
            outbox.pending,
            outbox.parked,
            outbox.refused_records,
            journal.next_seq,
            journal.broken,
            journal.newer,
        )

    def _setting_line(self, row):
        settings = self._stores.settings
        if row == settings.row_count:
            return None
        if not settings.is_readable(row):
            return settings.name(row) + b": not shown"
        value = settings.value(row)
        if isinstance(value, bool):
            value = b"true" if value else b"false"
        elif not isinstance(value, bytes):
            value = b"%d" % value
        return settings.name(row) + b"=" + value

    def _event_line(self, number):
        number += self._first_event
        if number >= self._events_end:
            return None
        events = self._events
        if number < events.oldest():
            return b"(overwritten)"
        uptime_s, boot = events.field(number, 3), events.field(number, 4)
        wall_s = self._clock.wall_at(boot, uptime_s)
        code, a, b = events.field(number, 0), events.field(number, 1), events.field(number, 2)
        text = self._text_of(code, a, b)
        return time_text(wall_s) + b" boot %d +%d s: " % (boot, uptime_s) + text.encode()


def _kind_of(error):
    """Return what an exception is, and its numbers; its texts may quote anything."""
    if error is None:
        return b"None"
    numbers = [str(arg) for arg in error.args if isinstance(arg, int)]
    return (type(error).__name__ + "(" + ", ".join(numbers) + ")").encode()
