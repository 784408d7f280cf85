"""FakeFlash: NOR flash in RAM, with erase blocks, whose supply can be cut inside any operation."""

from chargecore.base.codes import E_IO, OK

TEAR_NOTHING = 0  # the operation that was cut changed nothing
TEAR_FIRST_HALF = 1  # the first half of its bytes are as they should be
TEAR_SECOND_HALF = 2
TEAR_NOISE = 3  # any bit may have changed already, or not yet
TEAR_ALL = 4  # it was finished, only nobody was told
TEARS = 5


class PowerCut(Exception):
    """The supply failed; the firmware is gone."""


class FakeFlash:
    """Same methods as FlashFiles. Programming only clears bits, as in NOR flash.

    cut(after, tear): the operation number `after` from now (0 = the next) is torn and raises
    PowerCut. `overwrites` counts bytes that were programmed although they were not erased.
    """

    def __init__(self, block_count=16, block_size=4096):
        self.block_count = block_count
        self.block_size = block_size
        self.errno = 5
        self.blocks = [bytearray(b"\xff" * block_size) for _ in range(block_count)]
        self.reads = 0
        self.programs = 0
        self.erases = 0
        self.erases_of = [0] * block_count
        self.overwrites = 0
        self.is_refusing = False  # every program and erase returns E_IO
        self.refused_blocks = []  # blocks of which that is true for ever
        self.is_unreadable = False
        self._cut_in = -1  # operations until the cut, -1: none is planned
        self._tear = TEAR_NOTHING
        self._noise = 12345

    def cut(self, after, tear):
        """Plan a power cut."""
        self._cut_in = after
        self._tear = tear

    def restore(self):
        """The supply is back: no cut is planned any more."""
        self._cut_in = -1

    def read(self, block, offset, buf):
        """Fill buf."""
        self.reads += 1
        if self.is_unreadable:
            return E_IO
        buf[:] = self.blocks[block][offset : offset + len(buf)]
        return OK

    def program(self, block, offset, buf, flush=True):
        """Clear the bits of the block that are 0 in buf."""
        self.programs += 1
        if self.is_refusing or block in self.refused_blocks:
            return E_IO
        wanted = bytearray(buf)
        before = self.blocks[block][offset : offset + len(wanted)]
        if before != b"\xff" * len(wanted):
            self._overwrite(before, wanted)
        self._change(block, offset, wanted)
        return OK

    def _overwrite(self, before, wanted):
        for i in range(len(wanted)):
            if before[i] & wanted[i] != wanted[i]:
                self.overwrites += 1
            wanted[i] &= before[i]

    def erase(self, block):
        """Set all bits of the block."""
        self.erases += 1
        self.erases_of[block] += 1
        if self.is_refusing or block in self.refused_blocks:
            return E_IO
        self._change(block, 0, bytearray(b"\xff" * self.block_size))
        return OK

    def _change(self, block, offset, wanted):
        is_cut = self._cut_in == 0
        if self._cut_in >= 0:
            self._cut_in -= 1
        data = self.blocks[block]
        if is_cut:
            self._tear_up(data, offset, wanted)
        data[offset : offset + len(wanted)] = wanted
        if is_cut:
            raise PowerCut()

    def _tear_up(self, data, offset, wanted):
        """Put back the old value of what the cut kept from changing."""
        length = len(wanted)
        for i in range(length):
            old = data[offset + i]
            kept = 0  # bits that stay as they were
            if self._tear == TEAR_NOTHING:
                kept = 0xFF
            elif self._tear == TEAR_FIRST_HALF:
                kept = 0xFF if i >= length // 2 else 0
            elif self._tear == TEAR_SECOND_HALF:
                kept = 0xFF if i < length // 2 else 0
            elif self._tear == TEAR_NOISE:
                self._noise = (self._noise * 1103 + 12345) % 65521
                kept = self._noise & 0xFF
            wanted[i] = old & kept | wanted[i] & ~kept & 0xFF
