"""AppSlots: two copies of the application in folders, of which one runs; the other gets updates.

Called by: main.py (version, is_trial), Trial (confirm), Update (the rest). Who chooses at boot:
firmware/boot_slot.py; the layout of `slot` stands there. Never: touches the copy that runs.
Heap: 0.1 KiB at start.

The slots of a board keep this protocol (boards/esp32/ota_slots.py is another):
    target                name of the board, bytes: a bundle for another one is refused
    most_b                longest bundle there is room for
    stalls                True: writing holds Python up for so long that a contactor may drop
    running, version      number of the copy that runs, 0 or 1; version of its bundle, b"": none
    is_trial              it has not been confirmed: the next boot takes the other one
    is_other_next         the next boot takes the other one
    files()               an object that writes the other copy, for one bundle after the other
    activate()            the next boot tries the new copy, once
    confirm()             the copy that runs is good
and the object that files() makes:
    prepare()             make room; OK, E_BUSY: call again, E_IO
    begin(version)        E_IO or OK, as those below
    open(path, length_b, digest), write(part), close()    one file after the other
    finish()              all files are there; discard(): they are no good; drop(): no more comes
    check(buf)            read some of it back: E_BUSY goes on, OK all is right, E_CORRUPT, E_IO
"""

import os

from micropython import const

from chargecore.base.codes import E_BUSY, E_IO, OK

_LETTERS = ("a", "b")
_MOST_B = const(2_000_000)


class AppSlots:
    """`errno` of the last E_IO. running: "a" or "b", as boot_slot.choose() returned it."""

    def __init__(self, root, running, target, stalls=True):
        self._root = root
        self.target = target
        self.stalls = stalls
        self.most_b = _MOST_B
        self.running = 0 if running == "a" else 1
        self.errno = 0
        self.version = _version_of(root + "/" + running)
        self.is_trial = self._marks()[:1] != running.encode()

    def files(self):
        """Return the object that writes the other copy."""
        from chargecore.store.slot_writer import SlotWriter

        return SlotWriter(self._root + "/" + _LETTERS[1 - self.running])

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
