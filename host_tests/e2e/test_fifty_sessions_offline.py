"""Fifty sessions without a server, the process killed in every fifth; then the server is there.

The real simulator in the real VM, accelerated. SIGKILL is a power cut, with no car after it.
"""

from front import Front
from octt import TAG

from chargecore_tools.csms.registers import instant

SESSIONS = 50
SPEED = 40  # simulated seconds per second of the wall
ONLINE_LIMIT_S = 30
LEAST_WH = 3
CAR_AMPS = 16
QUEUED = ("StartTransaction", "StopTransaction")


class ClosedFront(Front):
    """A front that the station cannot get through while `is_closed`."""

    def __init__(self, server_port):
        super().__init__(server_port)
        self.is_closed = False

    def close_door(self):
        """Cut the station off, and let nobody in from now on."""
        self.handler = lambda sock: sock.close()
        self._station_sock.close()

    def open_door(self):
        """Let connections through again."""
        self.handler = None


class Ledger:
    """What happened at the charger, by the simulator's own meter and clock."""

    def __init__(self, bench):
        self.bench = bench
        self.begun = []  # (register, instant)
        self.ended = []
        self.cut = []

    def status(self, has_come, what):
        """Wait for a status of the connector and return it."""
        return self.bench.wait_sim(lambda status: has_come(status["connectors"][0]), what)[
            "connectors"
        ][0]

    def session(self, number):
        """Charge with the car and the card of the house."""
        bench = self.bench
        before_wh = bench.sim_status()["register_wh"]
        bench.plug(amps=CAR_AMPS)
        self.status(lambda row: row["status"] == "Preparing", "Preparing")
        bench.swipe(TAG)
        self.status(lambda row: row["status"] == "Charging", "Charging")
        self.begun.append((before_wh, bench.sim.now()))
        row = self.status(lambda row: row["register_wh"] >= before_wh + LEAST_WH, "energy")
        if number % 5 == 4:
            self.kill(number, row["register_wh"])
            return
        bench.swipe(TAG)
        row = self.status(lambda row: row["status"] == "Finishing", "Finishing")
        self.ended.append((row["register_wh"], bench.sim.now()))
        bench.unplug()
        self.status(lambda row: row["status"] == "Available", "Available")

    def kill(self, number, least_wh):
        """Cut the supply in the middle of the charge."""
        self.cut.append(number)
        ended_at = self.bench.sim.now()
        self.bench.sim.kill()
        self.bench.sim.start()
        row = self.status(lambda row: row["status"] == "Available", "Available")
        assert row["register_wh"] >= least_wh
        self.ended.append((row["register_wh"], ended_at))


def test_delivers_fifty_sessions_in_order_after_ten_power_cuts_without_a_server(bench_factory):
    bench = bench_factory(front=ClosedFront, speed=SPEED).booted()
    bench.config(AllowOfflineTxForUnknownId="true", MeterValueSampleInterval=5)
    bench.front.close_door()
    ledger = Ledger(bench)
    for number in range(SESSIONS):
        ledger.session(number)
    owed = bench.ctl("status")["station"]["outbox"]
    assert owed >= 2 * SESSIONS

    bench.front.open_door()
    bench.wait_sim(
        lambda status: status["station"]["outbox"] == 0, "an empty outbox", ONLINE_LIMIT_S
    )

    calls = [call for call in bench.server.history.calls("CP01") if call.action in QUEUED]
    _check_order(calls, bench.ctl("status")["station"])
    starts, stops = calls[0::2], calls[1::2]
    _check_energy(ledger, starts, stops)
    _check_times(ledger, starts, stops)


def _check_order(calls, station):
    assert [call.action for call in calls] == list(QUEUED) * SESSIONS
    starts, stops = calls[0::2], calls[1::2]
    ids = [call.answer["transactionId"] for call in starts]
    assert len(set(ids)) == SESSIONS
    assert [call["transactionId"] for call in stops] == ids
    assert station["parked"] == 0


def _check_energy(ledger, starts, stops):
    assert [call["meterStart"] for call in starts] == [wh for wh, _ in ledger.begun]
    assert [call["meterStop"] for call in stops] == [wh for wh, _ in ledger.ended]
    for number, call in enumerate(stops):
        expected = "PowerLoss" if number in ledger.cut else "Local"
        assert call.payload.get("reason", "Local") == expected, number


def _check_times(ledger, starts, stops):
    """In order; exact where the time was known, else off by what nobody could know."""
    before = None
    doubt_s = 0
    for number in range(SESSIONS - 1, -1, -1):
        # A boot without time is placed right before the next one, by its last record.
        if number in ledger.cut:
            doubt_s += 40
        start, stop = instant(starts[number]["timestamp"]), instant(stops[number]["timestamp"])
        assert start <= stop
        assert before is None or stop <= before
        before = start
        error_s = (start - ledger.begun[number][1]).total_seconds()
        limit_s = 4 if number < 5 else doubt_s + 4
        assert -4 <= error_s <= limit_s, (number, error_s, limit_s)


def test_goes_on_where_it_was_when_it_is_killed_again_and_again_without_a_session(bench_factory):
    bench = bench_factory(front=ClosedFront, speed=SPEED).booted()
    bench.front.close_door()
    for _ in range(4):
        bench.sim.kill()
        bench.sim.start()

    bench.front.open_door()

    bench.booted()
    assert bench.ctl("status")["station"]["outbox"] == 0
