"""BenchRig: the bench of the firmware on the simulated board, with time in the test's hand."""

from boards.host.fault_switch import FaultSwitch
from boards.host.hardware import Hardware
from boards.host.one_shot import OneShot
from boards.host.plant import Plant
from chargecore.base.codes import OK
from chargecore.bench.bench import Bench
from chargecore.readers.simulated import SimulatedReader
from fakes.clock import FakeClock
from fakes.evse_rig import NoStore

_PASS_MS = 5


class KeptPair:
    """A VersionPair that keeps its image in memory."""

    def __init__(self):
        self.image = None

    def save(self, image_buf, length):
        self.image = bytes(image_buf[:length])
        return OK


class BenchRig:
    """Is the board of the bench, too. One connector; the clock starts just below the wrap."""

    def __init__(self, cable="socket"):
        self.clock = FakeClock()
        self.ticks_ms = self.clock.ticks_ms
        self.config = {
            "id": "B1",
            "model": "m",
            "serial": "s",
            "cable": cable,
            "phases": 3,
            "connectors": [{"meter": "simulated"}],
            "reader": "simulated",
            "lamp": "simulated",
        }
        self.dead_man_pin = OneShot(0)
        self.hw = Hardware(16, cable == "tethered")
        self.plant = Plant(self.hw, self.dead_man_pin, NoStore(), 3)
        self.hw.meter_bus = self.plant.meter
        self.connectors = [self.hw]
        self.switch = FaultSwitch(self.hw, self.plant)
        self.flash_root = "/there/is/no/such/folder"
        self.reader_bus = SimulatedReader()
        self.reset_cause = 0
        self.is_running = True
        self.bench = None
        self.passes_left = 0  # of idle()
        self.boot()

    def boot(self):
        """Make the bench anew."""
        self.bench = Bench(self)
        self.pair = self.bench.orders[0]._pair = KeptPair()
        self.controller = self.bench.controllers[0]
        self.contactor = self.controller.contactor

    def pass_time(self, dt_ms):
        """Let time pass without the firmware."""
        self.clock.advance_ms(dt_ms)
        self.plant.step(dt_ms)
        self.dead_man_pin.step(dt_ms)

    stand_still = pass_time

    def run_ms(self, ms):
        """Let time pass for everything."""
        for _ in range(ms // _PASS_MS):
            self.pass_time(_PASS_MS)
            self.bench.scheduler.step(self.ticks_ms())

    def idle(self):
        """Of a board: one pass, and the end of the run when they are used up."""
        self.pass_time(_PASS_MS)
        self.passes_left -= 1
        if self.passes_left <= 0:
            self.is_running = False

    def ask(self, op, **fields):
        """Give an order. Return the answer."""
        fields["op"] = op
        return self.bench.answer(fields)

    def seen(self):
        """Measure."""
        return self.ask("measure")

    def ev(self, state, ohm=0):
        """Set the EV box."""
        self.plant.car.is_plugged = state != "A"
        self.plant.car.force(state, ohm)
        self.plant.pilot_changed()

    def close(self):
        """Bring the contactor to closed. Return whether it is."""
        self.run_ms(3_500)
        self.ask("pilot", mode="auto")
        self.ev("C")
        self.ask("lock")
        for _ in range(20):
            self.ask("permit", ms=1_000)
            self.run_ms(200)
            if self.contactor.is_closed and self.contactor.is_feedback_closed():
                return True
        return False
