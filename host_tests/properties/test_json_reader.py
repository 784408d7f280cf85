"""The reader against CPython's json: same verdict, same values, whatever the bytes."""

from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargecore.base.codes import E_RANGE, E_SYNTAX, E_TYPE, OK
from chargecore.wire.json_reader import (
    T_ARRAY,
    T_FALSE,
    T_NULL,
    T_NUMBER,
    T_OBJECT,
    T_STRING,
    T_TRUE,
    JsonReader,
)
from fakes.json_cases import BAD, GOOD
from fakes.json_texts import ANY_BYTES, TEXTS, damaged, is_number, is_whole, oracle, plain

_READER = JsonReader(2000, 100)
_MOST = (1 << 30) - 1


def assert_same_verdict(data):
    # Rubbish behind the text: the reader must not look at it.
    code = _READER.parse(bytearray(data + b'"]}1'), len(data))

    is_valid, value = oracle(data)
    assert code == (OK if is_valid else E_SYNTAX), data
    if is_valid:
        assert_same_value(0, value)


def assert_same_value(idx, value):
    kind = _READER.kind(idx)
    if isinstance(value, dict):
        assert kind == T_OBJECT
        assert_same_members(idx, value)
    elif isinstance(value, list):
        assert kind == T_ARRAY
        assert _READER.count(idx) == len(value)
        item = _READER.first(idx)
        for number, inner in enumerate(value):
            assert _READER.item(idx, number) == item
            assert_same_value(item, inner)
            item = _READER.next(item)
    elif is_number(value):
        assert kind == T_NUMBER
        assert_same_number(idx, value)
    elif isinstance(value, str):
        assert kind == T_STRING
        assert_same_text(idx, plain(value))
    else:
        assert kind == {None: T_NULL, True: T_TRUE, False: T_FALSE}[value]


def assert_same_members(idx, members):
    seen = set()
    key = _READER.first(idx)
    for _ in range(_READER.count(idx)):
        seen.add(text_of(key))
        key = _READER.next(key + 1)
    assert seen == {plain(name) for name in members}
    for name, inner in members.items():
        if plain(name) == name and len(name.encode()) <= 200:
            assert_same_value(_READER.find(idx, name.encode()), inner)


def text_of(idx):
    buf = bytearray(5000)
    return bytes(buf[: _READER.copy_text(idx, buf, 1000)]).decode()


def assert_same_text(idx, text):
    assert text_of(idx) == text
    assert _READER.char_count(idx) == len(text)
    assert _READER.equals(idx, text.encode()) == (
        len(text.encode()) <= 200 or text_fits(idx, text)
    )


def text_fits(idx, text):
    """A text without escapes is compared at any length, one with escapes up to 256 bytes."""
    return _READER.plain_len(idx) == len(text.encode())


def assert_same_number(idx, text):
    _READER.clear()
    found = _READER.int_value(idx, -(1 << 31), (1 << 31) - 1)
    if not is_whole(text):
        assert _READER.error == E_TYPE
    elif len(text) < 30 and -(1 << 31) <= int(text) < 1 << 31:
        assert (found, _READER.error) == (int(text), OK)
    else:
        assert _READER.error == E_RANGE
    for decimals in (0, 1, 3):
        assert_same_scaled(idx, text, decimals)


def assert_same_scaled(idx, text, decimals):
    _READER.clear()
    found = _READER.scaled_value(idx, decimals)
    try:
        value = Decimal(text)
        exponent = value.adjusted()
    except InvalidOperation:  # an exponent beyond what decimal takes
        return
    if value != 0 and exponent > 20:
        assert _READER.error == E_RANGE
        return
    expected = 0 if exponent < -20 else int(value.scaleb(decimals))
    if abs(expected) <= _MOST:
        assert (found, _READER.error) == (expected, OK), text
    else:
        assert _READER.error == E_RANGE


@given(ANY_BYTES)
def test_says_what_cpython_says_about_any_bytes(data):
    assert_same_verdict(data)


@given(TEXTS)
def test_reads_valid_texts_as_cpython_does(data):
    assert_same_verdict(data)


@given(damaged())
def test_says_what_cpython_says_about_damaged_texts(data):
    assert_same_verdict(data)


@given(TEXTS, st.data())
def test_says_what_cpython_says_about_texts_that_are_cut_off(data, draw):
    assert_same_verdict(data[: draw.draw(st.integers(0, len(data)))])


@given(st.from_regex(rb"-?[0-9]{0,12}(\.[0-9]{0,12})?([eE][+-]?[0-9]{0,4})?", fullmatch=True))
def test_reads_numbers_as_cpython_does(data):
    assert_same_verdict(data)


@given(st.lists(st.sampled_from(("\\ud83d", "\\ude00", "\\u00e4", "x", "\\n", "\\\\", "u0041"))))
def test_pairs_surrogates_as_cpython_does(parts):
    assert_same_verdict(('"' + "".join(parts) + '"').encode())


@pytest.mark.parametrize("data", GOOD + BAD)
def test_says_what_cpython_says_about_the_corner_cases(data):
    assert_same_verdict(data)


def test_the_corner_cases_are_sorted_right():
    assert all(oracle(data)[0] for data in GOOD)
    assert not any(oracle(data)[0] for data in BAD)


@given(st.binary(max_size=200), st.integers(1, 30), st.integers(1, 6))
def test_never_writes_beyond_its_table(data, max_tokens, max_depth):
    reader = JsonReader(max_tokens, max_depth)
    reader.parse(data, len(data))

    assert 0 <= reader.tokens[0] <= max_tokens
