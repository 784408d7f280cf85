"""What ends a case, or the whole run."""


class CertError(Exception):
    """The kit cannot go on; the text says why and what to do."""


class CaseError(CertError):
    """A case file is wrong: which file, which line, what is allowed there."""

    def __init__(self, file, line, text):
        super().__init__(f"{file}:{line}: {text}" if line else f"{file}: {text}")
        self.file, self.line = file, line


class Failed(Exception):
    """The station did something wrong. rule: which rule, in one word or clause."""

    def __init__(self, text, rule="step"):
        super().__init__(text)
        self.rule = rule


class Inconclusive(Exception):
    """Nobody can say: the rig could not act, or the station could not be brought to the start."""


class RigCannot(Inconclusive):
    """The rig has no hands for this act."""


class CannotResolve(Exception):
    """A $name has no value yet, or no such field."""
