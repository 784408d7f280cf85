"""ContactorModel: coil, main contacts with closing and opening delay, auxiliary contact.

Called by: the plant, each pass. Faults are attributes set by the control socket.
Heap: none after __init__.
"""

from micropython import const

CLOSE_MS = const(20)
OPEN_MS = const(15)


class ContactorModel:
    """Main contacts follow the coil; the feedback pin follows the main contacts."""

    def __init__(self, feedback_pin):
        self._feedback_pin = feedback_pin
        self.is_closed = False  # main contacts
        self.is_welded = False  # fault: contacts stay closed whatever the coil does
        self.is_coil_open = False  # fault: the coil wire is broken
        self.extra_ms = 0  # fault: slow mechanics
        self.stuck_feedback = -1  # fault: 0 or 1 = level the feedback pin is stuck at
        self.is_inverted = False  # wiring fault: the feedback pin says the contrary
        self.closings = 0  # for tests: times the contacts closed
        self._moving_ms = 0  # since coil and contacts disagree

    def step(self, dt_ms, has_coil):
        """Let dt_ms pass with the coil powered or not."""
        wanted = self.is_welded or (has_coil and not self.is_coil_open)
        if wanted == self.is_closed:
            self._moving_ms = 0
        else:
            self._moving_ms += dt_ms
            delay_ms = (CLOSE_MS if wanted else OPEN_MS) + self.extra_ms
            if self._moving_ms >= delay_ms:
                self.is_closed = wanted
                self._moving_ms = 0
                if wanted:
                    self.closings += 1
        self.show()

    def show(self):
        """Put the position on the feedback pin."""
        if self.stuck_feedback >= 0:
            self._feedback_pin.level = self.stuck_feedback
        else:
            self._feedback_pin.level = 1 if self.is_closed != self.is_inverted else 0
