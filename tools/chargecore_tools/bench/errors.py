"""What ends a step, and what a board says no to."""


class OrderRefused(Exception):
    """The bench on the board does not carry out an order; the text says why."""


class StepFailed(Exception):
    """A reading is outside its limits: the text says what to look for, and where."""


class BenchEnded(Exception):
    """The person wants no more: what is done is kept."""
