"""Car: the vehicle's side of the pilot, and the current it draws.

Called by: the plant, each pass; the control socket plugs, unplugs and forces it.
Never: reads anything but the pilot's duty and whether the socket is live, as a real car.
Heap: none after __init__.
"""

from micropython import const

_DUTY_FULL = const(65535)
_OFFER_MIN_MA = const(6_000)
_READY_MS = const(1_000)  # PWM offers current -> state C
_WITHDRAWN_MS = const(500)  # offer withdrawn -> B; 3 s allowed, evse-hardware.md §2 10.1
_FOLLOW_MS = const(200)  # a change of the offer -> a change of the current; 5 s allowed, §2 6

MAX_MA_DEFAULT = const(32_000)
PHASES_DEFAULT = const(3)


def offer_of_duty(duty_u16):
    """Return the mA a duty offers, 0 when charging is not allowed.

    Source: evse-hardware.md §1.3. 3..7 % asks for digital communication: this car has none.
    """
    permille = (duty_u16 * 1000 + _DUTY_FULL // 2) // _DUTY_FULL
    if permille < 80 or permille > 970:
        return 0
    if permille < 100:
        return _OFFER_MIN_MA
    if permille > 960:
        return 80_000
    # Fractions of 65,535 in their lowest terms: the products stay small ints on 32 bits, too.
    if permille <= 850:
        return (duty_u16 * 4_000 + 2_184) // 4_369
    return ((duty_u16 - 39_321) * 20_000 // 13_107 - 4_000) * 25 // 10


class Car:
    """State "A".."F" of the pilot and the current drawn per phase."""

    def __init__(self):
        self.max_ma = MAX_MA_DEFAULT
        self.phases = PHASES_DEFAULT
        self.is_plugged = False
        self.is_auto = False  # answers the PWM by itself
        self.has_cable = False  # its cable is with the station
        self.state = "A"  # what it does to the pilot
        self.ohm = 0  # > 0: its resistance in that state, else the nominal one
        self.offer_ma = 0  # last offer it acts on
        self.drawn_ma = 0  # per phase
        self.forced_ma = 0  # > 0: draws this whatever is offered (fault over_current)
        self._pulse_ms = 0  # > 0: until the state before the pulse comes back
        self._back_state = "A"
        self._back_ohm = 0
        self._waited_ms = 0  # since the condition for the next auto state holds
        self._pending_ma = 0  # offer seen, not yet followed
        self._pending_ms = 0

    def plug(self, is_auto, max_ma, phases):
        """Put the cable into station and car: state B."""
        self.is_plugged = True
        self.is_auto = is_auto
        self.max_ma = max_ma
        self.phases = phases
        self.force("B")
        self.is_auto = is_auto

    def unplug(self):
        """Take the cable out of the car, and out of the station once the lock lets go: state A."""
        self.is_plugged = False
        self.force("A")
        self.has_cable = False
        self.drawn_ma = 0

    def force(self, state, ohm=0, pulse_ms=0):
        """Set the pilot state by hand; the car no longer acts by itself.

        A is the car's end of the cable pulled out: the station's end stays where it is.
        pulse_ms > 0: the present state comes back after that time.
        """
        self.is_auto = False
        self._pulse_ms = pulse_ms
        self._back_state = self.state
        self._back_ohm = self.ohm
        self.state = state
        self.ohm = ohm
        if state != "A":
            self.has_cable = True
        self._waited_ms = 0
        self.offer_ma = 0
        self._pending_ma = 0

    def step(self, dt_ms, duty_u16, is_live):
        """Let dt_ms pass. Return whether the pilot state changed."""
        offer_ma = offer_of_duty(duty_u16)
        self._follow(dt_ms, offer_ma)
        if self._pulse_ms:
            has_changed = self._end_pulse(dt_ms)
        else:
            has_changed = self.is_auto and self._act(dt_ms, offer_ma)
        self.drawn_ma = self._current_ma(is_live)
        return has_changed

    def _follow(self, dt_ms, offer_ma):
        if offer_ma != self._pending_ma:
            self._pending_ma = offer_ma
            self._pending_ms = 0
        elif offer_ma and offer_ma != self.offer_ma:
            # A withdrawn offer (0) keeps the last one: a car forced to stay in C goes on drawing.
            self._pending_ms += dt_ms
            if self._pending_ms >= _FOLLOW_MS:
                self.offer_ma = offer_ma

    def _end_pulse(self, dt_ms):
        self._pulse_ms = max(self._pulse_ms - dt_ms, 0)
        if self._pulse_ms:
            return False
        self.state = self._back_state
        self.ohm = self._back_ohm
        return True

    def _act(self, dt_ms, offer_ma):
        wanted = "C" if offer_ma else "B"
        if self.state == wanted:
            self._waited_ms = 0
            return False
        self._waited_ms += dt_ms
        if self._waited_ms < (_READY_MS if offer_ma else _WITHDRAWN_MS):
            return False
        self.state = wanted
        self.ohm = 0
        self._waited_ms = 0
        return True

    def _current_ma(self, is_live):
        if not is_live or not self.is_plugged:
            return 0
        if self.forced_ma:
            return self.forced_ma
        if self.state != "C" and self.state != "D":
            return 0
        return min(self.max_ma, self.offer_ma)
