"""AppSlots: two copies of the application in folders, of which one runs; the other gets updates.

Called by: Update (writes, checks, activates), Trial (confirms), main.py (version). Its layout of
flash, and who chooses at boot: firmware/boot_slot.py.
Never: touches the copy that runs.
Heap: 0.2 KiB at start; opening files while a bundle is written.

The slots of a board keep this protocol (boards/esp32/ota_slots.py is another):
    target                name of the board: a bundle for another one is refused
    most_b                longest bundle there is room for
    stalls                True: writing holds Python up for so long that a contactor may drop
    running, version      number of the copy that runs, 0 or 1; version of its bundle, b"": none
    is_trial              it has not been confirmed: the next boot takes the other one
    prepare()             make room; OK, E_BUSY: call again, E_IO
    begin(version)        E_IO or OK, as those below
    open(path, length_b, digest), write(part), close()    one file after the other
    finish()              all files are there; discard(): they are no good
    check(buf)            read some of it back: E_BUSY goes on, OK all is right, E_CORRUPT, E_IO
    activate()            the next boot tries the new copy, once
    confirm()             the copy that runs is good
"""

import hashlib
import os

from micropython import const

from chargecore.base.codes import E_BUSY, E_CORRUPT, E_IO, OK

# manifest: version length u8, version; per file: path length u8, length u32, SHA-256, path
_ENTRY_LEN = const(37)
_LETTERS = ("a", "b")
_FOLDER = const(0x4000)  # type of a folder in os.ilistdir()
_REMOVALS_PER_STEP = const(4)
_DEPTH_MAX = const(6)
_MOST_B = const(2_000_000)


class AppSlots:
    """`errno` of the last E_IO. running: "a" or "b", as boot_slot.choose() returned it."""

    def __init__(self, root, running, target, stalls=True):
        self._root = root
        self.target = target
        self.stalls = stalls
        self.most_b = _MOST_B
        self.running = 0 if running == "a" else 1
        self._other = root + "/" + _LETTERS[1 - self.running]
        self._file = None  # being written or read
        self._manifest = None
        self._entry_buf = bytearray(_ENTRY_LEN)
        self._rest_b = 0  # of the file being checked
        self._hash = None
        self.errno = 0
        self.version = _version_of(root + "/" + running)
        self.is_trial = self._marks()[:1] != running.encode()

    # ---- a new bundle ----

    def prepare(self):
        """Remove the other copy, a few files at a time; its manifest first: it counts no more."""
        self.drop()
        try:
            _remove(self._other + "/manifest")
            return OK if _clear(self._other, _DEPTH_MAX) else E_BUSY
        except OSError as error:
            return self._failed(error)

    def begin(self, version):
        """Begin a bundle."""
        try:
            _make_folder(self._other)
            self._manifest = open(self._other + "/manifest.new", "wb")
            self._manifest.write(bytes((len(version),)) + version)
        except OSError as error:
            return self._failed(error)
        return OK

    def open(self, path, length_b, digest):
        """Begin a file; the folders on the way to it are made."""
        try:
            at = path.find(b"/")
            while at >= 0:
                _make_folder(self._other + "/" + path[:at].decode())
                at = path.find(b"/", at + 1)
            head = bytearray((len(path), 0, 0, 0, 0))
            for i in range(4):
                head[1 + i] = length_b >> 8 * i & 0xFF
            self._manifest.write(bytes(head) + digest + path)
            self._file = open(self._other + "/" + path.decode(), "wb")
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
        _remove(self._other + "/manifest.new")

    # ---- the check ----

    def check(self, buf):
        """Read one part of what was written back, by the manifest."""
        try:
            if self._manifest is None:
                self._manifest = open(self._other + "/manifest.new", "rb")
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
            os.rename(self._other + "/manifest.new", self._other + "/manifest")
            return OK
        path = self._manifest.read(entry_buf[0])
        if count != _ENTRY_LEN or len(path) != entry_buf[0]:
            self.drop()
            return E_CORRUPT
        self._rest_b = (
            entry_buf[1] | entry_buf[2] << 8 | entry_buf[3] << 16 | (entry_buf[4] & 0x3F) << 24
        )
        self._hash = hashlib.sha256()
        self._file = open(self._other + "/" + path.decode(), "rb")
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

    # ---- the choice ----

    def activate(self):
        """Mark the new copy for one try. Not while this one is on trial itself."""
        marks = _LETTERS[self.running] + _LETTERS[1 - self.running]
        return E_BUSY if self.is_trial else self._mark(marks)

    def confirm(self):
        """This copy is good: it boots from now on."""
        code = self._mark(_LETTERS[self.running] + "-")
        if code == OK:
            self.is_trial = False
        return code

    @property
    def is_other_next(self):
        """Whether the next boot takes the other copy."""
        marks = self._marks()
        wanted = marks[:1] if marks[1:2] == b"-" else marks[1:2]
        return wanted != _LETTERS[self.running].encode()

    def _mark(self, marks):
        """Write beside, then rename: one step, whenever the supply fails."""
        path = self._root + "/slot"
        try:
            with open(path + ".new", "wb") as file:
                file.write(marks.encode() + b"\n")
            os.rename(path + ".new", path)
        except OSError as error:
            return self._failed(error)
        return OK

    def _marks(self):
        try:
            with open(self._root + "/slot", "rb") as file:
                return file.read(4)
        except OSError:  # nobody has ever written it
            return _LETTERS[self.running].encode() + b"-\n"

    def _failed(self, error):
        self.errno = error.errno or 0
        return E_IO


def _version_of(folder):
    """Return the version in the manifest, b"" when there is none."""
    try:
        with open(folder + "/manifest", "rb") as file:
            head = file.read(1)
            return file.read(head[0]) if head else b""
    except OSError:
        return b""


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
