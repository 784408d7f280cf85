"""ReactionBoard: the host board with time made of what the code takes and of sleep that is added.

Called by: reaction_bench. The timeline is the VM's own processor time, so that another job on the
machine does not count, plus the sleep of every pass, which is added and not slept. So an instant
lies where it would on an idle machine, and an hour takes as long as its code runs.
"""

import time

from memory_server import MemoryServer

from boards.host.board import POWER_STOP, Board
from boards.host.sim_adc import SimAdc
from boards.host.sim_pin import SimPin
from boards.host.virtual_clock import START_MS
from chargecore.base.ticks import TICKS_MAX

NEVER_US = 1 << 60
_GAP_STEP_US = 100
_GAPS = 3_000  # steps of the histogram; the last one takes all that is longer


def cpu_us():
    """Return the time the processor has worked for this process."""
    return int(time.clock() * 1_000_000)


def resolution_us():
    """Return the step in which cpu_us() grows."""
    before_us = now_us = cpu_us()
    while now_us == before_us:
        now_us = cpu_us()
    before_us = now_us
    while now_us == before_us:
        now_us = cpu_us()
    return now_us - before_us


class CpuClock:
    """Ticks from processor time and added sleep, with the names the board asks for."""

    def __init__(self):
        self._base_us = cpu_us()
        self._skipped_us = 0
        self.elapsed_ms = 0  # what the plant has been through

    def now_us(self):
        """Return the instant on the timeline."""
        return cpu_us() - self._base_us + self._skipped_us

    def skip(self, sleep_us):
        """Add sleep."""
        self._skipped_us += sleep_us

    def ticks_ms(self):
        """Return the ticks that the firmware reads."""
        return (START_MS + self.now_us() // 1000) & TICKS_MAX

    def due_ms(self):
        """Return the whole milliseconds the plant has not been through yet."""
        return self.now_us() // 1000 - self.elapsed_ms

    def advance(self, dt_ms):
        """Note that the plant goes through them."""
        self.elapsed_ms += dt_ms


class TimedAdc(SimAdc):
    """The pilot input. on_due() is called by the first reading at or after the armed instant."""

    def __init__(self, number, clock):
        super().__init__(number)
        self._clock = clock
        self._at_us = NEVER_US
        self.on_due = None

    def arm(self, at_us):
        """Let it happen at that instant, whatever runs then."""
        self._at_us = at_us

    def read_uv(self):
        """Return the voltage at the ADC pin in microvolts."""
        if self._at_us != NEVER_US and self._clock.now_us() >= self._at_us:
            self._at_us = NEVER_US
            self.on_due()
        return SimAdc.read_uv(self)


class TimedPin(SimPin):
    """The coil. off_at_us is when it was last switched off, NEVER_US: not since it was cleared."""

    def __init__(self, number, clock):
        super().__init__(number, 0, 0)
        self._clock = clock
        self.off_at_us = NEVER_US

    def value(self, level=None):
        """Return the level, or set it."""
        if level == 0 and self.level == 1:
            self.off_at_us = self._clock.now_us()
        return SimPin.value(self, level)


class GapMeter:
    """Sits before the dead man's one-shot: each edge ends a full safety step. Counts the gaps."""

    def __init__(self, one_shot, clock):
        self._set = one_shot.value
        self._clock = clock
        self._fed_at_us = NEVER_US
        self.is_counting = False
        self.gaps = [0] * _GAPS  # index: tenths of a millisecond
        self.worst_us = 0
        one_shot.value = self.value

    def value(self, level=None):
        """Return the level, or set it."""
        if level is not None:
            now_us = self._clock.now_us()
            if self.is_counting and self._fed_at_us != NEVER_US:
                self._count(now_us - self._fed_at_us)
            self._fed_at_us = now_us
        return self._set(level)

    def percentile_us(self, permille):
        """Return the gap that permille of all gaps do not exceed, rounded up to 0.1 ms."""
        left = sum(self.gaps) * permille // 1000
        for idx in range(_GAPS):
            left -= self.gaps[idx]
            if left <= 0:
                return min((idx + 1) * _GAP_STEP_US, self.worst_us)
        return self.worst_us

    def _count(self, gap_us):
        self.gaps[min(gap_us // _GAP_STEP_US, _GAPS - 1)] += 1
        self.worst_us = max(self.worst_us, gap_us)


class ReactionBoard(Board):
    """Resumes `script`, a generator, once per pass; its end is the end of the run."""

    def __init__(self, options):
        super().__init__(options)
        self.clock = clock = CpuClock()
        self.ticks_ms = clock.ticks_ms
        self.sockets = self.server = MemoryServer()
        self.hw = hw = self.connectors[0]
        self.plant = self.plants[0]
        hw.coil_pin = TimedPin(hw.coil_pin.number, clock)
        hw.pilot_adc = TimedAdc(hw.pilot_adc.number, clock)
        self.gap_meter = GapMeter(self.dead_man_pin, clock)
        self.plant.pilot_changed()
        self.script = None
        self.sleep_us = 2_000  # of each pass, as boards/host sleeps

    def idle(self):
        """Let a pass go by."""
        self.clock.skip(self.sleep_us)
        dt_ms = self.clock.due_ms()
        if dt_ms:
            self.pass_time(dt_ms)
        if next(self.script, None) is None:
            self.power = POWER_STOP
