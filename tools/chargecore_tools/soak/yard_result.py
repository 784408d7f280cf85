"""YardResult: what one station showed in the soak."""

import collections
from dataclasses import dataclass, field

from chargecore_tools.csms.events import GARBAGE
from chargecore_tools.soak.books import Books


@dataclass
class YardResult:
    """`faults` names everything that must not be; empty when all holds."""

    station_id: str
    seed: str
    rounds: int = 0
    sessions: int = 0  # seen at the station
    books: Books = field(default_factory=Books)  # of the newest check
    heap_free_b: list = field(default_factory=list)  # after each round, garbage collected
    parked: int = 0
    erases: int = 0
    worst_gap_ms: int = 0  # real time between two safety steps, the machine's pauses included
    longest_silence_s: float = 0.0  # simulated
    simulated_s: int = 0
    troubles: dict = field(default_factory=collections.Counter)
    chaos: int = 0  # disturbances of the network
    violations: list = field(default_factory=list)
    failures: list = field(default_factory=list)  # what kept the yard from going on

    @property
    def erases_per_session(self):
        """Return erases of the journal's flash per session."""
        return self.erases / max(self.sessions, 1)

    @property
    def heap_growth_b(self):
        """Return how much more of the heap is in use in the last third than in the first.

        The least use of each counts: the collector keeps some blocks that only look used.
        """
        count = -(-len(self.heap_free_b) // 3)
        if not count:
            return 0
        return max(max(self.heap_free_b[:count]) - max(self.heap_free_b[-count:]), 0)

    @property
    def faults(self):
        """Return everything that is wrong with what was delivered."""
        faults = self.failures + self.books.faults + self.violations
        if self.parked:
            faults.append(f"{self.parked} messages were given up")
        return faults


def violations_of(frames, damaged_count):
    """Return what the station did wrong, as texts.

    A message that the proxy damaged may be no JSON any more: as many of those are no fault.
    """
    garbage = [frame for frame in frames if frame.kind == GARBAGE]
    wrong = [frame for frame in frames if frame.kind != GARBAGE]
    if len(garbage) > damaged_count:
        wrong += garbage
    return [f"{frame.text}: {frame.violation}" for frame in wrong]
