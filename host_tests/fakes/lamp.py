"""Lamps that remember: FakeLamp itself, and what the drivers of real ones work on."""


class FakeLamp:
    """`history` holds the first history_max colours, one row per call of show()."""

    def __init__(self, history_max=200):
        self.history = []
        self._history_max = history_max
        self.red = self.green = self.blue = 0
        self.calls = 0

    def show(self, red, green, blue):
        self.red, self.green, self.blue = red, green, blue
        self.calls += 1
        if len(self.history) < self._history_max:
            self.history.append((red, green, blue))


class FakeLevelPin:
    """A pin that can be switched."""

    def __init__(self):
        self.level = None

    def value(self, level):
        self.level = level


class FakeDutyPin:
    """A pin with a PWM."""

    def __init__(self):
        self.duty = None

    def duty_u16(self, duty):
        self.duty = duty


class FakeRgbBus:
    """What a board gives for a lamp on three pins."""

    def __init__(self, pin_class, is_active_low=False):
        self.red_pin = pin_class()
        self.green_pin = pin_class()
        self.blue_pin = pin_class()
        self.is_active_low = is_active_low


class FakeStrip:
    """A neopixel.NeoPixel: `sent` is what the LEDs have got, in the order of the wire."""

    ORDER = (1, 0, 2, 3)

    def __init__(self, count, bpp=3):
        self.bpp = bpp
        self.buf = bytearray(count * bpp)
        self.sent = bytearray(count * bpp)
        self.writes = 0

    def write(self):
        self.sent[:] = self.buf  # same length: no heap
        self.writes += 1
