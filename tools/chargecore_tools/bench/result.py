"""What a step leaves behind: its readings, a verdict, and what to look for."""

from dataclasses import asdict, dataclass, field

PASS = "PASS"
FAIL = "FAIL"
NOT_DONE = "NOT DONE"  # something before it failed, or nobody wanted it
NOT_FITTED = "NOT FITTED"


@dataclass
class Reading:
    """One value against its limits; None: no limit on that side, or nothing could be read."""

    name: str
    value: object
    low: object = None
    high: object = None
    unit: str = ""
    verdict: str = PASS

    @property
    def limits(self):
        """Return the limits as people write them."""
        unit = f" {self.unit}" if self.unit else ""
        if self.low is None and self.high is None:
            return "recorded"
        if self.low == self.high:
            return f"{self.low}{unit}"
        if self.low is None:
            return f"at most {self.high}{unit}"
        if self.high is None:
            return f"at least {self.low}{unit}"
        return f"{self.low} to {self.high}{unit}"


@dataclass
class StepResult:
    """`look` is the sentence for who has to repair it, empty after PASS."""

    number: str
    title: str
    source: str
    verdict: str = NOT_DONE
    readings: list = field(default_factory=list)
    look: str = ""
    notes: list = field(default_factory=list)
    photos: list = field(default_factory=list)
    tries: int = 0
    done_at: str = ""

    def as_dict(self):
        """Return it as the JSON report has it."""
        found = asdict(self)
        for row, reading in zip(found["readings"], self.readings, strict=True):
            row["limits"] = reading.limits
        return found

    @classmethod
    def of_dict(cls, facts):
        """Return the StepResult that as_dict() was made of. Errors: TypeError, KeyError."""
        facts = dict(facts)
        rows = [{k: v for k, v in row.items() if k != "limits"} for row in facts.pop("readings")]
        return cls(readings=[Reading(**row) for row in rows], **facts)
