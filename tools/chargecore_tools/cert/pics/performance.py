"""performance_of(): the times of a PICS's performance part, out of the frames of a report.

They are figures of the product only when the station is one: a simulator's say something of the
PC. Each is the worst that the report holds, with the case it is from.
"""

import json

_CALL, _RESULT = 2, 3
_TITLES = {
    "response": "OCPP response: from a CALL of the server to its CALLRESULT",
    "triggered": "OCPP triggered function: from TriggerMessage to the message that it asks for",
    "remote_start": "from RemoteStartTransaction to StartTransaction, cable in",
    "remote_stop": "from RemoteStopTransaction to StopTransaction",
}
_ENDS = {
    "RemoteStartTransaction": ("remote_start", "StartTransaction"),
    "RemoteStopTransaction": ("remote_stop", "StopTransaction"),
}
_TRIGGERS = ("TriggerMessage", "ExtendedTriggerMessage")


def performance_of(report):
    """Return [{"id", "title", "worst_s", "count", "case"}]; worst_s None: never seen."""
    found = {name: [] for name in _TITLES}
    for row in report["results"]:
        if row["verdict"] == "pass" and not row["own"]:
            for name, took_s in _times(row["frames"]):
                found[name].append((took_s, row["case"]))
    rows = []
    for name, title in _TITLES.items():
        worst = max(found[name], default=(None, ""))
        rows.append(
            {
                "id": name,
                "title": title,
                "worst_s": None if worst[0] is None else round(worst[0], 3),
                "count": len(found[name]),
                "case": worst[1],
            }
        )
    return rows


def why_not_of_the_product(report):
    """Return why the times cannot be declared, "" when they can."""
    if report.get("rig") == "simulator" or report["settings"].get("speed", 1) != 1:
        return "measured on the simulator: run the cases on the device"
    return ""


def _times(frames):
    """Yield (figure, seconds) of one case."""
    open_calls = {}  # message id: (at_s, action)
    waiting = {}  # action of the station that was asked for: (figure, at_s)
    for frame in frames:
        if frame["from"] == "rig":
            waiting.clear()  # from here on it was waited for a hand
            continue
        message = _message(frame["text"])
        if message is None:
            continue
        kind, message_id, action, payload = message
        if frame["from"] == "server" and kind == _CALL:
            open_calls[message_id] = frame["at_s"], action
            _expect(waiting, action, payload, frame["at_s"])
        elif frame["from"] == "station" and kind == _RESULT and message_id in open_calls:
            at_s, action = open_calls.pop(message_id)
            yield "response", max(0.0, frame["at_s"] - at_s)
            if payload.get("status") in ("Rejected", "NotImplemented", "NotSupported"):
                _forget(waiting, at_s)
        elif frame["from"] == "station" and kind == _CALL and action in waiting:
            name, at_s = waiting.pop(action)
            yield name, max(0.0, frame["at_s"] - at_s)


def _expect(waiting, action, payload, at_s):
    if action in _ENDS:
        name, wanted = _ENDS[action]
        waiting[wanted] = name, at_s
    elif action in _TRIGGERS and isinstance(payload.get("requestedMessage"), str):
        waiting[payload["requestedMessage"]] = "triggered", at_s


def _forget(waiting, at_s):
    for wanted in [wanted for wanted, row in waiting.items() if row[1] == at_s]:
        del waiting[wanted]


def _message(text):
    """Return (type, id, action or "", payload) of a frame, None when it is none of these."""
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(items, list) or len(items) not in (3, 4) or items[0] not in (_CALL, _RESULT):
        return None
    is_call = items[0] == _CALL and len(items) == 4
    payload = items[-1]
    if not isinstance(payload, dict) or not isinstance(items[1], str):
        return None
    action = items[2] if is_call and isinstance(items[2], str) else ""
    return items[0], items[1], action, payload
