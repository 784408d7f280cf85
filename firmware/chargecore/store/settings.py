"""Settings: looks up, checks, applies, renders and keeps the values its rows declare.

Called by: the protocol adapter (Get/ChangeConfiguration), main.py at boot.
Never: knows what a key means: a row names an attribute of the target, the target checks texts.
Heap: none for looking up and rendering; set_text() opens a file and may make a bytes object.
"""

from micropython import const

from chargecore.base.checksum import crc16
from chargecore.base.codes import (
    E_EMPTY,
    E_FULL,
    E_LENGTH,
    E_RANGE,
    E_READ_ONLY,
    E_REBOOT,
    E_TYPE,
    E_UNKNOWN_KEY,
    OK,
)
from chargecore.base.events import (
    EV_FILE_NEWER,
    EV_FLASH_ERROR,
    EV_SETTINGS_LOST,
    EV_SETTINGS_OLD,
)
from chargecore.store.setting_rows import REBOOT, RO, T_BOOL, T_INT, T_TEXT, WO, is_same

_ENTRY_HEAD_LEN = const(4)  # u16 id of the key, u16 length of the value
_INT_DIGITS_MAX = const(9)  # stays below 2^30


class Settings:
    """Rows by index; values live as attributes of target. Image full: E_FULL, nothing changes.

    storage is a VersionPair. Order at boot: construct, force() what the maker preset, load().
    When what was kept cannot be read at all the defaults are in force and `is_lost` (F44), until
    somebody sets a value again; the target is told by set_settings_lost(is_lost).
    """

    def __init__(self, rows, target, storage, events, capacity_b=1024):
        self._rows = rows  # SettingRows
        self._target = target
        self._storage = storage
        self._events = events
        self._on_change = None  # called with the row after a value was accepted
        self._image_buf = bytearray(capacity_b)
        self._foreign_buf = b""  # stored entries of keys this build does not have: kept
        self.is_lost = False
        self.row_count = rows.count
        self._defaults = [None] * rows.count
        for row in range(rows.count):
            default = rows.default(row)
            if default is not None:
                self._assign(row, default)
            self._defaults[row] = self.value(row)

    def set_on_change(self, on_change):
        """Store the callback on_change(row); it runs after the value is kept."""
        self._on_change = on_change

    # ---- rows ----

    def find_row(self, buf, start, end):  # HOT
        """Return the row whose key is buf[start:end], upper or lower case, or E_UNKNOWN_KEY."""
        return self._rows.find(buf, start, end)

    def row_of(self, key):  # HOT
        """Return the row of a key given as bytes, or E_UNKNOWN_KEY."""
        return self._rows.find(key, 0, len(key))

    def name(self, row):
        """Return the key as the standard spells it."""
        return self._rows.name(row)

    def render_name(self, w, row):  # HOT
        """Write the key as a JSON text."""
        self._rows.render_name(w, row)

    def is_readable(self, row):  # HOT
        """Return False for a key that is never reported."""
        return not self._rows.access(row) & WO

    def is_readonly(self, row):  # HOT
        """Return True when set_text() would refuse any value."""
        if self._rows.access(row) == RO:
            return True
        return self._rows.attribute(row) in self._target.frozen

    def value(self, row):  # HOT
        """Return the value as int, bool or bytes."""
        return getattr(self._target, self._rows.attribute(row))

    def is_default(self, row):  # HOT
        """Return True when the value is what the station starts with."""
        return self.value(row) == self._defaults[row]

    def render_value(self, w, row):  # HOT
        """Write the value as the JSON text GetConfiguration wants."""
        kind = self._rows.kind(row)
        value = self.value(row)
        if kind == T_INT:
            w.int_text(value)
        elif kind == T_BOOL:
            w.text(b"true" if value else b"false")
        else:
            w.text(value)

    # ---- changes ----

    def set_text(self, row, buf, start, end):
        """Set a row from the text buf[start:end]: check, apply, keep, tell.

        Return OK or E_REBOOT. Errors: E_READ_ONLY, E_TYPE, E_RANGE, E_LENGTH, E_FULL, E_IO; then
        the old value stays in force.
        """
        if not 0 <= row < self.row_count:
            return E_UNKNOWN_KEY
        if self.is_readonly(row):
            return E_READ_ONLY
        if end < start:
            return E_LENGTH
        before = self.value(row)
        code = self._take(row, buf, start, end)
        if code == OK:
            code = self._keep(row, before, self.is_lost)
            if self.is_lost and (code == OK or code == E_REBOOT):
                self._set_lost(False)
        return code

    def set(self, key, value):
        """Set a key, as bytes, to a text, as bytes. Errors: as set_text, E_UNKNOWN_KEY."""
        return self.set_text(self.row_of(key), value, 0, len(value))

    def set_int(self, row, number):
        """Set a number the station learned, moved into the row's range. Return as set_text.

        While the settings are lost it is not kept: that would make them look like somebody's.
        """
        low = self._rows.low(row)
        high = self._rows.high(row)
        before = self.value(row)
        self._assign(row, low if number < low else high if number > high else number)
        return self._keep(row, self.value(row) if self.is_lost else before)

    def adopt_heartbeat_interval(self, interval_s):
        """Take the interval of an accepted BootNotification (OCPP 1.6 §4.2, B2 of the rules)."""
        return self.set_int(self.row_of(b"HeartbeatInterval"), interval_s)

    def force(self, row, text):
        """Preset a row, read-only ones included: what the maker ships. Before load()."""
        code = self._take(row, text, 0, len(text))
        self._defaults[row] = self.value(row)
        return code

    def force_all(self, presets):
        """Preset from a dict of key to text, ignoring unknown keys. Return how many failed."""
        refused = 0
        for key in presets:
            row = self.row_of(key.encode())
            if row >= 0 and self.force(row, presets[key].encode()) != OK:
                refused += 1
        return refused

    def _keep(self, row, before, is_forced=False):
        if is_forced or self.value(row) != before:
            code = self._save()
            if code != OK:
                self._assign(row, before)
                return code
        if self._on_change is not None:
            self._on_change(row)
        return E_REBOOT if self._rows.access(row) & REBOOT else OK

    def _take(self, row, buf, start, end):
        """Check a text and apply it to the target."""
        rows = self._rows
        kind = rows.kind(row)
        if kind == T_TEXT:
            if end - start > rows.high(row):
                return E_LENGTH
            text = bytes(memoryview(buf)[start:end])
            return self._target.set_text(rows.attribute(row), text)
        number = _bool_of(buf, start, end) if kind == T_BOOL else _int_of(buf, start, end)
        if number < 0:
            return number
        if not rows.low(row) <= number <= rows.high(row):
            return E_RANGE
        self._assign(row, number == 1 if kind == T_BOOL else number)
        return OK

    def _assign(self, row, value):
        attribute = self._rows.attribute(row)
        if self._rows.kind(row) == T_TEXT:
            self._target.set_text(attribute, value)
        else:
            setattr(self._target, attribute, value)

    # ---- keeping ----

    def load(self):
        """Apply what was kept. A value this build does not take any more leaves the default."""
        image_buf = self._image_buf
        length = self._storage.load(image_buf)
        if self._storage.is_newer:
            self._events.add(EV_FILE_NEWER)
        if self._storage.is_old:
            self._events.add(EV_SETTINGS_OLD)
        if length < 0 and length != E_EMPTY:
            self._events.add(EV_SETTINGS_LOST)
            self._set_lost(True)
        foreign_buf = bytearray()
        at = 0
        while at + _ENTRY_HEAD_LEN <= length:
            value_at = at + _ENTRY_HEAD_LEN
            value_end = value_at + self._u16(at + 2)
            if value_end > length:
                break
            row = self._row_of_id(self._u16(at))
            if row < 0:
                foreign_buf.extend(memoryview(image_buf)[at:value_end])
            elif not self.is_readonly(row):
                self._take(row, image_buf, value_at, value_end)
            at = value_end
        self._foreign_buf = bytes(foreign_buf)

    def _set_lost(self, is_lost):
        self.is_lost = is_lost
        self._target.set_settings_lost(is_lost)

    def _save(self):
        length = 0
        for row in range(self.row_count):
            if not self.is_readonly(row) and not self.is_default(row):
                length = self._add_entry(row, length)
                if length < 0:
                    return length
        if length + len(self._foreign_buf) > len(self._image_buf):
            return E_FULL
        for value in self._foreign_buf:
            self._image_buf[length] = value
            length += 1
        code = self._storage.save(self._image_buf, length)
        if code != OK:
            self._events.add(EV_FLASH_ERROR, self._storage.errno)
        return code

    def _add_entry(self, row, at):
        """Append a row to the image. Return the new length or E_FULL."""
        value = self.value(row)
        kind = self._rows.kind(row)
        if kind == T_BOOL:
            value = b"true" if value else b"false"
        elif kind == T_INT:
            value = str(value).encode()
        end = at + _ENTRY_HEAD_LEN + len(value)
        if end > len(self._image_buf):
            return E_FULL
        self._put_u16(at, key_id(self.name(row)))
        self._put_u16(at + 2, len(value))
        for i in range(len(value)):
            self._image_buf[at + _ENTRY_HEAD_LEN + i] = value[i]
        return end

    def _row_of_id(self, wanted_id):
        for row in range(self.row_count):
            if key_id(self.name(row)) == wanted_id:
                return row
        return E_UNKNOWN_KEY

    def _u16(self, at):
        return self._image_buf[at] | self._image_buf[at + 1] << 8

    def _put_u16(self, at, value):
        self._image_buf[at] = value & 0xFF
        self._image_buf[at + 1] = value >> 8


def key_id(key):
    """Return what stands for a key on flash: its CRC, so that rows may be moved and added."""
    return crc16(key, 0, len(key))


def _bool_of(buf, start, end):
    """Return 1 or 0, or E_TYPE. Range: true and false in any case (G2 of the rules)."""
    if is_same(buf, start, end, b"true"):
        return 1
    if is_same(buf, start, end, b"false"):
        return 0
    return E_TYPE


def _int_of(buf, start, end):
    """Return a decimal number without sign, E_RANGE for a negative or too long one, or E_TYPE."""
    is_negative = start < end and buf[start] == 0x2D
    if is_negative:
        start += 1
    if start >= end:
        return E_TYPE
    if end - start > 1 and buf[start] == 0x30:
        return E_TYPE
    number = 0
    for i in range(start, end):
        digit = buf[i] - 0x30
        if not 0 <= digit <= 9:
            return E_TYPE
        if i - start < _INT_DIGITS_MAX:
            number = number * 10 + digit
    if is_negative or end - start > _INT_DIGITS_MAX:
        return E_RANGE
    return number
