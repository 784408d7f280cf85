"""OverCurrent against a slow oracle that keeps the whole history in fractions."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from chargecore.safety.over_current import LOAD_OK, LOAD_OPEN, LOAD_STOP, OverCurrent

_STEP_MS = 20
_BANDS = (  # more than this part of offer + 0.5 A lasts for ms; twice of it counts from 2 on
    (Fraction(11, 10), 30_000),
    (Fraction(5, 4), 7_000),
    (Fraction(3, 2), 2_000),
)
_CURRENTS_MA = st.one_of(st.none(), st.integers(0, 200_000), st.integers(14_000, 40_000))
_OFFERS_MA = st.sampled_from((0, 6_000, 10_000, 16_000, 20_000, 32_000, 63_000))
_PARTS = st.tuples(st.integers(1, 400), _CURRENTS_MA, _OFFERS_MA)


class Oracle:
    """The rules as words say them: ages of offers, parts of patience."""

    def __init__(self, offer_ma):
        self.held_ma = offer_ma
        self.next_ma = None
        self.cut_at_ms = 0
        self.now_ms = 0
        self.used = Fraction(0)

    def step(self, current_ma, offer_ma):
        self.now_ms += _STEP_MS
        self._follow(offer_ma)
        if current_ma is None:
            return LOAD_OK
        load = Fraction(current_ma, self.held_ma + 500)
        if load >= 2:
            part = Fraction(_STEP_MS, 200)
        else:
            lasts = [ms for bound, ms in _BANDS if load > bound]
            part = Fraction(_STEP_MS, lasts[-1]) if lasts else Fraction(-_STEP_MS, 30_000)
        self.used = max(Fraction(0), min(self.used + part, Fraction(1)))
        if self.used < 1:
            return LOAD_OK
        return LOAD_OPEN if load >= 2 else LOAD_STOP

    def _follow(self, offer_ma):
        if self.next_ma is not None:
            self.next_ma = max(self.next_ma, offer_ma)
            if self.now_ms - self.cut_at_ms >= 5_000:
                self.held_ma, self.next_ma = self.next_ma, None
        if offer_ma >= self.held_ma:
            self.held_ma, self.next_ma = offer_ma, None
        elif offer_ma and self.next_ma is None:
            self.next_ma, self.cut_at_ms = offer_ma, self.now_ms


@settings(max_examples=150, deadline=None)
@given(st.lists(_PARTS, min_size=1, max_size=12))
def test_judges_as_the_oracle_does(parts):
    load = OverCurrent()
    load.rest(_STEP_MS, 16_000)
    oracle = Oracle(16_000)
    count = 0
    for steps, current_ma, offer_ma in parts:
        for _ in range(steps):
            count += 1
            verdict = load.step(_STEP_MS, current_ma, count & 0xFFFF, offer_ma)
            assert verdict == oracle.step(current_ma, offer_ma)
