"""AuthCache: what the server last said about each tag.

Called by: Authorizer. Filled from every idTagInfo (OCPP 1.6 §3.5.1, A6 of the behaviour rules).
Heap: capacity * 48 bytes at start, none after.
"""

from array import array

from micropython import const

from chargecore.station.id_tag import ID_TAG_MAX, same_text

TAG_UNKNOWN = const(-1)  # not in the cache
TAG_ACCEPTED = const(0)
TAG_BLOCKED = const(1)
TAG_EXPIRED = const(2)
TAG_INVALID = const(3)
TAG_CONCURRENT_TX = const(4)

NO_EXPIRY = const(-1)


class AuthCache:
    """Tags with status, expiry, parent. Full: refused tags go first, then the longest unused."""

    def __init__(self, capacity):
        self._capacity = capacity
        self._tag_buf = bytearray(capacity * ID_TAG_MAX)
        self._parent_buf = bytearray(capacity * ID_TAG_MAX)
        self._tag_len = bytearray(capacity)  # 0 = slot free
        self._parent_len = bytearray(capacity)
        self._status = bytearray(capacity)
        self._expiry_s = array("i", [NO_EXPIRY] * capacity)  # wall seconds since 2024
        self._used = array("i", [0] * capacity)  # value of _uses when last touched
        self._uses = 0
        self.evicted = 0  # entries overwritten to make room

    def clear(self):  # HOT
        """Forget every tag (ClearCache)."""
        for slot in range(self._capacity):
            self._tag_len[slot] = 0

    def find(self, tag):  # HOT
        """Return the slot of an IdTag, or TAG_UNKNOWN."""
        length = tag.length
        if length == 0:
            return TAG_UNKNOWN
        for slot in range(self._capacity):
            if self._tag_len[slot] == length and same_text(
                self._tag_buf, slot * ID_TAG_MAX, tag.buf, 0, length
            ):
                return slot
        return TAG_UNKNOWN

    def status(self, tag, wall_s):  # HOT
        """Return TAG_* of an IdTag at wall_s. A date that has passed makes it TAG_EXPIRED.

        While the wall time is unknown (negative) a tag with an expiry date counts as expired:
        when in doubt, ask.
        """
        slot = self.find(tag)
        if slot < 0:
            return TAG_UNKNOWN
        self._uses = (self._uses + 1) & 0x1FFFFFFF
        self._used[slot] = self._uses
        status = self._status[slot]
        expiry_s = self._expiry_s[slot]
        if status == TAG_ACCEPTED and expiry_s != NO_EXPIRY and wall_s >= 0:
            return TAG_EXPIRED if wall_s >= expiry_s else TAG_ACCEPTED
        if status == TAG_ACCEPTED and expiry_s != NO_EXPIRY:
            return TAG_EXPIRED
        return status

    def parent_into(self, tag, parent):  # HOT
        """Copy the parent of a cached IdTag into parent, which is empty if there is none."""
        slot = self.find(tag)
        if slot < 0:
            parent.clear()
        else:
            parent.set(self._parent_buf, slot * ID_TAG_MAX, self._parent_len[slot])

    def put(self, tag, status, expiry_s, parent):  # HOT
        """Add or replace what the server said of tag. parent is an IdTag, empty for none."""
        if tag.length == 0:
            return
        slot = self.find(tag)
        if slot < 0:
            slot = self._room()
        at = slot * ID_TAG_MAX
        for i in range(tag.length):
            self._tag_buf[at + i] = tag.buf[i]
        for i in range(parent.length):
            self._parent_buf[at + i] = parent.buf[i]
        self._tag_len[slot] = tag.length
        self._parent_len[slot] = parent.length
        self._status[slot] = status
        self._expiry_s[slot] = expiry_s
        self._uses = (self._uses + 1) & 0x1FFFFFFF
        self._used[slot] = self._uses

    def _room(self):  # HOT
        """Return a free slot, else the longest unused refused one, else the longest unused one."""
        best = 0
        for slot in range(self._capacity):
            if self._tag_len[slot] == 0:
                return slot
            if self._goes_before(slot, best):
                best = slot
        self.evicted += 1
        return best

    def _goes_before(self, slot, other):  # HOT
        refused = self._status[slot] != TAG_ACCEPTED
        other_refused = self._status[other] != TAG_ACCEPTED
        if refused != other_refused:
            return refused
        return self._used[slot] < self._used[other]
