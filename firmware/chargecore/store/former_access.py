"""FormerAccess: the security profile and password that still worked, until the new ones have.

Called by: ocpp16.SecurityProfile. Written before the setting changes, so that a power cut between
the two leaves a way back, and emptied after the first connection with the new one.
Heap: opening a file when it is written; the password while there is one to go back to.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.base.events import EV_FLASH_ERROR

NONE = const(-1)
_KEY_MAX = const(40)  # hex digits
# 0 profile + 1  1 whether there is a key  2 its length  3 the key
_PROFILE_AT = const(0)
_HAS_KEY_AT = const(1)
_KEY_LEN_AT = const(2)
_KEY_AT = const(3)


class FormerAccess:
    """`pair` is a VersionPair. profile: NONE, or the one before; key: None, or b"" for none."""

    def __init__(self, pair, events):
        self._pair = pair
        self._events = events
        self.profile = NONE
        self.key = None

    def load(self):
        """Read what there is; nothing, when it cannot be read."""
        buf = bytearray(_KEY_AT + _KEY_MAX)
        length = self._pair.load(buf)
        if length < _KEY_AT or buf[_KEY_LEN_AT] > min(_KEY_MAX, length - _KEY_AT):
            return
        self.profile = buf[_PROFILE_AT] - 1
        if buf[_HAS_KEY_AT]:
            self.key = bytes(memoryview(buf)[_KEY_AT : _KEY_AT + buf[_KEY_LEN_AT]])

    def keep(self, profile, key):
        """Remember both. Return OK, or E_IO: then what was remembered before stays."""
        before = self.profile, self.key
        self.profile, self.key = profile, key
        code = self._save()
        if code != OK:
            self.profile, self.key = before
        return code

    def _save(self):
        key = self.key or b""
        buf = bytearray(_KEY_AT + _KEY_MAX)
        buf[_PROFILE_AT] = self.profile + 1
        buf[_HAS_KEY_AT] = self.key is not None
        buf[_KEY_LEN_AT] = len(key)
        for at in range(len(key)):
            buf[_KEY_AT + at] = key[at]
        code = self._pair.save(buf, _KEY_AT + _KEY_MAX)
        if code != OK:
            self._events.add(EV_FLASH_ERROR, self._pair.errno)
        return code
