"""Defect: one way in which a charge point goes wrong, and how to make a Station do it."""

import json
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Defect:
    """apply(station) is called with each new Station, before it runs."""

    name: str
    breaks: str  # what goes wrong, in one sentence
    cases: tuple  # each of these cases has to catch it
    apply: Callable
    options: tuple = ()  # of the plain station's command line: --tethered, --backup-power


def rewrite(station, action, change):
    """Let change(frame) replace the frames of an action, CALLs and answers.

    It gets [2, id, action, payload] or [3, id, payload] or [4, ...] and returns a frame, a list of
    frames, or None for silence. `*` stands for all actions.
    """
    honest = station.outgoing

    def outgoing(text, what):
        texts = honest(text, what)
        if action not in (what, "*"):
            return texts
        frames = []
        for one in texts:
            changed = change(json.loads(one))
            is_many = bool(changed) and isinstance(changed[0], list)
            frames += changed if is_many else [changed] if changed else []
        return [json.dumps(frame, separators=(",", ":")) for frame in frames]

    station.outgoing = outgoing


def of_calls(change):
    """Return a change of CALLs that gets and returns their payload."""

    def apply(frame):
        if frame[0] == 2:
            frame[3] = change(frame[3])
        return frame

    return apply


def of_answers(change):
    """Return a change of CALLRESULTs that gets and returns their payload."""

    def apply(frame):
        if frame[0] == 3:
            frame[2] = change(frame[2])
        return frame

    return apply


def with_fields(**fields):
    """Return a change of a payload: these fields get these values."""
    return lambda payload: {**payload, **fields}
