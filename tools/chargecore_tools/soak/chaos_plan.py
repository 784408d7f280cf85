"""What the chaos proxy does, and when: a list of actions that a seed decides.

Times are simulated seconds from the beginning of the plan; the proxy knows how fast they pass.
"""

import random
from dataclasses import dataclass

UP = "up"  # station to server
DOWN = "down"
BOTH = "both"

CUT = "cut"  # reset every connection
REFUSE = "refuse"  # cut, and reset every new connection for a while
DEAF = "deaf"  # cut, and for a while accept connections that lead nowhere (half-open)
HOLE = "hole"  # swallow everything one way from now on, TCP stays open (half-open)
FREEZE = "freeze"  # hold everything back for a while, then let it go on
SLOW = "slow"  # for a while every message takes longer
LOSE = "lose"  # swallow the next message
DUPLICATE = "duplicate"  # send the next message twice
SWAP = "swap"  # send the next message behind the one after it
TRUNCATE = "truncate"  # send a part of the next message, then close
CORRUPT = "corrupt"  # damage one byte of the next message

ON_MESSAGE = (LOSE, DUPLICATE, SWAP, TRUNCATE, CORRUPT)  # wait for the next message
_LASTING = (REFUSE, DEAF, FREEZE, SLOW, SWAP)
_ONE_WAY = (HOLE, FREEZE, SLOW, *ON_MESSAGE)

# Of a hundred: losses that a live TCP connection cannot have are rarer than those of networks.
_WEIGHTS = {
    CUT: 14,
    REFUSE: 6,
    DEAF: 6,
    HOLE: 10,
    FREEZE: 10,
    SLOW: 8,
    LOSE: 14,
    DUPLICATE: 10,
    SWAP: 6,
    TRUNCATE: 8,
    CORRUPT: 8,
}
# Half of the actions on messages wait for one of these calls, or for the answer to it: those that
# must not be lost are only a few of all messages.
_TARGETED_PERMILLE = 500
_TARGETS = {
    "StartTransaction": 3,
    "StopTransaction": 3,
    "MeterValues": 1,
    "BootNotification": 1,
    "Authorize": 1,
}
_FOR_S = (5, 60)  # shortest and longest of what lasts
_SLOW_BY_S = (1, 8)  # a message then takes that much longer


@dataclass(frozen=True)
class Action:
    """One disturbance; fields that its kind does not need are 0."""

    at_s: float
    kind: str
    way: str = BOTH
    for_s: float = 0.0
    by_s: float = 0.0  # of SLOW
    place_permille: int = 0  # of TRUNCATE and CORRUPT: where in the message
    target: str = ""  # of actions on a message: only this call, or the answer to it

    def __str__(self):
        words = [f"{self.at_s:8.1f} s", self.kind]
        if self.kind in _ONE_WAY:
            words.append(self.way)
        if self.target:
            words.append(self.target)
        if self.for_s:
            words.append(f"for {self.for_s:.1f} s")
        if self.by_s:
            words.append(f"by {self.by_s:.1f} s")
        if self.place_permille:
            words.append(f"at {self.place_permille} permille")
        return " ".join(words)


def make_plan(seed, length_s, mean_gap_s, weights=None):
    """Return the actions of a seed over length_s, mean_gap_s apart on average."""
    rng = random.Random(f"chaos {seed}")
    weights = _WEIGHTS if weights is None else weights
    actions = []
    at_s = rng.expovariate(1 / mean_gap_s)
    while at_s < length_s:
        actions.append(_action(rng, at_s, weights))
        at_s += rng.expovariate(1 / mean_gap_s)
    return actions


def _action(rng, at_s, weights):
    kind = rng.choices(list(weights), list(weights.values()))[0]
    way, target = BOTH, ""
    if kind in ON_MESSAGE:
        way = rng.choice((UP, DOWN))
        if rng.randrange(1000) < _TARGETED_PERMILLE:
            target = rng.choices(list(_TARGETS), list(_TARGETS.values()))[0]
    elif kind in _ONE_WAY:
        way = rng.choice((UP, DOWN, BOTH))
    return Action(
        at_s=round(at_s, 1),
        kind=kind,
        way=way,
        for_s=round(rng.uniform(*_FOR_S), 1) if kind in _LASTING else 0.0,
        by_s=round(rng.uniform(*_SLOW_BY_S), 1) if kind == SLOW else 0.0,
        place_permille=rng.randrange(1, 1000) if kind in (TRUNCATE, CORRUPT) else 0,
        target=target,
    )
