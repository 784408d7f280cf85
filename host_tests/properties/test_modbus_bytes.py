"""Modbus meters and any bytes: exact numbers, and no line stops a driver."""

import struct
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from chargecore.meters.eastron import Eastron
from chargecore.meters.float32 import NO_NUMBER, scaled
from chargecore.meters.pzem import Pzem
from fakes.clock import FakeClock
from fakes.modbus_frames import eastron_replies
from fakes.modbus_uart import FakeModbusUart, with_crc

_LARGEST = (1 << 30) - 1
_SCALES = st.sampled_from((1, 10, 100, 1000))


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), _SCALES)
def test_a_float_becomes_the_nearest_whole_number(value, scale):
    number = scaled(struct.pack(">f", value), 0, scale)

    exact = Fraction(value) * scale
    if abs(exact) < _LARGEST:
        assert abs(number - exact) <= Fraction(501, 1000)
    else:
        assert number == NO_NUMBER or abs(number) == _LARGEST


@given(st.binary(min_size=4, max_size=4), _SCALES)
def test_any_four_bytes_give_a_small_int(data, scale):
    number = scaled(data, 0, scale)

    assert number == NO_NUMBER or abs(number) <= _LARGEST


@given(st.lists(st.binary(max_size=300), max_size=12), st.sampled_from((0, 60, 130, 600)))
def test_no_line_brings_a_meter_down(replies, step_ms):
    clock = FakeClock()
    uart = FakeModbusUart()
    meter = Eastron(uart, clock, 3)
    for reply in replies:
        uart.replies = {0x00: reply, 0x46: reply}
        for _ in range(4):
            meter.poll(clock.advance_ms(step_ms))

    uart.replies = eastron_replies(1_234, 16_000)
    for _ in range(40):
        meter.poll(clock.advance_ms(50))

    assert meter.import_wh == 1_234
    assert meter.fresh
    assert uart.blocked == 0


@given(st.binary(min_size=48, max_size=48), st.binary(min_size=12, max_size=12))
def test_any_content_of_an_eastron_reply_stays_in_range(phases, registers):
    clock = FakeClock()
    uart = FakeModbusUart()
    uart.replies = {
        0x00: with_crc(b"\x01\x04\x30" + phases),
        0x46: with_crc(b"\x01\x04\x0c" + registers),
    }
    meter = Eastron(uart, clock, 3)
    for _ in range(6):
        meter.poll(clock.advance_ms(50))

    assert meter.cycle.line.answers >= 2
    values = meter.voltage_dv + meter.current_ma + [meter.import_wh, meter.export_wh]
    assert all(value is None or 0 <= value <= _LARGEST for value in values)
    assert all(value is None or abs(value) <= _LARGEST for value in meter.power_w)
    factor = meter.power_factor_permille
    assert factor is None or 0 <= factor <= 1000


@given(st.binary(min_size=20, max_size=20))
def test_any_content_of_a_pzem_reply_stays_in_range(words):
    clock = FakeClock()
    uart = FakeModbusUart()
    uart.replies = {0: with_crc(b"\x01\x04\x14" + words)}
    meter = Pzem(uart, clock)
    for _ in range(4):
        meter.poll(clock.advance_ms(50))

    factor = meter.power_factor_permille
    assert factor is None or 0 <= factor <= 1000
    for value in (meter.voltage_dv[0], meter.current_ma[0], meter.power_w[0], meter.import_wh):
        assert value is None or 0 <= value <= _LARGEST
