"""FakeCard14443: a card of ISO/IEC 14443 type A: idle, ready, active, halted, as part 3 has it.

Answers are made beforehand, so that the heap tests see only what the driver allocates.
"""

_IDLE, _READY, _ACTIVE, _HALT = range(4)


def crc_a(data):
    """Return CRC_A as two bytes, bit by bit: x^16 + x^12 + x^5 + 1, start 6363."""
    crc = 0x6363
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return bytes([crc & 0xFF, crc >> 8])


def _with_bcc(part):
    return part + bytes([part[0] ^ part[1] ^ part[2] ^ part[3]])


def parts_of(uid):
    """Return the part of the UID of each cascade level, with its BCC."""
    parts = []
    while len(uid) > 4:
        parts.append(_with_bcc(b"\x88" + uid[:3]))
        uid = uid[3:]
    return parts + [_with_bcc(uid)]


class FakeCard14443:
    """hear() returns the answer, b"" for none. It forgets everything without a field."""

    def __init__(self, uid):
        self.parts = parts_of(uid)
        self.selects = [
            bytes([0x93 + 2 * i, 0x70]) + part + crc_a(bytes([0x93 + 2 * i, 0x70]) + part)
            for i, part in enumerate(self.parts)
        ]
        self.saks = [b"\x04" + crc_a(b"\x04")] * (len(self.parts) - 1) + [b"\x08" + crc_a(b"\x08")]
        self.atqa = bytes([0x04 | (len(self.parts) - 1) << 6, 0x00])
        self._halt = b"\x50\x00" + crc_a(b"\x50\x00")
        self._state = _IDLE
        self._level = 0

    def leave_field(self):
        """The field is off."""
        self._state = _IDLE

    def hear(self, buf, length, bits):
        """Take a frame of length bytes, the last with that many bits, 0 = all."""
        if bits == 7 and length == 1 and buf[0] in (0x26, 0x52):
            return self._wake(buf[0] == 0x52)
        if self._state == _READY:
            return self._in_ready(buf, length)
        if self._state == _ACTIVE:
            is_halt = self._same(buf, length, self._halt)
            self._state = _HALT if is_halt else _IDLE
        return b""

    def _wake(self, is_wupa):
        if self._state == _IDLE or self._state == _HALT and is_wupa:
            self._state = _READY
            self._level = 0
            return self.atqa
        self._state = _IDLE if self._state != _HALT else _HALT
        return b""

    def _in_ready(self, buf, length):
        level = self._level
        if length == 2 and buf[0] == 0x93 + 2 * level and buf[1] == 0x20:
            return self.parts[level]
        if self._same(buf, length, self.selects[level]):
            if level + 1 < len(self.parts):
                self._level = level + 1
            else:
                self._state = _ACTIVE
            return self.saks[level]
        self._state = _IDLE
        return b""

    def _same(self, buf, length, wanted):
        if length != len(wanted):
            return False
        for i in range(length):
            if buf[i] != wanted[i]:
                return False
        return True
