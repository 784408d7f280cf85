"""The meters that count energy themselves with the heap locked, their interrupt included."""

import unittest

from chargecore.base.codes import E_EMPTY, OK
from chargecore.meters.adc_ct import AdcCt
from chargecore.meters.cse7766 import Cse7766
from chargecore.meters.s0_pulse import S0Pulse
from fakes.clock import FakeClock
from fakes.cse_frames import cse_frame
from fakes.edge_pin import EdgePin
from fakes.mains_adc import MainsAdc
from fakes.talking_uart import TalkingUart
from heap import growth, locked

COVERS = (
    "chargecore.meters.adc_ct.isqrt",
    "chargecore.meters.adc_ct.AdcCt.age_ms",
    "chargecore.meters.adc_ct.AdcCt.poll",
    "chargecore.meters.adc_ct.AdcCt._begin",
    "chargecore.meters.adc_ct.AdcCt._sample",
    "chargecore.meters.adc_ct.AdcCt._finish",
    "chargecore.meters.adc_ct.AdcCt._current_ma",
    "chargecore.meters.cse7766.find_frame",
    "chargecore.meters.cse7766.ratio",
    "chargecore.meters.cse7766.Cse7766._take_frames",
    "chargecore.meters.line_bytes.copy_bytes",
    "chargecore.meters.line_bytes.drop_bytes",
    "chargecore.meters.cse7766.Cse7766.age_ms",
    "chargecore.meters.cse7766.Cse7766.poll",
    "chargecore.meters.cse7766.Cse7766._read_chunk",
    "chargecore.meters.cse7766.Cse7766._u24",
    "chargecore.meters.cse7766.Cse7766._take",
    "chargecore.meters.cse7766.Cse7766._take_values",
    "chargecore.meters.cse7766.Cse7766._value",
    "chargecore.meters.cse7766.Cse7766._count",
    "chargecore.meters.energy_counter.EnergyCounter.add",
    "chargecore.meters.energy_counter.EnergyCounter.keep",
    "chargecore.meters.energy_counter.EnergyCounter.raise_to",
    "chargecore.meters.s0_pulse.S0Pulse.age_ms",
    "chargecore.meters.s0_pulse.S0Pulse.poll",
    "chargecore.meters.s0_pulse.S0Pulse._take_power",
    "chargecore.meters.s0_pulse.S0Pulse._edge_isr",
    "chargecore.meters.s0_pulse.S0Pulse._count_isr",
)


class QuietPair:
    """A VersionPair without files: opening one is what a save takes from the heap."""

    is_old = False
    errno = 0

    def __init__(self):
        self.saves = 0

    def load(self, buf):
        return E_EMPTY

    def save(self, buf, length):
        self.saves += 1
        return OK


class TestHeapOfCountingMeters(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.pair = QuietPair()

    def test_cse7766(self):
        uart = TalkingUart()
        self.uart = uart
        self.meter = meter = Cse7766(uart, self.clock, self.pair, None)
        full = [cse_frame(230, 16_000, 3_680, cf=cf * 75 & 0xFFFF) for cf in range(40)]
        uart.send(b"".join(full) + b"\x55\x5a\x55" + cse_frame(230, 0, 0, 3_000))
        with locked():
            for _ in range(30):
                self.run_cse()
            is_known = meter.fresh
            for _ in range(110):
                meter.poll(self.clock.advance_ms(100))
            age_ms = meter.age_ms(self.clock.ticks_ms())

        self.assertTrue(is_known)
        self.assertTrue(age_ms >= 10_000)
        self.assertTrue(meter.noise > 0 and self.pair.saves > 0)
        self.assertEqual(growth(self.run_cse, 50), 0)

    def run_cse(self):
        self.uart.rewind()
        for _ in range(12):
            self.meter.poll(self.clock.advance_ms(110))

    def test_s0(self):
        self.pin = EdgePin()
        self.meter = S0Pulse(self.pin, self.clock, 3, 1_000, self.pair, None)
        with locked():
            for _ in range(100):
                self.run_s0()
            power_w = self.meter.power_w[0]
            self.meter.raise_to(90)
            for _ in range(700):
                self.meter.poll(self.clock.advance_ms(100))
            age_ms = self.meter.age_ms(self.clock.ticks_ms())

        self.assertEqual((self.meter.import_wh, power_w, age_ms), (100, 1_200, 0))
        self.assertTrue(self.pair.saves > 0)
        self.assertEqual(growth(self.run_s0, 100), 0)

    def run_s0(self):
        """Let one bouncing pulse come in a second."""
        pin = self.pin
        pin.set(0)
        pin.set(1)
        pin.set(0)
        self.clock.advance_ms(40)
        pin.set(1)
        for _ in range(10):
            self.meter.poll(self.clock.advance_ms(96))

    def test_ct(self):
        self.adcs = [MainsAdc(self.clock) for _ in range(3)]
        self.meter = AdcCt(self.adcs, self.clock, 6_060, 50, 230, self.pair, None)
        for adc in self.adcs:
            adc.rms_uv = 528_000
        with locked():
            for _ in range(60):
                self.run_ct()
            current_ma = self.meter.current_ma[2]
            self.adcs[0].zero_uv = 0
            for _ in range(12):
                self.run_ct()
            age_ms = self.meter.age_ms(self.clock.ticks_ms())

        self.assertTrue(31_000 < current_ma < 33_000)
        self.assertTrue(age_ms >= 10_000)
        self.assertTrue(self.pair.saves > 0)
        self.adcs[0].zero_uv = 1_650_000
        self.assertEqual(growth(self.run_ct, 50), 0)

    def run_ct(self):
        for _ in range(143):
            self.meter.poll(self.clock.advance_ms(7))
