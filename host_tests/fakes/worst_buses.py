"""Buses at their worst: a flood, silence, half frames, errors. Each counts what it is asked.

mode: FLOOD (there is always more, the pattern over and over), SILENT, HALF (its first half comes
once after every request, or with every third look), BROKEN (every call raises OSError).
"""

FLOOD, SILENT, HALF, BROKEN = "flood", "silent", "half", "broken"
MODES = (FLOOD, SILENT, HALF, BROKEN)
_ALWAYS = 1_000


class Bus:
    """`calls` and `bytes_read` since the test last set them to 0."""

    def __init__(self, mode, pattern):
        self.calls = 0
        self.bytes_read = 0
        self._mode = mode
        self._pattern = pattern
        self._at = 0
        self._left = 0
        self._looks = 0

    def _call(self):
        self.calls += 1
        if self._mode == BROKEN:
            raise OSError(5)

    def _next(self):
        byte = self._pattern[self._at % len(self._pattern)]
        self._at += 1
        self.bytes_read += 1
        return byte

    def _fill(self, buf, nbytes):
        for i in range(nbytes):
            buf[i] = self._next()


class WorstUart(Bus):
    def init(self, **settings):
        pass

    def write(self, buf):
        self._call()
        self._left = len(self._pattern) // 2
        return len(buf)

    def any(self):
        self._call()
        if self._mode == FLOOD:
            return _ALWAYS
        if self._mode == SILENT:
            return 0
        self._looks += 1
        if self._looks % 3 == 0:
            self._left = len(self._pattern) // 2
            self._at = 0
        return self._left

    def readinto(self, buf, nbytes=None):
        self._call()
        nbytes = len(buf) if nbytes is None else nbytes
        if self._mode != FLOOD:
            nbytes = min(nbytes, self._left)
            self._left -= nbytes
        if not nbytes or self._mode == SILENT:
            return None
        self._fill(buf, nbytes)
        return nbytes


class WorstI2c(Bus):
    """Silent: nobody is there, which a real bus tells with an OSError."""

    def writeto(self, address, buf, stop=True):
        self._call()
        if self._mode == SILENT:
            raise OSError(19)
        return len(buf)

    def readfrom_into(self, address, buf, stop=True):
        self._call()
        if self._mode == SILENT:
            raise OSError(19)
        filled_len = len(buf) // 2 if self._mode == HALF else len(buf)
        self._fill(buf, filled_len)


class WorstSpi(Bus):
    """Bus and chip select in one. Silent: the line stays high."""

    def value(self, level):
        pass

    def write_readinto(self, out_buf, in_buf):
        self._call()
        if self._mode == SILENT:
            for i in range(len(in_buf)):
                in_buf[i] = 0xFF
        else:
            self._fill(in_buf, len(in_buf) // 2 if self._mode == HALF else len(in_buf))


class WorstRegisters(Bus):
    """The host board's meter."""

    def read_register(self, number):
        self._call()
        if self._mode == SILENT or (self._mode == HALF and number > 5):
            return None
        return self._next()


class WorstAdc(Bus):
    """Flood: full swing from sample to sample."""

    def read_uv(self):
        self._call()
        if self._mode == SILENT:
            return 0
        return self._next() * 12_941
