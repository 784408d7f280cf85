"""ProximityNetwork: the proximity contact of the socket and the resistor in the cable's plug.

Called by: the plant; it leaves the voltage at the ADC pin.
Source: evse-hardware.md §8.2 (1 kOhm pull-up to 3.3 V; 220 Ohm codes a 32 A cable).
Heap: none after __init__.
"""

from micropython import const

from boards.host.sim_voltage import FULL_SCALE_UV

CABLE_OHM = const(220)  # a 32 A cable
_PULL_UP_OHM = const(1_000)


class ProximityNetwork:
    """What a plug in the socket does to the contact. adc is None with a tethered cable."""

    def __init__(self, adc):
        self._adc = adc
        self.is_inserted = False  # a plug is in the socket
        self.cable_ohm = CABLE_OHM  # of the cable that is, or will be, in the socket
        self.is_open = False  # fault: the wire of the contact is broken
        self.is_shorted = False  # fault: the contact touches protective earth
        self.update()

    @property
    def is_fitted(self):
        """Tell whether there is a contact at all."""
        return self._adc is not None

    def update(self):
        """Compute the voltage anew."""
        if self._adc is None:
            return
        if self.is_open:
            level_uv = FULL_SCALE_UV
        elif self.is_shorted:
            level_uv = 0
        elif not self.is_inserted:
            level_uv = FULL_SCALE_UV
        else:
            level_uv = FULL_SCALE_UV * self.cable_ohm // (self.cable_ohm + _PULL_UP_OHM)
        self._adc.level_uv = level_uv
