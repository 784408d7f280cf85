"""MeterStore: keeps a meter's register in a file, as the meter's own memory does.

Called by: MeterModel at start and at each Wh. Written in one small write to an open file, so that
a killed process never leaves half a number.
Heap: none after __init__.
"""

_DIGITS = 10


class MeterStore:
    """The file `path` holds the register as decimal digits."""

    def __init__(self, path):
        self._path = path
        self._text_buf = bytearray(_DIGITS)
        self._file = None  # open while the meter is powered

    def load(self):
        """Return the kept register, 0 when there is none, and keep the file open for save()."""
        self.close()
        try:
            self._file = open(self._path, "r+b", 0)
        except OSError:
            self._file = open(self._path, "wb", 0)
            return 0
        try:
            return int(self._file.read(_DIGITS))
        except ValueError:
            return 0

    def save(self, value_wh):
        """Keep the register. Range: 0..2^30-1."""
        text_buf = self._text_buf
        for at in range(_DIGITS - 1, -1, -1):
            text_buf[at] = 48 + value_wh % 10
            value_wh //= 10
        self._file.seek(0)
        self._file.write(text_buf)

    def close(self):
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
