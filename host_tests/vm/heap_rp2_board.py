"""boards/rp2 with the heap locked: the coil guard and the sampling of the pilot."""

import unittest
from array import array

from boards.rp2.adc_ring import RP2040, AdcRing
from boards.rp2.coil_guard import CoilGuard
from boards.rp2.guard_feed import GuardFeed
from boards.rp2.guarded_trip import GuardedTrip
from boards.rp2.pilot_sampler import PilotSampler
from boards.rp2.sampled_channel import SampledChannel
from chargecore.base.ticks import ticks_add
from chargecore.safety.dead_man import DeadMan
from fakes.rp2_machine import FakeInput
from heap import growth, locked

COVERS = (
    "boards.rp2.adc_ring.AdcRing.start",
    "boards.rp2.adc_ring.AdcRing.stop",
    "boards.rp2.adc_ring.AdcRing.is_good",
    "boards.rp2.adc_ring.AdcRing.newest",
    "boards.rp2.adc_ring.AdcRing.renew",
    "boards.rp2.coil_guard.CoilGuard.value",
    "boards.rp2.coil_guard.CoilGuard.feed",
    "boards.rp2.coil_guard.CoilGuard.is_tripped",
    "boards.rp2.guard_feed.GuardFeed.value",
    "boards.rp2.guarded_trip.GuardedTrip.value",
    "boards.rp2.pilot_sampler.PilotSampler.fill",
    "boards.rp2.pilot_sampler.copy_lane",
    "boards.rp2.sampled_channel.SampledChannel.read_uv",
    "boards.rp2.sampled_channel.sum_lane",
)

_FLAG_AT = 0x50200030


class QuietMachine:
    """A state machine that takes every word at once, and keeps none."""

    def put(self, word):
        """Take a word."""

    def tx_fifo(self):
        """Return that the queue is empty."""
        return 0


class QuietRegisters:
    """machine.mem32: one value for all registers, which nobody can change."""

    def __init__(self, value):
        self.value = value

    def __getitem__(self, address):
        return self.value

    def __setitem__(self, address, value):
        pass


class QuietDma:
    """rp2.DMA: its count runs down by itself."""

    def __init__(self):
        self.count = 0

    def pack_ctrl(self, **fields):
        """Return some control word."""
        return 1

    def config(self, read, write, count, ctrl, trigger):
        """Set the count."""
        self.count = count

    def active(self, level):
        """Stop."""
        return False


class QuietClock:
    """time.ticks_us that stands until it is moved."""

    def __init__(self):
        self.now_us = 0

    def ticks_us(self):
        """Return the time."""
        return self.now_us


class TestHeapOfCoilGuard(unittest.TestCase):
    def setUp(self):
        self.flags = QuietRegisters(0)
        pin = FakeInput()
        self.guard = CoilGuard(QuietMachine(), pin, self.flags, _FLAG_AT, 1, 29_999)
        self.dead_man = DeadMan(GuardFeed([self.guard]))
        self.rcd_pin = GuardedTrip(pin, self.guard)

    def pass_a_session(self):
        guard = self.guard
        guard.value(1)
        for _ in range(20):
            self.rcd_pin.value()
            self.dead_man.feed()
        self.flags.value = 1
        self.rcd_pin.value()
        self.dead_man.feed()
        guard.value(0)
        self.flags.value = 0

    def test_sessions(self):
        with locked():
            for _ in range(50):
                self.pass_a_session()

        self.assertEqual(self.guard.feeds, 1000)

    def test_leaves_nothing_behind(self):
        self.assertEqual(growth(self.pass_a_session, 100), 0)


class TestHeapOfSampling(unittest.TestCase):
    def setUp(self):
        self.clock = QuietClock()
        self.dma = QuietDma()
        registers = QuietRegisters(1 << 8)  # ready, and the queue is empty
        self.ring = AdcRing(
            registers, self.dma, RP2040, self.clock.ticks_us, lambda memory: 0x20001230
        )
        self.pilot = PilotSampler(self.ring, 0)
        self.slow = SampledChannel(self.ring, 1)
        self.buf = array("i", [0] * 252)

    def step(self):
        self.clock.now_us = ticks_add(self.clock.now_us, 20_000)
        self.dma.count -= 7_868
        is_good = self.pilot.fill(self.buf, 250)
        if is_good:
            self.slow.read_uv()
        return is_good

    def test_bursts_stalls_and_new_starts(self):
        good = 0
        starts = self.ring.starts
        with locked():
            for _ in range(100):
                if self.step():
                    good += 1
            self.dma.count = 700_000  # nearly at its end: starts anew
            self.ring.renew()
            self.dma.count += 7_868  # stands still
            self.step()
            for _ in range(5):
                if self.step():
                    good += 1

        self.assertTrue(good >= 104, good)
        self.assertTrue(self.ring.starts >= starts + 2)

    def test_leaves_nothing_behind(self):
        self.step()

        self.assertEqual(growth(self.step, 100), 0)
