"""Case, State and Step: what a file of cases/ says, checked, not yet played."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(eq=False)
class Step:
    """One step: its word, what stands beside the word, the other fields, and where it stands."""

    word: str
    value: Any
    fields: dict
    file: Path
    line: int
    steps: list = field(default_factory=list)  # of any_order, optional, repeat

    def get(self, name, default=None):
        """Return a field, or the default."""
        return self.fields.get(name, default)

    @property
    def text(self):
        """Return the step in a few words."""
        value = "" if isinstance(self.value, (dict, list)) or self.value is None else self.value
        return f"{self.word} {value}".strip()


@dataclass(eq=False)
class Case:
    """One case. `own`: not one of the OCA's. cannot: why the runner does not drive it, or ""."""

    id: str
    title: str
    profile: str
    when: list
    source: str
    before: list
    steps: list
    after: list
    allow: list
    names: dict
    cannot: str
    own: bool
    note: str
    file: Path
    sha256: str


@dataclass(eq=False)
class State:
    """Steps with a name that several cases begin with (reusable states of the OCA's document)."""

    name: str
    title: str
    steps: list
    names: dict
    file: Path
