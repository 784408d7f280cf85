"""The calendar against datetime, over every day it promises."""

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from chargecore.base import calendar

_EPOCH = datetime(2024, 1, 1, tzinfo=timezone.utc)
_DAYS = (datetime(2058, 1, 1, tzinfo=timezone.utc) - _EPOCH).days


def test_agrees_with_datetime_on_every_day():
    for day_idx in range(_DAYS):
        date = _EPOCH + timedelta(days=day_idx)
        in_year = calendar.day_of_year(day_idx)
        is_leap = date.year % 4 == 0
        month = calendar.month_of_day(in_year, is_leap)

        assert calendar.year_of_day(day_idx) == date.year
        assert month == date.month
        assert in_year - calendar.days_before_month(month, is_leap) + 1 == date.day
        seconds = calendar.wall_from_date(date.year, date.month, date.day)
        assert seconds == day_idx * calendar.DAY_S


@given(st.integers(2024, 2057), st.integers(1, 12))
def test_agrees_with_datetime_on_the_length_of_a_month(year, month):
    first = datetime(year, month, 1)
    following = datetime(year + month // 12, month % 12 + 1, 1)

    assert calendar.days_in_month(year, month) == (following - first).days


@given(st.integers(2024, 2057), st.data())
def test_goes_there_and_back(year, data):
    month = data.draw(st.integers(1, 12))
    day = data.draw(st.integers(1, calendar.days_in_month(year, month)))

    day_idx = calendar.wall_from_date(year, month, day) // calendar.DAY_S

    in_year = calendar.day_of_year(day_idx)
    assert calendar.year_of_day(day_idx) == year
    assert calendar.month_of_day(in_year, year % 4 == 0) == month
