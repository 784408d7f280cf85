"""Ledger: the transactions and their energy, and what of it cannot be true.

Called by the session: fault_of before a CALL is taken, take once it is answered.
"""

import threading

from chargecore_tools.csms.registers import Reading, Registers, instant, readings_of
from chargecore_tools.csms.transaction import Transaction

START = "StartTransaction"
STOP = "StopTransaction"
METER_VALUES = "MeterValues"


class Ledger:
    """All transactions in the order of their start. Nothing is ever removed."""

    def __init__(self, first_id=1):
        self.transactions = []
        self._registers = Registers()
        self._next_id = first_id
        self._lock = threading.Lock()
        self._checks = {
            START: self._fault_of_start,
            STOP: self._fault_of_stop,
            METER_VALUES: self._fault_of_values,
        }
        self._takers = {
            START: self._take_start,
            STOP: self._take_stop,
            METER_VALUES: self._take_values,
        }

    def of(self, transaction_id):
        """Return the newest transaction with that id, None when there is none."""
        with self._lock:
            return self._of(transaction_id)

    def open(self, station_id=None):
        """Return the transactions that have not been stopped."""
        with self._lock:
            rows = list(self.transactions)
        return [row for row in rows if row.is_open and station_id in (None, row.station_id)]

    def energy_wh(self, station_id=None):
        """Return the energy of all sessions."""
        with self._lock:
            rows = list(self.transactions)
        return sum(row.energy_wh for row in rows if station_id in (None, row.station_id))

    def id_for_start(self, station_id, payload):
        """Return the id for a StartTransaction: a new one, or the former one of a repeat."""
        with self._lock:
            known = self._repeated_start(station_id, payload)
            if known is not None:
                return known.transaction_id
            self._next_id += 1
            return self._next_id - 1

    def fault_of(self, station_id, action, payload):
        """Return what cannot be true in a CALL that fits its schema, "" when all can."""
        check = self._checks.get(action)
        if check is None:
            return ""
        with self._lock:
            return check(station_id, payload)

    def take(self, station_id, action, payload, answer):
        """Enter a CALL and the payload that answered it."""
        taker = self._takers.get(action)
        if taker is not None:
            with self._lock:
                taker(station_id, payload, answer)

    # ---- what cannot be true ----

    def _fault_of_start(self, station_id, payload):
        connector_id = payload["connectorId"]
        if self._repeated_start(station_id, payload) is not None:
            return ""
        if connector_id < 1:
            return f"transaction on connector {connector_id}"
        for row in self.transactions:
            if row.is_open and (row.station_id, row.connector_id) == (station_id, connector_id):
                return f"start while transaction {row.transaction_id} is open"
        reading = Reading(instant(payload["timestamp"]), payload["meterStart"])
        return self._registers.fault_of(station_id, connector_id, [reading])

    def _fault_of_stop(self, station_id, payload):
        row, fault = self._row_of(station_id, payload)
        if fault:
            return fault
        if not row.is_open:
            said = (row.meter_stop_wh, row.stopped_at)
            is_repeat = said == (payload["meterStop"], payload["timestamp"])
            return "" if is_repeat else f"transaction {row.transaction_id} is stopped twice"
        if payload["meterStop"] < row.meter_start_wh:
            return f"meterStop {payload['meterStop']} below meterStart {row.meter_start_wh}"
        if instant(payload["timestamp"]) < instant(row.started_at):
            return f"transaction {row.transaction_id} stops before it starts"
        reading = Reading(instant(payload["timestamp"]), payload["meterStop"])
        samples = readings_of(payload.get("transactionData", ()))
        return self._registers.fault_of(
            station_id, row.connector_id, [reading]
        ) or Registers().fault_of(station_id, row.connector_id, [*samples, reading])

    def _fault_of_values(self, station_id, payload):
        if "transactionId" in payload:
            row, fault = self._row_of(station_id, payload)
            if fault:
                return fault
            if row.connector_id != payload["connectorId"]:
                return (
                    f"values of connector {payload['connectorId']} for transaction "
                    f"{row.transaction_id} on connector {row.connector_id}"
                )
            if not row.is_open:
                return f"values after the stop of transaction {row.transaction_id}"
        readings = readings_of(payload["meterValue"])
        return self._registers.fault_of(station_id, payload["connectorId"], readings)

    def _row_of(self, station_id, payload):
        """Return (transaction, "") or (None, what is wrong)."""
        number = payload["transactionId"]
        row = self._of(number)
        if row is None:
            return None, f"transaction {number} was never started"
        if row.station_id != station_id:
            return None, f"transaction {number} is one of {row.station_id}"
        return row, ""

    # ---- entries ----

    def _take_start(self, station_id, payload, answer):
        if self._repeated_start(station_id, payload) is not None:
            return
        row = Transaction(
            transaction_id=answer.get("transactionId", 0),
            station_id=station_id,
            connector_id=payload["connectorId"],
            id_tag=payload["idTag"],
            meter_start_wh=payload["meterStart"],
            started_at=payload["timestamp"],
            last_wh=payload["meterStart"],
        )
        self.transactions.append(row)
        reading = Reading(instant(payload["timestamp"]), payload["meterStart"])
        self._registers.take(station_id, row.connector_id, [reading])

    def _take_stop(self, station_id, payload, _answer):
        row, fault = self._row_of(station_id, payload)
        if fault or not row.is_open:
            return
        row.meter_stop_wh = payload["meterStop"]
        row.last_wh = payload["meterStop"]
        row.stopped_at = payload["timestamp"]
        row.reason = payload.get("reason", "Local")  # OCPP 1.6 §6.49: may be left out for Local
        row.stop_tag = payload.get("idTag", "")
        reading = Reading(instant(payload["timestamp"]), payload["meterStop"])
        self._registers.take(station_id, row.connector_id, [reading])

    def _take_values(self, station_id, payload, _answer):
        readings = readings_of(payload["meterValue"])
        self._registers.take(station_id, payload["connectorId"], readings)
        row = self._of(payload.get("transactionId"))
        if row is not None and row.station_id == station_id and row.is_open:
            row.sample_count += 1
            if readings:
                row.last_wh = readings[-1].wh

    def _repeated_start(self, station_id, payload):
        """Return the transaction that this very StartTransaction began before, or None."""
        key = _key(station_id, payload)
        for row in reversed(self.transactions):
            begun = (row.station_id, row.connector_id, row.id_tag, row.meter_start_wh)
            if (*begun, row.started_at) == key:
                return row
        return None

    def _of(self, transaction_id):
        for row in reversed(self.transactions):
            if row.transaction_id == transaction_id:
                return row
        return None


def _key(station_id, payload):
    names = ("connectorId", "idTag", "meterStart", "timestamp")
    return (station_id, *(payload[name] for name in names))
