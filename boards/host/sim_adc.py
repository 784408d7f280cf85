"""SimAdc: the pilot sense input, read at a pseudo-random phase of the PWM period.

Called by: evse's pilot sense, 150 times per burst, so read_uv() is as short as it can be.
Source: evse-hardware.md §1.4 (88 mV per V, centre 1.3 V); unsynchronised reads.
Heap: none after __init__.
"""

from micropython import const

PILOT_CENTRE_UV = const(1_300_000)
PILOT_UV_PER_MV = const(88)
_FULL_SCALE_UV = const(3_300_000)


class SimAdc:
    """Answers the level of the pilot half that a random instant falls into."""

    def __init__(self, number):
        self.number = number
        self._phase = 12345  # 0..65535, instant within the PWM period
        self._duty = 0  # phase below it: high half; 65536 = always
        self._high_uv = PILOT_CENTRE_UV
        self._low_uv = PILOT_CENTRE_UV
        self.scale_permille = 1000  # wiring fault: a divider of other resistors
        self._noise_mv = 0  # amplitude of added noise
        self._noise = 1  # state of its generator, of a far longer period than the phase's

    def set_levels(self, duty_u16, high_mv, low_mv):
        """Take the levels at the CP pin and the duty that parts them."""
        self._duty = 65536 if duty_u16 == 65535 else duty_u16
        self._high_uv = self._scaled(PILOT_CENTRE_UV + PILOT_UV_PER_MV * high_mv)
        self._low_uv = self._scaled(PILOT_CENTRE_UV + PILOT_UV_PER_MV * low_mv)

    def _scaled(self, uv):
        if self.scale_permille == 1000:
            return uv
        return min(max(uv // 1000 * self.scale_permille, 0), _FULL_SCALE_UV)

    def set_noise(self, noise_mv):
        """Add noise of +-noise_mv at the CP pin to every reading."""
        self._noise_mv = noise_mv

    def read_uv(self):
        """Return the voltage at the ADC pin in microvolts."""
        phase = self._phase  # taken as signed: the product stays a small int on 32 bits, too
        phase = (((phase & 0x7FFF) - (phase & 0x8000)) * 25173 + 13849) & 0xFFFF
        self._phase = phase
        if self._noise_mv:
            return self._noisy_uv(phase)
        return self._high_uv if phase < self._duty else self._low_uv

    def _noisy_uv(self, phase):
        level_uv = self._high_uv if phase < self._duty else self._low_uv
        self._noise = noise = (self._noise * 69069 + 1) & 0x3FFFFFFF
        noise_mv = (noise >> 8) % (2 * self._noise_mv + 1) - self._noise_mv
        return min(max(level_uv + PILOT_UV_PER_MV * noise_mv, 0), _FULL_SCALE_UV)
