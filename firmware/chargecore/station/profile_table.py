"""ProfileTable: the charging profiles that are installed (OCPP 1.6 §3.13, §5.16; rules C1 to C3).

Called by: SmartLimits (all of it), ChargingProfiles (reads the slots).
The table is its own image on flash, for a VersionPair. A TxProfile ends with its transaction, and
none outlives a boot (C13): it is not worth a write, and adopt() drops it.
A change can be undone until the next one: flash may refuse what must outlive a power cut.
Heap: 14 + 10 * 200 bytes at start, none after.
"""

from micropython import const

from chargecore.base.codes import E_FULL, E_RANGE, OK
from chargecore.station.profile_draft import ProfileDraft
from chargecore.station.profile_slot import (
    NOT_GIVEN,
    PURPOSE_NONE,
    PURPOSE_TX,
    SLOT_CONNECTOR,
    SLOT_ID,
    SLOT_LEVEL,
    SLOT_PURPOSE,
    SLOT_TX,
    TX_PENDING,
    i32,
    put_i32,
)

PROFILES_MAX = const(10)  # MaxChargingProfilesInstalled

# Image: layout, length of a slot, two spare bytes, then the slots.
_LAYOUT = const(1)
_HEAD_LEN = const(4)
_SLOT_LEN = const(200)
_IMAGE_LEN = const(2004)  # _HEAD_LEN + PROFILES_MAX * _SLOT_LEN
_REVISION_MAX = const(0x3FFFFFFF)
# A profile takes the place of one with the same (C3).
_IDENTITY = (SLOT_PURPOSE, SLOT_CONNECTOR, SLOT_LEVEL)
# What is asked first, as the calculator wants it: highest purpose, then level, then connector.
_ORDER = (SLOT_PURPOSE, SLOT_LEVEL, SLOT_CONNECTOR)


class ProfileTable:
    """Profiles in slots, and `order`: the places of those in use, in the order they are asked.

    Full: a new profile that replaces none is refused with E_FULL.
    """

    def __init__(self, connector_count):
        self.draft = ProfileDraft(connector_count)  # the profile that comes in
        self.image_buf = bytearray(_IMAGE_LEN)
        self.image_buf[0] = _LAYOUT
        self.image_buf[1] = _SLOT_LEN
        # Slot numbers: TxProfile first, ChargePointMaxProfile last; within a purpose the highest
        # level first; at the same level that of a connector before that of connector 0.
        self.order_buf = bytearray(PROFILES_MAX)
        self.count = 0  # profiles installed
        self.revision = 0  # counts changes, wraps
        self.has_changed = False  # what is on flash is no longer right
        # For undo(): the purposes as they were, and where the draft has the slot that was there.
        self._before_buf = bytearray(PROFILES_MAX)
        self._swapped_at = 0

    # ---- changes ----

    def install(self, tx, wall_s):  # HOT
        """Take the draft as it stands; it replaces what has its id, or its purpose and level (C3).

        tx, wall_s: see ProfileDraft.finish(). Return OK, or E_RANGE, E_TOO_MANY, E_FULL: then
        nothing has changed (Rejected).
        """
        draft = self.draft
        code = draft.finish(tx, wall_s)
        draft.code = E_RANGE  # it is taken once
        if code != OK:
            return code
        buf = self.image_buf
        new_buf = draft.buf
        place = 0
        is_kept = new_buf[SLOT_PURPOSE] != PURPOSE_TX
        self._remember()
        for at in range(_HEAD_LEN, _IMAGE_LEN, _SLOT_LEN):
            if self._is_replaced(at, new_buf):
                if _is_same(buf, at, new_buf):
                    return OK  # sent again: nothing to write
                is_kept = is_kept or buf[at + SLOT_PURPOSE] != PURPOSE_TX
                buf[at + SLOT_PURPOSE] = PURPOSE_NONE
            if not place and buf[at + SLOT_PURPOSE] == PURPOSE_NONE:
                place = at
        if not place:
            return E_FULL
        self._swap(place)
        self._settle(is_kept)
        return OK

    def undo(self):  # HOT
        """Take back the last install() or clear()."""
        buf = self.image_buf
        is_kept = False
        if self._swapped_at:
            is_kept = buf[self._swapped_at + SLOT_PURPOSE] != PURPOSE_TX
            self._swap(self._swapped_at)
        for slot in range(PROFILES_MAX):
            at = _HEAD_LEN + slot * _SLOT_LEN + SLOT_PURPOSE
            purpose = self._before_buf[slot]
            is_kept = is_kept or (buf[at] != purpose and purpose != PURPOSE_TX)
            buf[at] = purpose
        self._swapped_at = 0
        self._settle(is_kept)

    def _remember(self):  # HOT
        for slot in range(PROFILES_MAX):
            purpose = self.image_buf[_HEAD_LEN + slot * _SLOT_LEN + SLOT_PURPOSE]
            self._before_buf[slot] = purpose
        self._swapped_at = 0

    def _swap(self, at):  # HOT
        """Exchange the draft and the slot at `at`."""
        self._swapped_at = at
        buf = self.image_buf
        other_buf = self.draft.buf
        for i in range(_SLOT_LEN):
            byte = buf[at + i]
            buf[at + i] = other_buf[i]
            other_buf[i] = byte

    def _is_replaced(self, at, new_buf):  # HOT
        """Return True when a draft takes the place of the profile at `at`."""
        buf = self.image_buf
        if buf[at + SLOT_PURPOSE] == PURPOSE_NONE:
            return False
        if i32(buf, at + SLOT_ID) == i32(new_buf, SLOT_ID):
            return True
        return _is_same_kind(buf, at, new_buf, 0)

    def clear(self, profile_id, connector_id, purpose, level):  # HOT
        """Remove what ClearChargingProfile names, NOT_GIVEN for a field it has not (C15).

        With an id the other fields do not count. Return how many are gone: 0 = Unknown.
        """
        buf = self.image_buf
        before = self.count
        is_kept = False
        self._remember()
        for at in range(_HEAD_LEN, _IMAGE_LEN, _SLOT_LEN):
            if buf[at + SLOT_PURPOSE] == PURPOSE_NONE:
                continue
            if profile_id != NOT_GIVEN:
                is_meant = i32(buf, at + SLOT_ID) == profile_id
            else:
                is_meant = (
                    _fits(connector_id, buf[at + SLOT_CONNECTOR])
                    and _fits(purpose, buf[at + SLOT_PURPOSE])
                    and _fits(level, buf[at + SLOT_LEVEL])
                )
            if is_meant:
                is_kept = is_kept or buf[at + SLOT_PURPOSE] != PURPOSE_TX
                buf[at + SLOT_PURPOSE] = PURPOSE_NONE
        self._settle(is_kept)
        return before - self.count

    def bind(self, connector_id, tx):  # HOT
        """Give the TxProfiles of a remote start to the transaction that has begun (§5.16.2).

        One that came for connector 0, so for any, gives way to one for this connector.
        """
        self._bind_those_of(connector_id, connector_id, tx)
        self._bind_those_of(0, connector_id, tx)
        self._settle(False)

    def _bind_those_of(self, owner, connector_id, tx):  # HOT
        buf = self.image_buf
        for at in range(_HEAD_LEN, _IMAGE_LEN, _SLOT_LEN):
            if self._is_tx_profile(at, owner) and i32(buf, at + SLOT_TX) == TX_PENDING:
                buf[at + SLOT_CONNECTOR] = connector_id
                put_i32(buf, at + SLOT_TX, tx)
                if self._has_double(at):
                    buf[at + SLOT_PURPOSE] = PURPOSE_NONE

    def end_transaction(self, connector_id):  # HOT
        """Forget the TxProfiles of a connector: its transaction is over (C13).

        Also for a remote start that came to nothing; connector 0 holds those for any connector.
        """
        for at in range(_HEAD_LEN, _IMAGE_LEN, _SLOT_LEN):
            if self._is_tx_profile(at, connector_id):
                self.image_buf[at + SLOT_PURPOSE] = PURPOSE_NONE
        self._settle(False)

    def _is_tx_profile(self, at, connector_id):  # HOT
        buf = self.image_buf
        is_tx = buf[at + SLOT_PURPOSE] == PURPOSE_TX
        return is_tx and buf[at + SLOT_CONNECTOR] == connector_id

    def _has_double(self, double_at):  # HOT
        buf = self.image_buf
        for at in range(_HEAD_LEN, _IMAGE_LEN, _SLOT_LEN):
            if at != double_at and _is_same_kind(buf, at, buf, double_at):
                return True
        return False

    # ---- image ----

    @property
    def image_len(self):
        """Length of the image up to the last slot in use."""
        at = _IMAGE_LEN - _SLOT_LEN
        while at >= _HEAD_LEN and self.image_buf[at + SLOT_PURPOSE] == PURPOSE_NONE:
            at -= _SLOT_LEN
        return at + _SLOT_LEN

    def adopt(self, length):
        """Take over an image that was read into image_buf; what makes no sense is dropped.

        Return how many profiles it holds. TxProfiles go: their transaction ended with the boot.
        """
        buf = self.image_buf
        if length < _HEAD_LEN or buf[0] != _LAYOUT or buf[1] != _SLOT_LEN:
            length = _HEAD_LEN
        for i in range(length, len(buf)):
            buf[i] = 0
        buf[0] = _LAYOUT
        buf[1] = _SLOT_LEN
        for at in range(_HEAD_LEN, _IMAGE_LEN, _SLOT_LEN):
            if not self.draft.could_be(buf, at):
                buf[at + SLOT_PURPOSE] = PURPOSE_NONE
        self._settle(False)
        self.has_changed = False
        return self.count

    # ---- order ----

    def _settle(self, is_kept):  # HOT
        """Set up `order` again after a change; is_kept: one that outlives a boot is concerned."""
        buf = self.image_buf
        order = self.order_buf
        count = 0
        for slot in range(PROFILES_MAX):
            at = _HEAD_LEN + slot * _SLOT_LEN
            if buf[at + SLOT_PURPOSE] == PURPOSE_NONE:
                continue
            rank = count
            while rank and self._goes_before(at, _HEAD_LEN + order[rank - 1] * _SLOT_LEN):
                order[rank] = order[rank - 1]
                rank -= 1
            order[rank] = slot
            count += 1
        self.count = count
        self.revision = (self.revision + 1) & _REVISION_MAX
        self.has_changed = self.has_changed or is_kept

    def _goes_before(self, at, other_at):  # HOT
        buf = self.image_buf
        for field in _ORDER:
            if buf[at + field] != buf[other_at + field]:
                return buf[at + field] > buf[other_at + field]
        return False

    def place(self, rank):  # HOT
        """Return where the slot stands that is asked as number `rank`. Range: 0..count-1."""
        return _HEAD_LEN + self.order_buf[rank] * _SLOT_LEN


def _is_same_kind(buf, at, other_buf, other_at):  # HOT
    for field in _IDENTITY:
        if buf[at + field] != other_buf[other_at + field]:
            return False
    return True


def _is_same(buf, at, other_buf):  # HOT
    for i in range(_SLOT_LEN):
        if buf[at + i] != other_buf[i]:
            return False
    return True


def _fits(asked, value):  # HOT
    return asked == NOT_GIVEN or asked == value
