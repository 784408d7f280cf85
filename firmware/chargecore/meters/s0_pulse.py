"""S0Pulse: counts the pulses of a meter's S0 output, which tell energy and nothing else.

Called by: the scheduler (poll), station (attributes), the pin's interrupt (_edge_isr).
Never: knows voltage or current; tells a cut line from no load: S0 has no sign of life, so neither
`age_ms` nor `fresh` do. Heap: none after __init__ but for a save of the register (energy_counter),
none in the interrupt.
The pin is a machine.Pin or alike: value(), irq(handler, trigger) and IRQ_FALLING, IRQ_RISING; an
input with pull-up, to which the open collector is wired (27 V and 27 mA at most): 0 = pulse. What
irq() gets besides may stand in its irq_options: {"hard": True} where the chip can.
Debounce (evse-hardware.md §6: 20 ms): a pulse is a line that stays low for 20 ms, and it is a new
one only when the line was high for 20 ms before; it counts when it ends. The level is read in the
interrupt: an edge whose level is gone by then counts in `unseen`, and so does a pulse that is over
before the interrupt could run. On ESP32 that takes one call that holds up the VM: set the meter to
pulses of 90 ms or longer there, S0 allows no less than 30.
"""

from micropython import const

from chargecore.base.ticks import TICKS_MAX, ticks_diff, ticks_recent
from chargecore.meters.energy_counter import EnergyCounter
from chargecore.meters.readings import Readings

_DEBOUNCE_MS = const(20)
_WH_PER_KWH = const(1000)
_WS_X100_PER_KWH = const(360_000_000)  # 3.6 MWs in hundredths: the largest that is a small int
_POWER_AGE_MS = const(60_000)  # later the pulse tells too little: unknown, not zero
_PULSES_MAX = const(500_000)  # per poll: 1000 times as many are a small int


class S0Pulse:
    """pulses_per_kwh: 10..100000. pair: VersionPair for the register."""

    def __init__(self, pin, clock, phases, pulses_per_kwh, pair, events):
        self._pin = pin
        self._clock = clock
        self._ws_x100_per_pulse = _WS_X100_PER_KWH // pulses_per_kwh
        self.phases = phases
        self.voltage_dv = [None, None, None]
        self.current_ma = [None, None, None]
        self.power_w = [None, None, None]  # one phase: its own; three: an even share
        self.import_wh = None
        self.export_wh = None
        self.frequency_chz = None
        self.power_factor_permille = None
        self.temperature_dc = None
        self.fresh = False
        self.backwards = 0  # the register is the driver's own: stays 0
        self.unseen = 0  # edges whose level was gone when the interrupt ran
        self._counter = EnergyCounter(pair, clock, events, pulses_per_kwh)
        self._readings = Readings(self, clock)
        # Written by the interrupt; _pulses last, so that what belongs to it is there.
        now_ms = clock.ticks_ms()
        self._is_low = not pin.value()  # the line
        self._is_counted = False  # the pulse that it is low for, or was
        self._fell_at_ms = now_ms
        self._rose_at_ms = now_ms
        self._pulse_at_ms = now_ms  # newest pulse
        self._spacing_ms = 0  # from the one before it, 0 = too long to tell a power
        self._pulses = 0  # since boot, wraps at 2^30
        self._taken = 0  # of them, counted
        self.commit = self._counter.commit
        self.raise_to = self._counter.raise_to
        options = getattr(pin, "irq_options", {})
        pin.irq(handler=self._edge_isr, trigger=pin.IRQ_FALLING | pin.IRQ_RISING, **options)

    def age_ms(self, now_ms):  # HOT
        """Return the age of import_wh, None before the first poll."""
        return self._readings.age_ms(now_ms)

    def poll(self, now_ms):  # HOT
        """Count the pulses since the last poll; let an old power be forgotten."""
        pulses = min((self._pulses - self._taken) & TICKS_MAX, _PULSES_MAX)
        self._taken = (self._taken + pulses) & TICKS_MAX
        self._counter.add(pulses * _WH_PER_KWH, now_ms)
        readings = self._readings
        readings.take_answer(now_ms)
        readings.take_register(self._counter.register_wh, now_ms)
        self._take_power(now_ms)
        readings.grow_old(now_ms)
        self._counter.keep(now_ms)

    def _take_power(self, now_ms):  # HOT
        """Tell the power of the newest two pulses; no more than the wait for the next allows."""
        waited_ms = ticks_diff(now_ms, self._pulse_at_ms)
        if not 0 <= waited_ms <= _POWER_AGE_MS:
            self._spacing_ms = 0
            self._pulse_at_ms = ticks_recent(self._pulse_at_ms, now_ms)
        power_w = None
        spacing_ms = self._spacing_ms
        if spacing_ms:
            power_w = self._ws_x100_per_pulse * 10 // max(spacing_ms, waited_ms) // self.phases
        for i in range(self.phases):
            self.power_w[i] = power_w

    def _edge_isr(self, pin):  # HOT
        """Follow the line. Heap: none; no exception."""
        now_ms = self._clock.ticks_ms()
        if not self._pin.value():
            if self._is_low:
                self.unseen += 1
                return
            self._is_low = True
            self._fell_at_ms = now_ms
            high_ms = ticks_diff(now_ms, self._rose_at_ms)
            if not 0 <= high_ms < _DEBOUNCE_MS:  # below 0: high for days
                self._is_counted = False
            return
        if not self._is_low:
            self.unseen += 1
            return
        self._is_low = False
        self._rose_at_ms = now_ms
        if self._is_counted or 0 <= ticks_diff(now_ms, self._fell_at_ms) < _DEBOUNCE_MS:
            return
        self._is_counted = True
        self._count_isr(now_ms)

    def _count_isr(self, now_ms):  # HOT
        spacing_ms = ticks_diff(now_ms, self._pulse_at_ms)
        is_known = self._pulses and 0 < spacing_ms <= _POWER_AGE_MS
        self._spacing_ms = spacing_ms if is_known else 0
        self._pulse_at_ms = now_ms
        self._pulses = (self._pulses + 1) & TICKS_MAX
