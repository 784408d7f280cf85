"""CoilPwm: the PWM of a coil; remembers every duty with the time, as the clock tells it."""


class CoilPwm:
    """`duty` begins at half, as some ports make a PWM. `history`: the first (elapsed ms, duty)."""

    def __init__(self, clock, history_max=100):
        self._clock = clock
        self._history_max = history_max
        self.duty = 32_768
        self.freq_hz = 1_000
        self.history = []

    def freq(self, hz):
        self.freq_hz = hz

    def duty_u16(self, duty):
        self.duty = duty
        if len(self.history) < self._history_max:
            self.history.append((self._clock.elapsed_ms, duty))

    @property
    def level(self):
        """Return what the plant's contactor sees of it."""
        return 1 if self.duty else 0
