"""LockModel: the bolt that holds the plug, its motor bridge and its end switch.

Called by: the plant, each pass. Heap: none after __init__.
"""

from micropython import const

TRAVEL_MS = const(300)


class LockModel:
    """Bolt position 0 (free) to TRAVEL_MS (locked), driven through two motor pins."""

    def __init__(self, motor_a_pin, motor_b_pin, feedback_pin):
        self._motor_a_pin = motor_a_pin
        self._motor_b_pin = motor_b_pin
        self._feedback_pin = feedback_pin
        self.is_jammed = False  # fault: the bolt does not move
        self.is_reversed = False  # wiring fault: the motor's wires are swapped
        self.is_feedback_lost = False  # fault: the end switch reads 0
        self.position_ms = 0

    @property
    def is_locked(self):
        """Tell whether the bolt is fully out."""
        return self.position_ms == TRAVEL_MS

    @property
    def is_free(self):
        """Tell whether the plug can be pulled."""
        return self.position_ms == 0

    def step(self, dt_ms):
        """Let dt_ms pass."""
        drive = self._motor_a_pin.level - self._motor_b_pin.level
        if self.is_reversed:
            drive = -drive
        if drive and not self.is_jammed:
            self.position_ms = min(max(self.position_ms + drive * dt_ms, 0), TRAVEL_MS)
        has_reached = self.position_ms == TRAVEL_MS and not self.is_feedback_lost
        self._feedback_pin.level = 1 if has_reached else 0
