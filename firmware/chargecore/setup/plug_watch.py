"""PlugWatch: whether certainly no car is plugged, asked while no station runs.

Called by: Window. The pilot stands at +12 V then, as boot.py has left it; a car pulls it to 9 V or
less. What is no clear +12 V is no answer: a pilot that cannot be read counts as a plugged car.
Heap: the burst buffer of PilotSense.
"""

from micropython import const

from chargecore.evse.pilot_sense import PilotSense

_FREE_MIN_MV = const(10_500)  # half way to state B
_FREE_MAX_MV = const(13_500)


class PlugWatch:
    """adc, sampler: of the connector's pilot; the divider is taken as nominal."""

    def __init__(self, adc, sampler=None):
        self._sense = PilotSense(adc, sampler)

    def has_no_car(self):
        """Take a burst; tell whether nothing pulls at the pilot."""
        sense = self._sense
        sense.read(False)
        return sense.low_mv >= _FREE_MIN_MV and sense.high_mv <= _FREE_MAX_MV
