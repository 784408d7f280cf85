"""The costliest poll of each meter on the VM: micropython meter_bench.py. Prints `id value`.

A line is flooded with what costs the driver most: starts of frames, one after the other. The poll
takes as many bytes as it ever takes at once. It is compared with json.loads of a 421-byte
SetChargingProfile CALL on the same VM, best of many. What a poll may cost at most in
calls, bytes and lines of code is bounded in host_tests/properties/test_poll_budgets.py.
"""

import gc
import json
import sys
import time

_ROOT = __file__.rsplit("/", 1)[0] + "/../../.."
sys.path.insert(0, _ROOT + "/firmware")
sys.path.insert(0, _ROOT + "/tools/chargecore_tools/vm_bench")

from profile_message import PROFILE  # noqa: E402

from chargecore.base.clock import Clock  # noqa: E402  the path is set above, as all below
from chargecore.meters import models  # noqa: E402

_ROUNDS = 60
_TIMES = 20


class FloodUart:
    """A line on which there is always more of a pattern."""

    def __init__(self, pattern):
        self._block = pattern * 64

    def init(self, **settings):
        """Accept any rate."""

    def write(self, buf):
        """Send a request."""
        return len(buf)

    def any(self):
        """There is more than anybody takes."""
        return 1_000

    def readinto(self, buf, nbytes):
        """Fill buf at the cost of one slice, not of a loop."""
        buf[:nbytes] = self._block[:nbytes]
        return nbytes


class NoStores:
    """Flash that is empty and takes everything."""

    errno = 0
    is_old = False

    def pair(self, name):
        """Return the store of one register."""
        return self

    def load(self, buf):
        """Nothing was kept."""
        return -2

    def save(self, buf, length):
        """Keep nothing."""
        return 0


class Ticks:
    """A clock that the bench moves."""

    def __init__(self):
        self.at_ms = 0

    def ticks_ms(self):
        """Return the tick count."""
        return self.at_ms


_CASES = (
    ("sdm630", 3, b"\x01\x04\x30"),
    ("pzem004t", 1, b"\x01\x04\x14"),
    ("cse7766", 1, b"\x55\x5a"),
)


def poll_ns(meter, ticks):
    """Return the time of one poll, mean of some."""
    began_ns = time.time_ns()
    for _ in range(_TIMES):
        ticks.at_ms += 100
        meter.poll(ticks.at_ms)
    return (time.time_ns() - began_ns) // _TIMES


def loads_ns():
    """Return the time of one json.loads."""
    gc.collect()
    gc.disable()
    began_ns = time.time_ns()
    for _ in range(_TIMES):
        json.loads(PROFILE)
    took_ns = (time.time_ns() - began_ns) // _TIMES
    gc.enable()
    return took_ns


def main():
    """Measure all, print the worst of them."""
    base_ns = min([loads_ns() for _ in range(_ROUNDS)])
    worst_ns = 0
    for model, phases, pattern in _CASES:
        ticks = Ticks()
        clock = Clock(ticks.ticks_ms, 1)
        bus = FloodUart(pattern)
        meter = models.make({"meter": model}, bus, clock, phases, NoStores())
        took_ns = min([poll_ns(meter, ticks) for _ in range(_ROUNDS)])
        print("#", model, took_ns, "ns, json.loads", base_ns, "ns")
        worst_ns = max(worst_ns, took_ns)
    print("meter_poll_ratio", worst_ns / base_ns)


main()
