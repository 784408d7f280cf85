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
    def shown(self):
        """Return the value as people write it."""
        return "nothing" if self.value is None else _with_unit(self.value, self.unit)

    @property
    def limits(self):
        """Return the limits as people write them."""
        if self.low is None and self.high is None:
            return "recorded"
        if self.low == self.high:
            return _with_unit(self.low, self.unit)
        if self.low is None:
            return f"at most {_with_unit(self.high, self.unit)}"
        if self.high is None:
            return f"at least {_with_unit(self.low, self.unit)}"
        return f"{_with_unit(self.low, self.unit, False)} to {_with_unit(self.high, self.unit)}"


def _with_unit(value, unit, has_unit=True):
    """Return "12000 mV", and "25.0 C" of 250 tenths."""
    if unit.startswith("0.1 "):
        unit = unit[len("0.1 ") :]
        value = f"{value / 10:.1f}"
    return f"{value} {unit}".rstrip() if has_unit else str(value)


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
            row["shown"], row["limits"] = reading.shown, reading.limits
        return found

    @classmethod
    def of_dict(cls, facts):
        """Return the StepResult that as_dict() was made of. Errors: TypeError, KeyError."""
        facts = dict(facts)
        readings = []
        for row in facts.pop("readings"):
            fields = {name: row[name] for name in row if name not in ("shown", "limits")}
            readings.append(Reading(**fields))
        return cls(readings=readings, **facts)
