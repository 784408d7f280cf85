"""TlsAttempt: what Connection has to know of TLS: whether it may begin, with what, why it failed.

Called by: Connection; builder (set), the protocol (is_energised, is_mutual), liveness and the
security profile (cause, heap_failures). Never: moves a stage; the handshake is the stream's.
Heap: the TLS stream, when it is first needed.
"""

from micropython import const

from chargecore.base import tls_causes
from chargecore.base.events import EV_TLS_PUT_OFF
from chargecore.base.ticks import ticks_diff

_PUT_OFF_S = const(3_600)  # longest wait for open contactors


class TlsAttempt:
    """`cause` is the TLS_* of the latest attempt, `stream` the TLS stream once it was made."""

    def __init__(self, events):
        self._events = events
        self._make = None  # makes a TLS stream over a plain one
        self._clock = None  # TlsClock
        self.stream = None
        self.is_mutual = False  # security profile 3
        # is_energised(): True while a handshake would let a contactor drop; None: it never does.
        self.is_energised = None
        self._is_put_off = False  # it waits for that, since
        self._put_off_at_ms = 0
        self.cause = tls_causes.TLS_NONE
        self.heap_failures = 0  # attempts in a row for which there was no heap
        self._is_renamed = False  # it looks for the name that the server gave itself

    def set(self, make, clock):
        """Set make(stream), which gives a TLS stream over a plain one, and the TlsClock."""
        self._make = make
        self._clock = clock

    @property
    def is_possible(self):
        """Whether there is TLS at all."""
        return self._make is not None

    def has_to_wait(self, now_ms):  # HOT
        """Tell whether it is put off: one piece of a handshake outlasts the dead man (R57)."""
        if self.is_energised is None or not self.is_energised():
            self._is_put_off = False
            return False
        if not self._is_put_off:
            self._is_put_off = True
            self._put_off_at_ms = now_ms
            self._events.add(EV_TLS_PUT_OFF, _PUT_OFF_S)
        elif ticks_diff(now_ms, self._put_off_at_ms) >= _PUT_OFF_S * 1000:
            self._is_put_off = False
            return False
        return True

    def load(self, plain):
        """Make the TLS stream, unless it is there. Return False when there is no heap for it."""
        try:
            self.stream = self.stream or self._make(plain)
        except MemoryError:
            return False
        self.stream.set_mutual(self.is_mutual)
        return True

    def start_clock(self, now_ms):
        """Begin to look for a date to check certificates with."""
        self._clock.start(now_ms)

    def poll_clock(self, now_ms):
        """Return 1 when it is known, 0 while it is looked for, -1 when there is none."""
        return self._clock.poll(now_ms)

    def stop(self):
        """The attempt is over, or never was one."""
        if self._clock is not None:
            self._clock.stop()

    def succeeded(self):
        """The handshake is over, and all is well."""
        self.heap_failures = 0
        self._is_renamed = False

    def wants_another_name(self):
        """Tell, once, that the server has shown another name of the same station to look for."""
        if self._is_renamed or not self.stream.wants_again:
            return False
        self._is_renamed = True  # once: a server may have a new name each time
        return True

    def failed(self, cause):
        """Tell why it came to nothing. Return whether that is a sign of somebody out there."""
        self.cause = cause
        self._is_renamed = False
        self.heap_failures = self.heap_failures + 1 if cause == tls_causes.TLS_NO_HEAP else 0
        if cause in (tls_causes.TLS_EXPIRED, tls_causes.TLS_NOT_YET_VALID):
            self._clock.doubt()
        return cause not in (
            tls_causes.TLS_CLOCK,
            tls_causes.TLS_NO_HEAP,
            tls_causes.TLS_TIMEOUT,
        )
