"""RamFlash: erase blocks in RAM that leave the heap alone, for tests with the heap locked."""

from chargecore.base.codes import E_IO, OK


class RamFlash:
    """Same methods as FlashFiles; refuses with E_IO while is_refusing."""

    def __init__(self, block_count, block_size):
        self.block_count = block_count
        self.block_size = block_size
        self.errno = 5
        self.erases = 0
        self.is_refusing = False
        self._blocks = [bytearray(b"\xff" * block_size) for _ in range(block_count)]

    def read(self, block, offset, buf):
        """Fill buf."""
        data = self._blocks[block]
        for i in range(len(buf)):
            buf[i] = data[offset + i]
        return OK

    def program(self, block, offset, buf, flush=True):
        """Clear bits."""
        if self.is_refusing:
            return E_IO
        data = self._blocks[block]
        for i in range(len(buf)):
            data[offset + i] &= buf[i]
        return OK

    def erase(self, block):
        """Set all bits."""
        if self.is_refusing:
            return E_IO
        self.erases += 1
        data = self._blocks[block]
        for i in range(len(data)):
            data[i] = 0xFF
        return OK
