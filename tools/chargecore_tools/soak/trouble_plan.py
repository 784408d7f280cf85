"""What happens to a station and its server beside the network: a list that a seed decides.

Times are simulated seconds from the beginning of the plan.
"""

import random
from dataclasses import dataclass

KILL = "kill"  # SIGKILL: a power cut at any instruction; no car is there after it
POWER_CYCLE = "power_cycle"  # supply off and on again; the car stays
LINK = "link"  # the station's own network is down for a while
SERVER = "server"  # the server is down for a while
WITHHOLD = "withhold"  # the server takes the next calls and never answers
ERROR = "error"  # the server answers the next calls with a CALLERROR
LATE = "late"  # the server answers the next call late

CUTS = (KILL, POWER_CYCLE)

_WEIGHTS = {KILL: 10, POWER_CYCLE: 10, LINK: 20, SERVER: 12, WITHHOLD: 22, ERROR: 16, LATE: 10}
_FOR_S = {KILL: (2, 60), LINK: (5, 300), SERVER: (5, 120), LATE: (2, 40)}
_TIMES_MAX = 2  # calls in a row
_ACTIONS = (
    "StartTransaction",
    "StopTransaction",
    "MeterValues",
    "StatusNotification",
    "Authorize",
    "Heartbeat",
    "BootNotification",
)
_CODES = ("InternalError", "GenericError", "FormationViolation", "ProtocolError")


@dataclass(frozen=True)
class Trouble:
    """One event; fields that its kind does not need are empty."""

    at_s: float
    kind: str
    for_s: float = 0.0
    action: str = ""  # of the call that is not answered as it should
    times: int = 0
    code: str = ""  # of a CALLERROR

    def __str__(self):
        words = [f"{self.at_s:8.1f} s", self.kind, self.action, self.code]
        if self.times > 1:
            words.append(f"{self.times} times")
        if self.for_s:
            words.append(f"for {self.for_s:.1f} s")
        return " ".join(word for word in words if word)


def make_troubles(seed, length_s, mean_gap_s, has_cuts=True):
    """Return the troubles of a seed over length_s, mean_gap_s apart on average.

    has_cuts False: the station always has its supply.
    """
    rng = random.Random(f"trouble {seed}")
    troubles = []
    at_s = rng.expovariate(1 / mean_gap_s)
    while at_s < length_s:
        trouble = _trouble(rng, round(at_s, 1))
        if has_cuts or trouble.kind not in CUTS:
            troubles.append(trouble)
        at_s += rng.expovariate(1 / mean_gap_s)
    return troubles


def _trouble(rng, at_s):
    kind = rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    for_s = round(rng.uniform(*_FOR_S[kind]), 1) if kind in _FOR_S else 0.0
    if kind not in (WITHHOLD, ERROR, LATE):
        return Trouble(at_s, kind, for_s)
    times = 1 if kind == LATE else rng.randint(1, _TIMES_MAX)
    code = rng.choice(_CODES) if kind == ERROR else ""
    return Trouble(at_s, kind, for_s, rng.choice(_ACTIONS), times, code)
