"""ReservationTable: for whom a connector is kept, and until when.

Called by: Reservations. The table is its own image on flash, for an ImageKeeper; by the place of
its first byte a reservation is known outside.
Ids are any 32-bit number. A change can be undone until the next one: flash may refuse what must
outlive a power cut. Heap: 60 + capacity * 56 bytes at start, none after.
"""

from micropython import const

from chargecore.station.id_tag import ID_TAG_MAX

NO_SLOT = const(-1)

# Image: layout, length of a slot, two spare bytes, then the slots.
_LAYOUT = const(1)
_HEAD_LEN = const(4)
# 0 tag  20 parent  40 length of tag  41 of parent  42 connector  44 id i32  48 expiry  52 duration
_SLOT_LEN = const(56)
_PARENT = const(20)
_TAG_LEN = const(40)  # 0 = slot free
_PARENT_LEN = const(41)
_CONNECTOR = const(42)
_ID = const(44)
_EXPIRY = const(48)  # wall seconds
_DURATION = const(52)  # seconds from the reservation to its expiry


class ReservationTable:
    """As many slots as connectors: none can be kept twice."""

    def __init__(self, capacity):
        self._capacity = capacity
        self.image_buf = bytearray(_HEAD_LEN + capacity * _SLOT_LEN)
        self.image_len = len(self.image_buf)
        self._mark()
        self.count = 0  # slots in use
        self.has_changed = False  # what is on flash is no longer right
        self._before_buf = bytearray(_SLOT_LEN)  # the slot changed last, as it was
        self._before_at = NO_SLOT

    # ---- questions ----

    def next(self, at):  # HOT
        """Return the first slot in use from that place on, or NO_SLOT. Begin with 0."""
        buf = self.image_buf
        if at == 0:
            at = _HEAD_LEN
        while at < len(buf):
            if buf[at + _TAG_LEN]:
                return at
            at += _SLOT_LEN
        return NO_SLOT

    def after(self, at):  # HOT
        """Return the next slot in use behind that one, or NO_SLOT."""
        return self.next(at + _SLOT_LEN)

    def find(self, reservation_id):  # HOT
        """Return the slot of a reservation, or NO_SLOT."""
        at = self.next(0)
        while at >= 0 and self.id_at(at) != reservation_id:
            at = self.after(at)
        return at

    def id_at(self, at):  # HOT
        """Return the reservationId. Heap: none within +-2^30, as for all ids of a server."""
        buf = self.image_buf
        high = buf[at + _ID + 3]
        if high & 0x80:
            high -= 256
        return high << 24 | buf[at + _ID + 2] << 16 | buf[at + _ID + 1] << 8 | buf[at + _ID]

    def connector_at(self, at):  # HOT
        """Return the connector that is kept, 0 for any."""
        return self.image_buf[at + _CONNECTOR]

    def expiry_s(self, at):  # HOT
        """Return when it ends, in wall seconds."""
        return self._u32(at + _EXPIRY)

    def duration_s(self, at):  # HOT
        """Return how long it was to last when it was made."""
        return self._u32(at + _DURATION)

    def has_parent(self, at):  # HOT
        """Return True when a whole family may use it."""
        return self.image_buf[at + _PARENT_LEN] != 0

    def fits(self, at, tag, parent):  # HOT
        """Return True when the tag, or its parent, is the one it was made for (V3, A8)."""
        buf = self.image_buf
        if tag.matches(buf, at, buf[at + _TAG_LEN]):
            return True
        return parent.matches(buf, at + _PARENT, buf[at + _PARENT_LEN])

    # ---- changes ----

    def put(self, at, connector_id, reservation_id, tag, parent, expiry_s, duration_s):  # HOT
        """Fill a slot, NO_SLOT for a free one. Return its place, NO_SLOT when all are taken."""
        buf = self.image_buf
        if at < 0:
            at = _HEAD_LEN
            while at < len(buf) and buf[at + _TAG_LEN]:
                at += _SLOT_LEN
            if at == len(buf):
                return NO_SLOT
        self._remember(at)
        for i in range(tag.length):
            buf[at + i] = tag.buf[i]
        for i in range(parent.length):
            buf[at + _PARENT + i] = parent.buf[i]
        buf[at + _TAG_LEN] = tag.length
        buf[at + _PARENT_LEN] = parent.length
        buf[at + _CONNECTOR] = connector_id
        for i in range(4):
            buf[at + _ID + i] = reservation_id >> 8 * i & 0xFF
            buf[at + _EXPIRY + i] = expiry_s >> 8 * i & 0xFF
            buf[at + _DURATION + i] = duration_s >> 8 * i & 0xFF
        self._changed()
        return at

    def remove(self, at):  # HOT
        """Forget a reservation."""
        self._remember(at)
        self.image_buf[at + _TAG_LEN] = 0
        self._changed()

    def undo(self):  # HOT
        """Take the latest change back."""
        buf = self.image_buf
        at = self._before_at
        for i in range(_SLOT_LEN):
            buf[at + i] = self._before_buf[i]
        self._changed()

    def adopt(self, length):
        """Take over an image that was read into image_buf; what makes no sense is dropped.

        Return how many reservations it holds. One of another station file keeps what still fits.
        """
        buf = self.image_buf
        if length < _HEAD_LEN or buf[0] != _LAYOUT or buf[1] != _SLOT_LEN:
            length = _HEAD_LEN
        for i in range(length, len(buf)):
            buf[i] = 0
        self._mark()
        for at in range(_HEAD_LEN, len(buf), _SLOT_LEN):
            if (
                buf[at + _TAG_LEN] > ID_TAG_MAX
                or buf[at + _PARENT_LEN] > ID_TAG_MAX
                or buf[at + _CONNECTOR] > self._capacity
            ):
                buf[at + _TAG_LEN] = 0
        self._changed()
        self.has_changed = False
        return self.count

    # ---- the image ----

    def _mark(self):
        self.image_buf[0] = _LAYOUT
        self.image_buf[1] = _SLOT_LEN

    def _remember(self, at):  # HOT
        buf = self.image_buf
        self._before_at = at
        for i in range(_SLOT_LEN):
            self._before_buf[i] = buf[at + i]

    def _changed(self):  # HOT
        count = 0
        at = self.next(0)
        while at >= 0:
            count += 1
            at = self.after(at)
        self.count = count
        self.has_changed = True

    def _u32(self, at):  # HOT
        buf = self.image_buf
        return buf[at] | buf[at + 1] << 8 | buf[at + 2] << 16 | (buf[at + 3] & 0x3F) << 24
