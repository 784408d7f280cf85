"""Fields of a control command: one row per field, checked before the command acts.

Called by: Commands. A row is (name, kind, default, lowest, highest); default REQUIRED has none.
"""

from micropython import const

INT = const(1)
NUMBER = const(2)  # whole or not; delivered as thousandths, whole
BOOL = const(3)
TEXT = const(4)  # lowest..highest is its length in characters
WORD = const(5)  # lowest is a tuple of the words allowed
OBJECT = const(6)  # handed on as it is


class Refusal(Exception):
    """The command is refused; the text says why."""


class _Required:
    """Marks a field without default."""


REQUIRED = _Required()

_KIND_TEXTS = {
    INT: "a whole number",
    NUMBER: "a number",
    BOOL: "true or false",
    TEXT: "a text",
    WORD: "a text",
    OBJECT: "an object",
}


def take(request, rows):
    """Return {name: value} of the rows' fields. Errors: Refusal naming the first wrong field."""
    values = {}
    known = ["cmd"]
    for name, kind, default, lowest, highest in rows:
        known.append(name)
        if request.get(name) is not None:
            values[name] = _check(name, kind, request[name], lowest, highest)
        elif default is REQUIRED:
            raise Refusal("field '{}': missing".format(name))
        else:
            values[name] = default
    for name in request:
        if name not in known:
            raise Refusal("field '{}': unknown to this command".format(name))
    return values


def _check(name, kind, value, lowest, highest):
    if not _fits_kind(kind, value):
        raise Refusal("field '{}': must be {}".format(name, _KIND_TEXTS[kind]))
    if kind == TEXT:
        if not lowest <= len(value) <= highest:
            raise Refusal("field '{}': must have {}..{} characters".format(name, lowest, highest))
        if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
            raise Refusal("field '{}': has half of a character, \\uD800..\\uDFFF".format(name))
    elif kind == WORD:
        if value not in lowest:
            raise Refusal("field '{}': must be one of {}".format(name, ", ".join(lowest)))
    elif kind not in (BOOL, OBJECT) and not lowest <= value <= highest:  # also refuses NaN
        raise Refusal("field '{}': must be {}..{}".format(name, lowest, highest))
    if kind == NUMBER:
        return int(value * 1000 + 0.5)
    return value


def _fits_kind(kind, value):
    is_bool = value is True or value is False
    if kind == BOOL:
        return is_bool
    if is_bool:
        return False
    if kind == INT:
        return isinstance(value, int)
    if kind == NUMBER:
        return isinstance(value, (int, float))
    if kind == OBJECT:
        return isinstance(value, dict)
    return isinstance(value, str)
