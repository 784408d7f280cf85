"""PilotDrive: what the station puts on the control pilot: static +12 V, PWM, or static -12 V.

Called by: EvseController. The only file that writes the pilot's PWM.
Never: offers more than it was told; whether current may be offered is decided elsewhere.
Source: IEC 61851-1 Annex A as in evse-hardware.md §1.3, R40, R43. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff, ticks_recent

OFFER_MIN_MA = const(6_000)
OFFER_MAX_MA = const(80_000)
OFFER_NARROW_MA = const(51_000)  # up to 85 % duty; 51..52.5 A has no duty of its own: 51 A
_GAP_HIGH_MA = const(52_500)
_FREQUENCY_HZ = const(1_000)
_DUTY_PLUS = const(65_535)  # static +12 V, X1
_DUTY_MINUS = const(0)  # static -12 V, state F
_RAISE_MS = const(5_000)  # R40: between a change and a rise
_X1_MS = const(3_000)  # R11: static before the PWM starts
_X1_WOKEN_MS = const(750)  # R42: after a wake-up


def clamp_ma(limit_ma):  # HOT
    """Return the largest offer with a duty of its own that is not above limit_ma, 0 below 6 A."""
    if limit_ma < OFFER_MIN_MA:
        return 0
    if OFFER_NARROW_MA < limit_ma < _GAP_HIGH_MA:
        return OFFER_NARROW_MA
    return limit_ma if limit_ma < OFFER_MAX_MA else OFFER_MAX_MA


def duty_of_ma(offer_ma):  # HOT
    """Return the duty (65535 = 100 %) that offers offer_ma, rounded down.

    Range: a result of clamp_ma but 0. Duties of 3..7 % ask for digital communication: never made.
    """
    if offer_ma <= OFFER_NARROW_MA:
        return offer_ma * 4_369 // 4_000  # 65535 / 60 A
    # (offer / 2.5 A + 64) % of 65535, with 64 % = 41942.4; the product ends at 2^30 - 2.5 %.
    return 41_942 + (offer_ma * 13_107 + 20_000) // 50_000


class PilotDrive:
    """`offered_ma` is what the pilot says now, 0 while it is static."""

    def __init__(self, pwm, clock):
        self._pwm = pwm
        self.offered_ma = 0
        self.is_pwm_on = False
        self.is_low = False  # static -12 V
        now_ms = clock.ticks_ms()
        self._changed_at_ms = now_ms  # last change of the duty
        self._static_since_ms = now_ms  # since when the pilot is in X1
        self._x1_ms = _X1_MS  # how long it must be
        pwm.freq(_FREQUENCY_HZ)
        pwm.duty_u16(_DUTY_PLUS)

    def set_static(self, now_ms):  # HOT
        """Stop the PWM: static +12 V (X1)."""
        if self.is_pwm_on or self.is_low:
            self._stop(_DUTY_PLUS, now_ms)
            self.is_low = False

    def end_wake_up(self, now_ms):  # HOT
        """Static +12 V behind the -12 V of a wake-up: the PWM may start sooner."""
        self.set_static(now_ms)
        self._x1_ms = _X1_WOKEN_MS

    def set_low(self, now_ms):  # HOT
        """Static -12 V: the station is not available (F)."""
        if not self.is_low:
            self._stop(_DUTY_MINUS, now_ms)
            self.is_low = True

    def can_start(self, now_ms):  # HOT
        """Return True once the pilot has been in X1 for as long as a car wants to see it."""
        if self.is_pwm_on:
            return True
        return not self.is_low and ticks_diff(now_ms, self._static_since_ms) >= self._x1_ms

    def offer(self, limit_ma, now_ms):  # HOT
        """Offer up to limit_ma. A cut acts at once, a rise waits for 5 s after the last change.

        Ignored before can_start(). Range: limit_ma >= 6 A, else nothing changes.
        """
        offer_ma = clamp_ma(limit_ma)
        if offer_ma == self.offered_ma or offer_ma == 0 or not self.can_start(now_ms):
            return
        is_rise = self.is_pwm_on and offer_ma > self.offered_ma
        if is_rise and ticks_diff(now_ms, self._changed_at_ms) < _RAISE_MS:
            return
        self._pwm.duty_u16(duty_of_ma(offer_ma))
        self.offered_ma = offer_ma
        self.is_pwm_on = True
        self._changed_at_ms = now_ms

    def refresh(self, now_ms):  # HOT
        """Keep old instants old. Call at least once a day."""
        self._changed_at_ms = ticks_recent(self._changed_at_ms, now_ms)
        self._static_since_ms = ticks_recent(self._static_since_ms, now_ms)

    def _stop(self, duty_u16, now_ms):  # HOT
        self._pwm.duty_u16(duty_u16)
        self.offered_ma = 0
        self.is_pwm_on = False
        self._changed_at_ms = now_ms
        self._static_since_ms = now_ms
        self._x1_ms = _X1_MS
