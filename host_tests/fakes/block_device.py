"""RamBlockDevice: what littlefs is mounted on, with a supply that can be cut. MicroPython only."""

_IOCTL_BLOCK_COUNT = 4
_IOCTL_BLOCK_SIZE = 5
_IOCTL_ERASE = 6


class RamBlockDevice:
    """The extended block protocol of MicroPython on RAM.

    cut(after): the operation number `after` from now is done by half, all later ones not at all,
    and is_dead says so; littlefs is told that all went well, as nobody can tell it more.
    """

    def __init__(self, block_size=4_096, block_count=48):
        self._block_size = block_size
        self._blank = b"\xff" * block_size
        self._data = bytearray(b"\xff" * (block_size * block_count))
        self.is_dead = False
        self.operations = 0  # programs and erases
        self.erases = 0
        self._cut_in = -1  # operations until the cut, -1: none is planned

    def cut(self, after):
        """Plan a power cut."""
        self._cut_in = after

    def restore(self):
        """The supply is back."""
        self.is_dead = False
        self._cut_in = -1

    def image(self):
        """Return a copy of the contents."""
        return bytes(self._data)

    def load(self, image):
        """Take over the contents."""
        self._data[:] = image

    def readblocks(self, block, buf, offset=0):
        """Fill buf."""
        at = block * self._block_size + offset
        buf[:] = memoryview(self._data)[at : at + len(buf)]

    def writeblocks(self, block, buf, offset=None):
        """Program; without an offset, erase first."""
        if offset is None:
            self.ioctl(_IOCTL_ERASE, block)
            offset = 0
        self._write(block * self._block_size + offset, buf, len(buf))

    def ioctl(self, op, arg):
        """Answer for the geometry, and erase."""
        if op == _IOCTL_BLOCK_COUNT:
            return len(self._data) // self._block_size
        if op == _IOCTL_BLOCK_SIZE:
            return self._block_size
        if op == _IOCTL_ERASE:
            self.erases += 1
            self._write(arg * self._block_size, self._blank, self._block_size)
        return 0

    def _write(self, at, buf, length):
        self.operations += 1
        if self.is_dead:
            return
        if self._cut_in == 0:
            self.is_dead = True
            length //= 2
        self._cut_in -= 1
        self._data[at : at + length] = memoryview(buf)[:length]
