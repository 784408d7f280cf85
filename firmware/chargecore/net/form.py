"""read_form(): the fields of an HTML form, as a browser sends them in the body of a POST.

Called by: setup.desk. Strict: what no browser makes is no form. Heap: the fields.
Source: WHATWG URL standard, application/x-www-form-urlencoded; RFC 3629 (UTF-8).
"""

from micropython import const

from chargecore.wire.json_text import utf8_end

_PERCENT = const(37)
_PLUS = const(43)
_SPACE = const(32)
_ASCII_END = const(128)


def read_form(body, names):
    """Return {name: text} of a bytearray; None when it is no form with these fields alone.

    names: {name: most bytes of its text}. A field that was not sent is not in it; one that comes
    twice, has another name, is too long, or is not UTF-8, spoils the whole.
    """
    fields = {}
    if not body:
        return fields
    for part in bytes(body).split(b"&"):
        name, equals, value = part.partition(b"=")
        name, value = _decoded(name), _decoded(value)
        if not equals or name is None or value is None:
            return None
        if name not in names or name in fields or len(value.encode()) > names[name]:
            return None
        fields[name] = value
    return fields


def _decoded(data):
    """Return the text of percent-encoded bytes, None when they are none."""
    out = bytearray()
    at = 0
    while at < len(data):
        byte = data[at]
        if byte == _PERCENT:
            byte = _hex(data, at + 1)
            at += 2
            if byte < 0:
                return None
        elif byte == _PLUS:
            byte = _SPACE
        elif not _SPACE < byte < 127:
            return None
        out.append(byte)
        at += 1
    return bytes(out).decode() if is_utf8(out) else None


def _hex(data, at):
    """Return the byte that two hex digits stand for, -1 when they are none."""
    if at + 2 > len(data):
        return -1
    value = 0
    for digit in data[at : at + 2]:
        if 48 <= digit <= 57:
            digit -= 48
        elif 65 <= digit <= 70 or 97 <= digit <= 102:
            digit = (digit | 32) - 87
        else:
            return -1
        value = value << 4 | digit
    return value


def is_utf8(data):
    """Tell whether a bytearray is UTF-8, without overlong forms and surrogates."""
    at = 0
    while at < len(data):
        if data[at] < _ASCII_END:
            at += 1
            continue
        at = utf8_end(data, at, len(data))
        if at < 0:
            return False
    return True
