"""Reservation: ReserveNow and CancelReservation.

Called by: Ocpp16, when station.json lists the profile (build()); without it ReserveNow is Rejected
by Requests. The station decides, this reads and answers.
Source: OCPP 1.6 §5.13, its JSON schemas; V1 to V8 of the behaviour rules.
Heap: reservations and two tags at start; opening a file when one is written.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import OK
from chargecore.ocpp16 import tables
from chargecore.ocpp16.id_tag_info import read_id_tag
from chargecore.station.id_tag import IdTag
from chargecore.station.reservations import RESERVE_REJECTED, Reservations
from chargecore.store import records
from chargecore.wire.fields import ABSENT, F_INT, REQUIRED, table

_INT_MAX = 0x7FFFFFFF  # heap-ok: made once, at import
_CANCEL = table(((b"reservationId", F_INT, REQUIRED, -_INT_MAX - 1, _INT_MAX),))
_WORDS = (b"Accepted", b"Faulted", b"Occupied", b"Rejected", b"Unavailable")  # by RESERVE_*

# Values of tables.RESERVE_NOW.
_CONNECTOR = const(0)
_EXPIRY = const(1)
_TAG = const(2)
_PARENT = const(3)
_ID = const(4)


def build(requests, core, outbox, stores, config, clock, events):
    """Return the Reservation of the station; what was kept on flash is in force again."""
    station = core.station
    pair = stores.pair("reservations")
    kept = Reservations(station, core.authorizer, pair, config, clock, events)
    # A cut can come between the start record and the end of the reservation that it names.
    connector_id = outbox.find_open(0)
    while connector_id >= 0:
        if outbox.load_open(connector_id) == OK:
            start = outbox.open.start
            if start.u8(records.START_FLAGS) & records.START_FLAG_RESERVATION:
                kept.use(start.i32(records.START_RESERVATION_ID))
        connector_id = outbox.find_open(connector_id + 1)
    station.set_reservations(kept)
    return Reservation(requests, kept, clock)


class Reservation:
    """What the builder asks of every profile: `actions`, `sources`, poll(), dropped()."""

    def __init__(self, requests, kept, clock):
        self._requests = requests
        self._kept = kept
        self._clock = clock
        self._tag = IdTag()
        self._parent = IdTag()
        self._is_dated = False  # the reservations were looked at with the time known
        self.sources = ()
        self.actions = (
            (b"CancelReservation", _CANCEL, self.cancel),
            (b"ReserveNow", tables.RESERVE_NOW, self.reserve),
        )

    def reserve(self, reader, payload_idx):
        """ReserveNow: Accepted means that no power cut takes it back.

        A tag or parent of more than 20 bytes, which takes letters outside ASCII, is Rejected (A7).
        """
        values = reader.values
        read_id_tag(reader, values[_TAG], self._tag)
        self._parent.clear()
        is_whole = True
        if values[_PARENT] != ABSENT:
            read_id_tag(reader, values[_PARENT], self._parent)
            is_whole = self._parent.length != 0 or reader.char_count(values[_PARENT]) == 0
        verdict = RESERVE_REJECTED
        if is_whole:
            verdict = self._kept.reserve(
                values[_CONNECTOR], values[_ID], self._tag, self._parent, values[_EXPIRY]
            )
        self._requests.reply(_WORDS[verdict])

    def cancel(self, reader, payload_idx):
        """CancelReservation: Accepted for a reservation that is in force (V7)."""
        is_done = self._kept.cancel(reader.values[0])
        self._requests.reply(b"Accepted" if is_done else b"Rejected")

    def poll(self, now_ms):  # HOT
        """Once the time is known: end what has expired meanwhile before a status is told."""
        if not self._is_dated and self._clock.wall_s() != WALL_UNKNOWN:
            self._is_dated = True
            self._kept.step(now_ms)

    def dropped(self):
        """Nothing here waits for an answer."""
