"""Boot: BootNotification, its three answers, and the gate that follows from them.

Called by: Ocpp16. Nothing else is sent before `is_accepted` (OCPP 1.6 §4.2; B1-B8).
Heap: none after __init__, but for the file when a new heartbeat interval is kept.
"""

from micropython import const

from chargecore.base.clock import QUALITY_CSMS, WALL_UNKNOWN
from chargecore.base.codes import OK
from chargecore.base.events import EV_BOOT_ANSWER, EV_CLOCK_SET
from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.wire.rpc import ANSWER_DROPPED, ANSWER_LOST, ANSWER_RESULT

BOOT_NEEDED = const(0)  # to be sent as soon as the connection is there
BOOT_PENDING = const(1)  # answers calls, sends only what is triggered
BOOT_REJECTED = const(2)  # sends nothing and answers nothing
BOOT_ACCEPTED = const(3)

_OWN_RETRY_S = const(60)  # when the server leaves the choice to us (B5)
_RETRY_JITTER_BITS = const(4)  # and up to 15 s more, so that a fleet spreads out
_STATUS_WORDS = (b"Accepted", b"Pending", b"Rejected")
_ACCEPTED = const(0)  # places in _STATUS_WORDS
_PENDING = const(1)
_LONGEST_WAIT_S = const(500_000)  # ticks end at 6.2 days
_INTERVAL_MAX_S = const(0x3FFFFFFF)
_TOLERANCE_S = const(2)  # what a whole second and the way of an answer can make of currentTime
_NOT_VALID = const(-1)  # in EV_BOOT_ANSWER: the answer was none


class Boot:
    """`state` is BOOT_*; `is_triggered` asks for one more BootNotification."""

    def __init__(self, rpc, config, settings, clock, events, random_bits):
        self._rpc = rpc
        self._config = config
        self._settings = settings
        self._clock = clock
        self._events = events
        self._random_bits = random_bits
        self._render = self.render
        self._answer = self.answered
        self.state = BOOT_NEEDED
        self.is_triggered = False  # TriggerMessage(BootNotification) while not accepted
        self.accepted_at_ms = 0
        self._retry_at_ms = 0
        self._has_waited = True  # False: silent until _retry_at_ms

    @property
    def is_accepted(self):  # HOT
        """True once a server has accepted this boot."""
        return self.state == BOOT_ACCEPTED

    def poll(self, now_ms):  # HOT
        """Watch the wait, connected or not: the ticks must not wrap behind it."""
        if not self._has_waited and ticks_diff(now_ms, self._retry_at_ms) >= 0:
            self._has_waited = True

    def poll_call(self, now_ms):  # HOT
        """Send BootNotification when it is due. Return True when a call was placed."""
        if self.state == BOOT_ACCEPTED or not (self._has_waited or self.is_triggered):
            return False
        timeout_ms = self._config.message_timeout_s * 1000
        if self._rpc.call(b"BootNotification", self._render, None, self._answer, timeout_ms) != OK:
            return False
        self.is_triggered = False
        return True

    @property
    def blocks_answers(self):  # HOT
        """True while Rejected: calls of the server are not answered (B4)."""
        return self.state == BOOT_REJECTED and not self._has_waited

    def render(self, w, arg):  # HOT
        """Write the BootNotification payload."""
        config = self._config
        w.open_object()
        w.key(b"chargePointVendor")
        w.text(config.vendor)
        w.key(b"chargePointModel")
        w.text(config.model)
        if config.serial:
            w.key(b"chargePointSerialNumber")
            w.text(config.serial)
        if config.firmware_version:
            w.key(b"firmwareVersion")
            w.text(config.firmware_version)
        if config.meter_type:
            w.key(b"meterType")
            w.text(config.meter_type)
        w.close_object()

    def answered(self, status, arg):
        """Take the answer; none, or an invalid one, counts as Rejected with our own wait (B6).

        A lost connection is no answer at all: the next one begins with BootNotification again.
        """
        if status == ANSWER_LOST or status == ANSWER_DROPPED:
            self._has_waited = True
            return
        if status != ANSWER_RESULT:
            self._wait(BOOT_NEEDED, 0)
            return
        rpc = self._rpc
        reader = rpc.reader
        payload_idx = rpc.payload_idx
        reader.clear()
        word = reader.word_index(reader.find(payload_idx, b"status"), _STATUS_WORDS)
        interval_idx = reader.find(payload_idx, b"interval")
        interval_s = reader.int_value(interval_idx, 0, _INTERVAL_MAX_S)
        wall_s = reader.time_value(reader.find(payload_idx, b"currentTime"))
        code = reader.error
        reader.clear()
        if code != OK:
            self._events.add(EV_BOOT_ANSWER, _NOT_VALID, code)
            self._wait(BOOT_NEEDED, 0)
            return
        self._events.add(EV_BOOT_ANSWER, word, interval_s)
        set_clock(self._clock, self._events, wall_s, reader.time_ms, rpc.call_age_ms())
        if word == _ACCEPTED:
            self._accept(interval_s)
        else:
            self._wait(BOOT_PENDING if word == _PENDING else BOOT_REJECTED, interval_s)

    def _accept(self, interval_s):
        self.state = BOOT_ACCEPTED
        self.is_triggered = False
        self.accepted_at_ms = self._clock.ticks_ms()
        if interval_s > 0:
            self._settings.adopt_heartbeat_interval(interval_s)

    def _wait(self, state, interval_s):
        self.state = state
        if interval_s <= 0:
            interval_s = _OWN_RETRY_S + self._random_bits(_RETRY_JITTER_BITS)
        if interval_s > _LONGEST_WAIT_S:
            interval_s = _LONGEST_WAIT_S
        self._has_waited = False
        self._retry_at_ms = ticks_add(self._clock.ticks_ms(), interval_s * 1000)


def set_clock(clock, events, wall_s, part_ms, age_ms):  # HOT
    """Set wall time from a server's currentTime; a real step is an event (B2).

    A difference within _TOLERANCE_S stays: the server's second and the way of its answer are no
    better, and samples keep their grid (M2). An answer that took age_ms may have been written that
    much earlier: a slow network must not set the clock back, past samples already taken.
    """
    before_s = clock.wall_s()
    if before_s != WALL_UNKNOWN:
        behind_s = before_s - wall_s
        if -_TOLERANCE_S <= behind_s <= _TOLERANCE_S + age_ms // 1000:
            return
    step_s = clock.set_wall(wall_s, part_ms, QUALITY_CSMS)
    if before_s != WALL_UNKNOWN:
        events.add(EV_CLOCK_SET, step_s)
