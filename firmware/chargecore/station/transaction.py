"""Transaction: the running session of one connector, and its records.

Called by: Connector. The start record is durable before start() returns OK (commit before act).
Heap: none after __init__.
"""

from chargecore.base.codes import OK
from chargecore.base.events import EV_TX_STARTED, EV_TX_STOPPED
from chargecore.station.id_tag import IdTag


class Transaction:
    """`number` is the station's own; `transaction_id` the server's, once known (T7)."""

    def __init__(self, recorder, outbox, events):
        self._recorder = recorder
        self._outbox = outbox
        self._events = events
        self.tag = IdTag()
        self.parent = IdTag()  # parentIdTag of the tag, empty while unknown
        self.number = 0  # local number, 0 = never had one
        self.transaction_id = 0  # meaningful when is_id_known
        self.is_id_known = False
        self.is_active = False
        self.is_refused = False  # StartTransaction was answered with a status other than Accepted
        self.start_wh = 0  # register at the start

    def start(self, connector_id, tag, parent, register_wh, reservation_id=None):  # HOT
        """Write the start record and become active. Return OK, or E_FULL/E_IO and stay idle."""
        number = self._outbox.next_tx_number()
        code = self._recorder.start(connector_id, number, tag, register_wh, reservation_id)
        if code != OK:
            return code
        self.tag.copy_from(tag)
        self.parent.copy_from(parent)
        self.number = number
        self.transaction_id = 0
        self.is_id_known = False
        self.is_refused = False
        self.start_wh = register_wh
        self.is_active = True
        self._events.add(EV_TX_STARTED, connector_id, number)
        return OK

    def stop(self, connector_id, reason, tag, metering):  # HOT
        """Write the stop record of the end that metering kept, and become idle.

        Errors: E_FULL, E_IO: nothing is written, the transaction stays active.
        """
        self._recorder.prepare(metering.ended_s, metering.ended_wall_s)
        register_wh = metering.ended_wh
        code = self._recorder.stop(connector_id, self.number, reason, tag, register_wh)
        if code != OK:
            return code
        self.is_active = False
        self._events.add(EV_TX_STOPPED, connector_id, self.number)
        return OK

    def set_id(self, transaction_id):  # HOT
        """The server has named the transaction; any 32-bit number, also 0 or negative."""
        self.transaction_id = transaction_id
        self.is_id_known = True
