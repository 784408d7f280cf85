"""NoAuxFault: the further fault line of a board that has none."""


class NoAuxFault:
    """Always quiet."""

    def __init__(self):
        self.code = 0  # FAULT_NONE
