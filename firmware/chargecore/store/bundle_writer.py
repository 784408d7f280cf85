"""BundleWriter: takes an application bundle as it streams in, and writes its files to a slot.

Called by: Update, as the sink of a transfer. What a bundle must be, to the byte:
     0 magic "CCBUNDLE"  8 format: 1 in its lower 4 bits, bits 8..11 of the file count above them
     9 target length u8  10 version length u8  11 file count, bits 0..7
     target, version
     per file: path length u8, length u32, SHA-256 of the data 32, path, data
     SHA-256 of all bytes before it, 32
Numbers are little-endian. A path is relative, of letters, digits, `_`, `-`, `.` and `/`.
Once something is wrong the rest is counted and thrown away: the download goes on to its end, and
then the installation has failed (F2, TC_044_3). Heap: two hashes and views of the buffer.
"""

import hashlib

from micropython import const

from chargecore.base.codes import E_LENGTH, OK

REFUSED_NOT_A_BUNDLE = const(1)  # in EV_UPDATE_REFUSED
REFUSED_FORMAT = const(2)
REFUSED_TARGET = const(3)
REFUSED_PATH = const(4)
REFUSED_CHECKSUM = const(5)
REFUSED_SHORT = const(6)
REFUSED_LONG = const(7)
REFUSED_FLASH = const(8)

_MAGIC = b"CCBUNDLE"
_FORMAT = const(1)
_FIXED_LEN = const(12)
_ENTRY_LEN = const(37)
_DIGEST_LEN = const(32)
_PATH_MAX = const(64)
_VERSION_MAX = const(50)  # firmwareVersion of BootNotification

_FIXED = const(0)
_NAMES = const(1)
_ENTRY = const(2)
_PATH = const(3)
_DATA = const(4)
_DIGEST = const(5)
_END = const(6)

_HEAD_B = const(320)  # target and version, as long as their lengths can say, and then some


class BundleWriter:
    """take() as net.http_client wants a sink; then is_complete, or `refused` says why not."""

    def __init__(self, slots, files):
        self._files = files
        self._own_target = slots.target
        self.most_b = slots.most_b
        self._head_buf = bytearray(_HEAD_B)
        self._hash = None  # over everything
        self._file_hash = None
        self._state = _END
        self._have = 0  # bytes in _head_buf
        self._need = 0  # bytes it takes
        self._target_len = 0
        self._files_left = 0
        self._data_left_b = 0
        self._digest = b""  # of the file being written
        self.taken_b = 0  # bytes that have come, good or bad: where a transfer goes on
        self.refused = 0  # REFUSED_*
        self.file = 0  # number of the file at which it was, from 1
        self.version = b""

    def begin(self):
        """Begin a new bundle; files.prepare() has returned OK."""
        self._files.drop()
        self._hash = hashlib.sha256()
        self._have = 0
        self._need = _FIXED_LEN
        self._state = _FIXED
        self.taken_b = 0
        self.refused = 0
        self.file = 0
        self.version = b""

    def end(self):
        """Close what is open; a bundle that is not complete is refused."""
        if not self.refused and self._state != _END:
            self.refused = REFUSED_SHORT
        if self.refused:
            self._files.discard()
        self._files.drop()
        self._hash = None
        self._file_hash = None

    @property
    def is_complete(self):
        """Whether all files are there and every checksum was right."""
        return self._state == _END and not self.refused

    def take(self, buf, at, count):
        """Take buf[at:at + count]. Return OK, or E_LENGTH when it is longer than can be."""
        self.taken_b += count
        if self.taken_b > self.most_b:
            return E_LENGTH
        part = memoryview(buf)[at : at + count]
        while len(part) and not self.refused:
            if self._state == _DATA:
                used = min(self._data_left_b, len(part))
                self._take_data(part[:used])
            elif self._state == _END:
                self.refused = REFUSED_LONG
                break
            else:
                used = self._take_head(part)
            part = part[used:]
        return OK

    def _take_head(self, part):
        """Collect what is not data, until it is whole. Return how much was used."""
        used = min(self._need - self._have, len(part))
        self._head_buf[self._have : self._have + used] = part[:used]
        if self._state != _DIGEST:
            self._hash.update(part[:used])
        self._have += used
        if self._have == self._need:
            self._head_ended()
        return used

    def _head_ended(self):
        state = self._state
        if state == _FIXED:
            self._read_fixed()
        elif state == _NAMES:
            self._read_names()
        elif state == _ENTRY:
            self._want(_PATH, _ENTRY_LEN + self._head_buf[0])
            if not 1 <= self._head_buf[0] <= _PATH_MAX:
                self.refused = REFUSED_PATH
        elif state == _PATH:
            self._read_entry()
        else:
            self._read_digest()

    def _want(self, state, need):
        """Go on collecting behind what there is (_PATH), or anew."""
        if state != _PATH:
            self._have = 0
        self._state = state
        self._need = need

    def _read_fixed(self):
        head_buf = self._head_buf
        if head_buf[: len(_MAGIC)] != _MAGIC:
            self.refused = REFUSED_NOT_A_BUNDLE
        elif head_buf[8] & 0x0F != _FORMAT:
            self.refused = REFUSED_FORMAT
        else:
            self._target_len = head_buf[9]
            self._files_left = head_buf[11] | (head_buf[8] & 0xF0) << 4
            if not head_buf[9] or not 1 <= head_buf[10] <= _VERSION_MAX or not self._files_left:
                self.refused = REFUSED_NOT_A_BUNDLE
                return
            self._want(_NAMES, head_buf[9] + head_buf[10])

    def _read_names(self):
        target = bytes(self._head_buf[: self._target_len])
        self.version = bytes(self._head_buf[self._target_len : self._need])
        if target != self._own_target:
            self.refused = REFUSED_TARGET
        elif self._files.begin(self.version) != OK:
            self.refused = REFUSED_FLASH
        else:
            self._want(_ENTRY, _ENTRY_LEN)

    def _read_entry(self):
        head_buf = self._head_buf
        path = bytes(head_buf[_ENTRY_LEN : self._need])
        length_b = head_buf[1] | head_buf[2] << 8 | head_buf[3] << 16
        self.file += 1
        self._digest = bytes(head_buf[5:_ENTRY_LEN])
        if not is_good_path(path):
            self.refused = REFUSED_PATH
        elif head_buf[4] or length_b > self.most_b:
            self.refused = REFUSED_LONG
        elif self._files.open(path, length_b, self._digest) != OK:
            self.refused = REFUSED_FLASH
        else:
            self._data_left_b = length_b
            self._file_hash = hashlib.sha256()
            self._state = _DATA
            if length_b == 0:
                self._file_ended()

    def _take_data(self, part):
        self._hash.update(part)
        self._file_hash.update(part)
        if self._files.write(part) != OK:
            self.refused = REFUSED_FLASH
            return
        self._data_left_b -= len(part)
        if self._data_left_b == 0:
            self._file_ended()

    def _file_ended(self):
        self._files_left -= 1
        if self._files.close() != OK:
            self.refused = REFUSED_FLASH
        elif self._file_hash.digest() != self._digest:
            self.refused = REFUSED_CHECKSUM
        elif self._files_left:
            self._want(_ENTRY, _ENTRY_LEN)
        else:
            self._want(_DIGEST, _DIGEST_LEN)

    def _read_digest(self):
        self._state = _END
        if self._hash.digest() != bytes(self._head_buf[:_DIGEST_LEN]):
            self.refused = REFUSED_CHECKSUM
        elif self._files.finish() != OK:
            self.refused = REFUSED_FLASH


def is_good_path(path):
    """Return whether a path stays inside its folder and is fit for any file system."""
    for byte in path:
        is_word = 48 <= byte <= 57 or 97 <= byte | 0x20 <= 122
        if not is_word and byte not in b"_-./":
            return False
    for name in path.split(b"/"):
        if name in (b"", b".", b"..") or name[:8] == b"manifest":
            return False
    return True
