"""Item: one line of the plan, and how it stands."""

from dataclasses import dataclass
from typing import Callable

DONE, OPEN, WRONG = "done", "open", "wrong"


@dataclass(frozen=True)
class Item:
    """look(evidence) returns "" when it is done, else what is missing; wrong: what contradicts."""

    id: str
    week: int  # 4 is the first, 1 the last before the lab
    text: str
    look: Callable
    command: str

    def stand(self, evidence):
        """Return {"id", "week", "text", "state", "why", "command"}."""
        why = self.look(evidence)
        state = DONE if not why else WRONG if isinstance(why, Contradiction) else OPEN
        return {
            "id": self.id,
            "week": self.week,
            "text": self.text,
            "state": state,
            "why": str(why),
            "command": "" if state == DONE else self.command,
        }


class Contradiction(str):
    """A reason that no waiting mends: something that is there is not right."""
