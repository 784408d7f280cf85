"""Yard: a site and the customers on it, round after round, until all sessions are done.

A round: sessions under chaos, then quiet until everything is delivered, then the books.
"""

import random
import time
from datetime import timedelta

from chargecore_tools.soak.books import check_books
from chargecore_tools.soak.chaos_plan import BOTH, DOWN, HOLE, UP, Action, make_plan
from chargecore_tools.soak.customer import Customer
from chargecore_tools.soak.site import Site
from chargecore_tools.soak.soak_settings import LADDER
from chargecore_tools.soak.trouble_plan import make_troubles
from chargecore_tools.soak.yard_result import YardResult, violations_of

_LOOK_S = 0.03  # real time between two looks
_ROUND_S = 7200  # simulated length of the plans of a round; after that it goes on undisturbed
_DRAIN_S = LADDER.allowed_s + 900  # simulated: until everything is delivered
_BOOTING_MS = 1000  # of uptime: the station cannot have called yet
_MARGIN = timedelta(seconds=60)  # of the window that timestamps must lie in


class YardFailed(Exception):
    """The yard cannot go on; the text says why."""


class Yard:
    """run() does it all; `result` may be read while it runs."""

    def __init__(self, number, plan, folder):
        self.result = result = YardResult(f"CP{number:02}", f"{plan.seed}.{number}")
        self.site = Site(result.station_id, plan, folder, self._power_is_back)
        self._plan = plan
        # Every second station always has its supply: its heap is watched over the whole run.
        self._has_cuts = number % 2 == 1
        self._since = self.site.sim.now()
        self._end_s = time.monotonic() + plan.minutes * 60
        self._rng = random.Random(f"yard {result.seed}")
        self._customers = [Customer(c + 1, self, result.seed) for c in range(plan.connectors)]
        # What customers act through:
        self.do = self.site.sim.do
        self.new_card = self.site.desk.new_card
        self.remote_start = self.site.desk.remote_start
        self.remote_stop = self.site.desk.remote_stop
        self._is_interrupted = False
        self._seen_cards = set()
        self._life_erases = 0  # of this process so far
        self._quiet_ms = 0  # when the quiet after a round began

    def run(self):
        """Do everything. Errors: YardFailed, StationFailed."""
        result, wanted = self.result, self._plan.station_sessions
        self.site.switch_on()
        while result.sessions < wanted and not self._is_late and not result.faults:
            result.rounds += 1
            self._play_round(min(result.sessions + self._plan.round_sessions, wanted))
            self._quiet()
            self._settle()
            self._check()
        if result.sessions < wanted and not result.faults:
            minutes = self._plan.minutes
            raise YardFailed(f"only {result.sessions} sessions within {minutes:g} minutes")

    def interrupt(self):
        """Let run() end with YardFailed soon. From any thread."""
        self._is_interrupted = True

    @property
    def _is_late(self):
        return time.monotonic() > self._end_s

    # ---- rounds ----

    def _play_round(self, goal):
        """Make sessions under chaos until there are as many as the goal."""
        plan, site, seed = self._plan, self.site, f"{self.result.seed}.{self.result.rounds}"
        for action in make_plan(seed, _ROUND_S, plan.chaos_gap_s):
            site.later(action.at_s, lambda a=action: self._disturb(a))
        for trouble in make_troubles(seed, _ROUND_S, plan.trouble_gap_s, self._has_cuts):
            site.later(trouble.at_s, lambda t=trouble: self._make(t))
        while self.result.sessions < goal and not self._is_late:
            self._look(True)

    def _disturb(self, action):
        self.site.proxy.perform(action)
        self.result.chaos += 1

    def _make(self, trouble):
        if self.site.make(trouble):
            self.result.troubles[trouble.kind] += 1

    def _power_is_back(self):
        self._life_erases = 0
        now_ms = self.site.sim.now_ms()
        for customer in self._customers:
            customer.power_cut(now_ms)

    def _quiet(self):
        """End all chaos, but for a last word: the connection that is there leads nowhere.

        The station has to notice without any traffic, and to come back as fast as the ladder says.
        """
        self.site.restore()
        way = self._rng.choice((UP, DOWN, BOTH))
        self._disturb(Action(self.site.now_s(), HOLE, way))
        self._quiet_ms = self.site.sim.now_ms()

    def _settle(self):
        """Wait until all customers have gone and everything is delivered. Errors: YardFailed.

        And until a call has been answered since: a half-open connection looks as good as another.
        """
        status = self._look(False)
        while not self._is_settled(status):
            if self.site.sim.now_ms() - self._quiet_ms > _DRAIN_S * 1000 or self._is_late:
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
            and self.site.silence.is_heard
        )

    def _check(self):
        """Compare meters and server, and note what the station uses."""
        site, result = self.site, self.result
        status = site.sim.do("status", collect=True)
        server = site.desk.server
        result.books = check_books(
            list(server.ledger.transactions),
            server.history.calls(result.station_id),
            {row["connector"]: row["register_wh"] for row in status["connectors"]},
            self._seen_cards,
            self._since - _MARGIN,
            site.sim.now() + _MARGIN,
        )
        result.heap_free_b.append(status["station"]["heap_free_b"])
        result.parked = max(result.parked, status["station"]["parked"])
        errors = [f"an observer failed: {error!r}" for error in server.observer_errors]
        damaged = site.proxy.corrupted_up
        result.violations = violations_of(server.history.violations(), damaged) + errors

    # ---- one look ----

    def _look(self, is_open):
        """Let everybody do what is due. Return the station's status, None without supply."""
        if self._is_interrupted:
            raise YardFailed("interrupted")
        time.sleep(_LOOK_S)
        site = self.site
        site.run_due()
        if not site.is_on:
            return None
        status = site.sim.do("status")
        now_ms = site.sim.now_ms()
        self._note(status, now_ms)
        for customer in self._customers:
            customer.look(status["connectors"][customer.connector - 1], now_ms, is_open)
        return status

    def _note(self, status, now_ms):
        station, result, silence = status["station"], self.result, self.site.silence
        silence.look(now_ms, self.site.is_disturbed or station["uptime_ms"] < _BOOTING_MS)
        result.longest_silence_s = silence.longest_s
        result.worst_gap_ms = max(result.worst_gap_ms, station["scheduler"]["worst_gap_ms"])
        result.simulated_s = now_ms // 1000
        result.erases += station["flash_erases"] - self._life_erases
        self._life_erases = station["flash_erases"]
        for row in status["connectors"]:
            if row["id_tag"] is not None:
                self._seen_cards.add(row["id_tag"])
        result.sessions = len(self._seen_cards)
