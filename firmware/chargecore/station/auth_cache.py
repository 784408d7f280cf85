"""AuthCache: what the server last said about each tag.

Called by: Authorizer (questions), CacheKeeper (keeps image_buf over power cuts).
Filled from every idTagInfo (OCPP 1.6 §3.5.1, errata 3.4; A6 of the behaviour rules). The table is
its own image on flash: nothing beside it has to be built before it is written.
Heap: 4 + capacity * 48 bytes at start, none after.
"""

from micropython import const

from chargecore.station.id_tag import ID_TAG_MAX, same_text

TAG_UNKNOWN = const(-1)  # not in the cache
TAG_ACCEPTED = const(0)
TAG_BLOCKED = const(1)
TAG_EXPIRED = const(2)
TAG_INVALID = const(3)
TAG_CONCURRENT_TX = const(4)

NO_EXPIRY = const(-1)

# Image: layout, length of an entry, two spare bytes, then the entries.
_LAYOUT = const(1)
_HEAD_LEN = const(4)
# Entry: 0 tag  20 parent  40 length of tag  41 of parent  42 status  43 rank  44 expiry u32
_ENTRY_LEN = const(48)
_PARENT = const(20)
_TAG_LEN = const(40)  # 0 = slot free
_PARENT_LEN = const(41)
_STATUS = const(42)
_RANK = const(43)  # 0 = used last; no two entries have the same
_EXPIRY = const(44)  # wall seconds since 2024
_NO_RANK = const(255)
_NEVER = const(0xFF)  # highest byte of an expiry that never comes


class AuthCache:
    """Tags with status, expiry, parent.

    Full: tags that are not valid go first, then the longest unused one (A6); counted in `evicted`.
    Range: capacity 1..255.
    """

    def __init__(self, capacity):
        self.image_buf = bytearray(_HEAD_LEN + capacity * _ENTRY_LEN)
        self._mark()
        # A tag came, went, or means something else now. The order of use is not worth a write.
        self.has_changed = False
        self.evicted = 0  # entries overwritten to make room

    # ---- questions ----

    def find(self, tag):  # HOT
        """Return the slot of an IdTag, or TAG_UNKNOWN."""
        at = self._place(tag)
        return at if at < 0 else at // _ENTRY_LEN

    def status(self, tag, wall_s):  # HOT
        """Return TAG_* of an IdTag at wall_s. A date that has passed makes it TAG_EXPIRED.

        While the wall time is unknown (negative) a tag with an expiry date counts as expired:
        when in doubt, ask.
        """
        at = self._place(tag)
        if at < 0:
            return TAG_UNKNOWN
        self._touch(at)
        return self._status_at(at, wall_s)

    def parent_into(self, tag, parent):  # HOT
        """Copy the parent of a cached IdTag into parent, which is empty if there is none."""
        at = self._place(tag)
        if at < 0:
            parent.clear()
        else:
            parent.set(self.image_buf, at + _PARENT, self.image_buf[at + _PARENT_LEN])

    @property
    def is_empty(self):  # HOT
        """Return True when it knows nobody."""
        return self.image_len == _HEAD_LEN

    @property
    def image_len(self):  # HOT
        """Return the length of the image up to the last slot in use."""
        buf = self.image_buf
        at = len(buf) - _ENTRY_LEN
        while at >= _HEAD_LEN and not buf[at + _TAG_LEN]:
            at -= _ENTRY_LEN
        return at + _ENTRY_LEN

    # ---- changes ----

    def clear(self):  # HOT
        """Forget every tag, bytes included."""
        buf = self.image_buf
        for i in range(_HEAD_LEN, len(buf)):
            buf[i] = 0
        self.has_changed = True

    def put(self, tag, status, expiry_s, parent, wall_s):  # HOT
        """Add or replace what the server said of tag. parent is an IdTag, empty for none."""
        if tag.length == 0:
            return
        buf = self.image_buf
        at = self._place(tag)
        if at < 0:
            at = self._room(wall_s)
            buf[at + _TAG_LEN] = tag.length
            for i in range(tag.length):
                buf[at + i] = tag.buf[i]
            self.has_changed = True
        elif (
            buf[at + _STATUS] != status
            or self._expiry_s(at) != expiry_s
            or not _is_text(buf, at + _PARENT, buf[at + _PARENT_LEN], parent)
        ):
            self.has_changed = True
        buf[at + _STATUS] = status
        self._put_expiry(at, expiry_s)
        buf[at + _PARENT_LEN] = parent.length
        for i in range(parent.length):
            buf[at + _PARENT + i] = parent.buf[i]
        self._touch(at)

    def adopt(self, length):
        """Take over an image that was read into image_buf; what makes no sense is dropped.

        Return how many tags it holds.
        """
        buf = self.image_buf
        if length < _HEAD_LEN or buf[0] != _LAYOUT or buf[1] != _ENTRY_LEN:
            length = _HEAD_LEN
        for i in range(length, len(buf)):
            buf[i] = 0
        self._mark()
        count = 0
        for at in range(_HEAD_LEN, len(buf), _ENTRY_LEN):
            if self._is_sound(at):
                count += 1
            else:
                buf[at + _TAG_LEN] = 0
        self.has_changed = False
        return count

    # ---- slots, by the place of their first byte ----

    def _mark(self):
        self.image_buf[0] = _LAYOUT
        self.image_buf[1] = _ENTRY_LEN

    def _is_sound(self, at):
        buf = self.image_buf
        return (
            0 < buf[at + _TAG_LEN] <= ID_TAG_MAX
            and buf[at + _PARENT_LEN] <= ID_TAG_MAX
            and buf[at + _STATUS] <= TAG_CONCURRENT_TX
        )

    def _place(self, tag):  # HOT
        """Return where the entry of an IdTag begins, or TAG_UNKNOWN."""
        length = tag.length
        if length == 0:
            return TAG_UNKNOWN
        buf = self.image_buf
        for at in range(_HEAD_LEN, len(buf), _ENTRY_LEN):
            if buf[at + _TAG_LEN] == length and same_text(buf, at, tag.buf, 0, length):
                return at
        return TAG_UNKNOWN

    def _status_at(self, at, wall_s):  # HOT
        status = self.image_buf[at + _STATUS]
        expiry_s = self._expiry_s(at)
        if status == TAG_ACCEPTED and expiry_s != NO_EXPIRY:
            if wall_s < 0 or wall_s >= expiry_s:
                return TAG_EXPIRED
        return status

    def _expiry_s(self, at):  # HOT
        buf = self.image_buf
        high = buf[at + _EXPIRY + 3]
        if high == _NEVER:
            return NO_EXPIRY
        low = buf[at + _EXPIRY] | buf[at + _EXPIRY + 1] << 8 | buf[at + _EXPIRY + 2] << 16
        return low | (high & 0x3F) << 24

    def _put_expiry(self, at, expiry_s):  # HOT
        buf = self.image_buf
        for i in range(4):
            buf[at + _EXPIRY + i] = _NEVER if expiry_s < 0 else expiry_s >> 8 * i & 0xFF

    def _touch(self, touched_at):  # HOT
        """Make an entry the one used last: what was used after it grows older by one place."""
        buf = self.image_buf
        rank = buf[touched_at + _RANK]
        for at in range(_HEAD_LEN, len(buf), _ENTRY_LEN):
            if buf[at + _TAG_LEN] and buf[at + _RANK] < rank:
                buf[at + _RANK] += 1
        buf[touched_at + _RANK] = 0

    def _room(self, wall_s):  # HOT
        """Return a free slot, else the longest unused one that is not valid, else of all."""
        buf = self.image_buf
        best = _HEAD_LEN
        for at in range(_HEAD_LEN, len(buf), _ENTRY_LEN):
            if not buf[at + _TAG_LEN]:
                buf[at + _RANK] = _NO_RANK
                return at
            if self._goes_before(at, best, wall_s):
                best = at
        self.evicted += 1
        return best

    def _goes_before(self, at, other_at, wall_s):  # HOT
        is_valid = self._status_at(at, wall_s) == TAG_ACCEPTED
        is_other_valid = self._status_at(other_at, wall_s) == TAG_ACCEPTED
        if is_valid != is_other_valid:
            return not is_valid
        return self.image_buf[at + _RANK] > self.image_buf[other_at + _RANK]


def _is_text(buf, at, length, tag):  # HOT
    """Return True when buf holds exactly the bytes of an IdTag."""
    if length != tag.length:
        return False
    for i in range(length):
        if buf[at + i] != tag.buf[i]:
            return False
    return True
