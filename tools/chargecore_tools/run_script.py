"""Script: the steps of a whole charge, from plugging in to Available, against a running simulator.

Every wait looks at the station's status and at the server, shows both, and fails when the
simulator ends, the protocol is broken, or what is waited for does not come.
"""

import time
from dataclasses import dataclass

from chargecore_tools.run_verdict import RunFailed, Summary, judge, violation_text

_POLL_S = 0.1
_WALL_LEAST_S = 15.0  # no step fails sooner: a loaded machine is no fault of the station
_STALL_S = 15.0  # simulated time that stands still this long
_FOLLOW_PERMILLE = 900  # of the offer: what the car must draw at least
_CONNECTOR = 1


@dataclass
class Plan:
    """What is charged."""

    station_id: str
    tag: str
    amps: float
    reduced_amps: float
    minutes: float


class Script:
    """Plays the charge. `watch` shows progress: step(text), show(status, step)."""

    def __init__(self, plan, sim, server, process, watch, words):
        self._plan = plan
        self._sim = sim  # SimClient
        self._server = server
        self._process = process  # RunProcess
        self._watch = watch
        self._words = words  # {OPEN_*: words}

    def play(self):
        """Do it all. Return the Summary. Errors: RunFailed."""
        plan, sim = self._plan, self._sim
        status = self._wait("the station accepted and Available", self._is_ready, 60)
        before_wh = _connector(status)["register_wh"]

        sim.do("plug", connector=_CONNECTOR, auto=True, amps=plan.amps)
        self._wait("car plugged in: Preparing", lambda s: _is(s, "Preparing"), 30)
        sim.do("swipe", id_tag=plan.tag, connector=_CONNECTOR)
        status = self._wait("card swiped: Charging", self._is_charging, 60)

        began_ms = status["station"]["uptime_ms"]
        self._charge()
        charged_ms = self._status()["station"]["uptime_ms"] - began_ms

        sim.do("swipe", id_tag=plan.tag, connector=_CONNECTOR)
        status = self._wait("card swiped again: contactor open", self._is_stopped, 60)
        reason = _connector(status)["open_reason"]
        sim.do("unplug", connector=_CONNECTOR)
        status = self._wait("car gone: StopTransaction and Available", self._is_over, 60)
        return self._summary(_connector(status), before_wh, reason, charged_ms // 1000)

    def _charge(self):
        """Charge in three parts: the full offer, a reduced one, the full one again."""
        plan = self._plan
        part_s = plan.minutes * 60 / 3
        self._charge_part(plan.amps, part_s)
        self._sim.do("site_limit", amps=plan.reduced_amps)
        self._charge_part(plan.reduced_amps, part_s)
        self._sim.do("site_limit", amps=None)
        self._charge_part(plan.amps, part_s)

    def _charge_part(self, amps, part_s):
        status = self._wait(
            f"current follows the offer of {amps:g} A", lambda s: _follows(s, amps), 60
        )
        until_ms = status["station"]["uptime_ms"] + int(part_s * 1000)
        self._wait(
            f"charging {part_s / 60:.3g} min with {amps:g} A",
            lambda s: s["station"]["uptime_ms"] >= until_ms,
            part_s + 60,
        )
        connector = _connector(self._status())
        if connector["contactor"] != "closed":
            words = self._words.get(connector["open_reason"], connector["open_reason"])
            raise RunFailed(f"the contactor opened while charging: {words}")

    def _summary(self, connector, before_wh, reason, charged_s):
        server, station_id = self._server, self._plan.station_id
        rows = list(server.ledger.transactions)
        calls = server.history.calls(station_id, "StatusNotification")
        summary = Summary(
            meter_wh=connector["register_wh"] - before_wh,
            server_wh=server.ledger.energy_wh(station_id),
            open_reason=reason,
            reason_words=self._words.get(reason, ""),
            transaction_id=rows[0].transaction_id if rows else 0,
            stop_reason=rows[0].reason if rows else "",
            charged_s=charged_s,
            frame_count=len(server.history.frames),
            statuses=[c["status"] for c in calls if c["connectorId"] == _CONNECTOR],
        )
        violations = server.history.violations()
        judge(summary, rows, violations, server.observer_errors, connector["contactor"])
        return summary

    # ---- conditions ----

    def _is_ready(self, status):
        is_accepted = status["station"]["registration"] == "Accepted"
        return is_accepted and self._reported() == "Available" and _is(status, "Available")

    def _is_charging(self, status):
        return (
            _is(status, "Charging")
            and self._reported() == "Charging"
            and _connector(status)["drawn_ma"] > 0
            and len(self._server.ledger.open(self._plan.station_id)) == 1
        )

    def _is_stopped(self, status):
        return _connector(status)["contactor"] == "open"

    def _is_over(self, status):
        is_told = self._reported() == "Available" and not status["station"]["outbox"]
        return _is(status, "Available") and is_told and not self._server.ledger.open()

    def _reported(self):
        """Return the status that the server was told last."""
        for station in self._server.stations():
            if station.station_id == self._plan.station_id:
                return station.statuses.get(_CONNECTOR, {}).get("status")
        return None

    # ---- waiting ----

    def _wait(self, step, has_come, limit_s):
        """Wait until has_come(status); limit_s is simulated time. Return that status."""
        self._watch.step(step)
        began_s = moved_s = time.monotonic()
        first_ms = last_ms = None
        while True:
            status = self._status()
            self._watch.show(status)
            self._check_violations()
            if has_come(status):
                return status
            now_s, now_ms = time.monotonic(), status["station"]["uptime_ms"]
            first_ms = now_ms if first_ms is None else first_ms
            if now_ms != last_ms:
                last_ms, moved_s = now_ms, now_s
            if now_s - moved_s > _STALL_S:
                raise RunFailed(f"{step}: the station stands still")
            if now_ms - first_ms > limit_s * 1000 and now_s - began_s > _WALL_LEAST_S:
                raise RunFailed(f"{step}: did not come within {limit_s:g} s: {_short(status)}")
            time.sleep(_POLL_S)

    def _status(self):
        if self._process.status is not None:
            raise RunFailed(gone_text(self._process))
        try:
            return self._sim.do("status")
        except (OSError, ValueError) as error:
            raise RunFailed(gone_text(self._process, error)) from error

    def _check_violations(self):
        for frame in self._server.history.violations():
            raise RunFailed(violation_text(frame))


def gone_text(process, error=None):
    """Return how the simulator ended, in words; error: what happened to the connection to it."""
    if process.wait_end() is None:
        return f"the simulator does not answer: {error or 'no reason known'}"
    words = process.last_words()
    return f"the simulator ended with status {process.status}" + (f": {words}" if words else "")


def _connector(status):
    return status["connectors"][_CONNECTOR - 1]


def _is(status, word):
    return _connector(status)["status"] == word


def _follows(status, amps):
    """Return whether the station offers what amps allow and the car draws about that."""
    connector = _connector(status)
    offered_ma, drawn_ma = connector["offered_ma"], connector["drawn_ma"]
    wanted_ma = int(amps * 1000)
    is_drawn = wanted_ma * _FOLLOW_PERMILLE // 1000 <= drawn_ma <= wanted_ma
    return is_drawn and drawn_ma <= offered_ma + 1  # a PWM step may round the offer down


def _short(status):
    connector = _connector(status)
    names = ("status", "pilot_state", "offered_ma", "drawn_ma", "contactor", "open_reason")
    return ", ".join(f"{name} {connector[name]}" for name in names)
