"""PinNames: the names of a board's pins.py, so that a sentence can say where to look."""

from chargecore_tools.circuits.wiring import rows_of
from chargecore_tools.device.errors import EXIT_USAGE, DeviceError


class PinNames:
    """What is wired to what on one board. A signal that it does not have is only named.

    path: pins.py; a board without one has no numbers. Errors: DeviceError: it cannot be read.
    """

    def __init__(self, path):
        try:
            self._rows = rows_of(path) if path.exists() else {}
        except (OSError, ValueError, TypeError, AttributeError, SyntaxError) as error:
            raise DeviceError(
                f"{path}: {error}",
                "one row per signal: NAME = (pin, direction, safe level, wiring), as in boards/",
                EXIT_USAGE,
            ) from error

    def whole(self, signal):
        """Return the signal with its pin and what is wired to it."""
        row = self._rows.get(signal)
        return f"{signal} (GPIO {row[0]}: {row[3]})" if row else signal

    def short(self, signal):
        """Return the signal with its pin."""
        row = self._rows.get(signal)
        return f"{signal} (GPIO {row[0]})" if row else signal

    def has(self, signal):
        """Tell whether the board has a pin for it."""
        return signal in self._rows
