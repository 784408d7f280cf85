"""YardResult: what one station showed in the soak."""

import collections
from dataclasses import dataclass, field

from chargecore_tools.soak.books import Books


@dataclass
class YardResult:
    """`faults` names everything that must not be; empty when all holds."""

    station_id: str
    seed: str
    sessions: int = 0  # seen at the station
    books: Books = field(default_factory=Books)  # of the newest check
    heap_free_b: list = field(default_factory=list)  # after each round, garbage collected
    parked: int = 0
    erases: int = 0
    worst_gap_ms: int = 0  # real time between two safety steps, the machine's pauses included
    longest_silence_s: float = 0.0  # simulated
    simulated_s: int = 0
    troubles: dict = field(default_factory=collections.Counter)
    violations: list = field(default_factory=list)
    failures: list = field(default_factory=list)  # what kept the yard from going on

    def count(self, kind):
        """Note that a trouble happened."""
        self.troubles[kind] += 1

    def take_violations(self, frames, errors):
        """Take what stations did wrong, and what observers of the server raised."""
        self.violations = [f"{frame.text}: {frame.violation}" for frame in frames]
        self.violations += [f"an observer failed: {error!r}" for error in errors]

    @property
    def erases_per_session(self):
        """Return erases of the journal's flash per session."""
        return self.erases / max(self.sessions, 1)

    @property
    def heap_growth_b(self):
        """Return how much more of the heap is in use after the last round than after the first."""
        return self.heap_free_b[0] - self.heap_free_b[-1] if self.heap_free_b else 0

    @property
    def faults(self):
        """Return everything that is wrong."""
        parked = [f"{self.parked} messages were given up"] if self.parked else []
        return self.failures + self.books.faults + parked + self.violations
