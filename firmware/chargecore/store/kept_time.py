"""KeptTime: the newest wall time that flash remembers: no clock of a later boot shows less.

Called by: the scheduler (poll), net.TlsClock (wall_s). Written once a day, and never while a
contactor is closed: flash may stall the chip.
Never: keeps a time that SNTP has told. Nobody has signed it, and one that is far too late would
keep the true time out for ever.
Heap: opening a file when it is written, 12 bytes.
"""

from micropython import const

from chargecore.base.clock import QUALITY_CSMS, WALL_UNKNOWN
from chargecore.base.codes import OK
from chargecore.base.events import EV_FLASH_ERROR

_LEN = const(4)  # u32
_DAY_S = const(86_400)


class KeptTime:
    """`pair` is a VersionPair; is_charging() tells whether flash has to wait."""

    def __init__(self, pair, clock, is_charging, events):
        self._pair = pair
        self._clock = clock
        self._is_charging = is_charging
        self._events = events
        self._buf = bytearray(_LEN)
        self.wall_s = WALL_UNKNOWN
        self._next_s = 0  # wall time from which on it is written again

    def load(self):
        """Read what there is."""
        if self._pair.load(self._buf) == _LEN:
            wall_s = 0
            for at in range(_LEN):
                wall_s = wall_s << 8 | self._buf[at]
            self.wall_s = wall_s
            self._next_s = wall_s + _DAY_S

    def poll(self, now_ms):  # HOT
        """Write when it is due: at once when nothing is known, else once a day."""
        clock = self._clock
        if clock.quality != QUALITY_CSMS:
            return
        wall_s = clock.wall_s()
        if self._is_due(wall_s) and not self._is_charging():
            self._write(wall_s)

    def _is_due(self, wall_s):  # HOT
        """Tell whether to write: also when a server had told a time too late, and took it back."""
        return wall_s >= self._next_s or wall_s < self.wall_s - _DAY_S

    def _write(self, wall_s):
        """Keep that time. It counts only when flash has it; if not, the next try is in a day."""
        self._next_s = wall_s + _DAY_S
        for at in range(_LEN):
            self._buf[_LEN - 1 - at] = wall_s >> 8 * at & 0xFF
        if self._pair.save(self._buf, _LEN) == OK:
            self.wall_s = wall_s
        else:
            self._events.add(EV_FLASH_ERROR, self._pair.errno)
