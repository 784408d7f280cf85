"""Requests: the server's commands of the Core profile, turned into station commands.

Called by: Ocpp16, after the field table of the action has accepted the payload.
Source: OCPP 1.6 §5; R1-R4, X1-X5 of the behaviour rules. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.station.id_tag import ID_TAG_MAX, IdTag
from chargecore.station.station import RESET_HARD, RESET_SOFT
from chargecore.station.stop_reasons import STOP_REMOTE, STOP_UNLOCK

_UNLOCK_RUNNING = const(0)
_UNLOCK_DONE = const(1)
RESET_WORDS = (b"Hard", b"Soft")
AVAILABILITY_WORDS = (b"Inoperative", b"Operative")
_ACCEPTED = b"Accepted"
_REJECTED = b"Rejected"


class Requests:
    """Handlers `name(reader, payload_idx)`; each answers exactly once, unlock() a moment later."""

    def __init__(self, rpc, station, authorizer, boot, config, clock):
        self._rpc = rpc
        self._station = station
        self._authorizer = authorizer
        self._boot = boot
        self._config = config
        self._clock = clock
        self._tag = IdTag()
        self._render_status = self.render_status
        self._reset_kind = 0  # RESET_* to start when the answer has left
        self._unlocking = None  # connector whose UnlockConnector waits for its answer

    def render_status(self, w, word):  # HOT
        """Write {"status": word}."""
        w.open_object()
        w.key(b"status")
        w.text(word)
        w.close_object()

    def _reply(self, word):  # HOT
        self._rpc.reply(self._render_status, word)

    def _int(self, reader, payload_idx, key, missing):  # HOT
        idx = reader.find(payload_idx, key)
        if idx < 0:
            return missing
        return reader.int_value(idx, -0x7FFFFFFF - 1, 0x7FFFFFFF)

    # ---- remote start and stop ----

    def remote_start(self, reader, payload_idx):
        """RemoteStartTransaction: Accepted means it will be tried (R1)."""
        connector_id = self._int(reader, payload_idx, b"connectorId", -1)
        tag = self._tag
        length = reader.copy_text(reader.find(payload_idx, b"idTag"), tag.buf, ID_TAG_MAX)
        tag.length = length if length > 0 else 0
        is_possible = (
            self._boot.is_accepted
            and tag.length > 0
            and connector_id != 0
            and connector_id <= len(self._station.connectors)
        )
        if connector_id < 0:
            connector_id = 0  # not given: the station chooses
        if is_possible and self._station.start_remotely(connector_id, tag):
            self._reply(_ACCEPTED)
        else:
            self._reply(_REJECTED)

    def remote_stop(self, reader, payload_idx):
        """RemoteStopTransaction: only a running transaction with exactly that id (R4)."""
        transaction_id = self._int(reader, payload_idx, b"transactionId", 0)
        connector = None
        if self._boot.is_accepted:
            connector = self._station.by_transaction(transaction_id)
        if connector is not None and connector.stop(STOP_REMOTE, None):
            self._reply(_ACCEPTED)
        else:
            self._reply(_REJECTED)

    def reject(self, reader, payload_idx):
        """ReserveNow without its profile: Rejected (OCPP 1.6 §5.13; TC_048_4, TC_050_4)."""
        self._reply(_REJECTED)

    # ---- availability, reset, cache ----

    def change_availability(self, reader, payload_idx):
        """ChangeAvailability: Accepted, Scheduled while a transaction runs, Rejected (X3)."""
        connector_id = self._int(reader, payload_idx, b"connectorId", 0)
        word = reader.word_index(reader.find(payload_idx, b"type"), AVAILABILITY_WORDS)
        if connector_id < 0 or connector_id > len(self._station.connectors):
            self._reply(_REJECTED)
        elif self._station.set_operative(connector_id, word == 1):
            self._reply(_ACCEPTED)
        else:
            self._reply(b"Scheduled")

    def reset(self, reader, payload_idx):
        """Reset: the answer leaves first, then the sessions end (X1)."""
        word = reader.word_index(reader.find(payload_idx, b"type"), RESET_WORDS)
        self._reset_kind = RESET_HARD if word == 0 else RESET_SOFT
        self._reply(_ACCEPTED)

    def clear_cache(self, reader, payload_idx):
        """ClearCache: empties the cache, nothing else; Rejected while it is off (E 3.23)."""
        if not self._config.authorization_cache_enabled:
            self._reply(_REJECTED)
            return
        self._authorizer.cache.clear()
        self._reply(_ACCEPTED)

    # ---- unlock ----

    def unlock(self, reader, payload_idx):
        """UnlockConnector: stops a running transaction, then answers what the lock did (X5)."""
        connector_id = self._int(reader, payload_idx, b"connectorId", 0)
        connector = self._station.connector(connector_id)
        if connector is None or not self._config.has_socket:
            self._reply(b"NotSupported")
            return
        if self._unlocking is not None or self._rpc.defer() != OK:  # one at a time
            self._reply(b"UnlockFailed")
            return
        self._unlocking = connector
        connector.lock_holder.clear()
        if not connector.stop(STOP_UNLOCK, None):
            connector.drop_pending()
            connector.controller.unlock_cable()

    def poll(self, now_ms):  # HOT
        """Answer a waiting UnlockConnector once the lock has moved."""
        connector = self._unlocking
        if connector is None or connector.transaction.is_active:
            return
        result = connector.controller.unlock_result
        if result == _UNLOCK_RUNNING:
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
