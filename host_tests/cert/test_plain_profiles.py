"""The plain station's composite schedules against worked examples of OCPP 1.6 §3.13."""

import pytest

from cert.bare_station import START, BareStation
from cert.plain_station.transaction import Transaction

TX = Transaction(1, 1, "TAG1", "", 0, 0.0)


def profile(number, purpose, periods, level=0, unit="A", duration=None, start=START, **fields):
    schedule = {
        "charging_rate_unit": unit,
        "charging_schedule_period": [
            {"start_period": at, "limit": limit, **fields} for at, limit in periods
        ],
        "start_schedule": start,
    }
    if duration is not None:
        schedule["duration"] = duration
    return {
        "charging_profile_id": number,
        "stack_level": level,
        "charging_profile_purpose": purpose,
        "charging_profile_kind": "Absolute",
        "charging_schedule": schedule,
    }


def periods(bare, duration, unit="A", transaction=TX):
    schedule, _start = bare.station.profiles.composite(1, transaction, duration, unit)
    return [(row["start_period"], row["limit"]) for row in schedule["charging_schedule_period"]]


def put(bare, *rows):
    for connector, row in rows:
        assert bare.station.profiles.fault_of(connector, row) == ""
        bare.station.profiles.put(connector, row)


def test_lower_level_leads_where_the_higher_one_has_ended():
    bare = BareStation()
    put(
        bare,
        (1, profile(1, "TxDefaultProfile", [(0, 6), (100, 8), (200, 10)], duration=400)),
        (1, profile(2, "TxDefaultProfile", [(0, 7), (100, 9)], level=1, duration=150)),
    )

    bare.now_s = 4.0

    assert periods(bare, 350) == [(0, 7.0), (96, 9.0), (146, 8.0), (196, 10.0)]


def test_transaction_profile_hides_the_default_and_the_maximum_caps_both():
    bare = BareStation()
    default = [(0, 6), (60, 10), (120, 8), (180, 15), (260, 8)]
    own = [(0, 8), (50, 11), (140, 16), (200, 6), (240, 12)]
    put(
        bare,
        (0, profile(1, "ChargePointMaxProfile", [(0, 10)], duration=86400)),
        (1, profile(2, "TxDefaultProfile", default, duration=300)),
        (1, profile(3, "TxProfile", own, duration=260)),
    )

    bare.now_s = 4.0

    assert periods(bare, 250) == [(0, 8.0), (46, 10.0), (196, 6.0), (236, 10.0)]


@pytest.mark.parametrize(
    "unit, expected", [("A", [(0, 10.0), (600, 31.8)]), ("W", [(0, 6900.0), (600, 22000.0)])]
)
def test_units_are_converted_and_rounded_down(unit, expected):
    bare = BareStation()
    put(
        bare,
        (0, profile(1, "ChargePointMaxProfile", [(0, 22000)], unit="W")),
        (1, profile(2, "TxProfile", [(0, 10), (600, 40)])),
    )

    assert periods(bare, 1200, unit) == expected


def test_daily_profile_falls_back_to_the_level_below():
    bare = BareStation()
    night = profile(2, "TxDefaultProfile", [(0, 6000)], 1, "W", 43200, "2026-11-23T08:00:00Z")
    night.update(charging_profile_kind="Recurring", recurrency_kind="Daily")
    put(bare, (0, profile(1, "TxDefaultProfile", [(0, 11000)], unit="W")), (0, night))

    bare.now_s = 9 * 3600.0  # 19:00

    assert periods(bare, 10800, "A", None) == [(0, 8.6), (3600, 15.9)]


def test_answers_with_the_local_limit_when_there_is_no_profile():
    assert periods(BareStation(), 300, "A", None) == [(0, 32.0)]


def test_refuses_a_maximum_for_one_connector():
    row = profile(1, "ChargePointMaxProfile", [(0, 10)])

    assert BareStation().station.profiles.fault_of(1, row) == "connectorId"
