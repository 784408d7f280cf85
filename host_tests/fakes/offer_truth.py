"""OfferTruth: what the pilot may offer and the car draw (R11, R26, R31, R43; for F42)."""

from boards.host.car import offer_of_duty

_X1 = 65_535
_LIMIT_MS = 100
_X1_MS = 3_000 - 50  # R11, less one long pass
_WARM_MS = 1_300  # F33: derated within a second
_FOLLOW_MS = 5_100  # IEC 61851-1 seq. 6: a car has 5 s to follow a cut
_NOISE_MA = 600  # added to the offer: the curve's 0.5 A, and the meter's own
_LOAD_MS = 600  # R26: 200 ms, a sample of the meter every 200 ms, and what it takes to look
_LEAST_MA = 6_000


class OfferTruth:
    """look() once per pass; `pwm_since_ms` is when the PWM began, or now."""

    def __init__(self, rig):
        self._rig = rig
        self.pwm_since_ms = 0
        self._duty = _X1
        self._x1_since_ms = 0
        self._cut_at_ms = 0  # when the duty last was no more than allowed
        self._warm_at_ms = 0  # when it last was no more than the temperature allows
        self._held_to_ma = 0  # what the car may draw, 0 = nothing was offered yet
        self._fell_at_ms = 0  # when the offer was last that high
        self._bore_at_ms = 0  # when the current last was bearable

    def look(self, limit_ma, now_ms, late_ms):
        """limit_ma: what station and cable allow. late_ms: what a stall adds."""
        duty = self._rig.hw.pilot_pwm.duty
        is_pwm_on = 0 < duty < _X1
        if duty != self._duty:
            self._change(duty, is_pwm_on, now_ms)
        offer_ma = 0
        if is_pwm_on:
            offer_ma = offer_of_duty(duty)
            self._check_offer(offer_ma, limit_ma, now_ms, late_ms)
        else:
            self.pwm_since_ms = self._cut_at_ms = self._warm_at_ms = now_ms
        self._check_load(offer_ma, now_ms, late_ms)

    def _change(self, duty, is_pwm_on, now_ms):
        """R11: X1 for 3 s before the PWM."""
        was_pwm_on = 0 < self._duty < _X1
        if is_pwm_on and not was_pwm_on:
            if now_ms - self._x1_since_ms < _X1_MS:
                raise AssertionError("R11: PWM {} ms after X1".format(now_ms - self._x1_since_ms))
            self.pwm_since_ms = now_ms
        elif duty == _X1:
            self._x1_since_ms = now_ms
        self._duty = duty

    def _check_offer(self, offer_ma, limit_ma, now_ms, late_ms):
        """R43 and R31. While the firmware stalls nothing is cut; the hardware drops the coil."""
        if offer_ma < _LEAST_MA:
            raise AssertionError("a duty that offers nothing")
        if offer_ma <= limit_ma + 1 or self._rig.is_stalled:
            self._cut_at_ms = now_ms
        elif now_ms - self._cut_at_ms > _LIMIT_MS + late_ms:
            raise AssertionError("R43: {} mA of {}".format(offer_ma, limit_ma))
        thermometer = self._rig.plant.thermometer
        warm_ma = self._derated_ma(thermometer.temperature_dc, limit_ma)
        if offer_ma <= warm_ma or thermometer.is_silent:
            self._warm_at_ms = now_ms
        elif now_ms - self._warm_at_ms > _WARM_MS + late_ms:
            raise AssertionError("R31: {} mA of {} when warm".format(offer_ma, warm_ma))

    def _derated_ma(self, temperature_dc, limit_ma):
        """From 60 to 70 C down to 6 A; half a degree is the sensor's."""
        over_dc = temperature_dc - 605
        if over_dc <= 0 or limit_ma <= _LEAST_MA:
            return max(limit_ma, _LEAST_MA)
        return _LEAST_MA + (limit_ma - _LEAST_MA) * max(100 - over_dc, 0) // 100

    def _check_load(self, offer_ma, now_ms, late_ms):
        """R26: twice what was offered, to a car that has had its time to follow, opens."""
        if offer_ma >= self._held_to_ma:
            self._held_to_ma = offer_ma
            self._fell_at_ms = now_ms
        elif offer_ma and now_ms - self._fell_at_ms > _FOLLOW_MS:
            self._held_to_ma = offer_ma
        plant = self._rig.plant
        drawn_ma = plant.car.drawn_ma
        if not self._held_to_ma or drawn_ma < 2 * (self._held_to_ma + _NOISE_MA):
            self._bore_at_ms = now_ms
        elif now_ms - self._bore_at_ms > _LOAD_MS + late_ms and plant.has_coil():
            raise AssertionError("R26: {} mA of {}".format(drawn_ma, self._held_to_ma))
