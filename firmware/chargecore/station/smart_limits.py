"""SmartLimits: ties the charging profiles to the connectors, and keeps them over a power cut.

Called by: Station (limit_ma and step, once per pass), the smart charging messages.
It follows the sessions, so that a TxProfile lives as long as its transaction (C13), and writes
what must outlive a power cut before anybody is told that it was accepted (errata 3.37).

Relative counts from the moment the power path of a transaction is first closed (C7), so that a car
that sleeps loses nothing of its schedule. A schedule that begins with a pause would never close
it: then it counts from the start of the transaction.
Heap: the table at start; opening a file when a profile is written.
"""

from micropython import const

from chargecore.base.codes import E_EMPTY, OK
from chargecore.base.events import EV_FLASH_ERROR, EV_PROFILES_OLD
from chargecore.station.auth_question import Q_FREE
from chargecore.station.charging_profiles import NOT_STARTED_S, ChargingProfiles
from chargecore.station.profile_slot import TX_PENDING
from chargecore.station.profile_table import ProfileTable

_MIN_OFFER_MA = const(6000)  # IEC 61851-1 Annex A: less is a pause


class SmartLimits:
    """`table` has the profiles, `profiles` what they come to."""

    def __init__(self, connectors, questions, storage, config, clock, events):
        """Take the profiles that were kept. storage: VersionPair. questions: Authorizer's."""
        self._connectors = connectors
        self._questions = questions
        self._storage = storage
        self._config = config
        self._clock = clock
        self._events = events
        count = len(connectors)
        self.table = ProfileTable(count)
        falls_back = config.tx_default_after_tx_profile
        self.profiles = ChargingProfiles(self.table, count, config.phases, falls_back)
        self._awaited = 0  # bit n: a remote start on connector n has brought a TxProfile
        length = storage.load(self.table.image_buf)
        left = self.table.adopt(length)
        if storage.is_old or (length < 0 and length != E_EMPTY):
            events.add(EV_PROFILES_OLD, left)

    # ---- once per pass ----

    def limit_ma(self, connector):  # HOT
        """Return what the profiles allow a connector now, NO_LIMIT_MA if none applies."""
        profiles = self.profiles
        connector_id = connector.connector_id
        up_s = self._clock.uptime_s
        limit_ma = profiles.limit_ma(connector_id, up_s, self._clock.wall_s())
        tx = profiles.running(connector_id)
        if tx and not profiles.has_started(connector_id):
            if connector.controller.is_energised or limit_ma < _MIN_OFFER_MA:
                profiles.begin_session(connector_id, tx, up_s)
        return limit_ma

    def step(self):  # HOT
        """Follow the sessions and the setting; behind the connectors' own steps."""
        falls_back = self._config.tx_default_after_tx_profile
        if falls_back != self.profiles.scan.falls_back:
            self.profiles.set_falls_back(falls_back)
        for connector in self._connectors:
            self._follow(connector)

    def _follow(self, connector):  # HOT
        profiles = self.profiles
        connector_id = connector.connector_id
        transaction = connector.transaction
        tx = transaction.number if transaction.is_active else 0
        before = profiles.running(connector_id)
        if tx != before:
            if before:
                profiles.end_session(connector_id)
            if tx:
                profiles.begin_session(connector_id, tx, NOT_STARTED_S)
        is_awaited = self._awaited >> connector_id & 1
        if is_awaited and (tx or self._came_to_nothing(connector)):
            self._awaited &= ~(1 << connector_id)
            if not tx:
                self.table.end_transaction(connector_id)

    def _came_to_nothing(self, connector):  # HOT
        """Return True when a remote start neither waits for its answer nor for the cable."""
        question = self._questions[connector.connector_id - 1]
        return question.state == Q_FREE and not connector.pending.length

    # ---- what the messages change ----

    def await_start(self, connector_id):  # HOT
        """Give the TxProfile of a remote start to the connector that it is tried on (R5)."""
        self.table.bind(connector_id, TX_PENDING)
        self._awaited |= 1 << connector_id

    def keep(self):
        """Write what has changed, but for TxProfiles. Return OK; E_IO: the change is undone."""
        table = self.table
        if not table.has_changed:
            return OK
        code = self._storage.save(table.image_buf, table.image_len)
        if code == OK:
            table.has_changed = False
        else:
            self._events.add(EV_FLASH_ERROR, self._storage.errno)
            table.undo()
        return code

    def take_back(self):
        """Undo the change that was kept last: what it came with was refused."""
        self.table.undo()
        self.keep()
