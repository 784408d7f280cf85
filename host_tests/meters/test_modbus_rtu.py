"""ModbusRtu on a good line and on bad ones."""

import unittest

from chargecore.meters import modbus_rtu
from chargecore.meters.modbus_rtu import DONE, E_EXCEPTION, E_GARBLED, E_SILENT, PENDING, ModbusRtu
from fakes.clock import FakeClock
from fakes.modbus_uart import FakeModbusUart, with_crc

_GOOD = with_crc(b"\x01\x04\x04\x43\x66\x00\x00")


class ModbusRtuTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.uart = FakeModbusUart()
        self.line = ModbusRtu(self.uart, self.clock, 9_600)

    def ask(self, reply):
        """Send a request that gets this reply."""
        self.uart.replies = {0: reply}
        return self.line.request(1, 4, 0, 2, self.clock.ticks_ms())

    def outcome(self):
        """Poll every 10 ms until there is an outcome; return it and the ms it took."""
        for waited_ms in range(0, 1_000, 10):
            code = self.line.poll(self.clock.advance_ms(10))
            if code != PENDING:
                return code, waited_ms + 10
        return PENDING, 1_000

    def data(self):
        return bytes(self.line.reply_buf[self.line.data_at : self.line.data_at + 4])

    def test_has_the_checksum_of_modbus(self):
        self.assertEqual(modbus_rtu.crc16_modbus(b"123456789", 0, 9), 0x4B37)

    def test_has_that_checksum_for_any_bytes(self):
        data = bytes([n * 77 & 0xFF for n in range(300)])
        for start in range(0, 300, 7):
            crc = 0xFFFF
            for byte in data[start:]:
                crc ^= byte
                for _ in range(8):
                    crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
            self.assertEqual(modbus_rtu.crc16_modbus(data, start, 300), crc)

    def test_takes_a_good_reply(self):
        self.assertTrue(self.ask(_GOOD))

        self.assertEqual(self.outcome(), (DONE, 10))
        self.assertEqual(self.data(), b"\x43\x66\x00\x00")
        self.assertEqual((self.line.answers, self.line.noise), (1, 0))

    def test_refuses_a_wrong_checksum(self):
        for idx in range(len(_GOOD)):
            broken = bytearray(_GOOD)
            broken[idx] ^= 0x10
            self.clock.advance_ms(100)
            self.ask(bytes(broken))

            self.assertEqual(self.outcome()[0], E_GARBLED, idx)
        self.assertEqual((self.line.garbled, self.line.answers), (len(_GOOD), 0))

    def test_refuses_the_reply_of_another_device(self):
        self.ask(with_crc(b"\x02\x04\x04\x43\x66\x00\x00"))

        self.assertEqual(self.outcome()[0], E_GARBLED)

    def test_refuses_a_reply_of_another_length(self):
        self.ask(with_crc(b"\x01\x04\x02\x43\x66"))

        self.assertEqual(self.outcome()[0], E_GARBLED)

    def test_gives_up_when_nobody_answers(self):
        self.ask(b"")

        code, waited_ms = self.outcome()

        self.assertEqual(code, E_SILENT)
        self.assertTrue(210 <= waited_ms <= 230, waited_ms)
        self.assertEqual(self.line.silent, 1)

    def test_waits_for_the_rest_of_a_half_frame(self):
        for arrived_len in range(len(_GOOD)):
            self.clock.advance_ms(100)
            self.uart.arrived_len = arrived_len
            self.ask(_GOOD)
            self.assertEqual(self.line.poll(self.clock.advance_ms(10)), PENDING)
            self.uart.arrived_len = 1_000

            self.assertEqual(self.outcome(), (DONE, 10))
        self.assertEqual(self.uart.blocked, 0)

    def test_gives_up_when_the_rest_never_comes(self):
        self.uart.arrived_len = 5
        self.ask(_GOOD)

        self.assertEqual(self.outcome()[0], E_GARBLED)

    def test_finds_the_frame_behind_and_before_noise(self):
        for noise in (b"\x00", b"\xff" * 30, b"\x01\x04\x04", b"\x01\x84", b"\x01" * 150):
            self.clock.advance_ms(100)
            self.line.noise = 0
            self.ask(noise + _GOOD + b"\x00")

            self.assertEqual(self.outcome(), (DONE, 10))
            self.assertEqual(self.data(), b"\x43\x66\x00\x00")
            self.assertEqual(self.line.noise, len(noise) + 1)

    def test_finds_the_frame_behind_more_noise_than_it_can_keep(self):
        self.ask(b"\x55" * 400 + _GOOD)

        self.assertEqual(self.outcome(), (DONE, 20))
        self.assertEqual(self.line.noise, 400)

    def test_tells_why_the_device_refuses(self):
        self.ask(with_crc(b"\x01\x84\x02"))

        self.assertEqual(self.outcome(), (E_EXCEPTION, 10))
        self.assertEqual((self.line.exception_code, self.line.exceptions), (2, 1))

    def test_takes_a_reply_that_is_there_when_the_poll_comes_late(self):
        self.ask(_GOOD)

        self.assertEqual(self.line.poll(self.clock.advance_ms(5_000)), DONE)

    def test_leaves_a_gap_before_the_next_request(self):
        self.ask(_GOOD)
        self.line.poll(self.clock.advance_ms(10))

        self.assertFalse(self.ask(_GOOD))
        self.clock.advance_ms(5)
        self.assertFalse(self.ask(_GOOD))
        self.clock.advance_ms(1)
        self.assertTrue(self.ask(_GOOD))
        self.assertFalse(self.ask(_GOOD))
        self.assertEqual(self.uart.requests, 2)

    def test_drops_what_came_before_the_request(self):
        self.uart.send(_GOOD)
        self.ask(b"")

        self.assertEqual(self.outcome()[0], E_SILENT)
        self.assertEqual(self.line.noise, len(_GOOD))

    def test_reads_a_limited_number_of_bytes_per_poll(self):
        self.ask(b"\x55" * 1_000)
        self.line.poll(self.clock.advance_ms(10))

        self.assertEqual(self.uart.any(), 1_000 - 256)
        self.assertEqual(self.uart.blocked, 0)

    def test_times_out_the_same_on_every_side_of_the_wrap(self):
        for before_ms in (0, 1, 100, 219, 300):
            self.clock = FakeClock((1 << 30) - 1 - before_ms)
            self.line = ModbusRtu(self.uart, self.clock, 9_600)
            self.ask(b"")

            code, waited_ms = self.outcome()

            self.assertEqual(code, E_SILENT)
            self.assertTrue(210 <= waited_ms <= 230, waited_ms)


class DirectionPinTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.uart = FakeModbusUart()
        self.uart.add_de_pin()
        self.line = ModbusRtu(self.uart, self.clock, 9_600)
        self.uart.replies = {0: _GOOD}

    def ask(self):
        return self.line.request(1, 4, 0, 2, self.clock.ticks_ms())

    def poll(self, ms=2):
        return self.line.poll(self.clock.advance_ms(ms))

    def test_listens_before_the_first_request(self):
        self.assertEqual(self.uart.de_pin.level, 0)

    def test_wants_to_be_polled_every_2_ms(self):
        without = ModbusRtu(FakeModbusUart(), self.clock, 9_600)

        self.assertEqual((self.line.poll_ms, without.poll_ms), (2, 100))

    def test_sends_with_the_pin_up_and_listens_when_the_line_is_empty(self):
        self.uart.is_sending = True
        self.uart.arrived_len = 0
        self.ask()
        levels = [self.uart.de_pin.level]
        for _ in range(4):
            self.poll()
            levels.append(self.uart.de_pin.level)
        self.uart.is_sending = False
        self.poll()
        levels.append(self.uart.de_pin.level)
        self.uart.arrived_len = 1_000

        self.assertEqual(levels, [1, 1, 1, 1, 1, 0])
        self.assertEqual(self.poll(), DONE)
        self.assertEqual(self.uart.de_pin.rises, 1)

    def test_listens_at_the_deadline_when_the_line_never_gets_empty(self):
        self.uart.is_sending = True
        self.uart.replies = {}
        self.ask()
        codes = [self.poll(10) for _ in range(30)]

        self.assertTrue(E_SILENT in codes)
        self.assertEqual(self.uart.de_pin.level, 0)

    def test_listens_at_once_when_the_bus_breaks(self):
        self.uart.is_broken = True
        self.ask()
        first = self.uart.de_pin.level
        self.uart.is_broken = False
        self.clock.advance_ms(500)
        self.poll()
        self.clock.advance_ms(50)
        self.ask()
        self.uart.is_broken = True
        self.poll()

        self.assertEqual((first, self.uart.de_pin.level), (0, 0))


class BrokenBusTest(unittest.TestCase):
    def test_takes_an_error_of_the_bus_for_silence(self):
        clock = FakeClock()
        uart = FakeModbusUart()
        line = ModbusRtu(uart, clock, 9_600)
        uart.is_broken = True

        self.assertTrue(line.request(1, 4, 0, 2, clock.ticks_ms()))
        codes = [line.poll(clock.advance_ms(10)) for _ in range(30)]

        self.assertEqual(codes.count(E_SILENT), 1)
        self.assertEqual(codes.count(PENDING), 29)
