"""The Modbus meters: the contract, golden frames, and lines that misbehave."""

import unittest

from chargecore.meters import models
from chargecore.meters.eastron import Eastron
from chargecore.meters.pzem import Pzem
from contracts.meter import check_meter
from fakes.clock import FakeClock
from fakes.modbus_frames import eastron_replies, pzem_replies
from fakes.modbus_uart import FakeModbusUart, with_crc

# Written by hand from evse-hardware.md §6; CRCs from pymodbus.
#                    V L1 230.0        L2       L3       A L1 16.0
_SDM120_PHASES = "01 04 30 43 66 00 00 00000000 00000000 41 80 00 00 00000000 00000000"
#                  W L1 3680.0                           VA L1 3680.0
_SDM120_PHASES += "45 66 00 00 00000000 00000000 45 66 00 00 00000000 00000000 8F08"
#                    Hz 50.0     kWh 1.234   kWh 0.5
_SDM120_REGISTERS = "01 04 0C 42 48 00 00 3F 9D F3 B6 3F 00 00 00 CC7E"
_PZEM = "01 04 14 08FC 3E80 0000 8FC0 0000 04D2 0001 01F4 0064 0000 B3A5"


def golden(text):
    return bytes.fromhex(text.replace(" ", ""))


def frame(text):
    return with_crc(golden(text))


class Rig:
    """A driver on a UART with a device behind it."""

    def __init__(self, model, phases, replies):
        self.clock = FakeClock()
        self.uart = FakeModbusUart()
        self.meter = models.make({"meter": model}, self.uart, self.clock, phases)
        self._make_replies = replies

    def now_ms(self):
        return self.clock.ticks_ms()

    def run_ms(self, ms):
        for _ in range(ms // 50):
            self.meter.poll(self.clock.advance_ms(50))

    def answer(self, import_wh, current_ma):
        self.uart.is_silent = False
        self.uart.replies = self._make_replies(import_wh, current_ma)

    def fall_silent(self):
        self.uart.is_silent = True

    def break_bus(self, is_broken):
        self.uart.is_broken = is_broken


def make_sdm120():
    return Rig("sdm120", 1, eastron_replies)


def make_sdm230():
    return Rig("sdm230", 1, eastron_replies)


def make_sdm630():
    return Rig("sdm630", 3, eastron_replies)


def make_pzem():
    return Rig("pzem004t", 1, pzem_replies)


class ModbusMeterContractTest(unittest.TestCase):
    def test_keeps_the_contract_when_sdm120(self):
        check_meter(self, make_sdm120)

    def test_keeps_the_contract_when_sdm230(self):
        check_meter(self, make_sdm230)

    def test_keeps_the_contract_when_sdm630(self):
        check_meter(self, make_sdm630)

    def test_keeps_the_contract_when_pzem(self):
        check_meter(self, make_pzem)


class GoldenFrameTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.uart = FakeModbusUart()

    def run_polls(self, meter, count=10):
        for _ in range(count):
            meter.poll(self.clock.advance_ms(50))

    def test_reads_an_sdm120(self):
        self.uart.replies = {0x00: golden(_SDM120_PHASES), 0x46: golden(_SDM120_REGISTERS)}
        meter = Eastron(self.uart, self.clock, 1)

        self.run_polls(meter)

        self.assertEqual(meter.voltage_dv, [2_300, None, None])
        self.assertEqual(meter.current_ma, [16_000, None, None])
        self.assertEqual(meter.power_w, [3_680, None, None])
        self.assertEqual((meter.import_wh, meter.export_wh), (1_234, 500))
        self.assertEqual((meter.frequency_chz, meter.power_factor_permille), (5_000, 1_000))
        self.assertIsNone(meter.temperature_dc)

    def test_reads_a_pzem(self):
        self.uart.replies = {0: golden(_PZEM)}
        meter = Pzem(self.uart, self.clock)

        self.run_polls(meter)

        self.assertEqual(meter.voltage_dv, [2_300, None, None])
        self.assertEqual(meter.current_ma, [16_000, None, None])
        self.assertEqual(meter.power_w, [3_680, None, None])
        self.assertEqual((meter.import_wh, meter.export_wh), (65_536 + 1_234, None))
        self.assertEqual((meter.frequency_chz, meter.power_factor_permille), (5_000, 1_000))

    def test_asks_with_the_frames_of_the_table(self):
        meter = Eastron(self.uart, self.clock, 1)
        self.uart.replies = eastron_replies(0, 0)

        meter.poll(self.clock.ticks_ms())
        first = bytes(self.uart.request_buf)
        self.run_polls(meter, 2)
        second = bytes(self.uart.request_buf)

        self.assertEqual(first, bytes.fromhex("010400000018F000"))
        self.assertEqual(second, bytes.fromhex("01040046000691DD"))

    def test_tells_every_phase_of_an_sdm630(self):
        data = "43660000 43670000 43680000"  # 230, 231, 232 V
        data += "3F800000 40000000 40400000"  # 1, 2, 3 A
        data += "42C80000 43480000 C3960000"  # 100, 200, -300 W: L3 feeds back
        data += "42C80000 43480000 43C80000"  # 100, 200, 400 VA
        self.uart.replies = eastron_replies(1_000, 0)
        self.uart.replies[0] = frame("010430" + data)
        meter = Eastron(self.uart, self.clock, 3)

        self.run_polls(meter)

        self.assertEqual(meter.voltage_dv, [2_300, 2_310, 2_320])
        self.assertEqual(meter.current_ma, [1_000, 2_000, 3_000])
        self.assertEqual(meter.power_w, [100, 200, -300])
        self.assertEqual(meter.power_factor_permille, 857)

    def test_knows_nothing_from_what_is_no_number(self):
        data = "7FC00000" * 3 + "7F800000" * 3 + "FF800000" * 3 + "7FC00000" * 3
        self.uart.replies = {0: frame("010430" + data), 0x46: frame("01040C" + "7FC00000" * 3)}
        meter = Eastron(self.uart, self.clock, 3)

        self.run_polls(meter)

        for values in (meter.voltage_dv, meter.current_ma, meter.power_w):
            self.assertEqual(values, [None] * 3)
        self.assertIsNone(meter.power_factor_permille)
        self.assertEqual((meter.import_wh, meter.export_wh), (None, None))
        self.assertFalse(meter.fresh)

    def test_has_no_register_when_a_pzem_tells_nonsense(self):
        self.uart.replies = {0: frame("010414" + "FFFF" * 10)}
        meter = Pzem(self.uart, self.clock)

        self.run_polls(meter)

        self.assertIsNone(meter.import_wh)
        self.assertIsNone(meter.current_ma[0])


class BaudProbeTest(unittest.TestCase):
    def run_ms(self, uart, ms):
        clock = FakeClock()
        meter = Eastron(uart, clock, 1)
        for _ in range(ms // 50):
            meter.poll(clock.advance_ms(50))
        return meter

    def test_stays_at_9600_when_the_meter_answers_there(self):
        uart = FakeModbusUart(9_600)
        uart.replies = eastron_replies(5, 0)

        meter = self.run_ms(uart, 5_000)

        self.assertEqual((uart.rates, meter.import_wh), ([9_600], 5))

    def test_finds_an_older_meter_at_2400(self):
        uart = FakeModbusUart(2_400)
        uart.replies = eastron_replies(5, 0)

        meter = self.run_ms(uart, 3_000)

        self.assertEqual((uart.rates, meter.import_wh), ([9_600, 2_400], 5))
        self.assertEqual(meter.cycle.baud_hz, 2_400)

    def test_goes_on_with_9600_when_nobody_answers_at_2400(self):
        meter_uart = FakeModbusUart(115_200)

        self.run_ms(meter_uart, 4_000)

        self.assertEqual(meter_uart.rates[:3], [9_600, 2_400, 9_600])

    def test_keeps_the_rate_when_the_meter_refuses(self):
        uart = FakeModbusUart(9_600)
        uart.replies = {0: frame("01 84 02")}

        meter = self.run_ms(uart, 4_000)

        self.assertEqual(uart.rates, [9_600])
        self.assertTrue(meter.cycle.line.exceptions >= 7)
        self.assertEqual(meter.silent, meter.cycle.line.exceptions)
        self.assertIsNone(meter.import_wh)


class SlowLineTest(unittest.TestCase):
    def test_stays_fresh_at_2400_baud_and_one_poll_in_100_ms(self):
        clock = FakeClock()
        uart = FakeModbusUart(2_400)
        uart.replies = eastron_replies(5, 16_000)
        meter = Eastron(uart, clock, 3)
        seen = []

        for _ in range(200):
            requests = uart.requests
            meter.poll(clock.advance_ms(100))
            # 24 bytes in 100 ms. A new request takes 33 ms itself, and the meter thinks for 20.
            uart.arrived_len = 11 if uart.requests != requests else uart.arrived_len + 24
            seen.append(meter.fresh)

        self.assertTrue(seen.index(True) <= 20)
        self.assertTrue(all(seen[20:]))
        self.assertEqual(uart.blocked, 0)
