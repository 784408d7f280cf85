"""The machine module on CPython: the same names the unix VM has, and no hardware behind them."""

import time


class PinBase:
    """Base for pins in Python, as on the unix VM: a subclass brings value()."""

    IN = 0
    OUT = 1


class ADC:
    """An analogue input that nothing is wired to."""

    def __init__(self, pin):
        self.pin = pin


class _Registers:
    """Memory-mapped registers that nothing is behind. Errors: OSError on every use."""

    def __getitem__(self, address):
        raise OSError("no hardware register {:#x} here".format(address))

    def __setitem__(self, address, value):
        raise OSError("no hardware register {:#x} here".format(address))


mem32 = _Registers()


class Signal:
    """A pin whose meaning may be inverted."""

    def __init__(self, pin, invert=False):
        self._pin = pin
        self._invert = 1 if invert else 0

    def value(self, level=None):
        """Read or write the level behind the inversion."""
        if level is None:
            return self._pin.value() ^ self._invert
        return self._pin.value((1 if level else 0) ^ self._invert)

    def on(self):
        """Set the signal active."""
        self.value(1)

    def off(self):
        """Set the signal inactive."""
        self.value(0)


def idle():
    """Give the processor away for a moment."""
    time.sleep(0)


def soft_reset():
    """Leave the program as a soft reset does."""
    raise SystemExit
