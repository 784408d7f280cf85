"""RpcFrame: takes one received text apart into message type, id, action and payload.

Called by: Rpc. Never: judges a payload, or answers. Heap: none after __init__.
Source: OCPP-J 1.6 §4.2; J3, J8, J9 of the behaviour rules.

  [2,"id","Action",{...}]   [3,"id",{...}]   [4,"id","Code","text",{...}]

Of a text that is cut off or no JSON, type and id are still read if it begins like one of these.
"""

from micropython import const

from chargecore.base.codes import E_FULL, E_LENGTH, E_MISSING, E_RANGE, E_SYNTAX, E_TYPE, OK
from chargecore.wire.json_reader import T_NULL, T_OBJECT, T_STRING
from chargecore.wire.json_text import special_end

FRAME_BAD = const(0)  # no OCPP-J message, or none with an id that could be answered
FRAME_OTHER = const(1)  # a message type that OCPP-J does not know
FRAME_CALL = const(2)
FRAME_RESULT = const(3)
FRAME_ERROR = const(4)

ID_MAX = const(434)  # 36 characters, each an escaped pair of surrogates, and two quotes

_TYPE_MAX = const(1_000_000)
_CALL_ITEMS = const(4)
_NOT_FOUND = const(-1)


class RpcFrame:
    """The text read last. `fault` is OK, or the E_ code that says why it cannot be used.

    E_FULL: longer than the buffer; E_SYNTAX, E_TOO_DEEP, E_TOO_MANY: from the reader; E_LENGTH:
    an id too long to be kept; E_MISSING: no payload; E_TYPE: an element of the wrong JSON type.
    """

    def __init__(self, reader):
        self._reader = reader
        self.kind = FRAME_BAD  # FRAME_*
        self.fault = OK  # OK or E_*
        self.id_start = 0  # first byte of the id, its opening quote
        self.id_end = 0  # behind its closing quote
        self.id_idx = E_MISSING  # token of the id; none when the reader refused the text
        self.action_idx = E_MISSING  # token of the action, or of the code of a CALLERROR
        self.payload_idx = E_MISSING  # token of the payload: an object or null

    def read(self, buf, length, total_len):  # HOT
        """Read buf[:length], the head of a text of total_len bytes. See the attributes."""
        self.kind = FRAME_BAD
        self.id_start = 0
        self.id_end = 0
        self.id_idx = E_MISSING
        self.action_idx = E_MISSING
        self.payload_idx = E_MISSING
        self.fault = E_FULL if total_len > length else self._reader.parse(buf, length)
        if self.fault == OK:
            self._split()
        else:
            self._salvage(buf, length)
        if self.id_end - self.id_start > ID_MAX:
            self.fault = E_LENGTH

    def _split(self):  # HOT
        """Find the parts among the tokens."""
        reader = self._reader
        message_type = reader.int_value(reader.item(0, 0), 0, _TYPE_MAX)
        code = reader.error
        reader.clear()
        if code == E_RANGE or (code == OK and not FRAME_CALL <= message_type <= FRAME_ERROR):
            self.kind = FRAME_OTHER
            return
        id_idx = reader.item(0, 1)
        if code != OK or reader.kind(id_idx) != T_STRING:
            self.fault = E_TYPE
            return
        self.kind = message_type
        self.id_idx = id_idx
        at = 4 * (id_idx + 1)
        self.id_start = reader.tokens[at + 1] - 1
        self.id_end = reader.tokens[at + 2] + 1
        if message_type == FRAME_CALL:
            self.action_idx = reader.item(0, 2)
            self._set_payload(3)
            if reader.kind(self.action_idx) != T_STRING or reader.count(0) > _CALL_ITEMS:
                self.fault = E_SYNTAX
        elif message_type == FRAME_RESULT:
            self._set_payload(2)
        else:
            self.action_idx = reader.item(0, 2)  # what follows it differs from server to server

    def _set_payload(self, number):  # HOT
        idx = self._reader.item(0, number)
        kind = self._reader.kind(idx)
        self.payload_idx = idx
        if idx < 0:
            self.fault = E_MISSING
        elif kind != T_OBJECT and kind != T_NULL:
            self.fault = E_TYPE

    def _salvage(self, buf, length):  # HOT
        """Read type and id from the beginning of a text that the reader refused."""
        at = _skip(buf, 0, length, 91)  # [
        at = _space_end(buf, at, length)
        if at < 0 or at >= length or not 50 <= buf[at] <= 52:  # 2 3 4
            return
        message_type = buf[at] - 48
        start = _space_end(buf, _skip(buf, at + 1, length, 44), length)  # ,
        end = _string_end(buf, start, length)
        if end != _NOT_FOUND:
            self.kind = message_type
            self.id_start = start
            self.id_end = end


def _space_end(buf, at, length):  # HOT
    """Return the index behind the white space at buf[at]; _NOT_FOUND stays what it is."""
    while 0 <= at < length and (buf[at] == 32 or 9 <= buf[at] <= 13):
        at += 1
    return at


def _skip(buf, at, length, byte):  # HOT
    """Return the index behind `byte`, which may follow white space, or _NOT_FOUND."""
    at = _space_end(buf, at, length)
    if 0 <= at < length and buf[at] == byte:
        return at + 1
    return _NOT_FOUND


def _string_end(buf, at, length):  # HOT
    """Return the index behind the string at buf[at], or _NOT_FOUND (also when it is very long)."""
    if at < 0 or at >= length or buf[at] != 34:
        return _NOT_FOUND
    if length > at + ID_MAX:
        length = at + ID_MAX
    at += 1
    while 0 <= at < length:
        byte = buf[at]
        if byte == 34:
            return at + 1
        if byte == 92 or byte >= 0x80:
            at = special_end(buf, at, length)
        elif byte < 32:
            return _NOT_FOUND
        else:
            at += 1
    return _NOT_FOUND
