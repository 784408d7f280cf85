"""AdcRing on the emulated ADC, queue and DMA: what the registers it writes really do."""

import time
from array import array

import pytest
import rp2

from boards.rp2 import sampling
from boards.rp2.adc_ring import RP2040, AdcRing
from boards.rp2.pilot_sampler import PilotSampler
from boards.rp2.sampled_channel import SampledChannel
from fakes.rp2_adc import FakeDma

_MEMORY_AT = 0x20001230  # in the emulated RAM, aligned to 16
_DMA_BASE = 0x50000000
_ABORT = _DMA_BASE + 0x444
_STEP_NS = 20_000_000
_ACCESS_NS = 6_000  # of one register through mem32 (device figures: 740 cycles)


class EmulatedDma(FakeDma):
    """rp2.DMA channel 3 by its registers, written in the order the board's own uses."""

    def __init__(self, registers):
        self._registers = registers
        self._at = _DMA_BASE + 0x40 * 3
        super().__init__(channel=3)

    @property
    def count(self):
        """Return the transfers left."""
        return self._registers[self._at + 0x08]

    @count.setter
    def count(self, _value):
        pass

    def config(self, read, write, count, ctrl, trigger=False):
        """Set the channel up; CTRL_TRIG starts it."""
        assert trigger
        for offset, value in ((0x00, read), (0x04, write), (0x08, count), (0x0C, ctrl)):
            self._registers[self._at + offset] = value

    def active(self, level=None):
        """Abort with 0."""
        if level == 0:
            self._registers[_ABORT] = 1 << 3


class TimedRegisters:
    """machine.mem32: every access takes its time, as on the chip."""

    def __init__(self, bench):
        self._bench = bench

    def __getitem__(self, address):
        self._bench.pass_time(_ACCESS_NS)
        return self._bench.emulator.registers[address]

    def __setitem__(self, address, value):
        self._bench.pass_time(_ACCESS_NS)
        self._bench.emulator.registers[address] = value


class Bench:
    """An AdcRing in the emulator, and its time."""

    def __init__(self, emulator, values):
        self.emulator = emulator
        self.now_ns = 0
        emulator.order("voltages", values=values)
        self.dma = EmulatedDma(emulator.registers)
        timed = TimedRegisters(self)
        self.ring = AdcRing(timed, self.dma, RP2040, self.ticks_us, self.address_of)

    def pass_time(self, ns):
        """Let time pass for the chip and for the clock."""
        self.emulator.order("tick", ns=ns)
        self.now_ns += ns

    def ticks_us(self):
        """time.ticks_us."""
        return self.now_ns // 1000 & 0x3FFFFFFF

    @staticmethod
    def address_of(_memory):
        """uctypes.addressof."""
        return _MEMORY_AT

    def step(self, step_ns=_STEP_NS):
        """Let time pass; the chip's memory becomes the ring's."""
        self.pass_time(step_ns)
        address = _MEMORY_AT + 2047 & ~2047
        values = self.emulator.order("memory", address=address, halfwords=1024)["values"]
        self.ring.ring[:] = array("H", values).tobytes()


def constant(*levels):
    """Return the values of channels 0, 1, 2, 3 and 4 that never change."""
    return [[level] for level in levels]


@pytest.fixture
def buf():
    """A burst's buffer."""
    return array("i", [0] * 252)


def microvolts(raw):
    """Return what a raw value means."""
    return raw * 3_300_000 // 4096


def test_lanes_hold_their_channels_in_turn(emulator, buf):
    bench = Bench(emulator, constant(1000, 2000, 3000, 9, 500))
    bench.step()

    for lane, raw in enumerate((1000, 2000, 3000, 500)):
        assert PilotSampler(bench.ring, lane).fill(buf, 250)
        assert set(buf[:250]) == {microvolts(raw)}
    assert SampledChannel(bench.ring, 1).read_uv() == microvolts(2000)


def test_each_lane_is_sampled_98_times_a_millisecond(emulator):
    bench = Bench(emulator, constant(1, 2, 3, 4, 5))
    before = bench.dma.count

    bench.step(10_000_000)

    assert (before - bench.dma.count) / 4 == pytest.approx(983.6, abs=3)


def test_lanes_stay_in_place_while_the_ring_wraps(emulator, buf):
    bench = Bench(emulator, constant(1000, 2000, 3000, 9, 500))
    pilot = PilotSampler(bench.ring, 0)

    for step in range(20):
        bench.step(_STEP_NS + 7_000 * step)

        assert pilot.fill(buf, 250)
        assert set(buf[:250]) == {microvolts(1000)}
    assert bench.ring.starts == 1


def test_newest_sample_is_at_the_end_of_the_burst(emulator, buf):
    ramp = list(range(0, 4000, 1))
    bench = Bench(emulator, [ramp, [7], [7], [7], [7]])
    bench.step()

    assert PilotSampler(bench.ring, 0).fill(buf, 250)

    raw = [-(-buf[n] * 128 // 103_125) for n in range(250)]
    assert raw == list(range(raw[0], raw[0] + 250))
    assert raw[-1] == pytest.approx(20_000 / 10.1667, abs=3)


def test_aborted_dma_gives_no_reading_and_is_started_again(emulator, buf):
    bench = Bench(emulator, constant(1000, 2000, 3000, 9, 500))
    pilot = PilotSampler(bench.ring, 0)
    bench.step()
    assert pilot.fill(buf, 150)
    emulator.registers[_ABORT] = 1 << 3

    bench.step()
    first = pilot.fill(buf, 150)
    bench.step()

    assert not first
    assert pilot.fill(buf, 150)
    assert set(buf[:150]) == {microvolts(1000)}


def test_board_makes_a_ring_of_its_pins(emulator, monkeypatch):
    import machine
    import uctypes

    analog = []
    emulator.order("voltages", values=constant(1, 2, 3, 4, 5))
    monkeypatch.setattr(machine, "ADC", analog.append)
    monkeypatch.setattr(machine, "mem32", emulator.registers)
    monkeypatch.setattr(rp2, "DMA", lambda: EmulatedDma(emulator.registers))
    monkeypatch.setattr(uctypes, "addressof", Bench.address_of)

    ring = sampling.make_ring(["GP26", "GP27"], RP2040)

    assert analog == ["GP26", "GP27"]
    assert ring.starts == 1
    assert time.ticks_us() >= 0
