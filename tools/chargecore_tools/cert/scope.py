"""Scope: what the $names of a case stand for.

`$name` is a setting or something saved; `$start.idTag` a field of what the station sent,
`$start.answer.transactionId` of what it was answered; `$list[0]` an item. `$now + 60` and
`$connectors + 1` count; `${name}` stands inside a longer text. A time plus a number is a time.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chargecore_tools.cert.errors import CannotResolve
from chargecore_tools.csms.events import iso

_PATH = r"[A-Za-z_][\w-]*(?:\.[\w-]+|\[\d+\])*"
REFERENCE = re.compile(rf"\$({_PATH})(?:\s+([+-])\s+(\$?[\w.\[\]-]+))?")
_INSIDE = re.compile(rf"\$\{{({_PATH})\}}")
_PART = re.compile(r"[\w-]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@dataclass
class Saved:
    """Something a step saved: when it was, what the station sent, what it was answered."""

    value: Any
    at_s: float = 0.0  # lab time
    wall: Any = None  # the time that the server told at that moment
    answer: Any = None
    entry: Any = None  # of the record


class Scope:
    """Looks names up, the nearest first. now: returns the time that the server tells."""

    def __init__(self, now, *layers):
        self._now = now
        self._saved = {}
        self._layers = list(layers)  # mappings, or callables that take a name

    def save(self, name, saved):
        """Keep something under a name."""
        self._saved[name] = saved

    @property
    def all_saved(self):
        """Return {name: Saved}."""
        return self._saved

    def saved(self, name):
        """Return a Saved. Errors: CannotResolve."""
        if name not in self._saved:
            raise CannotResolve(f"nothing was saved as '{name}'")
        return self._saved[name]

    def with_names(self, names):
        """Return a scope that knows these names before all others and saves into this one."""
        inner = Scope(self._now, names, *self._layers)
        inner._saved = self._saved
        return inner

    def resolve(self, value):
        """Return a value with its $names replaced, all the way down. Errors: CannotResolve."""
        if isinstance(value, dict):
            return {key: self.resolve(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, str) or "$" not in value:
            return value
        whole = REFERENCE.fullmatch(value)
        if whole is None:
            return _INSIDE.sub(lambda found: str(self.look_up(found[1])), value)
        result = self.look_up(whole[1])
        if whole[2] is None:
            return result
        return _sum(result, whole[2], self.resolve(_operand(whole[3])))

    def look_up(self, path):
        """Return what a path stands for. Errors: CannotResolve."""
        first, *rest = _PART.findall(path)
        value = self._first(first)
        for part in rest:
            value = _below(value, part, path)
        if isinstance(value, Saved):
            return value if value.value is None else value.value
        return self.resolve(value)

    def _first(self, name):
        if name == "now":
            return iso(self._now())
        if name in self._saved:
            return self._saved[name]
        for layer in self._layers:
            if callable(layer):
                value = layer(name)
                if value is not None:
                    return value
            elif name in layer:
                return layer[name]
        raise CannotResolve(f"${name} is not known here")


def _below(value, part, path):
    if isinstance(value, Saved):
        if part == "answer":
            return value.answer
        if part == "time":
            return iso(value.wall)
        value = value.value
    if isinstance(value, dict) and part in value:
        return value[part]
    if isinstance(value, list) and part.isdigit() and int(part) < len(value):
        return value[int(part)]
    if callable(value):
        return value(part)
    raise CannotResolve(f"${path}: there is no '{part}'")


def _operand(text):
    return text if text.startswith("$") else _number(text)


def _number(text):
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise CannotResolve(f"'{text}' is no number") from None


def _sum(left, sign, right):
    """Return left + right, or left - right; a time stays a time."""
    right = right if isinstance(right, (int, float)) else _number(str(right))
    right = -right if sign == "-" else right
    if isinstance(left, Saved):
        return iso(left.wall + timedelta(seconds=right))
    if isinstance(left, str) and _TIME.match(left):
        return iso(datetime.fromisoformat(left) + timedelta(seconds=right))
    return (left if isinstance(left, (int, float)) else _number(str(left))) + right
