"""ChargeStandIn: plays simulator and station for `chargecore run`, in steps of status requests.

It is a SimClient and a RunProcess at once; each `status` lets simulated time pass. `flaws` are
what a test wants to go wrong.
"""

from datetime import datetime, timedelta, timezone

from fakes.ocpp_station import OcppStation

_STEP_MS = 5_000
_VOLTS = 230
_TIME_0 = datetime(2026, 1, 1, tzinfo=timezone.utc)


class ChargeStandIn:
    """One connector; the car follows the offer at once."""

    def __init__(self, url, station_id, flaws=()):
        self._ws = OcppStation(url, station_id)
        self._flaws = flaws
        self.status = None  # exit status, as of RunProcess
        self._uptime_ms = 0
        self._site_ma = 32_000
        self._car_ma = 0
        self._milliwatt_hours = 0
        self._transaction_id = None
        self._word = "Available"
        self._reason = "OPEN_BOOT"
        self._ws.boot()
        self._report("Available")

    def close(self):
        """Close the connection to the server."""
        self._ws.__exit__()

    def last_words(self):
        """Return what the simulator printed last."""
        return "out of smoke"

    def wait_end(self):
        """Return the exit status, as RunProcess."""
        return self.status

    def stop(self):
        """End the simulator."""
        self.status = 1 if self.status is None else self.status
        return self.status

    def do(self, cmd, **fields):
        """Carry out a command as SimClient does."""
        return getattr(self, "_" + cmd)(**fields)

    def _plug(self, connector, auto, amps):
        self._car_ma = int(amps * 1000)
        self._report("Preparing")
        return {"ok": True}

    def _swipe(self, id_tag, connector):
        if self._transaction_id is None:
            self._ws.call("Authorize", {"idTag": id_tag})
            self._transaction_id = self._ws.start(self._wh, at=self._time)
            self._report("Charging")
        else:
            self._stop_transaction(id_tag)
            self._report("Finishing")
        return {"ok": True}

    def _unplug(self, connector):
        if "stays" not in self._flaws:
            self._report("Available")
        return {"ok": True}

    def _site_limit(self, amps):
        if "deaf" not in self._flaws:
            self._site_ma = 32_000 if amps is None else int(amps * 1000)
        return {"ok": True}

    def _status(self):
        if "hangs" in self._flaws and self._uptime_ms > 60_000:
            raise TimeoutError("timed out")
        if "stalls" not in self._flaws:
            self._uptime_ms += _STEP_MS
        if "dies" in self._flaws and self._uptime_ms > 60_000:
            self.status = 9
        if self._drawn_ma:
            self._milliwatt_hours += self._drawn_ma * _VOLTS * 3 // 1000 * _STEP_MS // 3600
        if "garbage" in self._flaws and self._uptime_ms == 60_000:
            self._ws.call("Heartbeat", {"extra": 1})
        return {"ok": True, "station": self._station(), "connectors": [self._connector()]}

    def _station(self):
        return {
            "registration": "Accepted",
            "outbox": 0,
            "uptime_ms": self._uptime_ms,
            "scheduler": {"worst_gap_ms": 1},
        }

    def _connector(self):
        is_open = self._transaction_id is None and "welded" not in self._flaws
        return {
            "status": self._word,
            "error_code": "NoError",
            "pilot_state": "C" if self._drawn_ma else "A",
            "pilot_high_mv": 6000,
            "pilot_low_mv": -12000,
            "duty_permille": 266,
            "offered_ma": self._site_ma,
            "drawn_ma": self._drawn_ma,
            "contactor": "open" if is_open else "closed",
            "open_reason": self._reason,
            "power_w": self._drawn_ma * _VOLTS * 3 // 1000,
            "register_wh": self._wh,
            "transaction_id": self._transaction_id,
            "id_tag": None,
        }

    @property
    def _drawn_ma(self):
        return min(self._car_ma, self._site_ma) if self._transaction_id is not None else 0

    @property
    def _wh(self):
        return self._milliwatt_hours // 1000

    @property
    def _time(self):
        at = _TIME_0 + timedelta(milliseconds=self._uptime_ms)
        return at.isoformat().replace("+00:00", "Z")

    def _report(self, word):
        self._word = word
        payload = {"connectorId": 1, "errorCode": "NoError", "status": word}
        self._ws.call("StatusNotification", payload)

    def _stop_transaction(self, id_tag):
        lost_wh = 1 if "loses" in self._flaws else 0
        payload = {
            "transactionId": self._transaction_id,
            "meterStop": self._wh - lost_wh,
            "timestamp": self._time,
            "idTag": id_tag,
            "reason": "Local",
        }
        if "keeps" not in self._flaws:
            self._ws.call("StopTransaction", payload)
        self._transaction_id = None
        self._reason = "OPEN_NEVER" if "reasonless" in self._flaws else "OPEN_STOPPED"
