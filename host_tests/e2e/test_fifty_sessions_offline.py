"""Fifty sessions without a server, the process killed in every fifth; then the server is there.

The real simulator in the real VM, accelerated. SIGKILL is a power cut, with no car after it.
"""

from front import Front
from octt import TAG

from chargecore_tools.csms.registers import instant

SESSIONS = 50
SPEED = 40  # simulated seconds per second of the wall
ONLINE_LIMIT_S = 60
LEAST_WH = 3
SAMPLE_S = 5
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
        self.begun = []  # (register, instant before, instant after)
        self.ended = []  # register
        self.doubt_s = {}  # session that was cut -> time of which the station cannot know

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
        before = bench.sim.now()
        bench.swipe(TAG)
        self.status(lambda row: row["status"] == "Charging", "Charging")
        self.begun.append((before_wh, before, bench.sim.now()))
        row = self.status(lambda row: row["register_wh"] >= before_wh + LEAST_WH, "energy")
        if number % 5 == 4:
            self.kill(number, row["register_wh"])
            return
        bench.swipe(TAG)
        row = self.status(lambda row: row["status"] == "Finishing", "Finishing")
        self.ended.append(row["register_wh"])
        bench.unplug()
        self.status(lambda row: row["status"] == "Available", "Available")

    def kill(self, number, least_wh):
        """Cut the supply in the middle of the charge."""
        ended_at = self.bench.sim.now()
        self.bench.sim.kill()
        self.bench.sim.start()
        dark_s = (self.bench.sim.now() - ended_at).total_seconds()
        self.doubt_s[number] = dark_s + SAMPLE_S
        row = self.status(lambda row: row["status"] == "Available", "Available")
        assert row["register_wh"] >= least_wh
        self.ended.append(row["register_wh"])


def test_delivers_fifty_sessions_in_order_after_ten_power_cuts_without_a_server(bench_factory):
    bench = bench_factory(front=ClosedFront, speed=SPEED).booted()
    bench.config(AllowOfflineTxForUnknownId="true", MeterValueSampleInterval=SAMPLE_S)
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
    assert [call["meterStart"] for call in starts] == [row[0] for row in ledger.begun]
    assert [call["meterStop"] for call in stops] == ledger.ended
    for number, call in enumerate(stops):
        expected = "PowerLoss" if number in ledger.doubt_s else "Local"
        assert call.payload.get("reason", "Local") == expected, number


def _check_times(ledger, starts, stops):
    """In order; exact where the time was known, else off by what nobody could know."""
    before = None
    doubt_s = 0
    for number in range(SESSIONS - 1, -1, -1):
        # A boot without time is placed right before the next one, by its last record.
        doubt_s += ledger.doubt_s.get(number, 0)
        start, stop = instant(starts[number]["timestamp"]), instant(stops[number]["timestamp"])
        assert start <= stop
        assert before is None or stop <= before
        before = start
        early_s = (ledger.begun[number][1] - start).total_seconds()
        late_s = (start - ledger.begun[number][2]).total_seconds()
        limit_s = 0 if number < 5 else doubt_s
        assert early_s <= 4 and late_s <= limit_s + 4, (number, early_s, late_s, limit_s)


def test_goes_on_where_it_was_when_it_is_killed_again_and_again_without_a_session(bench_factory):
    bench = bench_factory(front=ClosedFront, speed=SPEED).booted()
    bench.front.close_door()
    for _ in range(4):
        bench.sim.kill()
        bench.sim.start()

    bench.front.open_door()

    bench.booted()
    assert bench.ctl("status")["station"]["outbox"] == 0
