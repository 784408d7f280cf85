"""Events as one line for people and as one dict for programs."""

import json

from chargecore_tools.csms.events import CALL, ERROR, GARBAGE, RESULT, Frame, iso

_SECRET_KEY = "authorizationkey"
_HIDDEN = "***"
_TO_SERVER = "->"
_TO_STATION = "<-"


def line_of(event, width=0):
    """Return an event as one line without time and station, cut at `width` unless that is 0."""
    text = visible(_frame_text(event) if isinstance(event, Frame) else f"-- {event.text}")
    if width and len(text) > width:
        return text[: max(width - 3, 0)] + "..."
    return text


def violation_of(event):
    """Return what a frame breaks as a line, "" when it breaks nothing."""
    violation = event.violation if isinstance(event, Frame) else ""
    return visible(f"violation: {violation}") if violation else ""


def visible(text):
    """Return a text with its control characters written out."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def dict_of(event):
    """Return an event for the JSON log."""
    if not isinstance(event, Frame):
        head = {"event": "note", "at": iso(event.wall), "station": event.station_id}
        return {**head, "kind": event.kind, "text": event.text, **event.fields}
    row = {
        "event": "frame",
        "at": iso(event.wall),
        "station": event.station_id,
        "direction": "in" if event.is_from_station else "out",
        "kind": event.kind,
        "action": event.action,
        "id": event.message_id,
        "payload": _without_secret(event.payload),
    }
    if event.violation:
        row["violation"] = event.violation
    if event.kind == GARBAGE or event.violation:
        row["text"] = event.text
    return row


def payload_text(payload):
    """Return a payload as name=value words; what is nested stays JSON."""
    if not isinstance(payload, dict):
        return _compact(payload)
    words = []
    for name, value in payload.items():
        is_word = isinstance(value, str) and value and " " not in value
        words.append(f"{name}={value if is_word else _compact(value)}")
    return " ".join(words)


def _without_secret(payload):
    """Return a payload of ChangeConfiguration without the password in it; any other as it is."""
    if isinstance(payload, dict) and str(payload.get("key")).lower() == _SECRET_KEY:
        return {**payload, "value": _HIDDEN}
    return payload


def _frame_text(frame):
    arrow = _TO_SERVER if frame.is_from_station else _TO_STATION
    if frame.kind == CALL:
        return f"{arrow} {frame.action} {payload_text(_without_secret(frame.payload))}".rstrip()
    if frame.kind == RESULT:
        return f"{arrow} {frame.action or '?'}.conf {payload_text(frame.payload)}".rstrip()
    if frame.kind == ERROR:
        payload = frame.payload
        words = f"CALLERROR {payload['code']} {payload['description']}".rstrip()
        return f"{arrow} {frame.action or '?'} {words}"
    return f"{arrow} {frame.text}"


def _compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
