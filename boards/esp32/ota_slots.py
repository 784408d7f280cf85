"""OtaSlots: the two OTA slots of an ESP32 image that has them, as store.app_slots writes it down.

Called by: the board (slots), Update, Trial. A bundle for it holds one file, the firmware image
(.bin); application files in the image itself, frozen, are updated with it.
The boot loader chooses: it tries a slot that set_boot() names once, and takes the old one again
unless mark_app_valid_cancel_rollback() comes. The image's own SHA-256 and signature are checked by
set_boot(), which reads all of it: it blocks for seconds, when no session runs.
Not tried on a chip yet. Source: MicroPython docs, esp32.Partition; ESP-IDF OTA.
Heap: one block of 4 KiB while a bundle is written.
"""

import hashlib

from micropython import const

from boards.esp32.ota_trial import read_note, running_of
from chargecore.base.codes import E_BUSY, E_CORRUPT, E_FULL, E_IO, OK

_BLOCK = const(4096)
_IMAGE_MAGIC = const(0xE9)  # first byte of an ESP image
_ID_SIZE = const(3)  # place in Partition.info(): type, subtype, address, size, label, encrypted


class OtaSlots:
    """partition: the class esp32.Partition; notes: esp32.NVS, which keeps version and slot."""

    def __init__(self, partition, notes, target):
        self._partition = partition
        self._notes = notes
        self.target = target
        self.stalls = True  # every block is an erase
        self._next = partition(partition.RUNNING).get_next_update()
        self.most_b = self._next.info()[_ID_SIZE]
        self.running = running_of(partition)
        self.errno = 0
        self.version = read_note(notes, "v" + str(self.running))
        self.is_trial = read_note(notes, "trial") == b"%d" % self.running
        self.is_other_next = False

    def files(self):
        """Return the object that writes the other slot."""
        return OtaWriter(self, self._next)

    def activate(self):
        """Let the boot loader try the other slot once."""
        if self.is_trial:
            return E_BUSY
        other = 1 - self.running
        try:
            self._notes.set_blob("trial", b"%d" % other)
            self._notes.commit()
            self._next.set_boot()
        except OSError as error:
            return self.failed(error)
        self.is_other_next = True
        return OK

    def confirm(self):
        """This version is good."""
        try:
            self._partition.mark_app_valid_cancel_rollback()
            self._notes.set_blob("trial", b"-")
            self._notes.commit()
        except OSError as error:
            return self.failed(error)
        self.is_trial = False
        return OK

    def note_version(self, version):
        """Keep the version that goes into the other slot."""
        try:
            self._notes.set_blob("v" + str(1 - self.running), version)
            self._notes.commit()
        except OSError as error:
            return self.failed(error)
        return OK

    def failed(self, error):
        """Keep what was wrong. Return E_IO."""
        self.errno = error.errno or 0
        return E_IO


class OtaWriter:
    """Writes one file, block by block, and reads it back."""

    def __init__(self, slots, partition):
        self._slots = slots
        self._partition = partition
        self._block_buf = None
        self._fill = 0  # bytes in it
        self._block = 0  # next to be written, or read
        self._length_b = 0
        self._digest = b""
        self._is_whole = False
        self._rest_b = 0  # still to be read back
        self._hash = None

    def prepare(self):
        """Nothing to be cleared: writing erases."""
        self._is_whole = False
        return OK

    def begin(self, version):
        """Begin a bundle."""
        self._length_b = 0
        self._hash = None
        return self._slots.note_version(version)

    def open(self, path, length_b, digest):
        """Begin the image; there is only one."""
        if self._length_b or not length_b or length_b > self._slots.most_b:
            return E_FULL
        self._block_buf = bytearray(_BLOCK)
        self._fill = 0
        self._block = 0
        self._length_b = length_b
        self._digest = digest
        return OK

    def write(self, part):
        """Write a part; whole blocks go to flash."""
        while len(part):
            count = min(len(part), _BLOCK - self._fill)
            self._block_buf[self._fill : self._fill + count] = part[:count]
            self._fill += count
            part = part[count:]
            if self._block == 0 and self._fill and self._block_buf[0] != _IMAGE_MAGIC:
                return E_CORRUPT
            if self._fill == _BLOCK and self._write_block() != OK:
                return E_IO
        return OK

    def close(self):
        """Write what is left, filled up with what erased flash holds."""
        if self._fill:
            for i in range(self._fill, _BLOCK):
                self._block_buf[i] = 0xFF
            return self._write_block()
        return OK

    def finish(self):
        """The image is there."""
        self._is_whole = self._length_b > 0
        return OK

    def discard(self):
        """It is no good."""
        self.drop()
        self._is_whole = False

    def drop(self):
        """Nothing more comes."""
        self._block_buf = None
        self._fill = 0

    def check(self, buf):
        """Read a block back."""
        if not self._is_whole:
            return E_CORRUPT
        if self._hash is None:
            self._hash = hashlib.sha256()
            self._block_buf = bytearray(_BLOCK)
            self._block = 0
            self._rest_b = self._length_b
            return E_BUSY
        try:
            self._partition.readblocks(self._block, self._block_buf)
        except OSError as error:
            return self._slots.failed(error)
        count = min(self._rest_b, _BLOCK)
        self._hash.update(memoryview(self._block_buf)[:count])
        self._rest_b -= count
        self._block += 1
        if self._rest_b:
            return E_BUSY
        is_good = self._hash.digest() == self._digest
        self._hash = None
        self.drop()
        return OK if is_good else E_CORRUPT

    def _write_block(self):
        try:
            self._partition.writeblocks(self._block, self._block_buf)
        except OSError as error:
            return self._slots.failed(error)
        self._block += 1
        self._fill = 0
        return OK
