"""Messages of a server for the property tests: made from a schema, then damaged in many ways.

Used by: test_every_message.py and its sibling on the VM. A payload is a tree: Members is an object
as the list of its [name, value] pairs, so that a name can come twice; Number is a number as text.
"""

import json
from copy import deepcopy

from hypothesis import strategies as st

WORDS = {
    "key": ("HeartbeatInterval", "MeterValueSampleInterval", "NoSuchKey"),
    "value": ("60", "true", ""),
    "idTag": ("TAG1", "tag2", "A" * 20),
    "vendorId": ("chargecore", "nobody"),
}
TIMES = ("2026-11-24T12:00:00Z", "2026-11-24T12:00:00.123+02:00", "2031-01-01T00:00:00Z")
NO_TIMES = ("", "tomorrow", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "24.11.2026", "0")
URIS = ("http://127.0.0.1/x", "ftp://user:secret@127.0.0.1:21/d/", "https://example.org/a?b=c")
NO_URIS = ("", "/path", "://x", "1ttp://x")
NUMBERS = (
    "0 -0 1 2 -1 3 20 2147483647 2147483648 -2147483648 -2147483649 1073741823 1073741824 "
    "1.0 1e2 0.15 16.25 -0.1 1e400 1E-400 107374182.3 107374182.4 99999999999999999999999"
).split()
_ODD_NAMES = ("", "x", "status", "connectorID", "\u00e4", "\ud800", "n" * 300, "__proto__")
_LETTERS = ("x", "\u00e4", "\u20ac", "\U0001f697", '"', "\\", "\n", "\x00", "/", "\ud83d")
# Bytes that JSON or UTF-8 does not allow, and some that change where things end.
_BAD_BYTES = (
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xc0\xaf",
    b"\xf4\x90\x80\x80",
    b"\x00",
    b"\x1f",
    b'"',
    b"\\",
    b"\\x",
    b"\\u12",
    b"{",
    b"]",
    b",",
    b"NaN",
    b"+1",
    b"01",
    b"'",
)
HEAD = b'[2,"m1",'  # never damaged, nor is the action: there is an id to answer to


class Members(list):
    """An object as the list of its [name, value] pairs."""


class Number(str):
    """A number as it stands in the text."""


# ---- good ones ----


def payloads(schema):
    """Return a strategy of payloads that obey the schema."""
    return _values(schema, "")


def _values(schema, name):
    kind = schema["type"]
    if kind == "object":
        return _objects(schema)
    if kind == "array":
        return st.lists(_values(schema["items"], name), min_size=1, max_size=3)
    if kind == "integer":
        return st.sampled_from(NUMBERS[:7]).map(Number)
    if kind == "number":
        return st.sampled_from(("0", "6", "16.5", "32.0", "-1")).map(Number)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("format") == "date-time":
        return st.sampled_from(TIMES)
    if schema.get("format") == "uri":
        return st.sampled_from(URIS)
    return st.sampled_from(WORDS.get(name, ("x", "")))


@st.composite
def _objects(draw, schema):
    members = Members()
    for name, inner in draw(st.permutations(sorted(schema["properties"].items()))):
        if name in schema.get("required", ()) or draw(st.booleans()):
            members.append([name, draw(_values(inner, name))])
    return members


# ---- damage to the tree ----


def _places(tree, schema, found):
    """Add (container, index, schema of what stands there) of everything in the tree."""
    if isinstance(tree, Members):
        for pair in tree:
            inner = schema.get("properties", {}).get(pair[0], {})
            found.append((pair, 1, inner))
            _places(pair[1], inner, found)
    elif isinstance(tree, list):
        for i in range(len(tree)):
            found.append((tree, i, schema.get("items", {})))
            _places(tree[i], schema.get("items", {}), found)
    return found


def _objects_in(tree, found):
    if isinstance(tree, Members):
        found.append(tree)
        tree = [pair[1] for pair in tree]
    if isinstance(tree, list):
        for inner in tree:
            _objects_in(inner, found)
    return found


_ANYTHING = st.sampled_from(
    (
        None,
        True,
        False,
        "",
        "1",
        "Accepted",
        Number("12"),
        [],
        [[]],
        Members(),
        Members([["a", 1]]),
    )
).map(deepcopy)  # it may be changed where it goes


@st.composite
def _odd_value(draw, schema, value):
    """A value that does not belong where the schema stands, or only just does."""
    kind = schema.get("type")
    which = draw(st.integers(0, 8))
    if which == 0:
        return None
    if which == 1:
        return draw(_ANYTHING)
    if which == 2:
        for _ in range(draw(st.sampled_from((1, 2, 6, 9, 30)))):
            value = [value] if draw(st.booleans()) else Members([["a", value]])
        return value
    if kind in ("integer", "number"):
        return Number(draw(st.sampled_from(NUMBERS)))
    if kind == "array" and isinstance(value, list) and not isinstance(value, Members):
        return value * draw(st.sampled_from((0, 2, 20, 40)))
    if kind == "string":
        return draw(_odd_string(schema))
    return draw(_ANYTHING)


def _odd_string(schema):
    if "enum" in schema:
        words = schema["enum"]
        odd = [words[0].lower(), words[0] + "x", words[0][:-1], words[-1] + " ", ""]
        return st.sampled_from(odd)
    if schema.get("format") == "date-time":
        return st.sampled_from(NO_TIMES)
    if schema.get("format") == "uri":
        return st.sampled_from(NO_URIS) | st.sampled_from((520,)).map(lambda n: "http:" + "x" * n)
    most = schema.get("maxLength", 30)
    lengths = st.sampled_from((0, 1, most - 1, most, most + 1, most + 2, 2 * most))
    return st.builds(lambda letter, length: letter * length, st.sampled_from(_LETTERS), lengths)


def _set_odd(draw, tree, schema):
    container, idx, inner = draw(st.sampled_from(_places(tree, schema, [])))
    container[idx] = draw(_odd_value(inner, container[idx]))


@st.composite
def _damaged(draw, schema):
    """A payload with up to three things wrong in its tree."""
    tree = draw(payloads(schema))
    for _ in range(draw(st.sampled_from((0, 1, 1, 1, 1, 2, 3)))):
        how = draw(st.integers(0, 6))
        members = draw(st.sampled_from(_objects_in(tree, []) or [Members()]))
        if how == 0:
            name = draw(st.sampled_from(_ODD_NAMES))
            members.insert(draw(st.integers(0, len(members))), [name, draw(_ANYTHING)])
        elif how == 1 and members:
            members.pop(draw(st.integers(0, len(members) - 1)))
        elif how == 2 and members:
            name = draw(st.sampled_from(members))[0]
            members.append([name, draw(_ANYTHING)])
        elif _places(tree, schema, []):
            _set_odd(draw, tree, schema)
    return tree


# ---- text ----


def _escaped(text):
    units = text.encode("utf-16-be", "surrogatepass")
    return (
        '"'
        + "".join(f"\\u{units[i]:02x}{units[i + 1]:02X}" for i in range(0, len(units), 2))
        + '"'
    )


def _utf8(text):
    return json.dumps(
        "".join("?" if 0xD800 <= ord(c) < 0xE000 else c for c in text), ensure_ascii=False
    )


QUOTES = (json.dumps, _utf8, _escaped)


def dumped(tree, quote):
    """Return the tree as JSON; `quote` writes its strings."""
    if isinstance(tree, Members):
        return "{" + ",".join(f"{quote(n)}:{dumped(v, quote)}" for n, v in tree) + "}"
    if isinstance(tree, list):
        return "[" + ",".join([dumped(item, quote) for item in tree]) + "]"
    if isinstance(tree, Number):
        return tree
    return quote(tree) if isinstance(tree, str) else json.dumps(tree)


@st.composite
def _bad_text(draw, head, rest):
    """The text cut off, or with bytes that make it no JSON; sometimes it still is."""
    text = head + rest
    at = draw(st.integers(len(head), len(text)))
    if draw(st.booleans()):
        return text[:at]
    return text[:at] + draw(st.sampled_from(_BAD_BYTES)) + text[at:]


@st.composite
def texts(draw, action, schema):
    """A call as the bytes that arrive; its message id is m1."""
    quote = draw(st.sampled_from(QUOTES))
    how = draw(st.integers(0, 19))
    if how == 0:  # what is wrong is around the payload
        rest = draw(
            st.sampled_from(
                (
                    f"{quote(action)}]",
                    f"{quote(action)},null]",
                    f"{quote(action)},[]]",
                    f'{quote(action)},"text"]',
                    f"{quote(action)},{{}},{{}}]",
                    f"{quote(action)},{{}},null]",
                    "]",
                    "null,{}]",
                    "7,{}]",
                )
            )
        )
        return HEAD + rest.encode()
    payload = dumped(draw(_damaged(schema)), quote)
    head = HEAD + quote(action).encode() + b","
    rest = payload.encode() + b"]"
    return draw(_bad_text(head, rest)) if how < 4 else head + rest
