"""SimPwm: the pilot's PWM output with the names of machine.PWM.

Called by: evse's pilot drive; the plant reads the attributes.
Heap: none after __init__.
"""

from micropython import const

FULL = const(65535)


class SimPwm:
    """Duty 65535 is the static positive rail, 0 the static negative one.

    on_change() is called after every write, so that nobody has to ask each pass.
    """

    def __init__(self, number):
        self.number = number
        self.duty = 0  # 0..65535, behind the stage
        self.is_inverted = False  # wiring fault: a stage that turns it round
        self.freq_hz = 1000
        self.real_hz = 0  # > 0: what comes out at the pin, a fault
        self.on_change = None  # bound method of the plant
        self.writes = 0  # for tests

    def freq(self, hz=None):
        """Return the frequency, or set it."""
        if hz is None:
            return self.freq_hz
        self.freq_hz = hz
        return None

    def duty_u16(self, duty=None):
        """Return the duty, or set it."""
        if duty is None:
            return FULL - self.duty if self.is_inverted else self.duty
        self.duty = FULL - duty if self.is_inverted else duty
        self.writes = (self.writes + 1) & 0x1FFFFFFF
        if self.on_change is not None:
            self.on_change()
        return None

    def invert(self, is_inverted):
        """Let the stage turn the pin's level round, or not."""
        if is_inverted != self.is_inverted:
            self.is_inverted = is_inverted
            self.duty = FULL - self.duty

    def deinit(self):
        """Stop driving: the pilot stage pulls to its safe level."""
        self.duty_u16(0)

    def reset(self):
        """Fall back to the safe level."""
        self.duty_u16(0)

    def duty_permille(self):
        """Return the duty in permille, rounded down except just below the next one."""
        # A quarter, not a half: 17476 (16 A) is 266.67 permille, which people write as 266.
        return (self.duty * 1000 + FULL // 4) // FULL
