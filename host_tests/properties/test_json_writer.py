"""The writer: json.loads reads back what it wrote, through windows of any size."""

import json

from hypothesis import given
from hypothesis import strategies as st

from chargecore.wire.iso_time import WALL_LAST_S
from chargecore.wire.json_writer import JsonWriter

_INT32 = st.integers(-(1 << 31), (1 << 31) - 1)
_NAMES = st.text(st.sampled_from("abcXYZ09_"), max_size=6)
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
_VALUES = st.recursive(
    st.none() | st.booleans() | _INT32 | _TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=20,
)


def render(w, value):
    if value is None:
        w.null()
    elif isinstance(value, bool):
        w.boolean(value)
    elif isinstance(value, int):
        w.int(value)
    elif isinstance(value, str):
        render_text(w, value)
    elif isinstance(value, list):
        w.open_array()
        for inner in value:
            render(w, inner)
        w.close_array()
    else:
        w.open_object()
        for name, inner in value.items():
            if isinstance(inner, str):
                w.member(name.encode(), inner.encode())
            else:
                w.key(name.encode())
                render(w, inner)
        w.close_object()


def render_text(w, value):
    data = value.encode()
    if len(data) % 2:
        w.text(data)
    else:
        w.text_range(b"12" + data + b"345", 2, 2 + len(data))


def written(draw_render, size):
    outer = bytearray(b"#" * (size + 20))
    writer = JsonWriter(memoryview(outer)[10 : 10 + size])
    text = b""
    while True:
        writer.begin(len(text))
        draw_render(writer)
        text += bytes(outer[10 : 10 + writer.filled])
        assert outer[:10] == outer[-10:] == b"#" * 10
        if len(text) == writer.length:
            return text
        assert writer.filled == size


@given(_VALUES, st.integers(1, 80))
def test_json_reads_back_what_was_written(value, size):
    text = written(lambda w: render(w, value), size)

    assert json.loads(text) == value
    assert text == written(lambda w: render(w, value), 5000)


@given(st.binary(max_size=60), st.integers(1, 30))
def test_writes_utf_8_whatever_the_bytes(data, size):
    text = written(lambda w: w.text(data), size).decode("utf-8")

    # Every byte that is not part of a character becomes U+FFFD of its own.
    expected = ""
    at = 0
    while at < len(data):
        for count in (1, 2, 3, 4):
            try:
                expected += data[at : at + count].decode("utf-8")
                break
            except UnicodeDecodeError:
                continue
        else:
            count = 1
            expected += "\ufffd"
        at += count
    assert json.loads(text) == expected


@given(_INT32, st.integers(0, 9), st.integers(1, 20))
def test_writes_fixed_points_exactly(value, decimals, size):
    text = written(lambda w: w.fixed_text(value, decimals), size).decode()[1:-1]

    whole, _, fraction = text.partition(".")
    assert len(fraction) == decimals
    assert int(whole + fraction) == value
    assert json.loads(written(lambda w: w.fixed(value, decimals), size)) == float(text)


@given(st.integers(0, WALL_LAST_S), st.integers(-1, 999), st.integers(1, 40))
def test_writes_times_that_datetime_reads(wall_s, part_ms, size):
    from datetime import datetime, timedelta, timezone

    text = json.loads(written(lambda w: w.time(wall_s, part_ms), size))

    began = datetime(2024, 1, 1, tzinfo=timezone.utc)
    expected = began + timedelta(seconds=wall_s, milliseconds=max(part_ms, 0))
    assert datetime.fromisoformat(text) == expected
    assert len(text) == (20 if part_ms < 0 else 24)
