"""SimFlash: NOR flash with erase blocks, as a raw partition has them, in one file.

Called by: the firmware's journal. What program() has returned from outlives a killed process.
Programming only clears bits; what was not erased before is spoiled, as on a chip, and counted.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.codes import E_IO, OK

_UNIT = const(64)  # bytes of one program operation: a record
_ERASED = b"\xff" * 64


class SimFlash:
    """Keeps the flash protocol of chargecore.store. The file is made when it is missing."""

    def __init__(self, path, block_size, block_count):
        self.block_size = block_size
        self.block_count = block_count
        self._old_buf = bytearray(_UNIT)
        self._new_buf = bytearray(_UNIT)
        self.erases = 0
        self.spoiled = 0  # bytes programmed although a bit had to rise
        self.errno = 0  # of the last OSError
        self._file = self._open(path)

    def _open(self, path):
        """Return the file, filled up to its size with erased bytes."""
        try:
            file = open(path, "r+b", 0)
        except OSError:
            file = open(path, "w+b", 0)
        size = file.seek(0, 2)
        while size < self.block_size * self.block_count:
            size += file.write(_ERASED[: _UNIT - size % _UNIT])
        return file

    def read(self, block, offset, buf):
        """Fill buf from a block. Return OK or E_IO."""
        try:
            self._file.seek(block * self.block_size + offset)
            return OK if self._file.readinto(buf) == len(buf) else E_IO
        except OSError as error:
            self.errno = error.errno
            return E_IO

    def program(self, block, offset, buf, flush=True):
        """Write buf, which is 64 bytes, where a block is erased. Return OK or E_IO."""
        old_buf = self._old_buf
        new_buf = self._new_buf
        try:
            self._file.seek(block * self.block_size + offset)
            self._file.readinto(old_buf)
            for i in range(_UNIT):
                new_buf[i] = old_buf[i] & buf[i]
                if new_buf[i] != buf[i]:
                    self.spoiled += 1
            self._file.seek(block * self.block_size + offset)
            written = self._file.write(new_buf)
        except OSError as error:
            self.errno = error.errno
            return E_IO
        return OK if written == _UNIT else E_IO

    def erase(self, block):
        """Make a block read 0xFF all over. Return OK or E_IO."""
        self.erases += 1
        try:
            self._file.seek(block * self.block_size)
            for _ in range(self.block_size // _UNIT):
                self._file.write(_ERASED)
        except OSError as error:
            self.errno = error.errno
            return E_IO
        return OK

    def close(self):
        """Close the file."""
        self._file.close()
