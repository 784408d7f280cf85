"""SlotWriter: writes the copy of the application that does not run, and reads it back.

Called by: BundleWriter, Update. Loaded while an update is under way; the protocol stands in
app_slots. In the folder of a copy lies `manifest`, which makes it one: it is written under
another name and gets its own when everything has been read back.
Heap: files and hashes.
"""

import hashlib
import os

from micropython import const

from chargecore.base.codes import E_BUSY, E_CORRUPT, E_IO, OK

# manifest: version length u8, version; per file: path length u8, length u32, SHA-256, path
_ENTRY_LEN = const(37)
_FOLDER = const(0x4000)  # type of a folder in os.ilistdir()
_REMOVALS_PER_STEP = const(4)
_DEPTH_MAX = const(6)


class SlotWriter:
    """`errno` of the last E_IO."""

    def __init__(self, folder):
        self._folder = folder
        self._file = None  # being written or read
        self._manifest = None
        self._entry_buf = bytearray(_ENTRY_LEN)
        self._rest_b = 0  # of the file being checked
        self._hash = None
        self.errno = 0

    def prepare(self):
        """Remove the other copy, a few files at a time; its manifest first: it counts no more."""
        self.drop()
        try:
            _remove(self._folder + "/manifest")
            return OK if _clear(self._folder, _DEPTH_MAX) else E_BUSY
        except OSError as error:
            return self._failed(error)

    def begin(self, version):
        """Begin a bundle."""
        try:
            _make_folder(self._folder)
            self._manifest = open(self._folder + "/manifest.new", "wb")
            self._manifest.write(bytes((len(version),)) + version)
        except OSError as error:
            return self._failed(error)
        return OK

    def open(self, path, length_b, digest):
        """Begin a file; the folders on the way to it are made."""
        try:
            at = path.find(b"/")
            while at >= 0:
                _make_folder(self._folder + "/" + path[:at].decode())
                at = path.find(b"/", at + 1)
            head = bytearray((len(path), 0, 0, 0, 0))
            for i in range(4):
                head[1 + i] = length_b >> 8 * i & 0xFF
            self._manifest.write(bytes(head) + digest + path)
            self._file = open(self._folder + "/" + path.decode(), "wb")
        except OSError as error:
            return self._failed(error)
        return OK

    def write(self, part):
        """Write a part of the file."""
        try:
            self._file.write(part)
        except OSError as error:
            return self._failed(error)
        return OK

    def close(self):
        """End the file."""
        try:
            self._file.close()
            self._file = None
        except OSError as error:
            return self._failed(error)
        return OK

    def finish(self):
        """End the bundle. What boots needs the manifest, which gets its name after the check."""
        try:
            self._manifest.close()
            self._manifest = None
        except OSError as error:
            return self._failed(error)
        return OK

    def drop(self):
        """Close what is open: nothing more comes."""
        for file in (self._file, self._manifest):
            if file is not None:
                try:
                    file.close()
                except OSError:
                    pass
        self._file = None
        self._manifest = None

    def discard(self):
        """What was written is no good: nothing of it may ever be checked again."""
        self.drop()
        _remove(self._folder + "/manifest.new")

    # ---- the check ----

    def check(self, buf):
        """Read one part of what was written back, by the manifest."""
        try:
            if self._manifest is None:
                self._manifest = open(self._folder + "/manifest.new", "rb")
                self._manifest.read(self._manifest.read(1)[0])
                return E_BUSY
            if self._file is None:
                return self._check_next()
            return self._check_part(buf)
        except (OSError, IndexError) as error:
            self.drop()
            return self._failed(error) if isinstance(error, OSError) else E_CORRUPT

    def _check_next(self):
        """Open the next file of the manifest; behind the last one the copy gets its name."""
        entry_buf = self._entry_buf
        count = self._manifest.readinto(entry_buf)
        if count == 0:
            self.drop()
            os.rename(self._folder + "/manifest.new", self._folder + "/manifest")
            return OK
        path = self._manifest.read(entry_buf[0])
        if count != _ENTRY_LEN or len(path) != entry_buf[0]:
            self.drop()
            return E_CORRUPT
        self._rest_b = (
            entry_buf[1] | entry_buf[2] << 8 | entry_buf[3] << 16 | (entry_buf[4] & 0x3F) << 24
        )
        self._hash = hashlib.sha256()
        self._file = open(self._folder + "/" + path.decode(), "rb")
        return E_BUSY

    def _check_part(self, buf):
        count = self._file.readinto(buf)
        if count:
            self._rest_b -= count
            self._hash.update(memoryview(buf)[:count])
            return E_BUSY
        self._file.close()
        self._file = None
        if self._rest_b or self._hash.digest() != bytes(self._entry_buf[5:]):
            self.drop()
            return E_CORRUPT
        return E_BUSY

    def _failed(self, error):
        self.errno = error.errno or 0
        return E_IO


def _make_folder(path):
    try:
        os.mkdir(path)
    except OSError:
        os.stat(path)  # it is there, or this tells what is wrong


def _remove(path):
    try:
        os.remove(path)
    except OSError:
        pass  # it was not there


def _clear(folder, depth):
    """Remove some of what is in folder. Return True when it is empty. Errors: OSError."""
    try:
        entries = list(os.ilistdir(folder))
    except OSError:
        return True  # no folder
    for count, entry in enumerate(entries):
        path = folder + "/" + entry[0]
        if count == _REMOVALS_PER_STEP or depth == 0:
            return False
        if entry[1] != _FOLDER:
            os.remove(path)
        elif _clear(path, depth - 1):
            os.rmdir(path)
        else:
            return False
    return True
