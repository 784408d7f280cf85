"""EvseRig: controllers and safety step on the simulated board, with time in the test's hand."""

from boards.host.fault_switch import FaultSwitch
from boards.host.hardware import Hardware
from boards.host.one_shot import OneShot
from boards.host.plant import Plant
from boards.host.sim_watchdog import SimWatchdog
from chargecore.base.event_log import EventLog
from chargecore.evse.controller import EvseController
from chargecore.safety.dead_man import DeadMan
from chargecore.safety.safety_step import SafetyStep
from chargecore.safety.watchdog import Watchdog
from fakes.clock import FakeClock


class NoStore:
    """A meter store that keeps nothing."""

    def load(self):
        return 0

    def save(self, value_wh):
        pass


class EvseRig:
    """`run_ms` moves time in passes of 5 ms; plant first, then the safety step, as main.py does.

    The clock starts just below the tick wrap, so nearly every test crosses it. `coil_history` is
    (ms, level) of the first connector's coil pin.
    """

    def __init__(self, connector_count=1, has_lock=True, start_ms=None, pass_ms=5):
        self.clock = FakeClock() if start_ms is None else FakeClock(start_ms)
        self.events = EventLog(self.clock, 200)
        self.pass_ms = pass_ms
        self.one_shot = OneShot(0)
        self.watchdog = SimWatchdog()
        self.hws = []
        self.plants = []
        for idx in range(connector_count):
            hw = Hardware(16 * (idx + 1))
            self.hws.append(hw)
            self.plants.append(Plant(hw, self.one_shot, NoStore(), 3))
        self.hw = self.hws[0]
        self.plant = self.plants[0]
        self.switch = FaultSwitch(self.hw, self.plant)
        self.coil_history = []
        self.keeps_history = True  # False where the heap is locked
        self.is_stalled = False  # the firmware does not run, the world does
        self.boot(has_lock)

    def boot(self, has_lock=True):
        """Build the firmware anew on the hardware as it stands."""
        self.controllers = []
        for hw in self.hws:
            number = len(self.controllers) + 1
            self.controllers.append(EvseController(hw, has_lock, self.clock, self.events, number))
        self.controller = self.controllers[0]
        self.contactor = self.controller.contactor
        self.interlock = self.controller.interlock
        guards = DeadMan(self.one_shot), Watchdog(self.watchdog)
        self.safety = SafetyStep(self.controllers, *guards, self.clock, self.events)
        for controller in self.controllers:
            controller.set_offer_ma(16_000)

    def run_ms(self, ms):
        """Let time pass for everything."""
        for _ in range(ms // self.pass_ms):
            self.one_pass()

    def one_pass(self):
        """Let one pass of time go by, then run the firmware once."""
        now_ms = self.clock.advance_ms(self.pass_ms)
        for plant in self.plants:
            plant.step(self.pass_ms)
        self.one_shot.step(self.pass_ms)
        self.watchdog.step(self.pass_ms)
        if not self.is_stalled:
            self.safety.step(now_ms)
        if self.keeps_history:
            self._remember(self.hw.coil_pin.level)

    def _remember(self, level):
        if not self.coil_history or self.coil_history[-1][1] != level:
            self.coil_history.append((self.clock.elapsed_ms, level))

    def until(self, condition, limit_ms):
        """Run until condition() holds. Return the ms it took, or -1 when it did not in time."""
        began_ms = self.clock.elapsed_ms
        while not condition():
            if self.clock.elapsed_ms - began_ms >= limit_ms:
                return -1
            self.one_pass()
        return self.clock.elapsed_ms - began_ms

    # ---- what people do ----

    def ev(self, state):
        """Force the car's side of the pilot."""
        self.plant.car.is_plugged = state != "A"
        self.plant.car.force(state)
        self.plant.pilot_changed()

    def fault(self, kind, is_active=True, value=0):
        """Set or clear a fault of the control socket."""
        self.switch.set(kind, is_active, value)

    def plug(self):
        """Put in the cable of a car that does nothing by itself, and lock it."""
        self.run_ms(3_100)  # X1 long enough for the PWM
        self.ev("B")
        self.run_ms(100)
        self.controller.lock_cable()
        self.until(self.is_lock_ok, 2_000)

    def offer(self):
        """Let the pilot offer current to the plugged car."""
        self.plug()
        self.controller.allow(True)
        self.run_ms(100)

    def charge(self):
        """Bring the connector to C2 with the contactor closed for a second."""
        self.offer()
        self.ev("C")
        took_ms = self.until(self.is_live, 3_000)
        self.run_ms(1_000)
        return took_ms

    def unplug(self):
        """Pull the cable at the car."""
        self.ev("A")

    # ---- what people ask ----

    def is_lock_ok(self):
        return self.controller.lock_ok

    def is_live(self):
        """Tell whether the main contacts are closed."""
        return self.plant.contactor.is_closed

    def is_dead(self):
        return not self.plant.contactor.is_closed

    def is_coil_off(self):
        return self.hw.coil_pin.level == 0

    def is_coil_on(self):
        return self.hw.coil_pin.level == 1

    def is_faulted(self):
        return self.controller.fault != 0

    def is_clear(self):
        return self.controller.fault == 0

    def count_events(self, code):
        """Return how many events with that code are in the log."""
        log = self.events
        found = 0
        for number in range(log.oldest(), log.total):
            if log.field(number, 0) == code:
                found += 1
        return found

    def outputs(self):
        """Return (coil, duty, motor A, motor B): every output of the first connector."""
        hw = self.hw
        return (hw.coil_pin.level, hw.pilot_pwm.duty, hw.lock_a_pin.level, hw.lock_b_pin.level)
