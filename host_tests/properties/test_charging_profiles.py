"""Charging profiles against a slow oracle: 20,000 random sets, and whatever hypothesis finds.

What is compared for each set: which profiles are accepted; the composite schedule of one connector
(or of connector 0) over a window, in A or W, at its first and last second, at the two seconds
around every instant at which the oracle or the schedule may change, and at random seconds; and
limit_ma(), asked at the same seconds in ascending order as the station would. Windows lie around
midnight, around the turn of the week, and around nothing in particular, and last from a second to
two weeks. Of windows with more than 24 boundaries, as many are drawn. What the connectors get
together is held against ChargePointMaxProfile.
"""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargecore.station.profile_slot import PURPOSE_TX, SLOT_LEN, UNIT_A, UNIT_W
from chargecore.station.profile_table import PROFILES_MAX
from fakes.profile_bench import Bench
from fakes.profile_world import MIDNIGHT_S, ProfileWorld

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
            bench.check_sum()
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
    bench.check_sum()


def _spoil(image, pick):
    """Change some bytes, mostly where the fields of a slot stand."""
    for _ in range(pick.randrange(6)):
        slot_at = 4 + SLOT_LEN * pick.randrange(PROFILES_MAX)
        at = slot_at + pick.choice(
            (pick.randrange(8), pick.randrange(40), pick.randrange(SLOT_LEN))
        )
        image[at] = pick.choice((0, 1, 2, 3, 24, 0x40, 0x80, 0xFF, pick.randrange(256)))


@settings(max_examples=300)
@given(st.randoms(use_true_random=False), st.binary(max_size=900))
def test_takes_any_image_without_harm(pick, noise):
    bench = Bench(pick)
    bench.fill()
    old = bench.world.table
    image = bytearray(old.image_buf[: old.image_len])
    if pick.randrange(4) == 0:
        image[2 : 2 + len(noise)] = noise
    image += bytes(len(old.image_buf) - len(image))
    _spoil(image, pick)
    world = ProfileWorld(bench.connectors)
    world.table.image_buf[:] = image

    count = world.table.adopt(pick.choice((len(image), old.image_len, 3, -2)))

    assert 0 <= count == world.table.count <= PROFILES_MAX
    for rank in range(count):
        assert world.table.image_buf[world.table.place(rank)] < PURPOSE_TX
    for unit in (UNIT_A, UNIT_W):
        world.ask(pick.randrange(bench.connectors + 1), unit, 2 * 86_400, MIDNIGHT_S)
        assert 1 <= world.composite.count <= 48
    assert 0 <= world.limit_ma(1, MIDNIGHT_S) < 1 << 30
    assert world.clear() == count
