"""Contactor: owns the coil pin and the reason it last opened.

Called by: Interlock (close, step), anybody (open). The only file that writes a coil pin, which may
be a machine.Pin or alike, a board's guard (boards/rp2), or a CoilDrive.
Never: decides whether charging is allowed (Interlock does).
Heap: none after __init__.
"""

from chargecore.base.events import EV_CONTACTOR_CLOSED, EV_CONTACTOR_OPENED
from chargecore.base.ticks import ticks_recent
from chargecore.safety.reasons import OPEN_BOOT


class Contactor:
    """Coil output, active high, and auxiliary contact, 1 = main contacts closed."""

    def __init__(self, coil_pin, feedback_pin, clock, events, connector_id):
        coil_pin.value(0)
        self._coil_pin = coil_pin
        self._step_coil = getattr(coil_pin, "step", None)  # of a CoilDrive
        self._feedback_pin = feedback_pin
        self._clock = clock
        self._events = events
        self._connector_id = connector_id
        self.is_closed = False  # what the coil is told, not what the contacts do
        self.reason = OPEN_BOOT  # OPEN_* of the last opening
        self.opened_at_ms = clock.ticks_ms()
        self.closed_at_ms = self.opened_at_ms
        self.closings = 0  # since boot

    def open(self, reason):  # HOT
        """Switch the coil off, whatever else is going on. An opening keeps its first reason."""
        self._coil_pin.value(0)
        if self.is_closed:
            self.is_closed = False
            self.reason = reason
            self.opened_at_ms = self._clock.ticks_ms()
            self._events.add(EV_CONTACTOR_OPENED, self._connector_id, reason)

    def close(self):  # HOT
        """Switch the coil on. For Interlock alone."""
        if not self.is_closed:
            self.is_closed = True
            self.closings += 1
            self.closed_at_ms = self._clock.ticks_ms()
            self._coil_pin.value(1)
            self._events.add(EV_CONTACTOR_CLOSED, self._connector_id)

    def step(self, now_ms):  # HOT
        """Let a coil drive save power. Call it in every full step while the coil is on."""
        if self._step_coil is not None:
            self._step_coil(now_ms, self._feedback_pin.value() == 1)

    def refresh(self, now_ms):  # HOT
        """Keep old instants old. Call at least once a day."""
        self.opened_at_ms = ticks_recent(self.opened_at_ms, now_ms)
        self.closed_at_ms = ticks_recent(self.closed_at_ms, now_ms)

    def is_feedback_closed(self):  # HOT
        """Return what the auxiliary contact says of the main contacts."""
        return self._feedback_pin.value() == 1
