"""From C->B at the pin to the contactor's command: micropython reaction_bench.py FOLDER HOST PORT.

The real firmware/main.py runs on the host board. 1,000 times the car lets go at a random instant,
whatever runs then, and the time to the falling edge of the coil's pin is taken; then an hour's
messages pass in a session of five minutes while the gaps between safety steps are counted; then
1,000 times again while handshakes and journal writes run. HOST, PORT: a TLS server whose root lies
in FOLDER/ca.der. Prints `id value` lines; see reaction_board for how time is made.
"""

import sys

_ROOT = __file__.rsplit("/", 1)[0] + "/../../.."
sys.path[0:0] = [_ROOT + "/firmware", _ROOT, __file__.rsplit("/", 1)[0]]

import main as firmware  # noqa: E402  after the path is set, as all below
from busy_load import BusyLoad  # noqa: E402
from reaction_board import NEVER_US, ReactionBoard, resolution_us  # noqa: E402

from chargecore.safety.reasons import OPEN_EV_REQUEST  # noqa: E402

_TIMES = 1_000
_LIMIT_PASSES = 20_000  # a wait that takes longer has failed
_LIMIT_US = 1_000_000  # so has a reaction
_SLEEP_US = 2_000  # of a pass while something is measured, as on the host board
_SETTLE_US = 20_000  # of a pass while the car is in C and the contactor is to close
_PAUSE_US = 80_000  # of a pass while the contactor has to stay open (R11)
_EARLIEST_US = 10_000  # after the pass in which the car's instant is drawn
_SPREAD_US = 20_000  # and up to that much later: the grid of the safety step
_SESSION_US = 300_000_000

_STATION = {
    "id": "BENCH",
    "csms_url": "ws://127.0.0.1:9/ocpp",
    "vendor": "chargecore",
    "model": "bench",
    "serial": "1",
    "firmware_version": "0",
    "connectors": [{"meter": "simulated"}],
    "cable": "tethered",
    "max_current": 16,
    "phases": 3,
    # An hour has 60 samples and a dozen Heartbeats; here they come within five minutes.
    "settings": {"MeterValueSampleInterval": "5", "HeartbeatInterval": "25"},
}
_START = b'[2,"s","RemoteStartTransaction",{"connectorId":1,"idTag":"BENCH"}]'


class Bench:
    """The script: each method that yields lets passes go by."""

    def __init__(self, folder, host, port):
        self._board = ReactionBoard(
            {"station": _STATION, "dns_servers": [], "speed_permille": 1_000, "state": folder}
        )
        self._board.script = self._run()
        self._board.hw.pilot_adc.on_due = self._let_go
        self._folder = folder
        self._server = host, port
        self._load = None

    def measure(self):
        """Run the firmware until all is measured."""
        self._board.begin_boot()
        firmware.run(self._board)
        self._board.close()

    def _run(self):
        print("# processor time in steps of", resolution_us(), "us")
        yield from self._charge()
        yield from self._repeat("c_to_b_ms")
        yield from self._count_gaps()
        self._add_load()
        yield from self._repeat("c_to_b_busy_ms")
        load = self._load
        print("indivisible_ms", load.worst_us / 1000)
        print("#", load.handshakes, "handshakes, longest piece", load.worst_tls_us, "us;")
        print("#", load.records, "records,", load.erases, "erases")
        load.close()

    # ---- parts ----

    def _charge(self):
        board = self._board
        board.sleep_us = _SETTLE_US
        yield from self._until(lambda: board.server.count(b"StatusNotification") >= 2)
        board.plant.car.plug(False, 16_000, 3)
        board.plant.pilot_changed()
        board.server.send(_START)
        yield from self._until(lambda: 0 < board.hw.pilot_pwm.duty < 65_535)
        yield from self._close()

    def _close(self):
        """Let the car ask, and wait until the contacts are closed and everything has settled."""
        board = self._board
        board.sleep_us = _SETTLE_US
        board.plant.car.force("C")
        board.plant.pilot_changed()
        yield from self._until(lambda: board.plant.contactor.is_closed)
        for _ in range(5):
            yield True

    def _repeat(self, name):
        took_us = []
        for _ in range(_TIMES):
            took_us.append((yield from self._react()))
            self._set_load(False)
            yield from self._pause()
            yield from self._close()
        if self._board.app.scheduler.failed:
            raise SystemExit("reaction_bench: " + repr(self._board.app.scheduler.last_error))
        took_us.sort()
        print(name, took_us[-1] / 1000)
        print("#", name, "median", took_us[_TIMES // 2], "p99", took_us[_TIMES * 99 // 100], "us;")

    def _react(self):
        """Let the car go to B at a random instant. Return the us until the coil is off."""
        board = self._board
        coil, adc, clock = board.hw.coil_pin, board.hw.pilot_adc, board.clock
        board.sleep_us = _SLEEP_US
        self._set_load(True)
        coil.off_at_us = NEVER_US
        at_us = clock.now_us() + _EARLIEST_US + board.random_bits(20) % _SPREAD_US
        adc.arm(at_us)
        while coil.off_at_us == NEVER_US and clock.now_us() - at_us < _LIMIT_US:
            yield True
        if not at_us < coil.off_at_us < NEVER_US:
            raise SystemExit("reaction_bench: opened {}, let go {}".format(coil.off_at_us, at_us))
        reason = board.app.controllers[0].open_reason
        if reason != OPEN_EV_REQUEST:
            raise SystemExit("reaction_bench: opened for another reason, {}".format(reason))
        return coil.off_at_us - at_us

    def _pause(self):
        """Wait out R11."""
        board = self._board
        board.sleep_us = _PAUSE_US
        for _ in range(5_200_000 // _PAUSE_US):
            yield True

    def _count_gaps(self):
        board = self._board
        meter, clock = board.gap_meter, board.clock
        board.sleep_us = _SLEEP_US
        for _ in range(100):
            yield True
        meter.is_counting = True
        until_us = clock.now_us() + _SESSION_US
        before = board.server.count(b"MeterValues")
        while clock.now_us() < until_us:
            yield True
        meter.is_counting = False
        if not board.plant.contactor.is_closed:
            raise SystemExit("reaction_bench: the session did not last")
        print("safety_gap_p99_ms", meter.percentile_us(990) / 1000)
        print("safety_gap_max_ms", meter.worst_us / 1000)
        samples = board.server.count(b"MeterValues") - before
        print("#", sum(meter.gaps), "gaps,", samples, "samples")

    # ---- helpers ----

    def _let_go(self):
        self._board.plant.car.force("B")
        self._board.plant.pilot_changed()

    def _add_load(self):
        app = self._board.app
        parts = app.clock, app.config, app.scheduler.guard
        self._load = load = BusyLoad(self._folder, *self._server, *parts)
        app.scheduler.add("tls load", load.step_tls, 10, 1_000)
        app.scheduler.add("journal load", load.step_journal, 10, 1_000)

    def _set_load(self, is_on):
        if self._load is not None:
            self._load.is_on = is_on

    def _until(self, has_come):
        for _ in range(_LIMIT_PASSES):
            if has_come():
                return
            yield True
        raise SystemExit("reaction_bench: got stuck")


Bench(sys.argv[1], sys.argv[2], int(sys.argv[3])).measure()
