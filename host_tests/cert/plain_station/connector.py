"""Connector: the session of one outlet: authorised, plugged, running, finishing.

step() is called in every pass and after every event; it decides, Outbox and StatusBoard tell.
"""

from dataclasses import dataclass

from cert.plain_station.faults import STOP_REASON, WARNINGS
from cert.plain_station.outlet import LEAST_A
from cert.plain_station.status_board import State
from cert.plain_station.transaction import Transaction

_SETTLE_S = 4.0  # a car takes its time; until then its status stays what it was
_RELEASE_S = 0.5  # Finishing can be seen at least that long after the cable is gone
_GONE_TEXT = "EV side disconnected"


@dataclass
class Permit:
    """An accepted tag that waits for its cable, with the profile that a remote start brought."""

    tag: str
    parent: str = ""
    profile: dict = None


class Connector:
    """One outlet's session. parts: the station that owns it."""

    def __init__(self, outlet, parts):
        self.outlet = outlet
        self.number = outlet.number
        self._parts = parts
        self._sessions = parts.memory.section("sessions", {})
        self._use = parts.memory.section("availability", {})
        self.transaction = None
        self.permit = None
        self.is_finishing = False
        self.lock_holder = None  # Permit of the tag that may free a cable that is kept
        self.fault_kinds = {}  # of the whole station
        self._is_lock_failed = False
        self._was_plugged = outlet.is_plugged
        self._preparing_s = parts.time.elapsed_s  # when Preparing began
        self._offer_s = 0.0  # when energy was last offered after a pause
        self._gone_s = 0.0  # when the cable went

    # ---- orders ----

    def authorize(self, permit):
        """Take an accepted tag for the next session."""
        self.permit = permit
        self.is_finishing = False
        self._preparing_s = self._parts.time.elapsed_s
        self._parts.look()
        self.step()

    def drop_permit(self):
        """Forget the accepted tag."""
        self.permit = None
        self._parts.look()

    def stop(self, reason, tag=None, at_s=None):
        """End the transaction; tag: the one that did it, None for the station itself."""
        parts, transaction = self._parts, self.transaction
        at_s = parts.time.elapsed_s if at_s is None else at_s
        self.outlet.offer(0, parts.time.elapsed_s)
        parts.outbox.keep(
            "StopTransaction", self.stop_payload(reason, tag, at_s), transaction.number
        )
        self.transaction = None
        self._sessions.pop(str(self.number), None)
        parts.memory.save()
        parts.profiles.transaction_ended(self.number)
        self.is_finishing = True
        self._gone_s = parts.time.elapsed_s
        if self._keeps_cable(reason):
            self.lock_holder = Permit(transaction.tag, transaction.parent)
        else:
            self.outlet.unlock()
        if not self.goes_on(self.number):
            self._use[f"{self.number}"] = False
        parts.look()

    def stop_payload(self, reason, tag, at_s):
        """Return what StopTransaction says."""
        parts = self._parts
        payload = {
            "meter_stop": self.outlet.register_wh,
            "timestamp": parts.time.text(at_s),
            "transaction_id": None,  # filled in when it is sent
            "reason": reason,
            "transaction_data": parts.metering.end(self.transaction, self.outlet, at_s),
        }
        if tag is not None:
            payload["id_tag"] = tag
        return payload

    def refuse(self):
        """Act on a StartTransaction whose answer did not accept the tag (errata 3.17)."""
        if self.transaction is None:
            return
        self.transaction.is_refused = True
        most_wh = self._parts.config.number("MaxEnergyOnInvalidId")
        if most_wh:
            self.transaction.energy_most_wh = most_wh
        else:
            self.withhold()

    def withhold(self):
        """Stop the energy of a refused tag, and the transaction if the key says so."""
        self.transaction.energy_most_wh = 0
        if self._parts.config.flag("StopTransactionOnInvalidId"):
            self.stop("DeAuthorized")
        else:
            self.transaction.is_suspended = True

    def free_cable(self):
        """Let go of a cable. Return whether the bolt moved."""
        if not self.outlet.unlock():
            return False
        self.lock_holder = None
        self._gone_s = self._parts.time.elapsed_s
        return True

    def recover(self):
        """After a power cut: end what ran before it."""
        row = self._sessions.get(str(self.number))
        if row is not None:
            self.transaction = Transaction(**row)
            self.stop("PowerLoss", at_s=self.transaction.seen_s)

    # ---- availability ----

    @property
    def is_operative(self):
        """Return whether it is in use."""
        return self._use.get(str(self.number), True)

    def goes_on(self, number):
        """Return whether it stays in use when the session ends; forget what was scheduled."""
        return not self._use.pop(f"{number} scheduled", False)

    def set_operative(self, is_operative):
        """Carry out ChangeAvailability. Return its status."""
        self._use.pop(f"{self.number} scheduled", None)
        if not is_operative and self.transaction is not None:
            self._use[f"{self.number} scheduled"] = True
            self._parts.memory.save()
            return "Scheduled"
        self._use[str(self.number)] = is_operative
        self._parts.memory.save()
        if not is_operative:
            self.permit = None
            self._parts.reservations.end(self.number)
        return "Accepted"

    # ---- what it is ----

    @property
    def fault(self):
        """Return (kind, error code) of what stops it, None when nothing does."""
        if self._is_lock_failed:
            return "lock", "ConnectorLockFailure"
        if self.outlet.ev_state in "EF":
            return "ev", "EVCommunicationError"
        for kind, code in (*self.outlet.faults.items(), *self.fault_kinds.items()):
            if code not in WARNINGS:
                return kind, code
        return None

    @property
    def can_start(self):
        """Return whether a tag could start a session here."""
        is_free = self.transaction is None and self.permit is None
        return is_free and self.is_operative and self.fault is None and self.lock_holder is None

    @property
    def is_free(self):
        """Return whether nobody uses it, or is about to."""
        is_taken = self.outlet.is_plugged and self._parts.board.shown(self.number) != "Reserved"
        return self.can_start and not self.is_finishing and not is_taken

    def state(self):
        """Return the State of this moment."""
        fault = self.fault
        if fault is not None:
            return State("Faulted", fault[1])
        warning = next((code for code in self.outlet.faults.values()), "NoError")
        if self.transaction is not None:
            status = self.session_status()
            is_gone = status == "SuspendedEV" and self.outlet.ev_state == "A"
            return State(status, warning, _GONE_TEXT if is_gone else "")
        return State(self._idle_status(), warning)

    def _idle_status(self):
        if not self.is_operative:
            return "Unavailable"
        if self.is_finishing:
            return "Finishing"
        if self.permit is not None:
            return "Preparing"
        if self._parts.reservations.of(self.number) is not None:
            return "Reserved"
        return "Preparing" if self.outlet.is_plugged else "Available"

    def session_status(self):
        """Return the status of a running transaction."""
        if self.offer_a() < LEAST_A:
            return "SuspendedEVSE"
        if self.outlet.ev_state == "A":
            return "SuspendedEV"
        if self.outlet.is_closed:
            return "Charging"
        if self._parts.time.elapsed_s - self._offer_s < _SETTLE_S:
            shown = self._parts.board.shown(self.number)
            return shown if shown in ("Preparing", "SuspendedEVSE", "SuspendedEV") else "Preparing"
        return "SuspendedEV"

    def offer_a(self):
        """Return the current that the session may have."""
        if self.transaction is None or self.transaction.is_suspended or self.fault is not None:
            return 0.0
        limit_a = self._parts.profiles.limit_a(self.number, self.transaction)
        return limit_a if limit_a >= LEAST_A else 0.0

    def _keeps_cable(self, reason):
        if self.outlet.is_tethered:
            return False
        if reason == "DeAuthorized":
            return True
        key = "UnlockConnectorOnEVSideDisconnect"
        return reason == "EVDisconnected" and not self._parts.config.flag(key)

    # ---- once per pass ----

    def step(self):
        """Follow the cable, the faults and the session."""
        now_s = self._parts.time.elapsed_s
        self.outlet.step(now_s)
        self._follow_plug(now_s)
        self._is_lock_failed = self._is_lock_failed and self.outlet.is_jammed
        if self.fault is not None:
            self._end_by_fault()
        elif self.transaction is not None:
            self._run(now_s)
        elif self.permit is not None:
            self._prepare(now_s)
        elif self.is_finishing:
            self._finish(now_s)
        elif self.outlet.is_plugged and self._idle_status() == "Preparing":
            self.is_finishing = self.has_timed_out(now_s)
        self._offer(now_s)

    def has_timed_out(self, now_s):
        """Return whether Preparing has lasted for ConnectionTimeOut."""
        limit_s = self._parts.config.number("ConnectionTimeOut")
        return now_s - self._preparing_s >= limit_s

    def _follow_plug(self, now_s):
        is_plugged = self.outlet.is_plugged
        if is_plugged != self._was_plugged:
            self._was_plugged = is_plugged
            self._gone_s = now_s
            if is_plugged:
                self.is_finishing = False
                if self.permit is None:
                    self._preparing_s = now_s

    def _end_by_fault(self):
        self.permit = None
        if self.transaction is not None:
            self.stop(STOP_REASON.get(self.fault[0], "Other"))

    def _run(self, now_s):
        transaction = self.transaction
        transaction.seen_s = now_s
        self._sessions[str(self.number)] = transaction.row()
        if self.outlet.ev_state == "A":
            if self._parts.config.flag("StopTransactionOnEVSideDisconnect"):
                self.stop("EVDisconnected")
        elif transaction.energy_most_wh:
            drawn_wh = self.outlet.register_wh - transaction.start_wh
            if drawn_wh >= transaction.energy_most_wh:
                self.withhold()

    def _prepare(self, now_s):
        if self.outlet.is_plugged and self.outlet.ev_state in "BCD":
            self._start(now_s)
        elif self.has_timed_out(now_s):
            self.permit = None
            self.is_finishing = self.outlet.is_plugged

    def _start(self, now_s):
        parts, permit = self._parts, self.permit
        self.permit = None
        if not self.outlet.lock():
            self._is_lock_failed = True
            return
        number = parts.memory.section("counters", {}).get("transaction", 0) + 1
        parts.memory.section("counters", {})["transaction"] = number
        self.transaction = Transaction(
            number, self.number, permit.tag, permit.parent, self.outlet.register_wh, now_s
        )
        parts.outbox.keep("StartTransaction", self.start_payload(permit), number)
        parts.metering.begin(self.transaction, self.outlet)
        if permit.profile is not None:
            parts.profiles.put(self.number, permit.profile)
        self.outlet.offer(0, now_s)

    def start_payload(self, permit):
        """Return what StartTransaction says."""
        transaction = self.transaction
        payload = {
            "connector_id": self.number,
            "id_tag": permit.tag,
            "meter_start": transaction.start_wh,
            "timestamp": self._parts.time.text(transaction.start_s),
        }
        reservation = self._parts.reservations.use(self.number, permit.tag, permit.parent)
        if reservation is not None:
            payload["reservation_id"] = reservation["reservation_id"]
        return payload

    def _finish(self, now_s):
        if not self.outlet.is_plugged and now_s - self._gone_s >= _RELEASE_S:
            self.is_finishing = False
            self.lock_holder = None

    def _offer(self, now_s):
        amps = self.offer_a()
        if amps >= LEAST_A > self.outlet.offered_a:
            self._offer_s = now_s
        self.outlet.offer(amps, now_s)
