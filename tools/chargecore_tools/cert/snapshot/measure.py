"""Measure: holds a station's timing on the wire against its configuration, one key at a time.

Order: idle (heartbeats, pings), a start without a car (connection timeout), a session with its
meter values, and its refused StopTransaction (retries): that one transaction ends unanswered.
"""

from chargecore_tools.cert.errors import RigCannot
from chargecore_tools.cert.snapshot.gaps import (
    ABSENT,
    NOT_MEASURED,
    Row,
    judge_attempts,
    judge_clock,
    judge_once,
    judge_period,
    judge_retries,
)

HEARTBEAT, PING = "HeartbeatInterval", "WebSocketPingInterval"
TIMEOUT = "ConnectionTimeOut"
SAMPLED, ALIGNED = "MeterValueSampleInterval", "ClockAlignedDataInterval"
ATTEMPTS, RETRY = "TransactionMessageAttempts", "TransactionMessageRetryInterval"
KEYS = (HEARTBEAT, PING, TIMEOUT, SAMPLED, ALIGNED, ATTEMPTS, RETRY)
_REQUIRED = (HEARTBEAT, TIMEOUT, SAMPLED, ALIGNED, ATTEMPTS, RETRY)  # OCPP 1.6 §9.1; ping is not
_TIMES = 3  # heartbeats and the like: two gaps
_SILENT_S = 30  # looked at, where nothing may come
_STEP_S = 60  # for a status, a start, an end


class Measure:
    """on_step(text) hears what goes on; longest_s: what takes longer is left out.

    settings: LabSettings; deviation_s: what a time may be off.
    """

    def __init__(self, wire, configuration, settings, on_step, longest_s, deviation_s):
        self._wire = wire
        self._configuration = configuration
        self._on_step = on_step
        self._tag = settings.valid_tag
        self._connector = settings.connector
        self._longest_s = longest_s
        self._deviation_s = deviation_s  # of timestamps
        # Arrivals at a simulated station: a moment of this PC is many of its.
        self._jitter_s = deviation_s + 0.1 * (wire.speed - 1)
        self._rows = {}

    def run(self):
        """Measure everything. Return the Rows in the order of KEYS. Errors: CsmsError."""
        for key in KEYS:
            self._check_declared(key)
        if RETRY in self._rows and ATTEMPTS not in self._rows:  # one is measured with the other
            declared = self._configuration[ATTEMPTS]["value"]
            self._put(Row(ATTEMPTS, declared, f"{RETRY} cannot be measured", NOT_MEASURED))
        self._idle()
        self._connection_timeout()
        if not all(key in self._rows for key in (SAMPLED, ALIGNED, ATTEMPTS, RETRY)):
            self._session()
        return [self._rows[key] for key in KEYS]

    # ---- what is declared ----

    def _check_declared(self, key):
        """Settle the keys that cannot be measured."""
        entry = self._configuration.get(key)
        if entry is None or entry["value"] is None:
            is_needed = key in _REQUIRED
            text = "required, but the station does not have it" if is_needed else "not there"
            self._put(Row(key, None, text, "differs" if is_needed else ABSENT))
        elif not entry["value"].isdecimal():
            self._put(Row(key, entry["value"], "is no number", "differs"))
        elif key != ATTEMPTS and self._needs_s(key) > self._longest_s:
            text = f"would take {self._needs_s(key)} s: set a shorter one, or --longest"
            self._put(Row(key, entry["value"], text, NOT_MEASURED))

    def _needs_s(self, key):
        value = int(self._configuration[key]["value"])
        if key == RETRY:
            attempts = self._configuration.get(ATTEMPTS, {}).get("value") or "0"
            tries = int(attempts) if attempts.isdecimal() else 0
            return value * tries * (tries + 1) // 2
        return value if key == TIMEOUT else value * _TIMES

    def _declared(self, key):
        return int(self._configuration[key]["value"])

    def _is_open(self, *keys):
        return any(key not in self._rows for key in keys)

    def _put(self, row):
        self._rows.setdefault(row.key, row)

    # ---- measurements ----

    def _idle(self):
        """Count heartbeats and pings while nothing else happens."""
        wanted = [key for key in (HEARTBEAT, PING) if key not in self._rows]
        if not wanted:
            return
        wire, since_s = self._wire, self._wire.now_s

        def times_of(key):
            if key == PING:
                return wire.pings_s(since_s)
            return wire.times_s("Heartbeat", since_s)

        waits_s = [self._declared(key) * _TIMES or _SILENT_S for key in wanted]
        self._on_step(f"idle, {max(waits_s)} s: heartbeats and pings")
        # The loop ends by what came; by the time only where something is missing or must be.
        if all(self._declared(key) for key in wanted):
            limit_s = wire.patience_s(max(waits_s))
            wire.wait(lambda: all(len(times_of(key)) >= _TIMES for key in wanted), limit_s)
        else:
            wire.sleep(max(waits_s) + self._jitter_s)
        for key in wanted:
            self._put(judge_period(key, self._declared(key), times_of(key), self._jitter_s))

    def _connection_timeout(self):
        """Start without a car: the start is dropped after ConnectionTimeOut."""
        if not self._is_open(TIMEOUT):
            return
        wire, since_s, declared_s = self._wire, self._wire.now_s, self._declared(TIMEOUT)
        self._on_step(f"a start without a car, {declared_s} s: {TIMEOUT}")
        if not self._start_remotely():
            text = "RemoteStartTransaction was not accepted"
            self._put(Row(TIMEOUT, str(declared_s), text, NOT_MEASURED))
            return

        def times():
            found = {}
            for status, at_s in wire.status_times(self._connector, since_s):
                found.setdefault(status, at_s)
            return found

        def is_over():
            return {"Preparing", "Available"} <= set(times())

        wire.wait(is_over, wire.patience_s(declared_s + _STEP_S))
        found = times()
        gap_s = found["Available"] - found["Preparing"] if is_over() else None
        self._put(judge_once(TIMEOUT, declared_s, gap_s, self._jitter_s))

    def _start_remotely(self):
        payload = {"connectorId": self._connector, "idTag": self._tag}
        return self._wire.call("RemoteStartTransaction", payload)["status"] == "Accepted"

    def _session(self):
        """Charge until enough meter values came, then refuse the end of it."""
        wire, since_s = self._wire, self._wire.now_s
        self._on_step("a session: the cable goes in, meter values come")
        try:
            wire.act("plug")
        except RigCannot as error:
            self._no_session(str(error))
            return
        wire.wait(lambda: self._has_status("Preparing", since_s), wire.patience_s(_STEP_S))
        start = None
        if self._start_remotely():
            wire.wait(lambda: self._started(since_s), wire.patience_s(_STEP_S))
            start = self._started(since_s)
        if start is None:
            self._no_session("no transaction started")
        else:
            self._meter_values(start["transactionId"])
            self._retries(start["transactionId"])
        wire.act("unplug")
        wire.wait(lambda: self._has_status("Available", since_s), wire.patience_s(_STEP_S))

    def _no_session(self, why):
        for key in (SAMPLED, ALIGNED, ATTEMPTS, RETRY):
            if key not in self._rows:
                self._put(Row(key, self._configuration[key]["value"], why, NOT_MEASURED))

    def _has_status(self, status, since_s):
        return status in dict(self._wire.status_times(self._connector, since_s))

    def _started(self, since_s):
        """Return the answer to a StartTransaction since then, None without one."""
        for entry in self._wire.calls("StartTransaction", since_s):
            answer = entry.frame.answer
            if answer is not None and "transactionId" in answer.payload:
                return answer.payload
        return None

    def _meter_values(self, transaction_id):
        wanted = [key for key in (SAMPLED, ALIGNED) if key not in self._rows]
        if not wanted:
            return
        contexts = {SAMPLED: "Sample.Periodic", ALIGNED: "Sample.Clock"}

        def times_of(key):
            return self._wire.samples_s(contexts[key], transaction_id)

        waits_s = [self._declared(key) * (_TIMES + 1) or _SILENT_S for key in wanted]
        self._on_step(f"charging, {max(waits_s)} s: meter values")
        periods = [key for key in wanted if self._declared(key)]
        self._wire.wait(
            lambda: periods and all(len(times_of(key)) >= _TIMES for key in periods),
            self._wire.patience_s(max(waits_s)),
        )
        for key in wanted:
            judge = judge_clock if key == ALIGNED else judge_period
            self._put(judge(key, self._declared(key), times_of(key), self._deviation_s))

    def _retries(self, transaction_id):
        """Refuse every StopTransaction of it, and count how often it is sent."""
        wire = self._wire
        if not self._is_open(ATTEMPTS, RETRY):
            wire.call("RemoteStopTransaction", {"transactionId": transaction_id})
            return
        since_s, tries = wire.now_s, self._declared(ATTEMPTS)
        interval_s = self._declared(RETRY)
        total_s = interval_s * tries * (tries + 1) // 2
        self._on_step(f"the end is refused, {total_s} s: attempts and their waits")
        wire.refuse("StopTransaction", "InternalError")
        try:
            wire.call("RemoteStopTransaction", {"transactionId": transaction_id})

            def times():
                return wire.times_s("StopTransaction", since_s)

            wire.wait(lambda: len(times()) > tries, wire.patience_s(total_s))
            found = times()
        finally:
            wire.accept()
        self._put(judge_attempts(ATTEMPTS, tries, found))
        self._put(judge_retries(RETRY, interval_s, found[:tries], self._jitter_s))
