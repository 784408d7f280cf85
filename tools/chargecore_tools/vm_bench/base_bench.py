"""Scheduler against asyncio, on the VM: micropython base_bench.py. Prints `id value` lines.

One scheduler step is one bound method that the scheduler runs; the safety step, which runs before
every entry, is one of them. One asyncio task switch is one pass of a task through sleep_ms(0).
Both do nothing when they run, both are measured with ten of their kind, in turns, best of many.
"""

import asyncio
import gc
import sys
import time

_ROOT = __file__.rsplit("/", 1)[0] + "/../../.."
sys.path.insert(0, _ROOT + "/firmware")

from chargecore.base.clock import Clock  # noqa: E402  the path is set above
from chargecore.base.scheduler import Scheduler  # noqa: E402  the path is set above
from chargecore.base.ticks import TICKS_MAX  # noqa: E402

_ENTRIES = 10
_PASSES = 2_000
_ROUNDS = 9


class Ticks:
    """A tick source that moves on by one period per pass, so that every entry is always due."""

    def __init__(self):
        self.at_ms = 0

    def ticks_ms(self):
        """Return the tick count."""
        return self.at_ms


class Parts:
    """The steps: they do nothing, as the asyncio tasks do nothing."""

    def guard(self, now_ms):
        """Be the safety step."""

    def step(self, now_ms):
        """Be an entry."""

    def opened(self):
        """Be the function that opens the contactors."""


def scheduler_pass_ns(period_ms):
    """Return the time of one pass over ten entries, all due (1) or none (a long period)."""
    ticks = Ticks()
    parts = Parts()
    # The real clock over a tick source in Python: dearer than over the port's time.ticks_ms.
    clock = Clock(ticks.ticks_ms, 1)
    scheduler = Scheduler(clock, _ENTRIES, parts.guard, parts.opened, None)
    for _ in range(_ENTRIES):
        scheduler.add("nothing", parts.step, period_ms, 1)
    step = scheduler.step
    step(0)
    gc.collect()
    gc.disable()
    began_us = time.ticks_us()
    for _ in range(_PASSES):
        ticks.at_ms = now_ms = (ticks.at_ms + 1) & TICKS_MAX
        step(now_ms)
    took_us = time.ticks_diff(time.ticks_us(), began_us)
    gc.enable()
    return took_us * 1_000 // _PASSES


async def _task(count):
    for _ in range(count):
        await asyncio.sleep_ms(0)


async def _ten_tasks():
    tasks = [asyncio.create_task(_task(_PASSES)) for _ in range(_ENTRIES)]
    for task in tasks:
        await task


def asyncio_switch_ns():
    """Return the time of one task switch, with ten tasks."""
    asyncio.new_event_loop()
    gc.collect()
    gc.disable()
    began_us = time.ticks_us()
    asyncio.run(_ten_tasks())
    took_us = time.ticks_diff(time.ticks_us(), began_us)
    gc.enable()
    return took_us * 1_000 // (_PASSES * _ENTRIES)


def main():
    """Measure in turns and print the best of each."""
    busy_ns = idle_ns = switch_ns = 1 << 60
    for _ in range(_ROUNDS):
        busy_ns = min(busy_ns, scheduler_pass_ns(1))
        idle_ns = min(idle_ns, scheduler_pass_ns(1 << 28))
        switch_ns = min(switch_ns, asyncio_switch_ns())
    steps = 1 + 2 * _ENTRIES  # the guard once more than there are entries
    print("scheduler_ratio", busy_ns / steps / switch_ns)
    print("scheduler_entry_ratio", busy_ns / _ENTRIES / switch_ns)
    print("scheduler_step_ns", busy_ns // steps)
    print("scheduler_idle_pass_ns", idle_ns)
    print("asyncio_switch_ns", switch_ns)


main()
