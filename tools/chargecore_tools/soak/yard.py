"""Yard: one station with its customers, its server and the chaos between them, until all is done.

Runs in rounds: some sessions under chaos, then quiet until everything is delivered, then the
books. One thread; the server and the proxy have theirs.
"""

import random
import time
from datetime import timedelta

from chargecore_tools.csms.event_text import line_of
from chargecore_tools.soak.agenda import Agenda
from chargecore_tools.soak.books import check_books
from chargecore_tools.soak.chaos_plan import BOTH, DOWN, HOLE, UP, Action, make_plan
from chargecore_tools.soak.chaos_proxy import ChaosProxy
from chargecore_tools.soak.customer import Customer
from chargecore_tools.soak.server_desk import ServerDesk
from chargecore_tools.soak.silence import Silence
from chargecore_tools.soak.soak_settings import HEAP, LADDER, SETTINGS
from chargecore_tools.soak.soak_station import SoakStation
from chargecore_tools.soak.trouble_plan import KILL, LINK, POWER_CYCLE, SERVER, make_troubles
from chargecore_tools.soak.yard_result import YardResult, violations_of

_HOST = "127.0.0.1"
_LOOK_S = 0.03  # real time between two looks
_ROUND_S = 7200  # simulated length of the plans of a round; after that it goes on undisturbed
_DRAIN_S = LADDER.allowed_s + 900  # simulated: until everything is delivered
_MARGIN = timedelta(seconds=60)  # of the window that timestamps must lie in


class YardFailed(Exception):
    """The yard cannot go on; the text says why."""


class Yard:
    """run() does it all and returns the YardResult. `sessions` may be read while it runs."""

    def __init__(self, number, plan, folder):
        self.result = YardResult(f"CP{number:02}", f"{plan.seed}.{number}", plan.station_sessions)
        self._plan = plan
        self._silence = Silence()
        station_id = self.result.station_id
        self._desk = ServerDesk(station_id, plan.speed, LADDER.heartbeat_interval_s, self._silence)
        self._desk.start()
        port = self._desk.server.port
        silence = self._silence
        self._proxy = ChaosProxy(
            _HOST, port, plan.speed, on_fault=silence.disturbed, on_answer=silence.answered
        )
        self._proxy.start()
        url = f"ws://{_HOST}:{self._proxy.port}/ocpp"
        self._sim = SoakStation(
            station_id, url, folder, plan.connectors, SETTINGS, plan.speed, HEAP
        )
        self._desk.server.clock = self._sim
        self._since = self._sim.now()
        self._customers = [Customer(c + 1, self, self.result.seed) for c in range(plan.connectors)]
        self.new_card = self._desk.new_card
        self.remote_start = self._desk.remote_start
        self.remote_stop = self._desk.remote_stop
        self.do = self._sim.do
        self._agenda = Agenda()
        self._rng = random.Random(f"yard {self.result.seed}")
        self._began_s = time.monotonic()
        self._end_s = self._began_s + plan.minutes * 60
        # Every second station always has its supply: its heap is watched over the whole run.
        self._has_cuts = number % 2 == 1
        self._is_interrupted = False
        self._is_link_up = True
        self._is_on = False  # the station has its supply
        self._seen_cards = set()
        self._life_erases = 0  # of this process so far
        self._quiet_ms = 0  # when the quiet after a round began

    @property
    def sessions(self):
        """Return how many sessions have been seen."""
        return len(self._seen_cards)

    def write_logs(self, folder):
        """Write what the proxy did and every frame, for whoever looks for the cause."""
        rows = [f"{at_s:9.1f} s {text}" for at_s, text in self._proxy.log]
        (folder / "proxy.log").write_text("\n".join(rows) + "\n", encoding="utf-8")
        history = self._desk.server.history
        events = sorted(history.frames + history.notes, key=lambda event: event.at_s)
        with (folder / "frames.log").open("w", encoding="utf-8") as file:
            for event in events:
                at_s = (event.at_s - self._began_s) * self._plan.speed
                file.write(f"{at_s:9.1f} s {line_of(event)}\n")

    # ---- rounds ----

    def run(self):
        """Do everything. Errors: YardFailed, StationFailed."""
        plan = self._plan
        self._switch_on()
        rounds = 0
        while self.sessions < plan.station_sessions and not self._is_late:
            rounds += 1
            self._plan_round(f"{self.result.seed}.{rounds}")
            goal = min(self.sessions + plan.round_sessions, plan.station_sessions)
            while self.sessions < goal and not self._is_late:
                self._look(True)
            self._quiet()
            self._settle()
            self._check()
            if self.result.faults:
                break  # what comes after would only repeat it
        if self.sessions < plan.station_sessions and not self.result.faults:
            raise YardFailed(f"only {self.sessions} sessions within {plan.minutes:g} minutes")
        return self.result

    def interrupt(self):
        """Let run() end with YardFailed soon. From any thread."""
        self._is_interrupted = True

    def close(self):
        """End everything, whatever happened."""
        self._sim.kill()
        self._proxy.stop()
        self._desk.close()

    @property
    def _is_late(self):
        return time.monotonic() > self._end_s

    def _yard_s(self):
        """Return simulated seconds since the beginning, supply or not."""
        return (time.monotonic() - self._began_s) * self._plan.speed

    def _plan_round(self, seed):
        begin_s = self._yard_s()
        for action in make_plan(seed, _ROUND_S, self._plan.chaos_gap_s):
            self._agenda.put(begin_s + action.at_s, lambda a=action: self._disturb(a))
        gap_s = self._plan.trouble_gap_s
        for trouble in make_troubles(seed, _ROUND_S, gap_s, self._has_cuts):
            self._agenda.put(begin_s + trouble.at_s, lambda t=trouble: self._make(t))

    def _disturb(self, action):
        self._proxy.perform(action)
        self.result.chaos += 1

    def _quiet(self):
        """End all chaos. What the station has to notice by itself is left to it."""
        self._agenda.clear()
        self._proxy.calm()
        self._desk.server.hooks.clear()
        if not self._desk.is_up:
            self._desk.start()
        if not self._is_on:
            self._switch_on()
        self._set_link(True)
        # The last word of chaos: whatever connection there is leads nowhere. The station has to
        # notice without any traffic, and to come back within what the ladder allows.
        self._proxy.perform(Action(self._yard_s(), HOLE, self._rng.choice((UP, DOWN, BOTH))))
        self._quiet_ms = self._sim.now_ms()

    def _settle(self):
        """Wait until all customers have gone and everything is delivered. Errors: YardFailed.

        And until a call has been answered since: a half-open connection looks as good as another.
        """
        status = self._look(False)
        while not self._is_settled(status):
            if self._sim.now_ms() - self._quiet_ms > _DRAIN_S * 1000 or self._is_late:
                waits = [f"{c.connector} {c.state}" for c in self._customers]
                raise YardFailed(f"not settled: customers {waits}, {status}")
            status = self._look(False)

    def _is_settled(self, status):
        station = status["station"]
        return (
            all(customer.is_away for customer in self._customers)
            and station["connected"]
            and station["registration"] == "Accepted"
            and station["outbox"] == 0
            and self._silence.is_heard
        )

    def _check(self):
        """Compare meters and server, and note what the station uses."""
        status = self._sim.do("status", collect=True)
        server, result = self._desk.server, self.result
        result.books = check_books(
            list(server.ledger.transactions),
            server.history.calls(result.station_id),
            {row["connector"]: row["register_wh"] for row in status["connectors"]},
            self._seen_cards,
            self._since - _MARGIN,
            self._sim.now() + _MARGIN,
        )
        result.heap_free_b.append(status["station"]["heap_free_b"])
        result.parked = max(result.parked, status["station"]["parked"])
        violations = violations_of(server.history.violations(), self._proxy.corrupted_up)
        errors = [f"an observer failed: {error!r}" for error in server.observer_errors]
        result.violations = violations + errors

    # ---- one look ----

    def _look(self, is_open):
        """Let everybody do what is due. Return the station's status, None without supply."""
        if self._is_interrupted:
            raise YardFailed("interrupted")
        time.sleep(_LOOK_S)
        self._agenda.run(self._yard_s())
        if not self._is_on:
            return None
        status = self._sim.do("status")
        now_ms = self._sim.now_ms()
        self._note(status, now_ms)
        for customer in self._customers:
            customer.look(status["connectors"][customer.connector - 1], now_ms, is_open)
        return status

    def _note(self, status, now_ms):
        station, result = status["station"], self.result
        is_disturbed = not (self._is_link_up and self._desk.is_up and self._proxy.is_calm)
        is_booting = station["uptime_ms"] < _BOOTING_MS
        self._silence.look(now_ms, is_disturbed or is_booting)
        result.longest_silence_s = self._silence.longest_s
        result.worst_gap_ms = max(result.worst_gap_ms, station["scheduler"]["worst_gap_ms"])
        result.simulated_s = now_ms // 1000
        result.erases += station["flash_erases"] - self._life_erases
        self._life_erases = station["flash_erases"]
        for row in status["connectors"]:
            if row["id_tag"] is not None:
                self._seen_cards.add(row["id_tag"])
        result.sessions = self.sessions

    # ---- troubles ----

    def _make(self, trouble):
        """Begin a trouble, and plan its end."""
        if trouble.kind in _TROUBLES:
            if not _TROUBLES[trouble.kind](self, trouble):
                return
        else:
            self._desk.make(trouble)
        self.result.count(trouble.kind)

    def _end_later(self, trouble, function):
        self._agenda.put(self._yard_s() + trouble.for_s, function)

    def _kill(self, trouble):
        if not self._is_on:
            return False
        self._sim.kill()
        self._is_on = False
        self._end_later(trouble, self._switch_on)
        return True

    def _switch_on(self):
        if self._is_on:
            return
        self._life_erases = 0
        self._sim.start()
        self._is_on = True
        now_ms = self._sim.now_ms()
        for customer in self._customers:
            customer.power_cut(now_ms)

    def _power_cycle(self, _trouble):
        if self._is_on:
            self._sim.do("power_cycle")
        return self._is_on

    def _link(self, trouble):
        if not (self._is_on and self._is_link_up):
            return False
        self._set_link(False)
        self._end_later(trouble, lambda: self._set_link(True))
        return True

    def _set_link(self, is_up):
        self._is_link_up = is_up
        if self._is_on:
            self._sim.do("network", up=is_up)

    def _server(self, trouble):
        if not self._desk.is_up:
            return False
        self._desk.stop()
        self._end_later(trouble, self._desk.start)
        return True


_BOOTING_MS = 1000  # of uptime: the station cannot have called yet
_TROUBLES = {
    KILL: Yard._kill,
    POWER_CYCLE: Yard._power_cycle,
    LINK: Yard._link,
    SERVER: Yard._server,
}
