"""SimVoltage: an analogue input with a slow signal: proximity contact, temperature.

Called by: evse's drivers through read_uv(); the plant sets `level_uv`.
Heap: none after __init__, but for the exception of a silent input.
"""

from micropython import const

FULL_SCALE_UV = const(3_300_000)


class SimVoltage:
    """Answers the level it was given, within 0..3.3 V."""

    def __init__(self, number, level_uv):
        self.number = number
        self.level_uv = level_uv
        self.is_silent = False  # fault: the converter gives no reading

    def read_uv(self):
        """Return the voltage at the ADC pin in microvolts. Errors: OSError while it is silent."""
        if self.is_silent:
            raise OSError("no reading")
        return min(max(self.level_uv, 0), FULL_SCALE_UV)
