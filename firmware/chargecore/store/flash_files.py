"""FlashFiles: erase blocks over plain files, one file per block, on littlefs or a PC.

Called by: Journal. Behaves like flash: what is not programmed reads 0xFF. What was programmed with
flush is durable when program() returns; without it, after the next one with flush on that block.
Heap: opening a file, when the block read or the block written changes (littlefs: 1.2 KB, freed at
the next change); reading and writing within it none.
"""

import os

from micropython import const

from chargecore.base.codes import E_IO, OK

_BLANK = b"\xff" * 64
_FF = const(0xFF)


class FlashFiles:
    """Blocks 0..block_count-1 in the folder root_path, which is made when it is missing.

    Errors of the file system come back as E_IO; `errno` tells which.
    """

    def __init__(self, root_path, block_size, block_count, name="journal"):
        self.block_size = block_size
        self.block_count = block_count
        self._paths = [root_path + "/" + name + "{:02d}".format(n) for n in range(block_count)]
        self._write_file = None
        self._write_block = -1  # block that _write_file holds open, -1 = none
        self._write_len = 0  # bytes in it
        self._read_file = None
        self._read_block = -1  # another block, held open for reading
        self.erases = 0
        self.errno = 0  # of the last OSError
        try:
            os.mkdir(root_path)
        except OSError:
            pass  # it is there, or the first write will say what is wrong

    def read(self, block, offset, buf):  # HOT
        """Fill buf from a block. Return OK or E_IO."""
        try:
            if block == self._write_block:
                file = self._write_file
            else:
                if block != self._read_block:
                    self._open_read(block)
                file = self._read_file
            got = 0
            if file is not None:
                file.seek(offset)
                got = file.readinto(buf)
        except OSError as error:
            self.errno = error.errno
            return E_IO
        for i in range(got, len(buf)):
            buf[i] = _FF
        return OK

    def program(self, block, offset, buf, flush=True):  # HOT
        """Write buf into a block whose bytes there are erased. Return OK or E_IO."""
        try:
            if block != self._write_block:
                self._open_write(block)
            file = self._write_file
            file.seek(self._write_len)
            while self._write_len < offset:
                file.write(_BLANK)
                self._write_len += len(_BLANK)
            file.seek(offset)
            written = file.write(buf)
            if flush:
                file.flush()
        except OSError as error:
            self.errno = error.errno
            self._give_up_write()  # a file that failed once may refuse for ever: open it anew
            return E_IO
        if offset + len(buf) > self._write_len:
            self._write_len = offset + len(buf)
        return OK if written == len(buf) else E_IO

    def erase(self, block):
        """Make a block read 0xFF all over. Return OK or E_IO."""
        self.erases += 1
        try:
            if block == self._write_block:
                self._close_write()
            if block == self._read_block:
                self._close_read()
            open(self._paths[block], "wb").close()
        except OSError as error:
            self.errno = error.errno
            return E_IO
        return OK

    def _give_up_write(self):
        try:
            self._close_write()
        except OSError as error:
            self.errno = error.errno

    def close(self):
        """Close the files, for a clean end of the program."""
        self._close_write()
        self._close_read()

    def _open_read(self, block):
        self._close_read()
        self._read_block = block
        try:
            self._read_file = open(self._paths[block], "rb", 0)
        except OSError:
            self._read_file = None  # never written: reads as erased

    def _open_write(self, block):
        self._close_write()
        if block == self._read_block:
            self._close_read()
        path = self._paths[block]
        try:
            self._write_file = open(path, "r+b", 0)
        except OSError:
            self._write_file = open(path, "w+b", 0)
        self._write_block = block
        self._write_len = self._write_file.seek(0, 2)

    def _close_write(self):
        file = self._write_file
        self._write_block = -1
        self._write_file = None  # first: a close that fails must not be tried for ever
        if file is not None:
            file.close()

    def _close_read(self):
        file = self._read_file
        self._read_block = -1
        self._read_file = None
        if file is not None:
            file.close()
