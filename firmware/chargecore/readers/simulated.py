"""SimulatedReader: the host board's card reader; the control socket holds the cards to it.

Called by: the control socket (swipe), Station (the rest). Keeps the protocol of the package.
Heap: none after __init__.
"""

from micropython import const

UID_MAX = const(20)  # an idTag is a CiString20


class SimulatedReader:
    """Full while it holds a card: a second one is refused and counted in `refused`."""

    def __init__(self):
        self.uid_text_buf = bytearray(UID_MAX)
        self.uid_len = 0
        self.has_card = False
        self.connector = 0
        self.is_silent = False  # set by the control socket
        self.refused = 0

    def swipe(self, tag, connector):  # HOT
        """Hold a card with that text (bytes) to the reader. Return False when it was not read.

        That is so while the previous card is held or the reader is silent, and for a text that no
        idTag can have.
        """
        length = len(tag)
        if self.has_card or self.is_silent or not 1 <= length <= UID_MAX:
            self.refused += 1
            return False
        for i in range(length):
            self.uid_text_buf[i] = tag[i]
        self.uid_len = length
        self.connector = connector
        self.has_card = True
        return True

    def poll(self, now_ms):  # HOT
        """Do nothing: swipe() has put the card there."""

    def release(self):  # HOT
        """Let go of the card."""
        self.has_card = False
        self.uid_len = 0
