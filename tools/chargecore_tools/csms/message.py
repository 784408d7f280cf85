"""One line of OCPP-J, taken apart strictly: RFC 8259, and as many elements as its type has."""

import json
from dataclasses import dataclass
from typing import Any

from ocpp.messages import MessageType

from chargecore_tools.csms.events import CALL, ERROR, GARBAGE, RESULT

_KINDS = {  # OCPP-J 1.6 §4.2: type -> kind, number of elements
    MessageType.Call: (CALL, 4),
    MessageType.CallResult: (RESULT, 3),
    MessageType.CallError: (ERROR, 5),
}


@dataclass
class Message:
    """What a line says; of GARBAGE `fault` says why, and message_id is "" when there is none."""

    kind: str
    message_id: Any = ""
    action: Any = ""
    payload: Any = None
    fault: str = ""


def parse(text):
    """Return the Message in a line. It never raises."""
    try:
        items = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return Message(GARBAGE, fault=f"not JSON: {error}")
    if not isinstance(items, list) or not items:
        return Message(GARBAGE, fault="not an array with elements")
    if isinstance(items[0], bool) or not isinstance(items[0], int) or items[0] not in _KINDS:
        return Message(GARBAGE, fault=f"message type {items[0]!r}: must be 2, 3 or 4")
    kind, count = _KINDS[items[0]]
    message_id = items[1] if len(items) > 1 and isinstance(items[1], str) else ""
    if len(items) != count:
        fault = f"{len(items)} elements: a {kind} has {count}"
        return Message(GARBAGE, message_id, fault=fault)
    if kind != CALL and not isinstance(items[1], str):
        return Message(GARBAGE, fault=f"message id {items[1]!r}: must be a text")
    if kind == CALL:
        return Message(CALL, items[1], items[2], items[3])
    if kind == RESULT:
        return Message(RESULT, items[1], "", items[2])
    payload = {"code": items[2], "description": items[3], "details": items[4]}
    return Message(ERROR, items[1], "", payload)


def _refuse(word):
    raise ValueError(f"{word} is no JSON value")
