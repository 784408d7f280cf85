"""SecurityWatch: sees in the event log what is a security event, and reports it.

Called by: ocpp16.security_events, once per pass. So whoever notices a bad message or a full queue
knows nothing of security. Not in here: TLS and certificates, which report by themselves.
No secret: only what an event's numbers say. Heap: none, but when there is something to report.
Source: OCPP 1.6 security whitepaper ed.3 ch. 8.
"""

from micropython import const

from chargecore.base.boot_causes import CAUSE_POWER, CAUSE_WATCHDOG
from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.events import (
    EV_BAD_JSON,
    EV_BAD_RESULT,
    EV_CALL_NO_HEAP,
    EV_CLOCK_SET,
    EV_OUTBOX_FULL,
    EV_OVERSIZED,
    EV_SETTING_CHANGED,
    EV_SETTINGS_LOST,
    EV_UPDATE_STATUS,
)
from chargecore.base.security_events import (
    SE_FIRMWARE_UPDATED,
    SE_INVALID_MESSAGES,
    SE_MEMORY_EXHAUSTION,
    SE_PARAMETERS_CHANGED,
    SE_RESET,
    SE_SETTING_SYSTEM_TIME,
    SE_STARTUP,
    SE_TAMPER,
)
from chargecore.station.task_news import INSTALLED

_JUMP_S = const(10)  # what a clock that drifts is set right by is nothing to tell
_CODE = const(0)  # fields of an event
_A = const(1)

_WATCHED = (
    (EV_BAD_JSON, SE_INVALID_MESSAGES, b"not an OCPP message"),
    (EV_BAD_RESULT, SE_INVALID_MESSAGES, b"answer that cannot be read"),
    (EV_OVERSIZED, SE_INVALID_MESSAGES, b"longer than the buffer"),
    (EV_OUTBOX_FULL, SE_MEMORY_EXHAUSTION, b"queue of transaction messages"),
    (EV_CALL_NO_HEAP, SE_MEMORY_EXHAUSTION, b"heap for a call"),
    (EV_CLOCK_SET, SE_SETTING_SYSTEM_TIME, b"moved by %d s"),
    (EV_SETTING_CHANGED, SE_PARAMETERS_CHANGED, b""),
    (EV_SETTINGS_LOST, SE_PARAMETERS_CHANGED, b"settings lost, defaults in force"),
    (EV_UPDATE_STATUS, SE_FIRMWARE_UPDATED, b""),
)


class SecurityWatch:
    """core: its desk `security`, its `reset_cause`, its `scheduler`, and its `tamper`, if any."""

    def __init__(self, core, settings, config, clock, events):
        self._core = core
        self._desk = core.security
        self._settings = settings
        self._config = config
        self._clock = clock
        self._events = events
        self._seen = 0  # events that have been looked at
        self._is_clock_known = False
        self._is_open = False  # the lid
        self._last_error = None  # of the scheduler
        self._tell_boot()

    def _tell_boot(self):
        desk, cause = self._desk, self._core.reset_cause
        desk.report(SE_STARTUP, self._config.firmware_version)
        if cause != CAUSE_POWER:
            desk.report(SE_RESET, b"watchdog" if cause == CAUSE_WATCHDOG else b"ordered")

    def poll(self):  # HOT
        """Look at what is new."""
        events = self._events
        if self._seen < events.oldest():
            self._seen = events.oldest()
        while self._seen < events.total:
            code = events.field(self._seen, _CODE)
            for row in _WATCHED:
                if row[0] == code:
                    self._take(row, events.field(self._seen, _A))
            self._seen += 1
        if not self._is_clock_known and self._clock.offset_s != WALL_UNKNOWN:
            self._is_clock_known = True
            self._desk.report(SE_SETTING_SYSTEM_TIME, b"first time since the start")
        core = self._core
        if core.tamper is not None:
            self._watch_lid(core.tamper)
        if core.scheduler is not None and core.scheduler.last_error is not self._last_error:
            self._last_error = core.scheduler.last_error
            if isinstance(self._last_error, MemoryError):
                self._desk.report(SE_MEMORY_EXHAUSTION, b"heap")

    def _take(self, row, a):
        """Report what an event of the table means; a is its first number."""
        code, info = row[1], row[2]
        if code == SE_PARAMETERS_CHANGED and not info:
            if not self._is_security(a):
                return
            info = self._settings.name(a)
        elif code == SE_FIRMWARE_UPDATED:
            if a != INSTALLED:
                return
            info = self._config.firmware_version
        elif code == SE_SETTING_SYSTEM_TIME:
            if -_JUMP_S < a < _JUMP_S:
                return
            info = info % a
        self._desk.report(code, info)

    def _is_security(self, row):
        """Return whether a setting is one of the whitepaper's, or the password."""
        name = self._settings.name(row)
        return name in (b"AuthorizationKey", b"CpoName", b"SecurityProfile")

    def _watch_lid(self, lid):  # HOT
        is_open = lid.value() == 1
        if is_open and not self._is_open:
            self._desk.report(SE_TAMPER)
        self._is_open = is_open
