"""Rigs for contracts/counting_meter.py: one per driver that counts energy itself."""

from chargecore.base.event_log import EventLog
from chargecore.meters import models
from fakes.clock import FakeClock
from fakes.cse_frames import W_COEF, cse_frame
from fakes.edge_pin import EdgePin
from fakes.mains_adc import MainsAdc
from fakes.storage import FakeStorage
from fakes.talking_uart import TalkingUart

_VOLTAGE_V = 230


class CountingRig:
    """What the rigs share. A subclass makes `bus` and brings _pass_ms(): the world, then poll."""

    can_fall_silent = True

    def __init__(self, row, bus, phases):
        self.storage = FakeStorage()
        self.events = EventLog(self.clock, 32)
        self.row = row
        self.bus = bus
        self.phases = phases
        self.current_ma = 0
        self.reboot()

    def pair(self, name):
        """Be the stores."""
        self.pair_name = name
        return self.storage

    def reboot(self):
        args = self.row, self.bus, self.clock, self.phases
        self.meter = models.make(*args, self, self.events, 1)

    def now_ms(self):
        return self.clock.ticks_ms()

    def draw(self, current_ma):
        self.current_ma = current_ma

    def answer(self, _import_wh, current_ma):
        """Be a rig of contracts/meter.py, as far as its check of errors goes."""
        self.draw(current_ma)

    def run_ms(self, ms):
        for _ in range(ms // self.step_ms):
            self.clock.advance_ms(self.step_ms)
            self.pass_one()

    @property
    def power_w(self):
        return self.current_ma * _VOLTAGE_V // 1000


class CseRig(CountingRig):
    """A chip that sends a frame every 55 ms; polls every 110 ms."""

    knows = ("voltage_dv", "current_ma", "power_w")
    step_ms = 55

    def __init__(self):
        self.clock = FakeClock()
        self.is_silent = False
        self.wus = 0  # energy since its start, W us
        self._passes = 0
        CountingRig.__init__(self, {"meter": "cse7766"}, TalkingUart(), 1)

    def pass_one(self):
        self.wus += self.power_w * self.step_ms * 1000
        if not self.is_silent:
            cf = self.wus // W_COEF & 0xFFFF
            self.bus.send(cse_frame(_VOLTAGE_V, self.current_ma, self.power_w, cf))
        self._passes += 1
        if self._passes % 2 == 0:
            self.meter.poll(self.now_ms())

    def fall_silent(self):
        self.is_silent = True

    def come_back(self):
        self.is_silent = False

    def break_bus(self, is_broken):
        self.bus.is_broken = is_broken


class S0Rig(CountingRig):
    """A meter with 1000 pulses of 40 ms per kWh, bouncing for 2 ms at both ends."""

    knows = ("power_w",)
    can_fall_silent = False
    step_ms = 1

    def __init__(self, phases=1, pulses_per_kwh=1000):
        self.clock = FakeClock()
        self._ws_per_pulse = 3_600_000 // pulses_per_kwh
        self._mws = 0
        self._pulse_ms = -1  # since it began, -1 = none
        row = {"meter": "s0", "pulses_per_kwh": pulses_per_kwh}
        CountingRig.__init__(self, row, EdgePin(), phases)

    def pass_one(self):
        self._mws += self.power_w * self.phases
        if self._mws >= self._ws_per_pulse * 1000:
            self._mws -= self._ws_per_pulse * 1000
            self._pulse_ms = 0
        if self._pulse_ms >= 0:
            self._line()
        if self.clock.elapsed_ms % 100 == 0:
            self.meter.poll(self.now_ms())

    def _line(self):
        at_ms = self._pulse_ms
        self._pulse_ms += 1
        if at_ms < 2 or 40 <= at_ms < 42:
            self.bus.set(0)
            self.bus.set(1)
        if at_ms == 2:
            self.bus.set(0)
        elif at_ms == 42:
            self.bus.set(1)
            self._pulse_ms = -1


class CtRig(CountingRig):
    """2000:1 transformers with 33 Ohm: 16.5 mV per ampere."""

    knows = ("current_ma", "power_w")
    step_ms = 7

    def __init__(self, phases=1, hz=50):
        self.clock = FakeClock()
        adcs = [MainsAdc(self.clock, hz, 333 * n) for n in range(phases)]
        row = {"meter": "ct", "ct_ratio": 2000, "ct_burden_mohm": 33_000, "mains_hz": hz}
        CountingRig.__init__(self, row, adcs, phases)

    def pass_one(self):
        self.meter.poll(self.now_ms())

    def draw(self, current_ma):
        self.current_ma = current_ma
        for adc in self.bus:
            adc.rms_uv = current_ma * 33 // 2

    def fall_silent(self):
        self.bus[0].is_broken = True

    def come_back(self):
        self.bus[0].is_broken = False

    def break_bus(self, is_broken):
        for adc in self.bus:
            adc.is_broken = is_broken
