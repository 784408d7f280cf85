"""fields.check() against a slow oracle that reads the rules as they are written."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from chargecore.base.codes import (
    E_LENGTH,
    E_MISSING,
    E_RANGE,
    E_SYNTAX,
    E_TOO_MANY,
    E_TYPE,
    E_UNKNOWN_FIELD,
    OK,
)
from chargecore.wire import fields
from chargecore.wire.fields import ABSENT, OPTIONAL, REQUIRED
from chargecore.wire.json_reader import JsonReader

_READER = JsonReader(600, 30)
_NAMES = ("a", "b", "ab", "ba", "c")
_WORDS = ("x", "xy", "yx")

_SCALAR_ROWS = st.sampled_from(
    (
        (fields.F_INT, -5, 120),
        (fields.F_TEXT, 3),
        (fields.F_WORD, tuple(word.encode() for word in _WORDS)),
        (fields.F_BOOL,),
        (fields.F_ANY,),
        (fields.F_OBJECT_ANY,),
        (fields.F_ARRAY_TEXT, 2),
        (fields.F_DECIMAL, 0, -5, 120),
    )
)


def _rows(kinds):
    names = st.lists(st.sampled_from(_NAMES), unique=True, max_size=5)
    needs = st.sampled_from((REQUIRED, OPTIONAL))
    return names.flatmap(
        lambda found: st.tuples(
            *[
                st.tuples(kinds, needs).map(
                    lambda pair, name=name: (name.encode(), pair[0][0], pair[1]) + pair[0][1:]
                )
                for name in found
            ]
        )
    )


_FLAT_ROWS = _rows(_SCALAR_ROWS)
_INNER_ROWS = _rows(
    _SCALAR_ROWS
    | _FLAT_ROWS.map(lambda rows: (fields.F_OBJECT, rows))
    | _FLAT_ROWS.map(lambda rows: (fields.F_ARRAY_OBJECT, rows, 2))
)
_ROWS = _rows(
    _SCALAR_ROWS
    | _INNER_ROWS.map(lambda rows: (fields.F_OBJECT, rows))
    | _INNER_ROWS.map(lambda rows: (fields.F_ARRAY_OBJECT, rows, 3))
)


class _Members(list):
    """An object as the list of its (name, value) pairs, twice the same name included."""


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-10, 130)
    | st.sampled_from(_WORDS + ("", "long", "\u00e4\u00e4\u00e4", "\u00e4\n\u00e4\n"))
)
_ANY_VALUE = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(st.tuples(st.sampled_from(_NAMES), inner), max_size=4).map(_Members)
    ),
    max_leaves=8,
)


@st.composite
def _fitting(draw, rows):
    """An object that mostly obeys the rows: random ones nearly never would."""
    members = _Members()
    for row in draw(st.permutations(rows)):
        if row[2] == OPTIONAL and draw(st.booleans()):
            continue
        members.append((row[0].decode(), draw(_value_for(row))))
    if draw(st.integers(0, 7)) == 0:
        members.append((draw(st.sampled_from(_NAMES)), draw(_ANY_VALUE)))
    return members


def _value_for(row):
    what = row[1]
    if what == fields.F_OBJECT:
        good = _fitting(row[3])
    elif what == fields.F_ARRAY_OBJECT:
        good = st.lists(_fitting(row[3]), max_size=row[4])
    elif what == fields.F_OBJECT_ANY:
        good = st.just(_Members([("any", [1])]))
    elif what == fields.F_ARRAY_TEXT:
        good = st.lists(st.sampled_from(("", "x", "\u00e4\n")), max_size=3)
    elif what == fields.F_BOOL:
        good = st.booleans()
    elif what in (fields.F_TEXT, fields.F_WORD):
        good = st.sampled_from(_WORDS)
    else:
        good = st.integers(-5, 120)
    return st.integers(0, 15).flatmap(lambda n: _ANY_VALUE if n == 0 else good)


def dumped(value, is_ascii):
    """json.dumps for objects as pairs."""
    if isinstance(value, _Members):
        return "{" + ",".join(f"{json.dumps(n)}:{dumped(v, is_ascii)}" for n, v in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(dumped(item, is_ascii) for item in value) + "]"
    return json.dumps(value, ensure_ascii=is_ascii)


# ---- the oracle ----


def expected(rows, value):
    """Return (code, values) with values None where check() gives a token."""
    if value is None:
        code = E_MISSING if any(row[2] == REQUIRED for row in rows) else OK
        return code, _absent(rows)
    if not isinstance(value, _Members):
        return E_TYPE, []
    by_name = {}
    for name, inner in value:
        row = next((row for row in rows if row[0].decode() == name), None)
        if row is None:
            return E_UNKNOWN_FIELD, []
        if name in by_name:
            return E_SYNTAX, []
        if inner is None:
            continue
        code, found = _one(row, inner)
        if code != OK:
            return code, []
        by_name[name] = found
    if any(row[2] == REQUIRED and row[0].decode() not in by_name for row in rows):
        return E_MISSING, []
    values = []
    for row in rows:
        values += by_name.get(row[0].decode(), _absent((row,)))
    return OK, values


def _absent(rows):
    values = []
    for row in rows:
        values.append(ABSENT)
        if row[1] == fields.F_OBJECT:
            values += _absent(row[3])
        elif row[1] == fields.F_ARRAY_OBJECT:
            values.append(ABSENT)
    return values


def _one(row, value):
    what = row[1]
    if what == fields.F_OBJECT:
        if not isinstance(value, _Members):
            return E_TYPE, []
        code, inner = expected(row[3], value)
        return code, [None] + inner
    if what == fields.F_ARRAY_OBJECT:
        return _items(row, value)
    return _scalar(row, value)


def _items(row, value):
    if isinstance(value, _Members) or not isinstance(value, list):
        return E_TYPE, []
    if len(value) > row[4]:
        return E_TOO_MANY, []
    for item in value:
        code = expected(row[3], item)[0] if isinstance(item, _Members) else E_TYPE
        if code != OK:
            return code, []
    return OK, [None, None]


def _scalar(row, value):
    what = row[1]
    is_int = isinstance(value, int) and not isinstance(value, bool)
    if what in (fields.F_INT, fields.F_DECIMAL):
        if not is_int:
            return E_TYPE, []
        return (OK, [value]) if -5 <= value <= 120 else (E_RANGE, [])
    if what == fields.F_BOOL:
        return (OK, [int(value)]) if isinstance(value, bool) else (E_TYPE, [])
    if what == fields.F_ANY:
        return OK, [None]
    if what == fields.F_OBJECT_ANY:
        return (OK if isinstance(value, _Members) else E_TYPE), [None]
    if what == fields.F_ARRAY_TEXT:
        return _texts(row, value)
    if not isinstance(value, str):
        return E_TYPE, []
    if what == fields.F_TEXT:
        return (OK if len(value) <= row[3] else E_LENGTH), [None]
    return (OK, [_WORDS.index(value)]) if value in _WORDS else (E_RANGE, [])


def _texts(row, value):
    if isinstance(value, _Members) or not isinstance(value, list):
        return E_TYPE, []
    for item in value:
        if not isinstance(item, str):
            return E_TYPE, []
        if len(item) > row[3]:
            return E_LENGTH, []
    return OK, [None]


def assert_agrees(rows, value, is_ascii):
    text = dumped(value, is_ascii).encode()
    assert _READER.parse(text, len(text)) == OK

    code = fields.check(_READER, 0, fields.table(rows))

    want, values = expected(rows, value)
    assert code == want, (rows, text)
    if code == OK:
        assert len(values) == fields.table(rows)[1]
        for n, found in enumerate(values):
            if found is not None:
                assert _READER.values[n] == found, (rows, text, n)


@settings(max_examples=300)
@given(_ROWS.flatmap(lambda rows: st.tuples(st.just(rows), _fitting(rows))), st.booleans())
def test_agrees_with_the_oracle_on_messages_that_mostly_fit(pair, is_ascii):
    assert_agrees(pair[0], pair[1], is_ascii)


@given(_ROWS, _ANY_VALUE, st.booleans())
def test_agrees_with_the_oracle_on_anything(rows, value, is_ascii):
    assert_agrees(rows, value, is_ascii)
