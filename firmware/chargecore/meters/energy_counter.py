"""EnergyCounter: the register of a meter that has none of its own, kept over a power cut.

Called by: the drivers that count themselves (cse7766, s0_pulse, adc_ct), from poll().
Never: goes back, writes to flash more often than written below. Heap: none but in a save.
A save is two files in turn (store.version_pair: a torn write leaves the one before). It is due
  10 s after the last energy came, so at the end of every session and of every pause in it,
  every 5 minutes while energy flows,
  with commit(), before an ordered restart.
A cut of the supply loses what came since then: 5 minutes, 1.8 kWh at 22 kW, in the worst case; of
a session only what came after its newest meter record, for recovery raises the register to that.
"""

from micropython import const

from chargecore.base.codes import E_EMPTY, OK
from chargecore.base.events import EV_FLASH_ERROR, EV_SETTINGS_OLD
from chargecore.base.ticks import ticks_diff, ticks_recent

_QUIET_MS = const(10_000)
_EVERY_MS = const(300_000)
_IMAGE_LEN = const(8)  # register in Wh, then the part of a Wh in the driver's unit: u32, low first
_TOP_MAX = const(0x3F)  # top byte of a small int


class EnergyCounter:
    """pair: a VersionPair. per_wh: how many of the driver's units make one Wh, below 2^29."""

    def __init__(self, pair, clock, events, per_wh):
        self._pair = pair
        self._events = events
        self._per_wh = per_wh
        self._image_buf = bytearray(_IMAGE_LEN)
        self.register_wh = 0
        self._rest = 0  # units that do not make a Wh yet
        self._saved_at_ms = clock.ticks_ms()
        self._added_at_ms = self._saved_at_ms
        self._is_unsaved = False
        self._load()

    def add(self, units, now_ms):  # HOT
        """Count units. Range: 0..2^29."""
        if units <= 0:
            return
        units += self._rest
        self.register_wh += units // self._per_wh
        self._rest = units % self._per_wh
        self._is_unsaved = True
        self._added_at_ms = now_ms

    def raise_to(self, register_wh):  # HOT
        """Count on from register_wh, if that is more: the records of a session know it."""
        if register_wh > self.register_wh:
            self.register_wh = register_wh
            self._is_unsaved = True

    def keep(self, now_ms):  # HOT
        """Save when it is due. Call it with every poll."""
        if not self._is_unsaved:
            self._saved_at_ms = ticks_recent(self._saved_at_ms, now_ms)
            return
        is_quiet = ticks_diff(now_ms, self._added_at_ms) >= _QUIET_MS
        since_ms = ticks_diff(now_ms, self._saved_at_ms)
        if since_ms >= _EVERY_MS or (is_quiet and since_ms >= _QUIET_MS):
            self._saved_at_ms = now_ms  # flash that refuses is asked again after a while, too
            self.commit()

    def commit(self):
        """Save now, if there is anything new. Return OK or E_IO."""
        if not self._is_unsaved:
            return OK
        buf = self._image_buf
        for i in range(4):
            buf[i] = self.register_wh >> 8 * i & 0xFF
            buf[4 + i] = self._rest >> 8 * i & 0xFF
        code = self._pair.save(buf, _IMAGE_LEN)
        if code == OK:
            self._is_unsaved = False
        else:
            self._events.add(EV_FLASH_ERROR, self._pair.errno)
        return code

    def _load(self):
        buf = self._image_buf
        code = self._pair.load(buf)
        if self._pair.is_old or (code < 0 and code != E_EMPTY):
            self._events.add(EV_SETTINGS_OLD)
        if code != _IMAGE_LEN or buf[3] > _TOP_MAX or buf[7] > _TOP_MAX:
            return
        for i in range(4):
            self.register_wh |= buf[i] << 8 * i
            self._rest |= buf[4 + i] << 8 * i
        self._rest %= self._per_wh  # another number of pulses per kWh may be set by now
