"""SimPin: a digital pin that only remembers its level.

Called by: drivers through value(); the plant through the attribute `level`.
Heap: none after __init__.
"""


class SimPin:
    """A simulated pin with the names of machine.Pin."""

    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2

    def __init__(self, number, level, safe_level=None):
        self.number = number
        self.safe_level = safe_level  # None: an input, nobody resets it
        self.level = level  # 0 or 1

    def init(self, *_settings, **_more):
        """Accept what machine.Pin.init accepts: direction and pulls mean nothing here."""

    def value(self, level=None):
        """Return the level, or set it."""
        if level is None:
            return self.level
        self.level = 1 if level else 0
        return None

    def on(self):
        """Drive the pin high."""
        self.value(1)

    def off(self):
        """Drive the pin low."""
        self.value(0)

    def reset(self):
        """Fall back to the level the pin has while nothing drives it."""
        if self.safe_level is not None:
            self.value(self.safe_level)
