"""OverCurrent: whether the car draws more than it was offered for longer than the curve allows.

Called by: Interlock every 20 ms. Never: opens anything; the circuit breaker stays the protection.
Source: R26, R32 (evse-hardware.md §8.1). Heap: none after __init__.

The rule where the current moves between the bands of the curve: a band lets it last for T, so each
millisecond in it uses up 1/T of the patience, and so does one in any other band; what is used up
stays used up when the band changes. At or below 110 % it comes back within 30 s, as slowly as the
mildest band uses it up. So a current that hops around a boundary trips between the times of
both bands, and one that hops below 110 % and back trips as long as it is too high on the whole.
"""

from micropython import const

LOAD_OK = const(0)
LOAD_STOP = const(1)  # stop gracefully (R32)
LOAD_OPEN = const(2)  # open at once (R26)

_BANDS_PERCENT = (200, 150, 125, 110)  # of offer + noise, from which on; steepest first
_RATES = (1_050, 105, 30, 7)  # what a millisecond uses up of _PATIENCE: 0.2, 2, 7, 30 s
_PATIENCE = const(210_000)
_REST = const(-7)  # at or below 110 %
_NOISE_MA = const(500)
_FOLLOW_MS = const(5_000)  # IEC 61851-1 seq. 6: a car has so long to follow a decrease
_SAMPLE_MS = const(5_000)  # behind that without a new sample the current is unknown
_LONGEST_MS = const(1_000)  # one step counts for no more
_HIGHEST_MA = const(1_000_000)


class OverCurrent:
    """Judges samples against the offer that the car has had time to follow."""

    def __init__(self):
        self._used = 0  # of _PATIENCE
        self._offer_ma = 0  # what the car is held to
        self._next_ma = 0  # a lower offer that it is still following
        self._follow_ms = 0  # how long it may still take for that, 0: it follows none
        self._sample_count = 0
        self._sample_ms = 0  # age of the sample

    def rest(self, dt_ms, offer_ma):  # HOT
        """Let dt_ms pass with the contactor open: no current, and a new offer counts at once."""
        self._offer_ma = offer_ma
        self._follow_ms = 0
        self._sample_ms = 0
        self._use(_REST, dt_ms)

    def step(self, dt_ms, current_ma, sample_count, offer_ma):  # HOT
        """Let dt_ms pass at current_ma, None = unknown. Return LOAD_*.

        An unknown current neither uses up patience nor gives it back. offer_ma 0: the PWM is off
        and the car still held to what it was offered before.
        """
        self._follow(dt_ms, offer_ma)
        if sample_count != self._sample_count:
            self._sample_count = sample_count
            self._sample_ms = 0
        else:
            self._sample_ms = min(self._sample_ms + dt_ms, _SAMPLE_MS)
        if current_ma is None or self._sample_ms >= _SAMPLE_MS:
            return LOAD_OK
        rate = self._rate(current_ma)
        self._use(rate, dt_ms)
        if self._used < _PATIENCE:
            return LOAD_OK
        return LOAD_OPEN if rate == _RATES[0] else LOAD_STOP

    def _follow(self, dt_ms, offer_ma):  # HOT
        """Hold the car to a lower offer 5 s after it came, to a higher one at once."""
        if self._follow_ms:
            if offer_ma > self._next_ma:
                self._next_ma = offer_ma
            self._follow_ms = max(self._follow_ms - dt_ms, 0)
            if self._follow_ms == 0:
                self._offer_ma = self._next_ma
        if offer_ma >= self._offer_ma:
            self._offer_ma = offer_ma
            self._follow_ms = 0
        elif offer_ma and self._follow_ms == 0:
            self._next_ma = offer_ma
            self._follow_ms = _FOLLOW_MS

    def _rate(self, current_ma):  # HOT
        allowed_ma = self._offer_ma + _NOISE_MA
        drawn_ma = min(abs(current_ma), _HIGHEST_MA) * 100
        for idx in range(len(_RATES)):
            limit_ma = allowed_ma * _BANDS_PERCENT[idx]
            if drawn_ma > limit_ma or (idx == 0 and drawn_ma == limit_ma):
                return _RATES[idx]
        return _REST

    def _use(self, rate, dt_ms):  # HOT
        used = self._used + rate * min(dt_ms, _LONGEST_MS)
        self._used = max(0, min(used, _PATIENCE))
