"""TextLine: one line of text for people, put together in a buffer that is made once.

Called by: whoever prints events and states. Numbers are put in digit by digit: no
strings are made.
Heap: the buffer, at start, and the names of single characters, which the VM keeps for ever.
"""

from micropython import const

CAPACITY = const(400)  # the longest text of base.events with its numbers, and a reason behind it
_ROOM = const(398)  # in front of the line end


class TextLine:
    """`buf[:length]` is the line. Full: what comes then is left out."""

    def __init__(self):
        for code in range(0x20, 0x7F):
            chr(code)  # or the first time that a text has it would take heap
        self.buf = bytearray(CAPACITY)
        self.length = 0

    def clear(self):  # HOT
        """Begin a new line."""
        self.length = 0

    def put(self, text):  # HOT
        """Add an ASCII str."""
        buf = self.buf
        at = self.length
        for char in text:
            if at < _ROOM:
                buf[at] = ord(char)
                at += 1
        self.length = at

    def put_word(self, word):  # HOT
        """Add ASCII bytes."""
        for code in word:
            self._put_code(code)

    def put_event(self, text, a, b):  # HOT
        """Add a text of base.events, {a} and {b} filled in."""
        is_name = False  # between the braces
        for char in text:
            if char == "{":
                is_name = True
            elif char == "}":
                is_name = False
            elif is_name:
                self.put_number(a if char == "a" else b)
            else:
                self._put_code(ord(char))

    def put_number(self, value, width=1):  # HOT
        """Add a whole number, blanks before it up to width."""
        if value < 0:
            self._put_code(0x2D)
            value = -value
        unit = 1
        while value // unit >= 10:
            unit *= 10
            width -= 1
        while width > 1:
            self._put_code(0x20)
            width -= 1
        while unit:
            self._put_code(0x30 + value // unit % 10)
            unit //= 10

    def end(self):  # HOT
        """Add the line end of a terminal."""
        at = self.length
        self.buf[at] = 0x0D
        self.buf[at + 1] = 0x0A
        self.length = at + 2

    def _put_code(self, code):  # HOT
        if self.length < _ROOM:
            self.buf[self.length] = code
            self.length += 1
