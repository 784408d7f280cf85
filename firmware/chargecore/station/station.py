"""Station: the connectors together: cards, availability, shared current, reset.

Called by: main.py (step, every 20..50 ms), the protocol adapter (commands).
Never: talks to a server; the adapter polls what is to be told.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.events import EV_READER_SILENT, EV_RESET_REQUESTED
from chargecore.base.ticks import ticks_diff
from chargecore.safety.faults import (
    FAULT_INTERNAL,
    FAULT_NONE,
    FAULT_READER,
    FAULT_RESET,
    is_blocking,
)
from chargecore.safety.reasons import OPEN_RESET
from chargecore.station.id_tag import IdTag
from chargecore.station.status_log import StatusLog
from chargecore.station.statuses import AVAILABLE, FAULTED, UNAVAILABLE
from chargecore.station.stop_reasons import STOP_HARD_RESET, STOP_REBOOT, STOP_SOFT_RESET

RESET_NONE = const(0)
RESET_SOFT = const(1)
RESET_HARD = const(2)
RESET_OWN = const(3)  # the station's own wish: a step failed three times in a row

# A soft reset gives the server this long to take what is queued, a hard one less (X1).
_SOFT_WAIT_MS = const(30000)
_HARD_WAIT_MS = const(8000)
# Index: RESET_*; why the sessions end (T10)
_REASONS = (STOP_REBOOT, STOP_SOFT_RESET, STOP_HARD_RESET, STOP_REBOOT)
_NO_LIMIT_MA = const(0x3FFFFFFF)


class Station:
    """The charging station: `connectors` in order of their id, `status_log` of connectorId 0.

    reader: see chargecore.readers; None where cards are not read.
    """

    def __init__(
        self,
        connectors,
        desk,
        reader,
        recovery,
        keeper,
        outbox,
        state,
        link,
        config,
        clock,
        events,
        supervision=None,
    ):
        self.connectors = connectors
        self._desk = desk
        self._reader = reader
        self._recovery = recovery
        self._keeper = keeper
        self._outbox = outbox
        self._state = state
        self._link = link
        self._config = config
        self._events = events
        self._supervision = supervision  # None: nobody is watched (R34)
        self.status_log = StatusLog(clock)
        self._card = IdTag()
        self.site_limit_ma = _NO_LIMIT_MA  # current all connectors together may draw, per phase
        self.most_ma = config.max_current_ma  # what one connector may draw, the site apart
        self.smart = None  # SmartLimits, when smart charging is loaded
        self.reservations = None  # Reservations, when they are loaded
        self.operative = state.is_operative(0)
        self.fault = FAULT_NONE  # FAULT_* of the unit, told with connectorId 0; main.py sets it
        self.warning = FAULT_NONE  # FAULT_* the list has for connectorId 0; LocalList sets it
        self.reset_kind = RESET_NONE  # reset asked for and not done yet
        self.is_reset_due = False  # everything is told: main.py restarts now
        self._is_reader_silent = False  # told as a warning with connectorId 0
        self._reset_at_ms = 0
        self._reset_tries = 0  # times it was tried again
        for connector in connectors:
            connector.operative = state.is_operative(connector.connector_id)

    def set_reservations(self, reservations):
        """Let Reservations have a say in who may start where. At boot only."""
        self.reservations = reservations
        self._desk.reservations = reservations
        for connector in self.connectors:
            connector.reservations = reservations

    # ---- commands ----

    def connector(self, connector_id):  # HOT
        """Return the connector with that id, or None."""
        if 1 <= connector_id <= len(self.connectors):
            return self.connectors[connector_id - 1]
        return None

    def by_transaction(self, transaction_id):  # HOT
        """Return the connector whose running transaction has that id, or None."""
        for connector in self.connectors:
            transaction = connector.transaction
            if (
                transaction.is_active
                and transaction.is_id_known
                and transaction.transaction_id == transaction_id
            ):
                return connector
        return None

    def start_remotely(self, connector_id, tag):  # HOT
        """Try a RemoteStartTransaction; connector_id 0 means any.

        Return the id of the connector it is tried on, 0 if it cannot be.
        """
        if self.reset_kind != RESET_NONE:
            return 0
        return self._desk.start_remotely(connector_id, tag)

    def set_operative(self, connector_id, operative):
        """Change availability of a connector, or of all with 0. Return True when done at once.

        Survives reset and power loss (OCPP 1.6 §4.9; S11).
        """
        done = True
        if connector_id == 0:
            self.operative = operative
            self._state.set_operative(0, operative)
        for connector in self.connectors:
            if connector_id == 0 or connector.connector_id == connector_id:
                done = connector.set_operative(operative) and done
                self._state.set_operative(connector.connector_id, operative)
        return done

    def clear_cache(self):
        """Empty the authorization cache, nothing else. Return OK or E_IO."""
        return self._keeper.clear()

    def set_site_limit_ma(self, limit_ma):
        """Set the current, per phase, that all connectors share. Negative lifts the limit."""
        if self._supervision is not None:
            self._supervision.is_heard = True
        self.site_limit_ma = _NO_LIMIT_MA if limit_ma < 0 else limit_ma

    def request_reset(self, kind, now_ms):
        """End all sessions, tell the server, then set is_reset_due. kind: RESET_*."""
        if self.reset_kind >= kind:
            return
        self.reset_kind = kind
        self._reset_at_ms = now_ms
        self._reset_tries = 0
        self.fault = FAULT_NONE if self.fault == FAULT_RESET else self.fault
        self._events.add(EV_RESET_REQUESTED, kind)
        self._end_sessions()
        if self.is_charging():  # for Recovery, should a stop record not be written in time
            self._state.note_restart(_REASONS[kind])

    def _end_sessions(self):
        kind = self.reset_kind
        for connector in self.connectors:
            connector.drop_pending()
            connector.stop(_REASONS[kind], None)
            if kind == RESET_HARD:
                connector.controller.emergency_open(OPEN_RESET)

    # ---- once per pass ----

    def step(self, now_ms):  # HOT
        """Read cards, share the current, run the connectors, see a reset through."""
        self._read_card(now_ms)
        if self._supervision is not None:
            self._supervision.step(now_ms)
        self._share_limit()
        if self.reservations is not None:
            self.reservations.step(now_ms)
        for connector in self.connectors:
            connector.step(now_ms)
        if self.smart is not None:
            self.smart.step()
        self._recovery.step(now_ms)
        self._keeper.step(now_ms)
        log = self.status_log
        fault = self.fault
        if fault == FAULT_NONE and self._config.are_settings_lost:
            fault = FAULT_INTERNAL  # a warning here: sessions go on, with the least current
        elif fault == FAULT_NONE and self._is_reader_silent:
            fault = FAULT_READER
        elif fault == FAULT_NONE:
            fault = self.warning
        log.update(self._status(), fault, now_ms)
        log.settle(self._config.minimum_status_duration_s, now_ms)
        if not self.is_charging():
            self._outbox.tidy()  # erases now rather than during a session
        if self.reset_kind != RESET_NONE and not self.is_reset_due:
            self._see_reset_through(now_ms)

    def _status(self):  # HOT
        """Return the status of connectorId 0 (S1). A reset that failed is only a warning."""
        if self.fault != FAULT_RESET and is_blocking(self.fault):
            return FAULTED
        return AVAILABLE if self.operative else UNAVAILABLE

    def is_energised(self):  # HOT
        """Return True while the contactor of any connector is closed, or about to close."""
        for connector in self.connectors:
            if connector.controller.is_energised:
                return True
        return False

    def is_charging(self):  # HOT
        """Return True while a transaction runs on any connector."""
        for connector in self.connectors:
            if connector.transaction.is_active:
                return True
        return False

    def _read_card(self, now_ms):  # HOT
        reader = self._reader
        if reader is None:
            return
        reader.poll(now_ms)
        if reader.is_silent != self._is_reader_silent:
            self._is_reader_silent = reader.is_silent
            self._events.add(EV_READER_SILENT, 1 if reader.is_silent else 0)
        if not reader.has_card:
            return
        taken = self._card.set(reader.uid_text_buf, 0, reader.uid_len)
        hint = reader.connector
        reader.release()
        if taken and self._card.length and self.reset_kind == RESET_NONE:
            self._desk.present(self._card, hint)

    def _share_limit(self):  # HOT
        """Split the site limit evenly over the sessions that run (C6: local policy).

        A connector without one counts itself in, so that none begins with a step too high.
        """
        sessions = 0
        for connector in self.connectors:
            if connector.transaction.is_active:
                sessions += 1
        most_ma = self._config.max_current_ma
        if self._supervision is not None and most_ma > self._supervision.limit_ma:
            most_ma = self._supervision.limit_ma
        self.most_ma = most_ma
        smart = self.smart
        for connector in self.connectors:
            sharers = sessions if connector.transaction.is_active else sessions + 1
            limit_ma = min(self.site_limit_ma // sharers, most_ma)
            if smart is not None:
                limit_ma = min(limit_ma, smart.limit_ma(connector))
            connector.limit_ma = limit_ma

    def _see_reset_through(self, now_ms):  # HOT
        wait_ms = _HARD_WAIT_MS if self.reset_kind == RESET_HARD else _SOFT_WAIT_MS
        is_late = ticks_diff(now_ms, self._reset_at_ms) >= wait_ms
        if self.is_charging():
            if is_late:
                self._try_reset_again(now_ms)
        elif is_late or not self._has_news():
            self._let_reset_happen()

    def _try_reset_again(self, now_ms):
        """A session did not end: the contactor holds, or flash refuses the record.

        After ResetRetries more tries a soft reset has failed, which is told (S10); any other is
        carried out all the same, and Recovery ends the session.
        """
        self._reset_at_ms = now_ms
        if self._reset_tries < self._config.reset_retries:
            self._reset_tries += 1
            self._end_sessions()
        elif self.reset_kind == RESET_SOFT:
            self.reset_kind = RESET_NONE
            self.fault = FAULT_RESET
            self._state.clear_restart()
        else:
            self._let_reset_happen()

    def _let_reset_happen(self):
        self._keeper.flush()
        if self.reservations is not None:
            self.reservations.flush()
        self.is_reset_due = True

    def _has_news(self):  # HOT
        """Return True while the server can still be told something."""
        if not self._link.is_online:
            return False
        if self._outbox.pending or self.status_log.count or self._link.is_busy:
            return True
        for connector in self.connectors:
            if connector.status.log.count:
                return True
        return False
