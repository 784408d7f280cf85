"""LowerPwm: a PWM that never makes a longer high half than it was asked for.

Called by: boards, around the machine.PWM of the pilot. A driver that rounds to the nearest step of
its counter may advertise more than the limit; what it can round up is taken off first.
Source: MicroPython's rp2/machine_pwm.c rounds to the nearest of 62,500 steps at 1 kHz; esp32 has
65,536 steps, on S2, S3 and C3 8,192 (device-figures.md, micropython.md). Heap: none.
"""

from micropython import const

MARGIN_RP2 = const(1)  # of 65535: half a step is 0.52
MARGIN_ESP32 = const(1)
MARGIN_ESP32_S3 = const(4)  # S2, C3 as well: half a step
_FULL = const(65_535)


class LowerPwm:
    """pwm is a machine.PWM, margin one of MARGIN_*. Static levels stay static."""

    def __init__(self, pwm, margin):
        self._pwm = pwm
        self._margin = margin

    def freq(self, hz):
        """Set the frequency."""
        self._pwm.freq(hz)

    def duty_u16(self, duty):  # HOT
        """Set the duty, rounded down. 0 and 65535 are constant levels."""
        if 0 < duty < _FULL:
            duty = max(duty - self._margin, 0)
        self._pwm.duty_u16(duty)
