"""Recovery: ends the sessions that ran when the supply was cut, or that a reset left behind.

Called by: Station once per pass. Built after outbox.start(): it holds the connectors concerned at
once, so that no new session begins on one before the old one's stop record is on flash.
Source: T14, X1, X2 of the behaviour rules (OCPP 1.6 §5.14, §7.36): closed, never resumed.
Heap: one tag, none after __init__.
"""

from micropython import const

from chargecore.base.codes import E_IO, OK
from chargecore.base.events import EV_TX_STOPPED
from chargecore.base.ticks import ticks_diff, ticks_recent
from chargecore.station.id_tag import IdTag
from chargecore.station.measurands import MASK_ENERGY
from chargecore.station.stop_reasons import STOP_POWER_LOSS

_METER_WAIT_MS = const(5000)  # a meter that has not answered by then is taken for silent
_RETRY_MS = const(10000)  # pause after flash has refused: a try reads the whole journal


class Recovery:
    """One session at a time. `left` is how many still lack their stop record.

    reason: STOP_* that the board's cause of this boot stands for: STOP_POWER_LOSS, or STOP_REBOOT
    after its watchdog. What state.note_restart() kept before an ordered restart goes before it.
    """

    def __init__(
        self, outbox, recorder, connectors, state, config, events, reason=STOP_POWER_LOSS
    ):
        self._outbox = outbox
        self._recorder = recorder
        self._connectors = connectors
        self._state = state
        self._config = config
        self._events = events
        noted = state.restart_reason()
        self._reason = reason if noted < 0 else noted
        self._no_tag = IdTag()  # the unit ends it, no card does (T9)
        self._is_begun = False
        self._begun_at_ms = 0  # first step
        self._is_refused = False  # the last try failed, then
        self._refused_at_ms = 0
        self._first_connector = 0  # where the next search begins
        self.left = 0
        connector_id = outbox.find_open(0)
        while connector_id >= 0:
            self.left += 1
            self._hold(connector_id, True)
            connector_id = outbox.find_open(connector_id + 1)
        if not self.left:
            state.clear_restart()

    def step(self, now_ms):  # HOT
        """End one session whose meter has been read, or has had its time to answer."""
        if not self.left:
            return
        if not self._is_begun:
            self._is_begun = True
            self._begun_at_ms = now_ms
        self._begun_at_ms = ticks_recent(self._begun_at_ms, now_ms)  # flash may refuse for days
        if self._is_refused and ticks_diff(now_ms, self._refused_at_ms) < _RETRY_MS:
            return
        is_late = ticks_diff(now_ms, self._begun_at_ms) >= _METER_WAIT_MS
        connector_id = self._outbox.find_open(self._first_connector)
        self._first_connector = 0
        while connector_id >= 0:
            register_wh = self._register_wh(connector_id)
            if register_wh is not None or is_late or not self._has(connector_id):
                self._end(connector_id, register_wh, now_ms)
                return
            connector_id = self._outbox.find_open(connector_id + 1)

    def _end(self, connector_id, register_wh, now_ms):  # HOT
        code = self._write(connector_id, register_wh)
        self._is_refused = code != OK
        if code != OK:
            self._refused_at_ms = now_ms
            self._first_connector = connector_id + 1  # the others have their turn
            return
        self._hold(connector_id, False)
        self.left -= 1
        if not self.left:
            self._state.clear_restart()

    def _write(self, connector_id, register_wh):  # HOT
        """Write end value and stop record, as of the last instant known. Return OK or E_."""
        code = self._outbox.load_open(connector_id)
        if code != OK:
            return code
        known = self._outbox.open
        recorder = self._recorder
        # Monotone (M9), and what flowed after the last record still counts.
        if register_wh is None or register_wh < known.register_wh:
            register_wh = known.register_wh
            self._raise_meter(connector_id, register_wh)
        stop_mask = self._config.stop_sampled_mask | self._config.stop_aligned_mask
        if stop_mask & MASK_ENERGY and not known.has_end:
            recorder.prepare_in(known.boot, known.uptime_s, known.wall_s)
            if recorder.last_register(connector_id, known.tx, register_wh) == E_IO:
                return E_IO
        recorder.prepare_in(known.boot, known.uptime_s, known.wall_s)
        code = recorder.stop(connector_id, known.tx, self._reason, self._no_tag, register_wh)
        if code == OK:
            self._events.add(EV_TX_STOPPED, connector_id, known.tx)
        return code

    def _raise_meter(self, connector_id, register_wh):  # HOT
        """Tell a meter that counts itself what it has lost at the cut."""
        if self._has(connector_id):
            meter = self._connectors[connector_id - 1].metering.meter
            if hasattr(meter, "raise_to"):
                meter.raise_to(register_wh)

    def _has(self, connector_id):  # HOT
        """Return False for a connector that the station file no longer has."""
        return 1 <= connector_id <= len(self._connectors)

    def _register_wh(self, connector_id):  # HOT
        if not self._has(connector_id):
            return None
        return self._connectors[connector_id - 1].metering.register_wh()

    def _hold(self, connector_id, is_held):  # HOT
        if self._has(connector_id):
            self._connectors[connector_id - 1].is_held = is_held
