"""CoilRig: a contactor on a coil, for contracts/coil.py."""

from boards.host.sim_pin import SimPin
from chargecore.base.event_log import EventLog
from chargecore.safety.contactor import Contactor
from fakes.clock import FakeClock


class CoilRig:
    """A subclass has make_coil() and is_on()."""

    def __init__(self):
        self.clock = FakeClock()
        self.coil = self.make_coil()
        self._feedback_pin = SimPin(2, 0)
        events = EventLog(self.clock, 64)
        self.contactor = Contactor(self.coil, self._feedback_pin, self.clock, events, 1)

    def feedback(self, level):
        self._feedback_pin.level = level

    def pass_step(self):
        self.clock.advance_ms(20)
        self.feedback(1 if self.is_on() else 0)
        self.contactor.step(self.clock.ticks_ms())
