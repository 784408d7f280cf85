"""StateStore: the few bytes a station must remember beside records and settings.

Called by: main.py (boot number), station (availability).
Never: holds what a record or a setting holds.
Heap: opening the file when it is saved, which happens on commands and boots, not per tick.
"""

from micropython import const

from chargecore.base.codes import E_EMPTY, OK
from chargecore.base.events import EV_FILE_NEWER, EV_FLASH_ERROR, EV_SETTINGS_OLD
from chargecore.store.version_pair import VersionPair

STATE_LEN = const(32)  # small enough to stay inside littlefs's directory block: no erase per save
_BOOT_AT = const(0)  # u16
_INOPERATIVE_AT = const(2)  # u16, bit n = connector n set Inoperative, bit 0 = the whole station
_RESTART_AT = const(4)  # u8, 0 = none, else 1 + the reason of an ordered restart
USER_AT = const(8)  # first byte free for the protocol adapters
_MORE_LEN = const(32)  # room for what a newer build keeps behind that: it goes back as it came
_BOOT_MAX = const(0xFFFF)  # a record has 16 bits for it


class StateStore:
    """A bytearray of fixed size that survives. Change it, then save().

    A newer build may use more bytes at its end, up to twice as many.
    """

    def __init__(self, path, size, events):
        self._pair = VersionPair(path)
        self._events = events
        self.buf = bytearray(size + _MORE_LEN)
        self._len = size  # bytes of buf that are kept

    def load(self):
        """Fill buf with what was saved last; zeros when nothing can be read."""
        code = self._pair.load(self.buf)
        for i in range(max(code, 0), len(self.buf)):
            self.buf[i] = 0
        self._len = max(code, self._len)
        if self._pair.is_newer:
            self._events.add(EV_FILE_NEWER)
        if self._pair.is_old or (code < 0 and code != E_EMPTY):
            self._events.add(EV_SETTINGS_OLD)

    def save(self):
        """Write buf. Return OK or E_IO; the value in RAM stays in force either way."""
        code = self._pair.save(self.buf, self._len)
        if code != OK:
            self._events.add(EV_FLASH_ERROR, self._pair.errno)
        return code

    def next_boot(self):
        """Count this boot and return its number. Range: 1..65535, then again from 1."""
        boot_number = self.u16(_BOOT_AT) % _BOOT_MAX + 1
        self.put_u16(_BOOT_AT, boot_number)
        self.save()
        return boot_number

    def is_operative(self, connector_id):
        """Return False while ChangeAvailability holds it Inoperative. Range: 0..15; 0: station."""
        return not self.u16(_INOPERATIVE_AT) >> connector_id & 1

    def set_operative(self, connector_id, is_operative):
        """Remember the availability. Range: connector 0..15. Return OK or E_IO."""
        bits = self.u16(_INOPERATIVE_AT)
        changed = bits & ~(1 << connector_id)
        if not is_operative:
            changed |= 1 << connector_id
        if changed == bits:
            return OK
        self.put_u16(_INOPERATIVE_AT, changed)
        return self.save()

    def note_restart(self, reason):
        """Remember why a restart ends open sessions. Range: 0..254. Return OK or E_IO."""
        if self.buf[_RESTART_AT] == reason + 1:
            return OK
        self.buf[_RESTART_AT] = reason + 1
        return self.save()

    def restart_reason(self):
        """Return what note_restart() kept, or E_EMPTY."""
        return self.buf[_RESTART_AT] - 1 if self.buf[_RESTART_AT] else E_EMPTY

    def clear_restart(self):
        """Forget the reason: no session needs it any more. Return OK or E_IO."""
        if not self.buf[_RESTART_AT]:
            return OK
        self.buf[_RESTART_AT] = 0
        return self.save()

    def u16(self, at):
        """Return the two bytes at offset `at`."""
        return self.buf[at] | self.buf[at + 1] << 8

    def put_u16(self, at, value):
        """Set the two bytes at offset `at`, in RAM only."""
        self.buf[at] = value & 0xFF
        self.buf[at + 1] = value >> 8 & 0xFF
