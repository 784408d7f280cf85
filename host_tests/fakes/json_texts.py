"""JSON texts for the property tests: valid, damaged, and what CPython says about them."""

import json

from hypothesis import strategies as st

_MARKS = b'{}[],:"\\ \t\n0123456789.eE+-truefalsn/u\x00\x1f\x7f\x80\xc3\xa4\xed\xa0\xf0\x9f\xff'

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 33), 1 << 33)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=15,
)


def _dump(value, is_ascii, indent):
    return json.dumps(value, ensure_ascii=is_ascii, indent=indent).encode("utf-8", "surrogatepass")


TEXTS = st.builds(_dump, VALUES, st.booleans(), st.sampled_from((None, 0, 2)))


@st.composite
def damaged(draw, texts=TEXTS):
    """A valid text with up to four bytes changed, added, lost or doubled."""
    text = bytearray(draw(texts))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        how = draw(st.integers(0, 3))
        if how == 0:
            text[at:at] = bytes([draw(st.sampled_from(_MARKS))])
        elif how == 1:
            del text[at : at + draw(st.integers(1, 3))]
        elif how == 2 and at < len(text):
            text[at] = draw(st.sampled_from(_MARKS))
        else:
            text[at:at] = text[max(0, at - 5) : at]
    return bytes(text)


ANY_BYTES = st.binary(max_size=60) | st.lists(st.sampled_from(_MARKS), max_size=30).map(bytes)


def _refuse(word):
    raise ValueError(word)


def oracle(data, pairs=None):
    """Return (True, value) or (False, None): CPython's verdict, made as strict as RFC 8259.

    What json.loads is lax about is taken out: NaN and Infinity are refused, and the text must be
    UTF-8, which rules out surrogates that are not escaped. What CPython limits and the RFC does
    not is taken out, too: numbers stay texts, so that their length does not matter. A byte order
    mark is refused by both. Lone surrogates in escapes are allowed by both.
    """
    try:
        text = data.decode("utf-8")
        value = json.loads(
            text,
            parse_constant=_refuse,
            parse_int=_Int,
            parse_float=_Decimal,
            object_pairs_hook=pairs,
        )
    except ValueError:
        return False, None
    return True, value


class _Int(str):
    """The text of a whole number."""


class _Decimal(str):
    """The text of a number with fraction or exponent."""


def is_whole(value):
    """Tell whether the oracle's value is a whole number."""
    return isinstance(value, _Int)


def is_number(value):
    """Tell whether the oracle's value is a number."""
    return isinstance(value, (_Int, _Decimal))


def plain(text):
    """Return the text as UTF-8 can carry it: U+FFFD for each surrogate that is alone."""
    return "".join("\ufffd" if 0xD800 <= ord(c) < 0xE000 else c for c in text)
