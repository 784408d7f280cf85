"""ProximityNetwork: the proximity contact of the socket and the resistor in the cable's plug.

Called by: the plant; it leaves the voltage at the ADC pin.
Source: evse-hardware.md §8.2 (1 kOhm pull-up to 3.3 V; 220 Ohm codes a 32 A cable).
Heap: none after __init__.
"""

from micropython import const

from boards.host.sim_adc import PILOT_CENTRE_UV, PILOT_UV_PER_MV
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
        self.has_pull_up = True  # False: a wiring fault
        self._foreign_uv = None  # wiring fault: its ADC pin hangs at something else
        self.update()

    @property
    def is_fitted(self):
        """Tell whether there is a contact at all."""
        return self._adc is not None

    def update(self):
        """Compute the voltage anew."""
        if self._adc is not None:
            level_uv = self._level_uv()
            self._adc.level_uv = level_uv if self._foreign_uv is None else self._foreign_uv

    def swap(self, pilot_mv):
        """Show the pilot at this ADC pin. Return what the pilot's shows, as mV at the CP pin."""
        self._foreign_uv = PILOT_CENTRE_UV + pilot_mv * PILOT_UV_PER_MV
        self.update()
        return (self._level_uv() - PILOT_CENTRE_UV) // PILOT_UV_PER_MV

    def unswap(self):
        """The ADC pin hangs at the contact again."""
        self._foreign_uv = None
        self.update()

    def _level_uv(self):
        if self.is_shorted or not self.has_pull_up:
            return 0
        if self.is_open or not self.is_inserted:
            return FULL_SCALE_UV
        return FULL_SCALE_UV * self.cable_ohm // (self.cable_ohm + _PULL_UP_OHM)
