"""Order: how one command is typed, and what makes a CALL of its words."""

from dataclasses import dataclass
from typing import Callable


class OrderError(Exception):
    """The words cannot become a CALL; the text says which and why."""


@dataclass(frozen=True)
class Order:
    """One command. `words` are the possible first arguments, for completion."""

    usage: str
    text: str
    least: int  # arguments
    most: int
    build: Callable
    words: tuple = ()


def number(text, what):
    """Return a whole number. Errors: OrderError."""
    try:
        return int(text)
    except ValueError:
        raise OrderError(f"{what} '{text}': must be a whole number") from None


def word(text, words, what, is_open=False):
    """Return the word of the list that was typed; is_open lets any other pass."""
    for one in words:
        if one.casefold() == text.casefold():
            return one
    if is_open:
        return text
    raise OrderError(f"{what} '{text}': must be one of {', '.join(words)}")
