"""A sequence diagram of frames as inline SVG: rig, station, server, from top to bottom."""

import json
from html import escape

_RIG_X, _STATION_X, _SERVER_X, _WIDTH = 96, 190, 960, 1000
_ROW_H, _HEAD_H, _LABEL_LEN = 26, 34, 102
_FRAMES_MAX = 600
_COLOURS = {"call": "#14507a", "result": "#5d7386", "error": "#b3541e", "act": "#6a3d9a"}
_BROKEN = "#c0182b"

_KINDS = {2: ("call", 3), 3: ("result", 2), 4: ("error", 2)}  # type: name, elements at least


def diagram(frames):
    """Return the SVG of frames as report.json has them."""
    shown = frames[:_FRAMES_MAX]
    height = _HEAD_H + _ROW_H * len(shown) + 14
    actions = {}
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img" '
        'xmlns="http://www.w3.org/2000/svg">',
        _heads(height),
    ]
    for idx, frame in enumerate(shown):
        parts.append(_row(_HEAD_H + _ROW_H * idx + 20, frame, actions))
    parts.append("</svg>")
    if len(frames) > len(shown):
        parts.append(f"<p>{len(frames) - len(shown)} more frames: report.json has them all.</p>")
    return "".join(parts)


def _heads(height):
    parts = []
    for x, name in ((_RIG_X, "rig"), (_STATION_X, "station"), (_SERVER_X, "server")):
        parts.append(
            f'<line x1="{x}" y1="26" x2="{x}" y2="{height}" class="life"/>'
            f'<text x="{x}" y="18" class="head">{name}</text>'
        )
    return "".join(parts)


def _row(y, frame, actions):
    kind, label = _label(frame, actions)
    broken = bool(frame["note"]) and frame["from"] == "station"
    colour = _BROKEN if broken else _COLOURS.get(kind, "#888888")
    title = frame["text"] + (f"\n{frame['note']}" if frame["note"] else "")
    parts = [f"<g><title>{escape(title)}</title>"]
    parts.append(f'<text x="70" y="{y}" class="time">{frame["at_s"]:.2f}</text>')
    if kind == "note":
        parts.append(f'<text x="{_STATION_X + 10}" y="{y - 4}" class="told">{label}</text></g>')
        return "".join(parts)
    ends = _ends(frame["from"])
    parts.append(_arrow(*ends, y, colour, kind in ("result", "error")))
    weight = ' font-weight="600"' if kind == "call" or broken else ""
    parts.append(
        f'<text x="{_STATION_X + 10}" y="{y - 5}" fill="{colour}"{weight}>{label}</text></g>'
    )
    return "".join(parts)


def _ends(sender):
    if sender == "rig":
        return _RIG_X, _STATION_X
    return (_STATION_X, _SERVER_X) if sender == "station" else (_SERVER_X, _STATION_X)


def _arrow(x1, x2, y, colour, is_answer):
    tip = 7 if x2 > x1 else -7
    dash = ' stroke-dasharray="5 4"' if is_answer else ""
    return (
        f'<line x1="{x1}" y1="{y}" x2="{x2}" y2="{y}" stroke="{colour}"{dash}/>'
        f'<path d="M{x2} {y} l{-tip} -4 v8 z" fill="{colour}"/>'
    )


def _label(frame, actions):
    """Return (kind, label) of a frame; actions: message id -> action, filled on the way."""
    if frame["from"] == "rig":
        return "act", escape(_short(frame["text"]))
    try:
        message = json.loads(frame["text"])
        kind, least = _KINDS[message[0]]
        if len(message) < least:
            raise ValueError(f"{kind} of {len(message)} elements")
        key = str(message[1])
    except (ValueError, KeyError, IndexError, TypeError):
        return "note", escape(_short(frame["text"]))
    if kind == "call":
        actions[key] = str(message[2])
        text = f"{message[2]} {_payload(message[3:])}"
    elif kind == "result":
        text = f"{actions.get(key, '')}.conf {_payload(message[2:])}"
    else:
        text = f"{actions.get(key, '')} CALLERROR {message[2:3]} {_payload(message[3:])}"
    return kind, escape(_short(text))


def _payload(items):
    return json.dumps(items[0], ensure_ascii=False) if items and items[0] != {} else ""


def _short(text):
    text = text.replace('"', "").replace("\n", " ")
    return text if len(text) <= _LABEL_LEN else text[: _LABEL_LEN - 1] + "…"
