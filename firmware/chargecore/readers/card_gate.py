"""CardGate: makes one swipe of a card that lies on the reader and is seen again and again.

Called by: the drivers, with every poll and every card seen. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff

UID_TEXT_MAX = const(20)  # the longest: 10 bytes as hex; an idTag is a CiString20

_UID_MAX = const(10)  # ISO/IEC 14443-3: 4, 7 or 10 bytes
# Our choice: a card is gone when it was not seen for so long. Shorter gaps are a hand that moves,
# or a read that failed.
_AWAY_MS = const(1000)
# ISO/IEC 14443-3: a UID of 4 bytes that begins with 08 is drawn anew whenever the card wakes up,
# as phones do. While one lies there, the next of that kind is the same card.
_RANDOM = const(0x08)
_RANDOM_LEN = const(4)
_DIGITS = b"0123456789ABCDEF"


class CardGate:
    """Writes uid_text_buf, uid_len and has_card of the reader.

    A card gives one swipe until it was away for a second. Another card is a swipe at once, but
    nothing overwrites one that the station has not released; what still lies there then is read.
    """

    def __init__(self, reader):
        self._reader = reader
        self._uid_buf = bytearray(_UID_MAX)
        self._uid_len = 0  # of the card that lies there, 0 = none
        self._seen_ms = 0  # when it was seen last

    def step(self, now_ms):  # HOT
        """Forget the card once it is gone."""
        if self._uid_len and ticks_diff(now_ms, self._seen_ms) >= _AWAY_MS:
            self._uid_len = 0

    def see(self, buf, at, uid_len, now_ms):  # HOT
        """A card is there; its UID has uid_len bytes (1..10) from buf[at]."""
        if self._is_same(buf, at, uid_len):
            self._seen_ms = now_ms
            return
        reader = self._reader
        if reader.has_card:
            return
        text_buf = reader.uid_text_buf
        for i in range(uid_len):
            byte = buf[at + i]
            self._uid_buf[i] = byte
            text_buf[2 * i] = _DIGITS[byte >> 4]
            text_buf[2 * i + 1] = _DIGITS[byte & 15]
        self._uid_len = uid_len
        self._seen_ms = now_ms
        reader.uid_len = 2 * uid_len
        reader.has_card = True

    def _is_same(self, buf, at, uid_len):  # HOT
        known_buf = self._uid_buf
        if uid_len != self._uid_len:
            return False
        if uid_len == _RANDOM_LEN and buf[at] == _RANDOM and known_buf[0] == _RANDOM:
            return True
        for i in range(uid_len):
            if buf[at + i] != known_buf[i]:
                return False
        return True
