"""Transaction: one session of a connector, as it is kept over a power cut."""

from dataclasses import asdict, dataclass, field


@dataclass
class Transaction:
    """Started and not yet stopped. Times are simulated seconds."""

    number: int  # the station's own; the server's id is the outbox's business
    connector: int
    tag: str
    parent: str
    start_wh: int
    start_s: float
    is_refused: bool = False  # StartTransaction was answered with another status than Accepted
    energy_most_wh: int = 0  # what a refused tag may still draw, 0 for no limit
    is_suspended: bool = False  # no energy for the rest of it
    sampled: int = 0  # periodic samples so far
    seen_s: float = 0.0  # last moment it was known to run
    data: list = field(default_factory=list)  # meterValue rows of StopTransaction

    def row(self):
        """Return it as JSON."""
        return asdict(self)
