"""Thermometer: the NTC at the terminals and its pull-up, as a voltage at the ADC pin.

Called by: the fault switch. The meter's temperature register shows the same spot.
Source: 10 kOhm at 25 C, B 3950, 10 kOhm pull-up to 3.3 V (firmware/chargecore/evse, temp_adc).
"""

import math

from micropython import const

from boards.host.sim_voltage import FULL_SCALE_UV

TEMPERATURE_DC = const(250)
_NOMINAL_OHM = 10_000.0  # at 25 C
_PULL_UP_OHM = 10_000.0
_BETA_K = 3_950.0
_NOMINAL_K = 298.15
_ZERO_K = 273.15


def ntc_uv(temperature_dc):
    """Return the voltage over the NTC at that temperature."""
    kelvin = temperature_dc / 10 + _ZERO_K
    ohm = _NOMINAL_OHM * math.exp(_BETA_K * (1 / kelvin - 1 / _NOMINAL_K))
    return int(FULL_SCALE_UV * ohm / (ohm + _PULL_UP_OHM) + 0.5)


class Thermometer:
    """temperature_dc is what is true; what the ADC shows depends on the wires."""

    def __init__(self, adc, meter):
        self._adc = adc
        self._meter = meter
        self.temperature_dc = TEMPERATURE_DC
        self.is_open = False  # fault: a broken wire
        self.is_shorted = False  # fault
        self.is_silent = False  # fault: the converter gives no reading
        self.update()

    def update(self):
        """Show the temperature at the ADC and in the meter's register."""
        adc = self._adc
        adc.is_silent = self.is_silent
        if self.is_open:
            adc.level_uv = FULL_SCALE_UV
        elif self.is_shorted:
            adc.level_uv = 0
        else:
            adc.level_uv = ntc_uv(self.temperature_dc)
        self._meter.has_temperature = not (self.is_open or self.is_shorted or self.is_silent)
        self._meter.set_temperature(self.temperature_dc)
