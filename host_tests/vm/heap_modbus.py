"""The Modbus meters with the heap locked: good lines, silent ones and noisy ones."""

import unittest

from chargecore.meters.eastron import Eastron
from chargecore.meters.pzem import Pzem
from fakes.clock import FakeClock
from fakes.modbus_frames import eastron_replies, pzem_replies
from fakes.modbus_uart import FakeModbusUart, with_crc
from heap import growth, locked

COVERS = (
    "chargecore.meters.block_cycle.BlockCycle.poll",
    "chargecore.meters.block_cycle.BlockCycle._fail",
    "chargecore.meters.block_cycle.BlockCycle._ask",
    "chargecore.meters.eastron._magnitude",
    "chargecore.meters.eastron._unsigned",
    "chargecore.meters.eastron.Eastron.age_ms",
    "chargecore.meters.eastron.Eastron.poll",
    "chargecore.meters.eastron.Eastron._number",
    "chargecore.meters.eastron.Eastron._take_phases",
    "chargecore.meters.eastron.Eastron._power_factor",
    "chargecore.meters.eastron.Eastron._take_registers",
    "chargecore.meters.float32.scaled",
    "chargecore.meters.line_bytes.find_pair",
    "chargecore.meters.modbus_rtu.crc16_modbus",
    "chargecore.meters.modbus_rtu.ModbusRtu.set_baud",
    "chargecore.meters.modbus_rtu.ModbusRtu.is_ready",
    "chargecore.meters.modbus_rtu.ModbusRtu.request",
    "chargecore.meters.modbus_rtu.ModbusRtu._send",
    "chargecore.meters.modbus_rtu.ModbusRtu._listen",
    "chargecore.meters.modbus_rtu.ModbusRtu._is_sent",
    "chargecore.meters.modbus_rtu.ModbusRtu.poll",
    "chargecore.meters.modbus_rtu.ModbusRtu._finish",
    "chargecore.meters.modbus_rtu.ModbusRtu._fill",
    "chargecore.meters.modbus_rtu.ModbusRtu._drop_input",
    "chargecore.meters.modbus_rtu.ModbusRtu._read_chunk",
    "chargecore.meters.modbus_rtu.ModbusRtu._collect",
    "chargecore.meters.modbus_rtu.ModbusRtu._append",
    "chargecore.meters.modbus_rtu.ModbusRtu._find_reply",
    "chargecore.meters.modbus_rtu.ModbusRtu._is_whole",
    "chargecore.meters.pzem.Pzem.age_ms",
    "chargecore.meters.pzem.Pzem.poll",
    "chargecore.meters.pzem.Pzem._word",
    "chargecore.meters.pzem.Pzem._pair",
    "chargecore.meters.pzem.Pzem._take_values",
)


class TestHeapOfModbusMeters(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.uart = FakeModbusUart(rates_max=1)

    def run_a_second(self):
        for _ in range(20):
            self.meter.poll(self.clock.advance_ms(50))

    def check_good_silent_noisy_and_refused(self, good, noisy, refused):
        with locked():
            for _ in range(60):
                self.run_a_second()
            is_known = self.meter.fresh
            self.uart.is_silent = True  # the driver tries the other baud rates
            for _ in range(11):
                self.run_a_second()
            age_ms = self.meter.age_ms(self.clock.ticks_ms())
            self.uart.is_silent = False
            self.uart.replies = noisy
            self.run_a_second()
            self.uart.replies = refused
            self.run_a_second()
            self.uart.replies = good
            self.run_a_second()

        line = self.meter.cycle.line
        self.assertTrue(is_known and self.meter.fresh)
        self.assertTrue(age_ms >= 10_000)
        self.assertTrue(line.silent > 10 and line.noise > 200 and line.exceptions > 0)
        self.assertEqual(growth(self.run_a_second, 100), 0)

    def test_eastron(self):
        self.meter = Eastron(self.uart, self.clock, 3)
        self.uart.replies = good = eastron_replies(70_000, 16_000)
        noisy = {0: b"\x01" * 300 + good[0], 0x46: good[0x46]}

        self.check_good_silent_noisy_and_refused(good, noisy, {0: with_crc(b"\x01\x84\x02")})

    def test_pzem_behind_a_transceiver_with_a_direction_pin(self):
        self.uart.add_de_pin()
        self.meter = Pzem(self.uart, self.clock)
        self.uart.replies = good = pzem_replies(70_000, 16_000)
        noisy = {0: b"\x01" * 300 + good[0]}

        self.check_good_silent_noisy_and_refused(good, noisy, {0: with_crc(b"\x01\x84\x02")})

    def test_pzem(self):
        self.meter = Pzem(self.uart, self.clock)
        self.uart.replies = good = pzem_replies(70_000, 16_000)
        noisy = {0: b"\x01" * 300 + good[0]}

        self.check_good_silent_noisy_and_refused(good, noisy, {0: with_crc(b"\x01\x84\x02")})
