"""CoilDrive: a contactor coil at a PWM output: full power to pull in, then as much as holds it.

Called by: Contactor alone (value, step). A board that has the circuit makes it from the coil's PWM
and offers it as coil_pin; docs/safety.md, R45. The only file that writes a coil's PWM.
Never: switches on by itself, or back on after value(0). It keeps nothing on either: a PWM goes on
while Python stands still, so the one-shot of the dead man must cut the coil behind it as behind a
plain pin, and does so when the safety step no longer comes.
Heap: none after __init__.
Source: evse-hardware.md §5, "Relay economiser": 100 % for 100 ms, then 50-60 % at 20 kHz or more;
full power again for 100 ms if the feedback drops once.
"""

from micropython import const

from chargecore.base.errors import ConfigError
from chargecore.base.ticks import ticks_diff

_FREQ_HZ = const(25_000)  # above what people hear; the coil's own inductance smooths it
_FULL = const(65_535)
_FULL_MS = const(100)

_OFF = const(0)
_PULLING = const(1)  # full power, the first step has not come yet: nobody has told the time
_FULL_POWER = const(2)
_HOLDING = const(3)


class CoilDrive:
    """pwm: freq(hz), duty_u16(0..65535) of machine.PWM, made with duty 0. Active high."""

    def __init__(self, pwm, hold_permille=550):
        pwm.duty_u16(0)  # before anything else: a port may begin with half
        if not 500 <= hold_permille <= 1000:
            raise ConfigError("hold_permille")
        pwm.freq(_FREQ_HZ)
        pwm.duty_u16(0)
        self._duty_u16 = pwm.duty_u16
        self._hold_duty = hold_permille * _FULL // 1000
        self._state = _OFF
        self._full_at_ms = 0
        self._has_boosted = False  # the feedback has dropped once since the coil was switched on
        self.boosts = 0  # since boot

    def value(self, level=None):  # HOT
        """Switch off at once (0), or begin to pull in (1). Return what is wanted without level."""
        if level is None:
            return 0 if self._state == _OFF else 1
        if not level:
            self._duty_u16(0)
            self._state = _OFF
        elif self._state == _OFF:
            self._state = _PULLING
            self._has_boosted = False
            self._duty_u16(_FULL)
        return None

    def step(self, now_ms, is_closed):  # HOT
        """Save power when the contacts had their time; give full power again when they let go."""
        state = self._state
        if state == _PULLING:
            self._state = _FULL_POWER
            self._full_at_ms = now_ms
        elif state == _FULL_POWER:
            if not 0 <= ticks_diff(now_ms, self._full_at_ms) < _FULL_MS:
                self._state = _HOLDING
                self._duty_u16(self._hold_duty)
        elif state == _HOLDING and not is_closed and not self._has_boosted:
            self._has_boosted = True
            self.boosts += 1
            self._state = _FULL_POWER
            self._full_at_ms = now_ms
            self._duty_u16(_FULL)
