"""Ring: byte messages in fixed slots.

Called by: whoever hands short byte messages from one step to another.
Never: allocates after __init__, keeps a reference to the caller's buffer.
Heap: slot_count * (slot_size + 2) bytes at start, none after.
"""

from chargecore.base.codes import E_EMPTY, E_FULL, E_LENGTH


class Ring:
    """Byte messages in fixed slots. Full: refuses the new one (E_FULL), counts `refused`."""

    def __init__(self, slot_count, slot_size):
        self._slot_count = slot_count
        self._slot_size = slot_size
        self._data_buf = bytearray(slot_count * slot_size)
        self._len_buf = bytearray(2 * slot_count)
        self._first_idx = 0  # slot of the oldest message
        self.count = 0  # messages waiting
        self.refused = 0  # messages turned away because the ring was full

    def push(self, src_buf, src_len):  # HOT
        """Copy src_buf[:src_len] into the next slot. Return its length, E_FULL, or E_LENGTH."""
        if src_len > self._slot_size:
            return E_LENGTH
        if self.count == self._slot_count:
            self.refused += 1
            return E_FULL
        slot = (self._first_idx + self.count) % self._slot_count
        data_buf = self._data_buf
        at = slot * self._slot_size
        for i in range(src_len):
            data_buf[at + i] = src_buf[i]
        self._len_buf[2 * slot] = src_len & 0xFF
        self._len_buf[2 * slot + 1] = src_len >> 8
        self.count += 1
        return src_len

    def pop_into(self, dst_buf):  # HOT
        """Move the oldest message into dst_buf. Return its length, E_EMPTY, or E_LENGTH."""
        if self.count == 0:
            return E_EMPTY
        slot = self._first_idx
        length = self._len_buf[2 * slot] | self._len_buf[2 * slot + 1] << 8
        if length > len(dst_buf):
            return E_LENGTH
        data_buf = self._data_buf
        at = slot * self._slot_size
        for i in range(length):
            dst_buf[i] = data_buf[at + i]
        self._first_idx = (slot + 1) % self._slot_count
        self.count -= 1
        return length
