"""Connector: one outlet and the session on it.

Called by: Station (step, and the commands of drivers and server), the protocol adapter (reads).
Never: closes the contactor. It allows the evse controller to ask for it, after the start record is
on flash (design: commit before act), and writes the stop record after the contactor has opened.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.base.events import EV_AUTHORIZED, EV_CONNECTION_TIMEOUT, EV_METER_SILENT
from chargecore.base.ticks import ticks_diff, ticks_recent
from chargecore.safety.faults import FAULT_NONE, FAULT_POWER_METER
from chargecore.safety.reasons import OPEN_ESTOP
from chargecore.station.id_tag import IdTag
from chargecore.station.session_status import SessionStatus
from chargecore.station.stop_reasons import (
    STOP_DEAUTHORIZED,
    STOP_EMERGENCY,
    STOP_EV_DISCONNECTED,
    STOP_OTHER,
)

NO_STOP = const(-1)
_NO_LIMIT_WH = const(-1)
_FRESH_READING_MS = const(3000)  # longest wait for a reading taken after the contactor opened
_RETRY_MS = const(5000)  # pause before a stop record that flash refused is tried again
# Finishing lasts at least this long after its begin and after the unplug, so that StopTransaction
# is not overtaken by Available (S14).
_RELEASED_MS = const(1000)
# Less while Faulted hides it: a fault that ends a second after the unplug shows no Finishing then.
_RELEASED_FAULTED_MS = const(500)


class Connector:
    """Session logic of one connector; `status.status` is its OCPP status."""

    def __init__(self, connector_id, controller, transaction, metering, config, clock, events):
        self.connector_id = connector_id
        self.controller = controller
        self.transaction = transaction
        self.metering = metering
        self._config = config
        self._events = events
        self.status = SessionStatus(self, config, clock)
        self.pending = IdTag()  # authorized tag that waits for the cable
        self.pending_parent = IdTag()
        self.lock_holder = IdTag()  # tag for which the cable stays locked after the end (T6, T12)
        self._stop_tag = IdTag()  # tag that ordered the stop in progress
        self.operative = True  # False: ChangeAvailability Inoperative, persisted by Station
        self.goes_inoperative = False  # Inoperative is due when the transaction ends
        self.reservations = None  # Reservations, when they are loaded
        self.is_reserved = False  # nobody but who reserved it may start, set by Reservations
        self.is_held = False  # a session that a cut ended still lacks its stop record (Recovery)
        self.limit_ma = 0  # current this connector may offer, set by Station
        self.stop_reason = NO_STOP  # STOP_* of the stop in progress
        self.is_finishing = False  # session over, cable not removed yet
        self.is_ev_gone = False  # transaction open although the EV was unplugged (T12)
        self.is_suspended = False  # the station withholds energy from a running transaction
        # The meter is silent: a session pauses, so that nothing flows that nobody counts, and none
        # begins (R33). It goes on when the meter answers.
        self.is_unmetered = False
        self._energy_limit_wh = _NO_LIMIT_WH  # granted to a refused tag, counted from the start
        self._was_plugged = False
        self._opened_at_ms = 0  # when the contactor was first seen open during a stop
        self._is_opened = False
        self._is_stop_refused = False  # the last try to write the stop record failed, then
        self._refused_at_ms = 0
        self._loose_at_ms = 0  # session over and cable out: the later of the two
        self._asked_lock = False  # the lock was told to close for the pending start

    # ---- commands ----

    def can_start(self):  # HOT
        """Return True when a tag could start a session here."""
        return (
            self.operative
            and not self.transaction.is_active
            and not self.pending.length
            and not self.lock_holder.length
            and not self.controller.fault
            and not self.is_unmetered
        )

    def authorize(self, tag, parent, way):  # HOT
        """Take an accepted tag for the next session. Return False when it cannot start one."""
        if not self.can_start():
            return False
        if self.reservations is not None and not self.reservations.allows(self, tag, parent):
            return False
        self.pending.copy_from(tag)
        self.pending_parent.copy_from(parent)
        self.is_finishing = False
        self._asked_lock = False
        self._events.add(EV_AUTHORIZED, self.connector_id, way)
        return True

    def drop_pending(self):  # HOT
        """Forget the accepted tag: second swipe, time-out, or a fault."""
        self.pending.clear()
        self.pending_parent.clear()
        if self._asked_lock and not self.transaction.is_active:
            self.controller.unlock_cable()
        self._asked_lock = False

    def stop(self, reason, tag):  # HOT
        """End the running transaction; tag is the stopping tag or None. Return False if none runs.

        The first reason counts when several arrive.
        """
        if not self.transaction.is_active:
            return False
        if self.stop_reason == NO_STOP:
            self.stop_reason = reason
            self._is_opened = False
            if tag is None:
                self._stop_tag.clear()
            else:
                self._stop_tag.copy_from(tag)
            self.controller.allow(False)
        return True

    def release_lock(self):  # HOT
        """Unlock the cable that was kept for a tag; Finishing ends when it is removed."""
        self.lock_holder.clear()
        self.controller.unlock_cable()

    def set_operative(self, operative):  # HOT
        """Apply ChangeAvailability. Return False when it has to wait for the session's end."""
        if operative:
            self.operative = True
            self.goes_inoperative = False
            return True
        if self.transaction.is_active:
            self.goes_inoperative = True
            return False
        self.operative = False
        self.drop_pending()
        return True

    def refuse(self):  # HOT
        """Act on a StartTransaction answer that did not accept the tag (OCPP 1.6 errata 3.17)."""
        if not self.transaction.is_active or self.stop_reason != NO_STOP:
            return
        self.transaction.is_refused = True
        limit_wh = self._config.max_energy_on_invalid_id_wh
        if limit_wh > 0:
            self._energy_limit_wh = limit_wh
        else:
            self._withhold()

    # ---- once per pass ----

    def step(self, now_ms):  # HOT
        """Follow the cable, the faults and the session."""
        self._keep_old(now_ms)
        plugged = self.controller.is_plugged
        if plugged is None:
            if not self.controller.fault:
                return  # some 40 ms after boot: whatever were said now could be wrong
            plugged = False
        if plugged != self._was_plugged:
            self._was_plugged = plugged
            if plugged:
                self._plug_in()
            else:
                self._plug_out(now_ms)
        if self.transaction.is_active:
            self._run(now_ms)
        elif self.pending.length:
            self._prepare(plugged, now_ms)
        elif self.is_finishing:
            self._finish(plugged, now_ms)
        self.controller.set_available(self.operative)
        self.controller.set_offer_ma(self.offer_ma())
        self.metering.step(now_ms)
        self._follow_meter(now_ms)
        self.status.update(now_ms)
        if self.status.has_timed_out(now_ms):
            self._time_out(plugged)

    def _keep_old(self, now_ms):  # HOT
        """Keep old instants old: a lock or a flash that refuses can outlast half a wrap."""
        self._loose_at_ms = ticks_recent(self._loose_at_ms, now_ms)
        self._opened_at_ms = ticks_recent(self._opened_at_ms, now_ms)

    def _follow_meter(self, now_ms):  # HOT
        is_silent = self.metering.is_silent
        if is_silent and not self.is_unmetered:
            age_ms = self.metering.age_ms(now_ms)
            silent_s = 0 if age_ms is None else age_ms // 1000
            self._events.add(EV_METER_SILENT, self.connector_id, silent_s)
        self.is_unmetered = is_silent

    def _plug_in(self):  # HOT
        if self.is_ev_gone:
            self.is_ev_gone = False
            if self.stop_reason == NO_STOP and not self.is_suspended:
                self.controller.allow(True)
        elif not self.transaction.is_active and not self.lock_holder.length:
            self.is_finishing = False

    def _plug_out(self, now_ms):  # HOT
        self._loose_at_ms = now_ms
        if not self.transaction.is_active:
            if self.pending.length:
                self.drop_pending()
            return
        if self.stop_reason != NO_STOP or self.controller.fault:
            return  # a fault that looks like a pulled cable as well (PE) is what ends the session
        config = self._config
        if not config.stop_on_ev_side_disconnect:
            self.is_ev_gone = True
            self.controller.allow(False)
            return
        if config.has_socket and not config.unlock_on_ev_side_disconnect:
            self.lock_holder.copy_from(self.transaction.tag)
        self.stop(STOP_EV_DISCONNECTED, None)

    def _prepare(self, plugged, now_ms):  # HOT
        """Lock the cable, then write the start record, then allow energy."""
        controller = self.controller
        if controller.fault or self.is_unmetered:
            self.drop_pending()
            return
        if not plugged or not self.operative or self.is_held:
            return
        if not self._asked_lock:
            self._asked_lock = True
            controller.lock_cable()
        if not controller.lock_ok:
            return
        register_wh = self.metering.register_wh()
        if register_wh is None:  # unknown is not zero: no start without a reading
            return
        self._asked_lock = False
        code = self._write_start(register_wh)
        self.pending.clear()
        self.pending_parent.clear()
        if code != OK:  # no room for the record: no energy without it
            self.is_finishing = True
            controller.unlock_cable()
            return
        self.is_suspended = False
        self.is_ev_gone = False
        self._energy_limit_wh = _NO_LIMIT_WH
        self.metering.begin(self.transaction.number, register_wh)
        controller.allow(True)

    def _write_start(self, register_wh):  # HOT
        """Write the start record; it names the reservation that it ends (V5). Return OK or E_."""
        connector_id, tag, parent = self.connector_id, self.pending, self.pending_parent
        reservations = self.reservations
        reservation_id = None
        if reservations is not None:
            reservation_id = reservations.id_for(connector_id, tag, parent)
        code = self.transaction.start(connector_id, tag, parent, register_wh, reservation_id)
        if code == OK and reservation_id is not None:
            reservations.use(reservation_id)
        return code

    def _run(self, now_ms):  # HOT
        controller = self.controller
        if self.stop_reason != NO_STOP:
            self._close_when_open(now_ms)
        elif controller.fault:
            reason = STOP_EMERGENCY if controller.open_reason == OPEN_ESTOP else STOP_OTHER
            self.stop(reason, None)
        elif self._energy_limit_wh != _NO_LIMIT_WH:
            register_wh = self.metering.register_wh()
            if (
                register_wh is None
                or register_wh - self.transaction.start_wh >= self._energy_limit_wh
            ):
                self._withhold()

    def _withhold(self):  # HOT
        """Stop the energy of a refused tag, and the transaction if the setting says so (T6)."""
        self._energy_limit_wh = _NO_LIMIT_WH
        if self._config.stop_on_invalid_id:
            if self._config.has_socket:
                self.lock_holder.copy_from(self.transaction.tag)
            self.stop(STOP_DEAUTHORIZED, None)
        else:
            self.is_suspended = True
            self.controller.allow(False)

    def _close_when_open(self, now_ms):  # HOT
        """Write the stop record once the contactor is open and the meter was read after that."""
        controller = self.controller
        if controller.is_energised:
            self._is_opened = False
            return
        if not self._is_opened:
            self._is_opened = True
            self._opened_at_ms = now_ms
        open_ms = ticks_diff(now_ms, self._opened_at_ms)
        age_ms = self.metering.age_ms(now_ms)
        if (age_ms is None or age_ms >= open_ms) and open_ms < _FRESH_READING_MS:
            return
        self._write_stop(now_ms)

    def _write_stop(self, now_ms):  # HOT
        if self._is_stop_refused and ticks_diff(now_ms, self._refused_at_ms) < _RETRY_MS:
            return
        self.metering.end(self.transaction.number)
        code = self.transaction.stop(
            self.connector_id, self.stop_reason, self._stop_tag, self.metering
        )
        self._is_stop_refused = code != OK
        if code != OK:  # keep the session open and try again: flash refused, or is full
            self._refused_at_ms = now_ms
            return
        self.stop_reason = NO_STOP
        self.is_finishing = True
        self._loose_at_ms = now_ms
        self.is_ev_gone = False
        self.is_suspended = False
        if not self.lock_holder.length:
            self.controller.unlock_cable()
        if self.goes_inoperative:
            self.goes_inoperative = False
            self.operative = False

    def _finish(self, plugged, now_ms):  # HOT
        """End Finishing when the cable is gone and nothing holds the lock."""
        if plugged or self.lock_holder.length:
            return
        limit_ms = _RELEASED_FAULTED_MS if self.controller.fault else _RELEASED_MS
        if ticks_diff(now_ms, self._loose_at_ms) >= limit_ms:
            self.is_finishing = False

    def _time_out(self, plugged):  # HOT
        """ConnectionTimeOut: back to Available, or to Finishing with the cable in (B1, B6)."""
        self._events.add(
            EV_CONNECTION_TIMEOUT, self.connector_id, self._config.connection_timeout_s
        )
        self.drop_pending()
        if plugged:
            self.is_finishing = True

    # ---- what others read ----

    def offer_ma(self):  # HOT
        """Return the current the pilot may offer now, 0 while the station withholds energy."""
        return 0 if self.is_suspended or self.is_unmetered else self.limit_ma

    @property
    def fault(self):
        """FAULT_* that blocks, else the warning, else FAULT_NONE."""
        if self.is_unmetered and not self.controller.fault:
            return FAULT_POWER_METER
        return self.controller.fault or self.controller.warning or FAULT_NONE
