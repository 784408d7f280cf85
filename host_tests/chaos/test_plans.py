"""What seeds decide: actions of the proxy and troubles of a station."""

import pytest

from chargecore_tools.soak import chaos_plan, trouble_plan
from chargecore_tools.soak.chaos_plan import Action, make_plan
from chargecore_tools.soak.trouble_plan import Trouble, make_troubles

HOUR_S = 3600
MAKERS = (make_plan, make_troubles)


@pytest.mark.parametrize("make", MAKERS)
def test_the_same_seed_gives_the_same_plan(make):
    assert make("7.1", HOUR_S, 60) == make("7.1", HOUR_S, 60)


@pytest.mark.parametrize("make", MAKERS)
def test_another_seed_gives_another_plan(make):
    assert make(1, HOUR_S, 60) != make(2, HOUR_S, 60)


@pytest.mark.parametrize("make", MAKERS)
def test_a_plan_is_in_order_within_its_length_and_as_dense_as_wanted(make):
    times_s = [row.at_s for row in make(3, 100 * HOUR_S, 60)]

    assert times_s == sorted(times_s)
    assert times_s[0] >= 0 and times_s[-1] <= 100 * HOUR_S
    assert 5_500 < len(times_s) < 6_500


def test_a_long_plan_has_every_kind_of_action_both_ways():
    plan = make_plan(4, 100 * HOUR_S, 60)

    kinds = {action.kind for action in plan}
    assert kinds == {
        value
        for name, value in vars(chaos_plan).items()
        if name.isupper() and isinstance(value, str) and value not in ("up", "down", "both")
    }
    for kind in chaos_plan.ON_MESSAGE:
        assert {action.way for action in plan if action.kind == kind} == {"up", "down"}
    targets = {action.target for action in plan}
    assert {"", "StartTransaction", "StopTransaction"} <= targets
    assert not any(action.target for action in plan if action.kind == "cut")


def test_what_lasts_has_an_end_and_damage_has_a_place():
    for action in make_plan(5, 50 * HOUR_S, 60):
        if action.kind in ("refuse", "deaf", "freeze", "slow", "swap"):
            assert 5 <= action.for_s <= 60
        if action.kind in ("truncate", "corrupt"):
            assert 1 <= action.place_permille <= 999


def test_a_long_plan_has_every_kind_of_trouble():
    kinds = {trouble.kind for trouble in make_troubles(6, 100 * HOUR_S, 60)}

    assert kinds == {"kill", "power_cycle", "link", "server", "withhold", "error", "late"}


def test_a_station_that_keeps_its_supply_has_no_cuts():
    kinds = {trouble.kind for trouble in make_troubles(6, 100 * HOUR_S, 60, has_cuts=False)}

    assert kinds.isdisjoint(trouble_plan.CUTS) and "link" in kinds


def test_plans_can_be_read():
    assert str(Action(12.5, "hole", "down")) == "    12.5 s hole down"
    assert str(Action(0, "slow", "up", 9.0, 2.0)) == "     0.0 s slow up for 9.0 s by 2.0 s"
    assert str(Action(1, "lose", "up", target="Authorize")).endswith("lose up Authorize")
    assert str(Action(1, "corrupt", "up", place_permille=500)).endswith("up at 500 permille")
    assert str(Trouble(3, "error", 0.0, "Heartbeat", 2, "GenericError")) == (
        "     3.0 s error Heartbeat GenericError 2 times"
    )
