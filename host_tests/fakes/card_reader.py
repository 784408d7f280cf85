"""FakeReader: a card reader that the test holds cards to."""


class FakeReader:
    """Keeps the readers protocol; `connector` is the one it belongs to, 0 = all of them."""

    def __init__(self):
        self.has_card = False
        self.uid_text_buf = bytearray(32)
        self.uid_len = 0
        self.connector = 0
        self.polls = 0
        self.is_silent = False

    def poll(self, now_ms):
        self.polls += 1

    def release(self):
        self.has_card = False

    def swipe(self, text, connector=0):
        """Hold a card to the reader; the one before stays until it is released."""
        if self.has_card:
            return
        data = text.encode()
        self.uid_text_buf[: len(data)] = data
        self.uid_len = len(data)
        self.connector = connector
        self.has_card = True
