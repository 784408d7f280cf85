"""SecurityEntry: one entry of the security log, as it lies on flash.

Called by: SecurityLog, station.SecurityDesk. Heap: its buffer, 0.3 KiB at start.

0 mark  1 code  2 flags  3 length of info  4 number u32  8 boot u16  10 uptime s u32  14 wall s i32
18 count u16  20 everything up to this number is told u32  24 info, and crc16 of all before it
Code 0: nothing has happened, it only carries what is told, and when.
"""

from micropython import const

from chargecore.base.checksum import crc16
from chargecore.base.clock import WALL_UNKNOWN

HEAD_LEN = const(24)
ENTRY_MAX = const(281)  # head, INFO_MAX, checksum
MARK = const(0x5E)
ERASED = const(0xFF)

_FLAG_SENT = const(1)  # the server is to be told
_CODE = const(1)
_FLAGS = const(2)
_INFO_LEN = const(3)
_SEQ = const(4)
_BOOT = const(8)
_UPTIME = const(10)
_WALL = const(14)
_COUNT = const(18)
_DONE = const(20)
_CRC_LEN = const(2)


class SecurityEntry:
    """Fields as plain attributes; write() puts them into `buf`, read() takes them from there."""

    def __init__(self):
        self.buf = bytearray(ENTRY_MAX)
        self.code = 0  # SE_*
        self.is_sent = False  # the server is to be told
        self.seq = 0  # number of the event, rising for ever
        self.boot = 0
        self.uptime_s = 0
        self.wall_s = WALL_UNKNOWN
        self.count = 1  # equal events it stands for
        self.done_seq = 0
        self.info_len = 0  # bytes in buf from HEAD_LEN on
        # Where the log found it, for the one behind it.
        self.generation = 0
        self.next_at = 0

    @property
    def length(self):
        """Bytes of buf."""
        return HEAD_LEN + self.info_len + _CRC_LEN

    @property
    def info(self):
        """Return what was said about it. Allocates."""
        return bytes(self.buf[HEAD_LEN : HEAD_LEN + self.info_len])

    def write(self, info):
        """Fill buf from the fields, and info."""
        buf = self.buf
        self.info_len = len(info)
        buf[0] = MARK
        buf[_CODE] = self.code
        buf[_FLAGS] = _FLAG_SENT if self.is_sent else 0
        buf[_INFO_LEN] = self.info_len
        _put(buf, _SEQ, self.seq, 4)
        _put(buf, _BOOT, self.boot, 2)
        _put(buf, _UPTIME, self.uptime_s, 4)
        _put(buf, _WALL, self.wall_s, 4)
        _put(buf, _COUNT, self.count, 2)
        _put(buf, _DONE, self.done_seq, 4)
        buf[HEAD_LEN : HEAD_LEN + self.info_len] = info
        end = HEAD_LEN + self.info_len
        _put(buf, end, crc16(buf, 0, end), 2)

    def begin(self):
        """Read how long it is, with the head in buf. Return the length, 0: there is none."""
        if self.buf[0] != MARK:
            return 0
        self.info_len = self.buf[_INFO_LEN]
        return self.length

    def read(self):
        """Take the fields from buf, which holds all of it. Return False when it is damaged."""
        buf = self.buf
        end = HEAD_LEN + self.info_len
        if _get(buf, end, 2) != crc16(buf, 0, end):
            return False
        self.code = buf[_CODE]
        self.is_sent = bool(buf[_FLAGS] & _FLAG_SENT)
        self.seq = _get(buf, _SEQ, 4)
        self.boot = _get(buf, _BOOT, 2)
        self.uptime_s = _get(buf, _UPTIME, 4)
        high = buf[_WALL + 3]
        self.wall_s = WALL_UNKNOWN if high == ERASED else _get(buf, _WALL, 4)
        self.count = _get(buf, _COUNT, 2)
        self.done_seq = _get(buf, _DONE, 4)
        return True


def _get(buf, at, size):
    value = buf[at + size - 1] & (0x3F if size == 4 else 0xFF)
    for i in range(size - 2, -1, -1):
        value = value << 8 | buf[at + i]
    return value


def _put(buf, at, value, size):
    for i in range(size):
        buf[at + i] = value >> 8 * i & 0xFF
