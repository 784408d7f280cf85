"""FakeWiegandLines: two lines with pull-ups, a reader at their other end."""


class FakeLine:
    """An input with machine.Pin's irq(); remembers how it was asked for."""

    IRQ_FALLING = 2

    def __init__(self):
        self.level = 1
        self.handler = None
        self.options = None

    def irq(self, handler, trigger, **options):
        if trigger != self.IRQ_FALLING:
            raise ValueError("trigger")
        self.handler = handler
        self.options = options

    def value(self):
        return self.level

    def pulse(self):
        """Go low for some 50 us: too short for a poll to see."""
        self.handler(self)


def bits_of(data):
    """Return data between its two parity bits, as a list of 0 and 1."""
    bits = []
    for byte in data:
        bits += [byte >> shift & 1 for shift in range(7, -1, -1)]
    half = len(bits) // 2
    return [sum(bits[:half]) & 1] + bits + [1 - (sum(bits[half:]) & 1)]


class FakeWiegandLines:
    """The bus of the driver."""

    def __init__(self, irq_options=None):
        self.d0_pin = FakeLine()
        self.d1_pin = FakeLine()
        self.irq_options = irq_options or {}

    def send(self, bits):
        """Send the bits; 1 to 2 ms each are too few for the caller's clock to matter."""
        for bit in bits:
            if bit:
                self.d1_pin.pulse()
            else:
                self.d0_pin.pulse()
