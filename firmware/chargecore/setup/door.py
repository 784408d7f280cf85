"""Door: who has the code of the set-up page gets in, who guesses waits longer and longer.

Called by: Desk. Two wrong codes are free; each further one shuts the door for 10 s, then for twice
as long; the tenth shuts it until power-off. What is tried meanwhile is not looked at.
Heap: the token, 32 characters, per right code.
"""

import binascii
import os

from micropython import const

from chargecore.base.ticks import ticks_add, ticks_diff

_FREE = const(2)
_WAIT_MS = const(10_000)
_WRONG_MAX = const(10)
_TOKEN_LEN = const(16)


class Door:
    """code: as it stands on the label. One token is good: that of the last right code."""

    def __init__(self, code):
        self._code = _plain(code)
        self._token = b""  # of the form; empty: nobody is in
        self._opens_at_ms = 0
        self._is_shut = False  # until _opens_at_ms
        self.wrong = 0  # codes since the page was opened

    @property
    def is_locked(self):
        """Whether it stays shut until power-off."""
        return self.wrong >= _WRONG_MAX

    def wait_s(self, now_ms):
        """Return for how long no code is looked at, 0 when one is."""
        if self._is_shut and ticks_diff(now_ms, self._opens_at_ms) >= 0:
            self._is_shut = False
        if not self._is_shut:
            return 0
        return ticks_diff(self._opens_at_ms, now_ms) // 1_000 + 1

    def try_code(self, text, now_ms):
        """Return the token of the form; None for a wrong code and while the door is shut."""
        if self.is_locked or self.wait_s(now_ms):
            return None
        if not is_same(_plain(text), self._code):
            self._note_wrong(now_ms)
            return None
        self._token = binascii.hexlify(os.urandom(_TOKEN_LEN))
        return self._token.decode()

    def is_in(self, token):
        """Tell whether that is the token of who was let in."""
        return bool(self._token) and not self.is_locked and is_same(token.encode(), self._token)

    def _note_wrong(self, now_ms):
        self.wrong += 1
        extra = self.wrong - _FREE
        if extra > 0:
            self._is_shut = True
            self._opens_at_ms = ticks_add(now_ms, _WAIT_MS << (extra - 1))


def is_same(given, wanted):
    """Compare two bytes; the time it takes tells nothing but their lengths."""
    differs = len(given) ^ len(wanted)
    if not given:
        return not wanted
    for idx in range(len(wanted)):
        differs |= wanted[idx] ^ given[idx % len(given)]
    return differs == 0


def _plain(code):
    """Return the characters that count: people type small letters and leave hyphens out."""
    return code.upper().replace("-", "").replace(" ", "").encode()
