"""Configuration: GetConfiguration and ChangeConfiguration over the settings table.

Source: OCPP 1.6 §5.3, §5.8; G1-G3 of the behaviour rules.
Heap: one value buffer, none after __init__ but for what a change of a setting takes.
"""

from micropython import const

from chargecore.base.codes import E_REBOOT, E_UNKNOWN_KEY, OK
from chargecore.base.events import EV_SETTING_CHANGED

_VALUE_MAX = const(500)  # CiString500Type; Settings takes as many bytes, so more need not fit
_SPARE = const(4)  # lets the JSON reader decode an escape at the very end
_ACCEPTED = b"Accepted"


class Configuration:
    """Handlers of the two calls."""

    def __init__(self, rpc, settings, config, events):
        self._rpc = rpc
        self._settings = settings
        self._config = config
        self._events = events
        self._value_buf = bytearray(_VALUE_MAX + _SPARE)
        self._judge = None  # asked before a value is set
        self._word = _ACCEPTED  # status of the ChangeConfiguration answer being sent
        self._render_get = self.render_get
        self._render_status = self.render_status

    def set_judge(self, judge):
        """Set judge(row, buf, start, end): OK, or the E_ code that a new value is refused with."""
        self._judge = judge

    # ---- GetConfiguration ----

    def get(self, reader, payload_idx):  # HOT
        """Answer GetConfiguration. More keys than GetConfigurationMaxKeys: a CALLERROR (G1)."""
        keys_idx = reader.find(payload_idx, b"key")
        if keys_idx >= 0 and reader.count(keys_idx) > self._config.get_configuration_max_keys:
            self._rpc.reply_error(b"OccurenceConstraintViolation", b"too many keys")
            return
        self._rpc.reply(self._render_get, payload_idx)

    def render_get(self, w, payload_idx):  # HOT
        """Write configurationKey and unknownKey; the request still is in the receive buffer."""
        reader = self._rpc.reader
        keys_idx = reader.find(payload_idx, b"key")
        w.open_object()
        if keys_idx < 0 or reader.count(keys_idx) == 0:
            self._write_all(w)
        else:
            self._write_known(w, reader, keys_idx)
            self._write_unknown(w, reader, keys_idx)
        w.close_object()

    def _write_all(self, w):  # HOT
        settings = self._settings
        w.key(b"configurationKey")
        w.open_array()
        for row in range(settings.row_count):
            if settings.is_readable(row):
                self._write_key(w, row)
        w.close_array()

    def _write_known(self, w, reader, keys_idx):  # HOT
        is_open = False
        for n in range(reader.count(keys_idx)):
            row = self._row(reader, reader.item(keys_idx, n))
            if row >= 0:
                if not is_open:
                    w.key(b"configurationKey")
                    w.open_array()
                    is_open = True
                self._write_key(w, row)
        if is_open:
            w.close_array()

    def _write_unknown(self, w, reader, keys_idx):  # HOT
        is_open = False
        for n in range(reader.count(keys_idx)):
            idx = reader.item(keys_idx, n)
            if self._row(reader, idx) < 0:
                if not is_open:
                    w.key(b"unknownKey")
                    w.open_array()
                    is_open = True
                w.text_range(self._value_buf, 0, reader.copy_text(idx, self._value_buf, 50))
        if is_open:
            w.close_array()

    def _row(self, reader, idx):  # HOT
        """Return the row a key token names, or -1; a write-only key is unknown here (G1)."""
        settings = self._settings
        length = reader.copy_text(idx, self._value_buf, 50)
        row = settings.find_row(self._value_buf, 0, length)
        if row >= 0 and settings.is_readable(row):
            return row
        return -1

    def _write_key(self, w, row):  # HOT
        settings = self._settings
        w.open_object()
        w.key(b"key")
        settings.render_name(w, row)
        w.key(b"readonly")
        w.boolean(settings.is_readonly(row))
        w.key(b"value")
        settings.render_value(w, row)
        w.close_object()

    # ---- ChangeConfiguration ----

    def change(self, reader, payload_idx):
        """Answer ChangeConfiguration: NotSupported, Rejected, RebootRequired or Accepted (G2)."""
        settings = self._settings
        length = reader.copy_text(reader.find(payload_idx, b"key"), self._value_buf, 50)
        row = settings.find_row(self._value_buf, 0, length)
        if row < 0:
            self._word = b"NotSupported"
        else:
            value_idx = reader.find(payload_idx, b"value")
            length = reader.copy_text(value_idx, self._value_buf, _VALUE_MAX)
            code = OK
            if self._judge is not None:
                code = self._judge(row, self._value_buf, 0, length)
            if code == OK:
                code = settings.set_text(row, self._value_buf, 0, length)
            self._word = self._word_for(code, row)
        self._rpc.reply(self._render_status, None)

    def _word_for(self, code, row):
        if code == OK or code == E_REBOOT:
            self._events.add(EV_SETTING_CHANGED, row)
            return _ACCEPTED if code == OK else b"RebootRequired"
        if code == E_UNKNOWN_KEY:
            return b"NotSupported"
        return b"Rejected"

    def render_status(self, w, arg):  # HOT
        """Write {"status": word}."""
        w.open_object()
        w.key(b"status")
        w.text(self._word)
        w.close_object()
