"""The named check `composite_schedule`, on answers made here."""

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from chargecore_tools.cert.checks.composite_schedule import CompositeSchedule
from chargecore_tools.cert.errors import Failed
from chargecore_tools.cert.makers.charging_profile import ChargingProfile
from chargecore_tools.csms.events import iso

_NOW = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
_BEGAN = iso(_NOW - timedelta(seconds=10))


def _lab(unit="A"):
    settings = SimpleNamespace(
        time_deviation_s=4, charging_rate_unit=unit, stack_level=0, number_phases=3
    )
    return SimpleNamespace(settings=settings, clock=SimpleNamespace(now=lambda: _NOW))


def _judge(periods, unit="A", wanted="A", duration=300, began=_BEGAN, start=_NOW, **more):
    rows = [{"startPeriod": begin, "limit": limit} for begin, limit in periods]
    schedule = {"duration": duration, "chargingRateUnit": unit, "chargingSchedulePeriod": rows}
    answer = {"scheduleStart": iso(start), "chargingSchedule": schedule}
    fields = {"limits": {0: 6, 100: 8, 200: 8.5}, **more}
    CompositeSchedule.run(_lab(wanted), answer, iso(_NOW), 300, began, **fields)


def test_takes_the_right_periods_counted_from_when_it_was_asked():
    _judge([(0, 6), (90, 8), (190, 8.5)])


def test_takes_watts_when_they_were_asked_for():
    _judge([(0, 6000), (90, 8000), (190, 8500)], unit="W", wanted="W")


def test_takes_the_other_list_too():
    _judge([(0, 9)], or_limits={0: 9})


def test_leaves_out_what_is_past_or_after_the_end():
    _judge([(0, 8)], limits={0: 6, 5: 8, 310: 9})


def test_takes_any_limit_where_only_the_station_knows_it():
    _judge([(0, 32)], limits={0: "any"})


@pytest.mark.parametrize(
    ("periods", "more", "what"),
    [
        ([(0, 6), (90, 8)], {}, "are right"),
        ([(0, 6), (90, 9), (190, 8.5)], {}, "limit 9 is not 8"),
        ([(0, 6), (80, 8), (190, 8.5)], {}, "start 80"),
        ([(0, 6), (90, 8), (150, 8), (190, 8.5)], {}, "are right"),
        ([(1, 6), (90, 8), (190, 8.5)], {}, "begin at 0"),
        ([], {}, "begin at 0"),
        ([(0, 6), (90, 8), (190, 8.5)], {"duration": 290}, "duration"),
        ([(0, 6), (90, 8), (190, 8.5)], {"unit": "W"}, "chargingRateUnit"),
        ([(0, 6), (90, 8), (190, 8.5)], {"start": _NOW - timedelta(seconds=9)}, "scheduleStart"),
    ],
)
def test_says_what_is_wrong(periods, more, what):
    with pytest.raises(Failed, match=what):
        _judge(periods, **more)


def test_makes_a_profile_that_is_valid_from_its_beginning():
    profile = ChargingProfile.run(_lab("W"), "TxProfile", {0: 6}, transaction=5, valid_s=401)

    schedule = profile["chargingSchedule"]
    assert schedule["startSchedule"] == profile["validFrom"] == iso(_NOW - timedelta(seconds=4))
    assert profile["validTo"] == iso(_NOW + timedelta(seconds=397))
    assert schedule["chargingSchedulePeriod"] == [
        {"startPeriod": 0, "limit": 6000, "numberPhases": 3}
    ]
    assert (profile["transactionId"], profile["stackLevel"]) == (5, 0)
