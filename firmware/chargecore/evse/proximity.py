"""Proximity: what the resistor in the plug of the cable allows, and whether it is still that one.

Called by: Sensors once per full step. Never: touches the contactor (the interlock does).
Source: Type 2 bands as in evse-hardware.md §8.2: 63 A 80..140 Ohm, 32 A 164..308, 20 A 400..936,
13 A 1100..2460; a value between two bands counts as the lower current; 1 kOhm pull-up to 3.3 V, so
that uV = 3,300,000 * R / (R + 1000). Heap: none after __init__, but for an OSError of the ADC.
"""

from micropython import const

from chargecore.safety.pilot_states import PILOT_A, PILOT_B, PILOT_C, PILOT_D

_LOWEST_UV = const(186_792)  # 60 Ohm; below: a short circuit
# (highest uV of the band, mA): 140, 308, 936 and 4500 Ohm; above: no plug, or a broken wire
_BANDS = (
    (405_264, 63_000),
    (777_065, 32_000),
    (1_595_455, 20_000),
    (2_700_000, 13_000),
)
_SINGLE_PHASE_MA = const(70_000)  # what the 63 A cable carries on one phase
_RATED_MAX_MA = const(63_000)
# Nearest legal resistors of two bands are 60 mV apart: less is noise at the edge of a band.
_NOISE_UV = const(50_000)
_LATCH_POLLS = const(3)  # alike: the plug has stopped bouncing
_LOST_POLLS = const(2)  # in a row: opens within 60 ms (R22, F27)
_NO_READING_UV = const(-1)


def rating_of_uv(uv):  # HOT
    """Return the mA that the voltage at the contact allows, 0 for none or a fault."""
    if uv >= _LOWEST_UV:
        for bound_uv, rating_ma in _BANDS:
            if uv <= bound_uv:
                return rating_ma
    return 0


class Proximity:
    """`cable_ma` is the rating of the plugged cable, taken once per session; 0 = not known.

    A session lasts from pilot B, C or D to pilot A. `is_ok` is False when it has no valid
    resistor, or another one than at its start; the rating stays as it was taken. Without a car
    nothing can be wrong.
    """

    def __init__(self, adc):
        self._adc = adc
        self.is_single_phase = False  # set by the station file
        self.cable_ma = 0
        self.is_ok = True
        self._rated_uv = 0  # what the rating was taken from
        self._seen_ma = 0  # rating of the latest reading
        self._polls = 0  # in a row: alike before the rating is taken, wrong after it

    def poll(self, pilot_state):  # HOT
        """Read the contact. pilot_state: PILOT_*, debounced."""
        try:
            uv = self._adc.read_uv()
        except OSError:
            uv = _NO_READING_UV
        seen_ma = rating_of_uv(uv)
        if pilot_state == PILOT_A:
            self.cable_ma = 0
            self.is_ok = True
            self._polls = 0
        elif self.cable_ma:
            self._compare(uv, seen_ma)
        elif pilot_state == PILOT_B or pilot_state == PILOT_C or pilot_state == PILOT_D:
            self._take(uv, seen_ma)
        self._seen_ma = seen_ma

    def _take(self, uv, seen_ma):  # HOT
        """Take the rating as soon as it is the same in three polls."""
        is_alike = seen_ma and seen_ma == self._seen_ma
        self._polls = self._polls + 1 if is_alike else 1
        self.is_ok = self._polls >= _LATCH_POLLS
        if self.is_ok:
            is_largest = seen_ma == _RATED_MAX_MA and self.is_single_phase
            self.cable_ma = _SINGLE_PHASE_MA if is_largest else seen_ma
            self._rated_uv = uv
            self._polls = 0

    def _compare(self, uv, seen_ma):  # HOT
        """Compare with the resistor that the rating was taken from."""
        is_same = seen_ma and (
            abs(uv - self._rated_uv) <= _NOISE_UV or seen_ma == rating_of_uv(self._rated_uv)
        )
        if is_same == self.is_ok:
            self._polls = 0
            return
        self._polls += 1
        if self._polls >= _LOST_POLLS:
            self.is_ok = is_same
            self._polls = 0
