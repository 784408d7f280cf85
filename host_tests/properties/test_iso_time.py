"""Times against datetime."""

from array import array
from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from chargecore.wire.iso_time import (
    TIME_BEFORE,
    TIME_BEHIND,
    TIME_MALFORMED,
    WALL_LAST_S,
    parse_time,
)

_EPOCH = datetime(2024, 1, 1, tzinfo=timezone.utc)
_OUT = array("i", [0] * 7)


def parse(text):
    return parse_time(text, 0, len(text), _OUT)


@given(st.datetimes(), st.integers(-1439, 1439), st.sampled_from(("T", "t")))
def test_reads_what_datetime_writes(instant, offset_min, mark):
    zone = timezone(timedelta(minutes=offset_min))
    instant = instant.replace(tzinfo=zone)
    text = instant.isoformat(sep=mark)

    found = parse(text.encode())

    expected = (instant - _EPOCH) // timedelta(seconds=1)
    if expected < 0:
        assert found == TIME_BEFORE
    elif expected > WALL_LAST_S:
        assert found == TIME_BEHIND
    else:
        assert found == expected
        assert _OUT[0] == instant.microsecond // 1000


@given(st.text("0123456789-:TZ+. ", max_size=32))
def test_never_takes_what_datetime_refuses(text):
    found = parse(text.encode())

    if found == TIME_MALFORMED:
        return
    # datetime knows no leap second, and no hour alone behind a sign before 3.11.
    instant = datetime.fromisoformat(text.replace(":60", ":59"))
    assert instant is not None


@given(st.binary(max_size=40))
def test_never_raises_whatever_the_bytes(data):
    assert TIME_BEHIND <= parse(data) <= WALL_LAST_S
