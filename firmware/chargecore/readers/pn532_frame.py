"""Pn532Frames: finds the frames of a PN532 among the bytes that a link brought.

Called by: the links (fill) and Pn532 (take). Knows no command. Heap: none after __init__.
Source: PN532 User Manual (UM0701-02) §6.2.1: normal information, ACK, NACK and error frame.
"""

from micropython import const

# What take() says.
NOTHING = 0  # no whole frame yet
RESPONSE = 1  # data_len bytes from buf[data_at], the first is D5
ACK = 2
E_NACK = -1
E_ERROR = -2  # the chip did not understand the command
E_GARBLED = -3  # a frame with a wrong checksum, or from nobody

BUF_LEN = const(64)
_OVERHEAD_LEN = const(7)  # 00 00 FF LEN LCS .. DCS 00
_DATA_MAX = const(BUF_LEN - _OVERHEAD_LEN - 1)  # one byte for the status in front of it on I2C
_FROM_CHIP = const(0xD5)
_SYNTAX_ERROR = const(0x7F)

# 0  1  2  3  4  5  6  7  8  9  10 11 12
# 00 00 FF 06 FA D5 03 32 01 06 07 E8 00
# |  start len   data              dcs    len + lcs = 0 and data + dcs = 0, mod 256
# 00 00 FF 00 FF 00   ACK
# 00 00 FF FF 00 00   NACK
# 00 00 FF 01 FF 7F 81 00   error


class Pn532Frames:
    """`buf` holds `length` bytes that came. Full: the oldest are dropped, counted in `noise`."""

    def __init__(self):
        self.buf = bytearray(BUF_LEN)
        self.length = 0
        self.data_at = 0  # where the newest response begins
        self.data_len = 0
        self.garbled = 0  # frames that were not good
        self.noise = 0  # bytes that belonged to no frame
        self._taken_len = 0  # bytes that the newest frame has used up

    def begin(self, length):  # HOT
        """Say that the buffer has been filled anew with length bytes."""
        self.length = length
        self._taken_len = 0

    def append(self, byte):  # HOT
        """Put a byte behind what is there."""
        if self._taken_len:
            self._drop(self._taken_len)
            self._taken_len = 0
        if self.length == BUF_LEN:
            self._drop(BUF_LEN // 2)
            self.noise += BUF_LEN // 2
        self.buf[self.length] = byte
        self.length += 1

    def take(self):  # HOT
        """Look for the next frame. Return NOTHING, RESPONSE, ACK or E_*."""
        buf = self.buf
        first = self._taken_len
        for at in range(first, self.length - 3):
            if buf[at] == 0 and buf[at + 1] == 0xFF:
                kind = self._kind_at(at + 2)
                if kind != NOTHING:
                    self.noise += max(at - first - 1, 0)  # the preamble is none
                    return kind
        return NOTHING

    def _kind_at(self, at):  # HOT
        """Return what stands behind the start code, and how much of it: the length is at `at`."""
        buf = self.buf
        data_len, check = buf[at], buf[at + 1]
        if data_len == 0 and check == 0xFF:
            self._taken_len = at + 2
            return ACK
        if data_len == 0xFF and check == 0:
            self._taken_len = at + 2
            return E_NACK
        if (data_len + check) & 0xFF or not 0 < data_len <= _DATA_MAX:
            return NOTHING
        end = at + 2 + data_len
        if end >= self.length:
            return NOTHING
        total = 0
        for i in range(at + 2, end + 1):
            total += buf[i]
        self._taken_len = end + 1
        if data_len == 1 and buf[at + 2] == _SYNTAX_ERROR:
            return E_ERROR
        if total & 0xFF or buf[at + 2] != _FROM_CHIP or data_len < 2:
            self.garbled += 1
            return E_GARBLED
        self.data_at = at + 2
        self.data_len = data_len
        return RESPONSE

    def _drop(self, count):  # HOT
        buf = self.buf
        for i in range(count, self.length):
            buf[i - count] = buf[i]
        self.length -= count
