"""ListFile: cards with what a server says of each, sorted, in a file; found by binary search.

Called by: station.LocalList (find), ListUpdate (read, adopt_next). Never: writes; ListUpdate does.
A list lies in one of two files and ends with a trailer. The file that is whole and has the higher
generation counts, so a torn write leaves the list before. No card is held in RAM.
Heap: 0.3 KiB and one open file, whatever the list holds; none after load() and adopt_next().
"""

import micropython
from micropython import const

from chargecore.base.checksum import crc16
from chargecore.base.codes import E_CORRUPT, E_EMPTY, E_IO, E_MISSING, OK

NO_EXPIRY = const(-1)

# A record. The tag is kept as it was sent, and compared without case (OCPP 1.6 §3.9).
# 0 tag  20 parent  40 length of tag  41 of parent  42 status  43 1: remove it  44 expiry u32
RECORD_LEN = const(48)
PARENT = const(20)
TAG_LEN = const(40)
PARENT_LEN = const(41)
STATUS = const(42)
REMOVAL = const(43)  # in an update; 0 in a list
EXPIRY = const(44)  # wall seconds since 2024
_NEVER = const(0xFF)  # highest byte of an expiry that never comes

# Behind the records:
# 0 magic  2 layout  3 spare  4 generation u32  8 version u32  12 count u16  14 sum of the records
# 16 spare  18 crc16 of 0..17
TRAILER_LEN = const(20)
_MAGIC = const(0x4C)  # "L"
_LAYOUT = const(1)

# Records are summed in a chain: a buffer holds the sum so far (2 bytes), then the record.
SUM_LEN = const(2)
SUM_AT_START = const(0xFFFF)


@micropython.viper
def compare(a: ptr8, a_len: int, b: ptr8, b_len: int) -> int:  # HOT  # noqa: F821
    """Return < 0, 0, > 0: the order of two tags, ASCII letters without case."""
    i = 0
    while i < a_len and i < b_len:
        x = int(a[i])
        y = int(b[i])
        if x != y:
            if x >= 65 and x <= 90:
                x += 32
            if y >= 65 and y <= 90:
                y += 32
            if x != y:
                return x - y
        i += 1
    return a_len - b_len


def chain(buf, total):  # HOT
    """Return the sum of the records so far, total, and the one behind it in buf."""
    buf[0] = total & 0xFF
    buf[1] = total >> 8
    return crc16(buf, 0, SUM_LEN + RECORD_LEN)


def get_expiry(record):  # HOT
    """Return the expiry of a record in wall seconds, or NO_EXPIRY."""
    high = record[EXPIRY + 3]
    if high == _NEVER:
        return NO_EXPIRY
    low = record[EXPIRY] | record[EXPIRY + 1] << 8 | record[EXPIRY + 2] << 16
    return low | (high & 0x3F) << 24


def put_expiry(record, expiry_s):
    """Write the expiry of a record; negative means never."""
    for i in range(4):
        record[EXPIRY + i] = _NEVER if expiry_s < 0 else expiry_s >> 8 * i & 0xFF


class ListFile:
    """`count` cards of list `version`, 0 for an empty list; find() leaves a card in record_buf."""

    def __init__(self, path):
        self._paths = (path + ".a", path + ".b")
        self.record_buf = bytearray(RECORD_LEN)
        self._trailer_buf = bytearray(TRAILER_LEN)
        self._file = None  # open on the list, None: there is none
        self._idx = 1  # which of the two files that is
        self.version = 0
        self.count = 0
        self.generation = 0  # how many lists came before
        self.errno = 0  # of the last OSError

    @property
    def next_path(self):
        """Path of the file for the next list."""
        return self._paths[1 - self._idx]

    # ---- questions ----

    def find(self, tag):  # HOT
        """Read the record of an IdTag into record_buf. Return OK, E_MISSING or E_IO."""
        record_buf = self.record_buf
        low = 0
        high = self.count
        while low < high:
            middle = (low + high) >> 1
            code = self.read(middle, record_buf)
            if code != OK:
                return code
            order = compare(record_buf, record_buf[TAG_LEN], tag.buf, tag.length)
            if order == 0:
                return OK
            if order < 0:
                low = middle + 1
            else:
                high = middle
        return E_MISSING

    def read(self, number, buf):  # HOT
        """Fill buf with record `number`. Return OK or E_IO."""
        try:
            self._file.seek(number * RECORD_LEN)
            length = self._file.readinto(buf)
        except OSError as error:
            self.errno = error.errno
            return E_IO
        return OK if length == RECORD_LEN else E_IO

    # ---- the two files ----

    def load(self):
        """Open the newest whole list. Return OK, or what is wrong with a newer one.

        Errors: E_EMPTY when there never was a list, E_CORRUPT when one is damaged: the list before
        is in force then, or an empty one.
        """
        code = E_EMPTY
        best_idx = -1
        best = 0, 0, 0  # generation, version, count
        for idx in range(2):
            found = self._examine(idx)
            if found == OK and self._u32(4) >= best[0]:
                best_idx = idx
                best = self._u32(4), self._u32(8), self._u16(12)
            elif found == E_CORRUPT:
                code = E_CORRUPT
        if best_idx < 0:
            return code
        adopted = self._adopt(best_idx, *best)
        return code if code == E_CORRUPT else adopted

    def adopt_next(self, version, count):
        """Go over to the list in next_path. Return OK or E_IO: nothing changed."""
        return self._adopt(1 - self._idx, self.generation + 1, version, count)

    def _adopt(self, idx, generation, version, count):
        """Go over to the list in file idx. Return OK or E_IO: nothing changed."""
        try:
            file = open(self._paths[idx], "rb")
        except OSError as error:
            self.errno = error.errno
            return E_IO
        if self._file is not None:
            self._file.close()
        self._file = file
        self._idx = idx
        self.generation = generation
        self.version = version if count else 0  # TC_042_2: an empty list has no version
        self.count = count
        return OK

    def trailer(self, version, count, total):
        """Return the trailer of the list behind this one, in a buffer that is used again."""
        buf = self._trailer_buf
        buf[0] = buf[1] = _MAGIC
        buf[2] = _LAYOUT
        buf[3] = 0
        self._put(4, self.generation + 1, 4)
        self._put(8, version, 4)
        self._put(12, count, 2)
        self._put(14, total, 2)
        self._put(16, 0, 2)
        self._put(18, crc16(buf, 0, 18), 2)
        return buf

    def _examine(self, idx):
        """Check a file from end to end; its trailer stays in the buffer.

        Return OK, E_EMPTY when there is no such file, or E_CORRUPT.
        """
        try:
            file = open(self._paths[idx], "rb")
        except OSError:
            return E_EMPTY
        try:
            is_whole = self._is_whole(file)
        except OSError as error:
            self.errno = error.errno
            is_whole = False
        finally:
            file.close()
        return OK if is_whole else E_CORRUPT

    def _is_whole(self, file):
        buf = self._trailer_buf
        size = file.seek(0, 2)
        if size < TRAILER_LEN:
            return False
        file.seek(size - TRAILER_LEN)
        if file.readinto(buf) != TRAILER_LEN or crc16(buf, 0, 18) != self._u16(18):
            return False
        count = self._u16(12)
        if buf[0] != _MAGIC or buf[1] != _MAGIC or buf[2] != _LAYOUT:
            return False
        if size != count * RECORD_LEN + TRAILER_LEN:
            return False
        total = SUM_AT_START
        summed_buf = bytearray(SUM_LEN + RECORD_LEN)
        record_mv = memoryview(summed_buf)[SUM_LEN:]
        file.seek(0)
        for _ in range(count):
            if file.readinto(record_mv) != RECORD_LEN:
                return False
            total = chain(summed_buf, total)
        return total == self._u16(14)

    def _u16(self, at):
        return self._trailer_buf[at] | self._trailer_buf[at + 1] << 8

    def _u32(self, at):
        return self._u16(at) | self._u16(at + 2) << 16

    def _put(self, at, value, size):
        for i in range(size):
            self._trailer_buf[at + i] = value >> 8 * i & 0xFF
