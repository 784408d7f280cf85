"""Step: one row of the step table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """number: as in evse-hardware.md §7. expect: what the report says is wanted."""

    number: str
    part: int
    title: str
    expect: str
    source: str
    action: object  # function of a Tester; raises StepFailed
    minutes: int
    needs: tuple = ()  # numbers of steps that must have passed
    fitted: str = ""  # part that must be fitted, as hello names them
    instruments: tuple = ()
