"""FakeMachine and FakeFlags: a PIO state machine and its interrupt flags, for the coil guard.

Called by: the tests of boards/rp2, on both interpreters. The machine takes no words out of its
queue unless it is told to: take() does what the program's pull does.
"""


class FakeMachine:
    """rp2.StateMachine, as far as CoilGuard uses it."""

    def __init__(self):
        self.queue = []
        self.history = []  # every word ever put

    def put(self, word):
        """Queue a word. Errors: RuntimeError where the board would wait for ever."""
        if len(self.queue) == 4:
            raise RuntimeError("put into a full queue")
        self.queue.append(word)
        self.history.append(word)

    def tx_fifo(self):
        """Return how many words are queued."""
        return len(self.queue)

    def take(self):
        """Let the program empty the queue."""
        self.queue.clear()


class FakeFlags:
    """machine.mem32 of one IRQ register: writing a bit clears it."""

    def __init__(self, address, flags=0):
        self._address = address
        self.flags = flags
        self.cleared = []  # every value written

    def __getitem__(self, address):
        if address != self._address:
            raise ValueError("no such register")
        return self.flags

    def __setitem__(self, address, value):
        if address != self._address:
            raise ValueError("no such register")
        self.flags &= ~value
        self.cleared.append(value)


class FakeInput:
    """An input pin."""

    def __init__(self, level=1):
        self.level = level

    def value(self):
        """Return the level."""
        return self.level
