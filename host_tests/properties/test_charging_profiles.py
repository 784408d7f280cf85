"""Charging profiles against a slow oracle: 20,000 random sets, and whatever hypothesis finds.

What is compared for each set: which profiles are accepted; the composite schedule of one connector
(or of connector 0) over a window, in A or W, at its first and last second, at the two seconds
around every instant at which the oracle or the schedule may change, and at random seconds; and
limit_ma(), asked at the same seconds in ascending order as the station would. Windows lie around
midnight, around the turn of the week, and around nothing in particular, and last from a second to
two weeks. Of windows with more than 24 boundaries, as many are drawn.
"""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.profile_bench import Bench

_SETS = 20_000
_CHUNKS = 8


@pytest.mark.parametrize("chunk", range(_CHUNKS))
def test_agrees_with_the_oracle_on_random_sets(chunk):
    compared = 0
    for number in range(_SETS // _CHUNKS):
        pick = Random(chunk * _SETS + number)
        bench = Bench(pick)
        bench.fill()
        try:
            compared += bench.compare()
        except AssertionError as error:
            raise AssertionError(
                f"set {chunk * _SETS + number}: {bench.oracle.profiles}"
            ) from error
    assert compared > 10 * _SETS // _CHUNKS


@settings(max_examples=150)
@given(st.randoms(use_true_random=False))
def test_agrees_with_the_oracle_on_what_hypothesis_draws(pick):
    bench = Bench(pick)
    bench.fill()
    bench.compare()
