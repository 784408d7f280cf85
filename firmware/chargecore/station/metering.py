"""Metering: when a connector's meter is sampled, and what for.

Called by: Connector (begin, end, step). Writes meter records through the Recorder.
Sampled values fall on start + k x interval, clock-aligned ones on midnight UTC + k x interval; the
record carries the grid instant, so spacing equals the interval (OCPP 1.6 §4.7, §9.1; M1, M2).
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.calendar import DAY_S
from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.ticks import ticks_diff
from chargecore.store.records import (
    CONTEXT_SAMPLE_CLOCK,
    CONTEXT_SAMPLE_PERIODIC,
    CONTEXT_TRANSACTION_BEGIN,
    CONTEXT_TRANSACTION_END,
)

_NEVER = const(-1)
_FIRST_MS = const(10_000)  # longest wait for the very first reading


class Metering:
    """Samples one meter for one connector."""

    def __init__(self, connector_id, meter, controller, recorder, link, config, clock):
        self.connector_id = connector_id
        self.meter = meter
        self._controller = controller
        self._recorder = recorder
        self._link = link
        self._config = config
        self._clock = clock
        self._tx_number = 0  # local number of the running transaction, 0 = none
        self._begin_s = 0  # uptime at which it began, and the part of that second
        self._begin_part_ms = 0
        self._carry_s = 0  # 1 when that part and the one of the wall clock make a second
        self._next_sample_s = _NEVER  # uptime of the next periodic sample
        self._sample_interval_s = 0  # interval the next sample was computed with
        self._aligned_interval_s = 0
        self._aligned_at_s = _NEVER  # wall time of the last boundary seen
        self.is_silent = False  # the register is unknown (R33: the driver forgets it after 10 s)
        self._has_read = False  # it was known once
        self._is_begun = False  # step() has run; since then nobody knows the register
        self._begun_at_ms = 0
        self._last_wh = 0  # newest register value; never falls while a transaction runs
        self.ended_s = 0  # uptime at which the last transaction ended
        self.ended_wall_s = WALL_UNKNOWN
        self.ended_wh = 0  # its final register

    def register_wh(self):  # HOT
        """Return the import register in Wh, or None while it is unknown."""
        register_wh = self.meter.import_wh
        if register_wh is not None and (register_wh > self._last_wh or not self._tx_number):
            self._last_wh = register_wh
        return register_wh

    def age_ms(self, now_ms):  # HOT
        """Return how old the meter's reading is, or None when it was never read."""
        return self.meter.age_ms(now_ms)

    def begin(self, tx_number, register_wh):  # HOT
        """Start sampling for a transaction; the first value belongs to its transactionData."""
        self._tx_number = tx_number
        self._last_wh = register_wh
        self._begin_at(self._clock)
        self._sample_interval_s = 0  # step() computes the grid
        self._next_sample_s = _NEVER
        self._edge(CONTEXT_TRANSACTION_BEGIN)

    def _begin_at(self, clock):  # HOT
        """Note the instant of the grid's origin, so that start + interval is what samples say."""
        now_ms = clock.ticks_ms()
        clock.poll(now_ms)  # its second may be over for up to 100 ms
        self._begin_s = clock.uptime_s
        self._begin_part_ms = clock.uptime_ms_part(now_ms)
        self._carry_s = 0
        if clock.wall_s() != WALL_UNKNOWN:
            self._carry_s = clock.wall_s() - clock.wall_at(clock.boot_number, clock.uptime_s)

    def end(self, tx_number):  # HOT
        """Stop sampling and keep instant and register of the end; a second call changes nothing.

        The register is the last one known when the meter is silent, and no lower than any before.
        """
        if tx_number != self._tx_number:
            return
        self.register_wh()
        self._edge(CONTEXT_TRANSACTION_END)
        self._tx_number = 0
        self._next_sample_s = _NEVER
        self.ended_s = self._clock.uptime_s
        self.ended_wall_s = self._clock.wall_s()
        self.ended_wh = self._last_wh

    def step(self, now_ms):  # HOT
        """Write the samples that are due."""
        self._watch(now_ms)
        if self._tx_number:
            self._step_sampled(now_ms)
        self._step_aligned()

    def _watch(self, now_ms):  # HOT
        """Keep what is known, for the time when the meter falls silent; notice when it does."""
        if self.register_wh() is not None:
            self._has_read = True
            self.is_silent = False
        elif self._has_read:
            self.is_silent = True
        elif not self._is_begun:
            self._is_begun = True
            self._begun_at_ms = now_ms
        elif ticks_diff(now_ms, self._begun_at_ms) >= _FIRST_MS:
            self._has_read = True
            self.is_silent = True

    def _step_sampled(self, now_ms):  # HOT
        interval_s = self._config.meter_value_sample_interval_s
        clock = self._clock
        uptime_s = clock.uptime_s
        if clock.uptime_ms_part(now_ms) < self._begin_part_ms:
            uptime_s -= 1  # of the seconds since the start, this one is not over
        if interval_s != self._sample_interval_s:
            self._sample_interval_s = interval_s
            self._next_sample_s = _NEVER
            if interval_s > 0:
                passed = (uptime_s - self._begin_s) // interval_s
                self._next_sample_s = self._begin_s + (passed + 1) * interval_s
        due_s = self._next_sample_s
        if due_s == _NEVER or uptime_s < due_s:
            return
        while self._next_sample_s <= uptime_s:  # a long stall leaves a gap, not a burst
            due_s = self._next_sample_s
            self._next_sample_s += interval_s
        wall_s = clock.wall_at(clock.boot_number, due_s)
        if wall_s != WALL_UNKNOWN:
            wall_s += self._carry_s
        config = self._config
        self._write(
            CONTEXT_SAMPLE_PERIODIC, config.sampled_mask, config.stop_sampled_mask, due_s, wall_s
        )

    def _step_aligned(self):  # HOT
        interval_s = self._config.clock_aligned_data_interval_s
        if interval_s != self._aligned_interval_s:
            self._aligned_interval_s = interval_s
            self._aligned_at_s = _NEVER
        if interval_s <= 0:
            return
        wall_s = self._clock.wall_s()
        if wall_s == WALL_UNKNOWN:
            return
        second_of_day = wall_s % DAY_S
        boundary_s = wall_s - second_of_day % interval_s
        if boundary_s == self._aligned_at_s:
            return
        is_first = self._aligned_at_s == _NEVER
        is_back = boundary_s < self._aligned_at_s  # the clock was set back: no value twice
        if is_back and self._aligned_at_s - boundary_s <= interval_s:
            return
        self._aligned_at_s = boundary_s
        if is_first or is_back:
            return
        stop_mask = 0
        if self._tx_number:
            stop_mask = self._config.stop_aligned_mask
        elif not self._link.is_online:  # idle values may be dropped offline (M14)
            return
        self._write(
            CONTEXT_SAMPLE_CLOCK,
            self._config.aligned_mask,
            stop_mask,
            self._clock.uptime_s,
            boundary_s,
        )

    def _edge(self, context):  # HOT
        """Write the begin or end value that transactionData wants (E 3.14)."""
        stop_mask = self._config.stop_sampled_mask | self._config.stop_aligned_mask
        if stop_mask:
            uptime_s = self._clock.uptime_s
            self._write(context, 0, stop_mask, uptime_s, self._clock.wall_s())

    def _write(self, context, send_mask, stop_mask, uptime_s, wall_s):  # HOT
        recorder = self._recorder
        recorder.prepare(uptime_s, wall_s)
        recorder.meter(
            self.connector_id,
            self._tx_number,
            context,
            send_mask,
            stop_mask,
            self.meter,
            self._controller.offered_ma,
        )
