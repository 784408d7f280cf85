"""PlainAdc: one input of an RP2's ADC, read on demand, while no AdcRing samples it.

Called by: setup.PlugWatch, through read_uv(), where no station could be built.
"""


class PlainAdc:
    """adc: machine.ADC. The reference is the supply, taken as 3.3 V."""

    def __init__(self, adc):
        self._adc = adc

    def read_uv(self):
        """Return microvolts at the pin."""
        return (self._adc.read_u16() >> 4) * 103_125 >> 7
