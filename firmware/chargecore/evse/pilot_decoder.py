"""PilotDecoder: the pilot state that two levels stand for, with hysteresis and debounce.

Called by: EvseController with each burst. Never: touches a pin or the contactor.
Source: evse-hardware.md §1.5: boundaries midway between the nominal levels, moved in favour of the
present state; 2 bursts to leave a state, 3 for INVALID, 500 ms to begin asking. Heap: none.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff
from chargecore.safety.pilot_states import (
    PILOT_B,
    PILOT_C,
    PILOT_D,
    PILOT_E,
    PILOT_F,
    PILOT_INVALID,
)

_BOUNDS_MV = (10_500, 7_500, 4_500, 1_500)  # A/B, B/C, C/D, D/E
_HYSTERESIS_MV = const(250)
_E_LOWEST_MV = const(-1_500)
_HIGHEST_MV = const(13_000)  # beyond it the input, not the pilot, is broken
_DIODE_MV = const(-10_300)  # good <= -11.4 V, shorted >= -9.2 V
_SWING_MV = const(2_000)  # PWM makes at least this much, or the ADC is frozen (F9)
_LEAVE_BURSTS = const(2)
_INVALID_BURSTS = const(3)
_ASK_MS = const(500)  # R1
_PULSE_MS = const(30)  # two bursts: shorter is a glitch, not a pulse
_NONE = const(-1)


class PilotDecoder:
    """`state` is PILOT_*, debounced; `is_diode_ok` belongs to the latest burst alone.

    A car that asks (C or D) is B until it has asked for 500 ms. A request that ends before that is
    a pulse: take() returns True for it (R44), and nothing acts on it.
    """

    def __init__(self):
        self.state = PILOT_INVALID
        self.is_diode_ok = False  # the negative half was there, so far as PWM ran
        self._away_bursts = 0  # bursts in a row that did not show `state`
        self._asking = _NONE  # PILOT_C or PILOT_D seen, not yet believed
        self._asking_since_ms = 0

    def take(self, high_mv, low_mv, is_pwm_on, now_ms):  # HOT
        """Take the levels of a burst. Return True when a short request has just ended."""
        shown = self._classify(high_mv, low_mv, is_pwm_on)
        self.is_diode_ok = is_pwm_on and low_mv <= _DIODE_MV and shown != PILOT_INVALID
        has_pulse = self._follow_request(shown, now_ms)
        state = self.state
        if shown == state:
            self._away_bursts = 0
            return has_pulse
        self._away_bursts += 1
        needed = _INVALID_BURSTS if shown == PILOT_INVALID else _LEAVE_BURSTS
        if self._away_bursts >= needed:
            if self._asking != _NONE:
                shown = self._believed(now_ms)
            if shown != state:
                self.state = shown
                self._away_bursts = 0
        return has_pulse

    def take_driven_low(self):  # HOT
        """The station itself drives -12 V: nothing can be seen of the car."""
        self.state = PILOT_F
        self.is_diode_ok = False
        self._away_bursts = 0
        self._asking = _NONE

    def _follow_request(self, shown, now_ms):  # HOT
        """Time a request that is not believed yet. Return True when it ends as a pulse."""
        if shown == self._asking:
            return False
        has_pulse = (
            self._asking != _NONE
            and self.state != self._asking
            and ticks_diff(now_ms, self._asking_since_ms) >= _PULSE_MS
        )
        self._asking = _NONE
        # From C to D is no new request: the contactor opens after the two bursts.
        is_new = shown == PILOT_C or (shown == PILOT_D and self.state != PILOT_C)
        if is_new and shown != self.state:
            self._asking = shown
            self._asking_since_ms = now_ms
        return has_pulse

    def _believed(self, now_ms):  # HOT
        """Return what a request counts for: itself after its time, until then B."""
        if ticks_diff(now_ms, self._asking_since_ms) < _ASK_MS:
            return self.state if self.state == PILOT_D else PILOT_B
        asked = self._asking
        self._asking = _NONE
        return asked

    def _classify(self, high_mv, low_mv, is_pwm_on):  # HOT
        if high_mv > _HIGHEST_MV or low_mv < -_HIGHEST_MV:
            return PILOT_INVALID
        if high_mv <= _DIODE_MV:
            return PILOT_F
        present = self.state
        for state in range(PILOT_E):
            bound_mv = _BOUNDS_MV[state]
            if present <= state:
                bound_mv -= _HYSTERESIS_MV
            elif present <= PILOT_E:
                bound_mv += _HYSTERESIS_MV
            if high_mv >= bound_mv:
                is_frozen = is_pwm_on and high_mv - low_mv < _SWING_MV
                return PILOT_INVALID if is_frozen else state
        return PILOT_E if high_mv >= _E_LOWEST_MV else PILOT_INVALID
