"""What must be answered to a call of the server: the rules of OCPP-J, read slowly and apart.

Used by: the property tests of every message. Knows the schema and the text, nothing of the
firmware's field tables. Source: OCPP-J 1.6 §4.2.3, its errata 2025-04; J3, J7 to J11, errata 3.24,
3.38, 3.52 of the behaviour rules.
"""

import re
from datetime import datetime
from decimal import Decimal

from fakes.json_texts import is_number, is_whole, oracle

ENUM = {"PropertyConstraintViolation"}  # also a wrong length or range
COUNT = {"OccurenceConstraintViolation"}
TYPE = {"TypeConstraintViolation"}
FORM = {"FormationViolation"}
OWN = {"InternalError"}

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)?\Z", re.ASCII
)
_TIME_HEAD = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)
_URI_MOST = 512
_INT_MOST = 1 << 31
_TENTHS_MOST = 1 << 30


class Verdict:
    """`must`: one of these codes, if there are any. `may`: these are right as well.

    Two faults at once: either code is right.
    """

    def __init__(self, depth_most, token_most, length_most):
        self.must = set()
        self.may = set()
        self._depth_most = depth_most
        self._token_most = token_most
        self._length_most = length_most

    def allows(self, code):
        """Tell whether the CALLERROR code, or None for a CALLRESULT, is right."""
        if code is None:
            return not self.must
        return code in self.must or code in self.may

    def read(self, data, schema):
        """Judge a text; schema None: the action has none here. Return its payload, or None."""
        if len(data) > self._length_most:
            self.must |= OWN
            return None
        is_json, message = oracle(data, pairs=tuple)
        depth, count = _size(data)
        if depth > self._depth_most:
            (self.must if is_json else self.may).update(OWN)
        if count > self._token_most:
            (self.must if is_json else self.may).update(COUNT)
        if not is_json or not isinstance(message, list) or len(message) > 4:
            self.must |= FORM
            return None
        return self._frame(message, schema)

    def _frame(self, message, schema):
        if len(message) < 3 or not isinstance(message[2], str) or is_number(message[2]):
            self.must |= FORM
        if len(message) < 4:
            self.must.add("ProtocolError")
        if self.must:
            return None
        payload = () if message[3] is None else message[3]  # J9
        if not isinstance(payload, tuple):
            self.must |= FORM
            return None
        if schema is not None:
            self._object(payload, schema)
        return payload

    # ---- values ----

    def _value(self, value, schema):
        kind = schema["type"]
        if kind == "object":
            self._object(value, schema)
        elif kind == "array":
            self._array(value, schema)
        elif kind == "string":
            self._string(value, schema)
        elif kind == "integer":
            self._integer(value)
        else:
            self._decimal(value)

    def _object(self, value, schema):
        if not isinstance(value, tuple):
            self.must |= TYPE
            return
        if schema.get("any"):
            return
        there = set()
        for name, inner in value:
            if name not in schema["properties"]:
                self.must |= FORM
            elif inner is None:
                self.may |= FORM  # absent (J9), or twice
            else:
                if name in there:
                    self.must |= FORM
                there.add(name)
                self._value(inner, schema["properties"][name])
        if not there >= set(schema.get("required", ())):
            self.must |= COUNT

    def _array(self, value, schema):
        if not isinstance(value, list):
            self.must |= TYPE
            return
        for item in value:
            if item is None:
                self.must |= TYPE
            else:
                self._value(item, schema["items"])

    def _string(self, value, schema):
        if not isinstance(value, str) or is_number(value):
            self.must |= TYPE
        elif "enum" in schema and value not in schema["enum"]:
            self.must |= ENUM
        elif len(value) > schema.get("maxLength", len(value)):
            self.must |= ENUM
        elif schema.get("format") == "date-time":
            self._time(value)
        elif schema.get("format") == "uri" and (len(value) > _URI_MOST or not _URI.match(value)):
            self.must |= ENUM

    def _time(self, value):
        found = _TIME.match(value)
        try:
            if found and datetime.fromisoformat(found.group(1)):
                return
        except ValueError:
            self.must |= ENUM
            return
        (self.may if _TIME_HEAD.match(value) else self.must).update(ENUM)

    def _integer(self, value):
        if not is_whole(value):
            self.must |= TYPE
        elif not -_INT_MOST <= int(value) < _INT_MOST:
            self.must |= ENUM

    def _decimal(self, value):
        if not is_number(value):
            self.must |= TYPE
        elif (
            abs(int(Decimal(value) * 10 if Decimal(value) < 1 << 40 else 1 << 40)) >= _TENTHS_MOST
        ):
            self.must |= ENUM


def _size(data):
    """Return (deepest nesting, values) of a text, JSON or not; names count as values."""
    text = re.sub(rb'"(?:[^"\\]|\\.)*"?', b"s", data, flags=re.DOTALL)
    depth = most = 0
    for byte in text:
        depth += (byte in b"[{") - (byte in b"]}")
        most = max(most, depth)
    return most, len(re.findall(rb"[\[{]|[^\s\[\]{},:]+", text))
