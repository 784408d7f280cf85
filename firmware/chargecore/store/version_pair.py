"""VersionPair: a small image kept in two files; a torn write leaves the previous version.

Called by: Settings, StateStore, and whoever keeps a small table over a power cut.
Never: writes over the newest good version, or over what a build of another layout wrote.
Heap: opening a file; nothing is written per tick.
An image may get more at its end, or more entries, and stays of one layout as long as older builds
find room for it and leave alone what they do not know. Any other change makes a new layout: it has
files of its own, and the first boot fills them from the older ones, which stay for the way back.
"""

import os

from micropython import const

from chargecore.base.checksum import crc16
from chargecore.base.codes import E_CORRUPT, E_EMPTY, E_IO, E_LENGTH, OK

# 0 magic  2 layout  3 spare  4 version u32  8 length u16  10 crc16 of image  12 crc16 of 0..11
_HEADER_LEN = const(14)
_MAGIC = const(0x56)  # "V"
_SUFFIXES = (".a", ".b")


class VersionPair:
    """Two files, path.a and path.b, written in turn; path.a2 and path.b2 for layout 2, and so on.

    convert(layout, buf, length) -> length turns an image of that layout into one of the next.
    """

    def __init__(self, path, layout=1, convert=None):
        self._path = path
        self._layout = layout
        self._convert = convert
        self._header_buf = bytearray(_HEADER_LEN)
        self.version = 0  # of the newest good image, 0 = none
        self.is_old = False  # load() found a newer one damaged
        self.is_newer = False  # load() saw files of a layout that this build cannot read
        self._next_idx = 0  # file the next save goes to
        self.errno = 0  # of the last OSError

    def load(self, buf):
        """Read the newest good version into buf. Return its length.

        Errors: E_EMPTY when none was ever written, E_CORRUPT when all are damaged or too long.
        """
        self.is_newer = self._has_file(self._layout + 1)
        code = self._load_layout(self._layout, buf)
        next_idx = self._next_idx
        layout = self._layout - 1
        while code < 0 and layout > 0:
            is_damaged = code != E_EMPTY
            older_code = self._load_layout(layout, buf)
            if older_code >= 0:
                self.is_old = self.is_old or is_damaged
                code = self._upgrade(layout, buf, older_code)
            elif not is_damaged:
                code = older_code
            layout -= 1
        self._next_idx = next_idx
        return code

    def _upgrade(self, layout, buf, length):
        while layout < self._layout and length >= 0:
            length = self._convert(layout, buf, length)
            layout += 1
        return length

    def _has_file(self, layout):
        for idx in range(2):
            try:
                os.stat(self._name(idx, layout))
                return True
            except OSError:
                pass
        return False

    def _name(self, idx, layout):
        return self._path + _SUFFIXES[idx] + (str(layout) if layout > 1 else "")

    def _load_layout(self, layout, buf):
        """Read the newest good image of a layout."""
        best_idx = -1
        damaged = 0
        self.version = 0
        for idx in range(2):
            code = self._read(idx, layout, buf)
            if code >= 0 and self._field(4) > self.version:
                best_idx = idx
                self.version = self._field(4)
            elif code < 0 and code != E_EMPTY:
                damaged += 1
        self.is_old = best_idx >= 0 and damaged > 0
        self._next_idx = 1 - best_idx if best_idx >= 0 else 0
        if best_idx < 0:
            return E_CORRUPT if damaged else E_EMPTY
        return self._read(best_idx, layout, buf)

    def save(self, buf, length):
        """Write buf[:length] as the new version; durable when this returns OK. Errors: E_IO."""
        header_buf = self._header_buf
        header_buf[0] = _MAGIC
        header_buf[1] = _MAGIC
        header_buf[2] = self._layout
        header_buf[3] = 0
        version = self.version + 1
        for i in range(4):
            header_buf[4 + i] = version >> 8 * i & 0xFF
        self._put_u16(8, length)
        self._put_u16(10, crc16(buf, 0, length))
        self._put_u16(12, crc16(header_buf, 0, 12))
        try:
            with open(self._name(self._next_idx, self._layout), "wb") as out:
                out.write(header_buf)
                out.write(memoryview(buf)[:length])
        except OSError as error:
            self.errno = error.errno
            return E_IO
        self.version = version
        self._next_idx = 1 - self._next_idx
        return OK

    def _read(self, idx, layout, buf):
        """Read one file; its header stays in _header_buf. Return its length or an E_ code."""
        try:
            file = open(self._name(idx, layout), "rb")
        except OSError:
            return E_EMPTY
        try:
            header_len = file.readinto(self._header_buf)
            body_len = file.readinto(buf)
        except OSError as error:
            self.errno = error.errno
            return E_CORRUPT
        finally:
            file.close()
        return self._verdict(header_len, body_len, layout, buf)

    def _verdict(self, header_len, body_len, layout, buf):
        header_buf = self._header_buf
        if header_len != _HEADER_LEN or header_buf[0] != _MAGIC or header_buf[1] != _MAGIC:
            return E_CORRUPT
        if crc16(header_buf, 0, 12) != self._u16(12) or header_buf[2] != layout:
            return E_CORRUPT
        length = self._u16(8)
        if length > len(buf):
            return E_LENGTH
        if length > body_len or crc16(buf, 0, length) != self._u16(10):
            return E_CORRUPT
        return length

    def _u16(self, at):
        return self._header_buf[at] | self._header_buf[at + 1] << 8

    def _put_u16(self, at, value):
        self._header_buf[at] = value & 0xFF
        self._header_buf[at + 1] = value >> 8 & 0xFF

    def _field(self, at):
        return self._u16(at) | self._u16(at + 2) << 16
