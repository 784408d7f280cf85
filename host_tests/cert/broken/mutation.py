"""Mutation: one text of the firmware replaced by another that is wrong."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_SHARED = ("boards", "host_tests", "tools")  # the copy uses them as they are


class MutationError(Exception):
    """The text is not in its file exactly once: the firmware has changed, and the row is void."""


@dataclass(frozen=True)
class Mutation:
    """`file` is below firmware/chargecore/."""

    name: str
    file: str
    text: str
    replacement: str
    breaks: str  # what goes wrong, in one sentence
    cases: tuple  # each of these cases has to catch it
    security_profile: int = 0  # that the station is set to

    def mutated(self, source):
        """Return a source with the text replaced. Errors: MutationError."""
        count = source.count(self.text)
        if count != 1:
            raise MutationError(f"{self.name}: {self.file} has the text {count} times")
        return source.replace(self.text, self.replacement)

    def path(self, root=ROOT):
        """Return where the file is."""
        return root / "firmware" / "chargecore" / self.file

    def write_to(self, folder):
        """Make a repository whose firmware has this mutation. Errors: MutationError."""
        mutated = self.mutated(self.path().read_text(encoding="utf-8"))
        without = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "firmware", folder / "firmware", ignore=without)
        for name in _SHARED:
            os.symlink(ROOT / name, folder / name)
        self.path(folder).write_text(mutated, encoding="utf-8")
