"""Requests: the server's commands of the Core profile, turned into station commands.

Called by: Ocpp16, after the field table of the action has accepted the payload: reader.values
holds the fields in the order of the table.
Source: OCPP 1.6 §5; R1-R4, X1-X5 of the behaviour rules. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.base.ticks import ticks_diff
from chargecore.ocpp16.id_tag_info import read_id_tag
from chargecore.station.id_tag import IdTag
from chargecore.station.station import RESET_HARD, RESET_SOFT
from chargecore.station.stop_reasons import STOP_REMOTE, STOP_UNLOCK
from chargecore.wire.fields import ABSENT

_UNLOCK_MS = const(10_000)  # longest wait for contactor, meter and lock, then it has failed
_ANY_CONNECTOR = const(0)  # the station chooses
_UNLOCK_RUNNING = const(0)
_UNLOCK_DONE = const(1)
RESET_WORDS = (b"Hard", b"Soft")
AVAILABILITY_WORDS = (b"Inoperative", b"Operative")
_ACCEPTED = b"Accepted"
_REJECTED = b"Rejected"


class Requests:
    """Handlers `name(reader, payload_idx)`; each answers exactly once, unlock() a moment later."""

    def __init__(self, rpc, station, boot, config, clock):
        self._rpc = rpc
        self._station = station
        self._boot = boot
        self._config = config
        self._clock = clock
        self._tag = IdTag()
        self._render_status = self.render_status
        self._reset_kind = 0  # RESET_* to start when the answer has left
        self._unlocking = None  # connector whose UnlockConnector waits for its answer
        self._unlock_at_ms = 0  # since when

    def render_status(self, w, word):  # HOT
        """Write {"status": word}."""
        w.open_object()
        w.key(b"status")
        w.text(word)
        w.close_object()

    def reply(self, word):  # HOT
        """Answer with that status."""
        self._rpc.reply(self._render_status, word)

    # ---- remote start and stop ----

    def remote_start(self, reader, payload_idx):  # HOT
        """RemoteStartTransaction: Accepted means it will be tried (R1).

        An idTag of more than 20 bytes, which takes letters outside ASCII, is Rejected (A7).
        """
        self.reply(_ACCEPTED if self.try_start(reader) else _REJECTED)

    def try_start(self, reader):  # HOT
        """Try the remote start in reader.values. Return its connector, 0 if it cannot be tried."""
        connector_id = reader.values[0]
        if connector_id == ABSENT:
            connector_id = _ANY_CONNECTOR
        elif self._station.connector(connector_id) is None:
            return 0
        tag = self._tag
        read_id_tag(reader, reader.values[1], tag)
        if not self._boot.is_accepted or not tag.length:
            return 0
        return self._station.start_remotely(connector_id, tag)

    def remote_stop(self, reader, payload_idx):  # HOT
        """RemoteStopTransaction: only a running transaction with exactly that id (R4)."""
        transaction_id = reader.values[0]
        connector = None
        if self._boot.is_accepted:
            connector = self._station.by_transaction(transaction_id)
        if connector is not None and connector.stop(STOP_REMOTE, None):
            self.reply(_ACCEPTED)
        else:
            self.reply(_REJECTED)

    def reject(self, reader, payload_idx):  # HOT
        """ReserveNow without its profile: Rejected (OCPP 1.6 §5.13; TC_048_4, TC_050_4)."""
        self.reply(_REJECTED)

    # ---- availability, reset, cache ----

    def change_availability(self, reader, payload_idx):
        """ChangeAvailability: Accepted, Scheduled while a transaction runs, Rejected (X3)."""
        connector_id = reader.values[0]
        is_operative = AVAILABILITY_WORDS[reader.values[1]] == b"Operative"
        if connector_id < 0 or connector_id > len(self._station.connectors):
            self.reply(_REJECTED)
        elif self._station.set_operative(connector_id, is_operative):
            self.reply(_ACCEPTED)
        else:
            self.reply(b"Scheduled")

    def reset(self, reader, payload_idx):
        """Reset: the answer leaves first, then the sessions end (X1)."""
        is_hard = RESET_WORDS[reader.values[0]] == b"Hard"
        self._reset_kind = RESET_HARD if is_hard else RESET_SOFT
        self.reply(_ACCEPTED)

    def clear_cache(self, reader, payload_idx):
        """ClearCache: empties the cache, nothing else; Rejected while it is off (E 3.23).

        Accepted means that no power cut brings it back; flash that refuses is Rejected, too.
        """
        is_on = self._config.authorization_cache_enabled
        is_done = is_on and self._station.clear_cache() == OK
        self.reply(_ACCEPTED if is_done else _REJECTED)

    # ---- unlock ----

    def unlock(self, reader, payload_idx):  # HOT
        """UnlockConnector: stops a running transaction, then answers what the lock did (X5)."""
        connector = self._station.connector(reader.values[0])
        if connector is None or not self._config.has_socket:
            self.reply(b"NotSupported")
            return
        if self._unlocking is not None or self._rpc.defer() != OK:  # one at a time
            self.reply(b"UnlockFailed")
            return
        self._unlocking = connector
        self._unlock_at_ms = self._clock.ticks_ms()
        connector.lock_holder.clear()
        if not connector.stop(STOP_UNLOCK, None):
            connector.drop_pending()
            connector.controller.unlock_cable()

    def poll(self, now_ms):  # HOT
        """Answer a waiting UnlockConnector once the lock has moved."""
        connector = self._unlocking
        if connector is None:
            return
        result = _UNLOCK_RUNNING
        if not connector.transaction.is_active:
            result = connector.controller.unlock_result
        has_time = ticks_diff(now_ms, self._unlock_at_ms) < _UNLOCK_MS
        if result == _UNLOCK_RUNNING and has_time:
            return
        self._unlocking = None
        word = b"Unlocked" if result == _UNLOCK_DONE else b"UnlockFailed"
        self._rpc.reply_deferred(self._render_status, word)

    def after_reply(self, now_ms):
        """The answer has left: start the reset it promised."""
        kind = self._reset_kind
        if kind:
            self._reset_kind = 0
            self._station.request_reset(kind, now_ms)

    def dropped(self):
        """The connection is gone with the answer: what it promised happens all the same."""
        self._unlocking = None
        self.after_reply(self._clock.ticks_ms())
