"""No poll of a driver holds up the scheduler, whatever comes over its bus.

Bounded are what costs time on a chip: bus calls, bytes, lines of bytecode and of viper code in one
poll, the worst of hundreds, on floods made to cost the most, on silence, half frames and errors.
A line of bytecode takes some 5 us on an RP2040 (design.md §3: 100 bytecode steps per 100 us), so
that 1,000 lines are the 5 ms a meter may have.
"""

import pytest

from chargecore.meters import models
from chargecore.readers.mfrc522 import Mfrc522
from chargecore.readers.mfrc522_registers import Mfrc522Registers
from chargecore.readers.pn532 import Pn532
from chargecore.readers.pn532_i2c import Pn532I2c
from chargecore.readers.pn532_uart import Pn532Uart
from chargecore.readers.wiegand import Wiegand
from fakes.clock import FakeClock
from fakes.cse_frames import cse_frame
from fakes.edge_pin import EdgePin
from fakes.modbus_frames import eastron_replies, pzem_replies
from fakes.step_counter import StepCounter
from fakes.storage import FakeStorage
from fakes.wiegand_lines import FakeWiegandLines
from fakes.worst_buses import (
    MODES,
    WorstAdc,
    WorstI2c,
    WorstRegisters,
    WorstSpi,
    WorstUart,
)

_POLLS = 60
_GAPS_MS = (10, 50, 100, 300, 1_200)  # in turn; 300 and 1200: the pass before took long


class Stores:
    def pair(self, name):
        return FakeStorage()


def _meter(row, bus, phases):
    clock = FakeClock()
    return models.make(row, bus, clock, phases, Stores()), clock


def _uart_meter(model, phases, pattern):
    def make(mode):
        bus = WorstUart(mode, pattern)
        return *_meter({"meter": model}, bus, phases), (bus,)

    return make


def _ct(mode):
    buses = [WorstAdc(mode, b"\x00\xff") for _ in range(3)]
    row = {"meter": "ct", "ct_ratio": 2_000, "ct_burden_mohm": 33_000}
    return *_meter(row, buses, 3), buses


def _simulated(mode):
    bus = WorstRegisters(mode, bytes(range(200)))
    return *_meter({"meter": "simulated"}, bus, 3), (bus,)


def _reader(make_link, make_bus, pattern):
    def make(mode):
        clock = FakeClock()
        bus = make_bus(mode, pattern)
        return make_link(bus, clock), clock, (bus,)

    return make


def _mfrc522(bus, clock):
    return Mfrc522(Mfrc522Registers(bus, bus), clock)


_REPLY = eastron_replies(1_234, 16_000)[0]
_HEADS = b"\x01\x04\x30"  # the start of a reply at every third byte
_STARTS = b"\x55\x5a"  # the same for the metering chip
_PN_FRAME = bytes.fromhex("0000FF0CF4D54B0101000408041404E0992C1500")

_ON_UART = _reader(lambda bus, clock: Pn532(Pn532Uart(bus), clock), WorstUart, _PN_FRAME)
_ON_I2C = _reader(lambda bus, clock: Pn532(Pn532I2c(bus), clock), WorstI2c, b"\x01" + _PN_FRAME)
_ON_SPI = _reader(_mfrc522, WorstSpi, bytes(range(256)))

# driver, how it is made, then at most: bus calls, bytes, lines, lines of viper
_CASES = (
    ("sdm630 reply", _uart_meter("sdm630", 3, _REPLY), (9, 256, 800, 20_000)),
    ("sdm630 heads", _uart_meter("sdm630", 3, _HEADS), (9, 256, 800, 20_000)),
    ("pzem heads", _uart_meter("pzem004t", 1, b"\x01\x04\x14"), (9, 256, 800, 20_000)),
    ("pzem reply", _uart_meter("pzem004t", 1, pzem_replies(5, 9)[0]), (9, 256, 800, 20_000)),
    (
        "cse7766 frames",
        _uart_meter("cse7766", 1, cse_frame(230, 9_000, 2_070)),
        (6, 96, 650, 4_500),
    ),
    ("cse7766 starts", _uart_meter("cse7766", 1, _STARTS), (6, 96, 650, 4_500)),
    ("cse7766 sums", _uart_meter("cse7766", 1, b"\xf0\x5a" + b"\xf5" * 22), (6, 96, 650, 4_500)),
    ("ct", _ct, (3, 3, 200, 0)),
    ("simulated", _simulated, (14, 14, 100, 0)),
    ("pn532 uart", _ON_UART, (20, 260, 500, 0)),
    ("pn532 i2c", _ON_I2C, (20, 260, 500, 0)),
    ("mfrc522", _ON_SPI, (20, 260, 500, 0)),
)


def _worst(make, mode):
    """Return the most of calls, bytes, lines and viper lines that one poll took."""
    driver, clock, buses = make(mode)
    counter = StepCounter()
    worst = [0, 0, 0, 0]
    for n in range(_POLLS):
        now_ms = clock.advance_ms(_GAPS_MS[n % len(_GAPS_MS)])
        for bus in buses:
            bus.calls = bus.bytes_read = 0
        with counter:
            driver.poll(now_ms)
        calls = sum(bus.calls for bus in buses)
        bytes_read = sum(bus.bytes_read for bus in buses)
        seen = (calls, bytes_read, counter.lines, counter.viper_lines)
        worst = [max(pair) for pair in zip(worst, seen, strict=True)]
    return worst


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("name", "make", "limits"), _CASES, ids=[row[0] for row in _CASES])
def test_a_poll_stays_within_its_budget(name, make, limits, mode, record_property):
    worst = _worst(make, mode)

    record_property("poll", f"{name}, {mode}: {worst}")
    print(f"{name}, {mode}: calls, bytes, lines, viper lines {worst}")
    for value, limit in zip(worst, limits, strict=True):
        assert value <= limit, (worst, limits)


def test_a_storm_of_pulses_costs_a_poll_nothing():
    pin = EdgePin()
    meter, clock = _meter({"meter": "s0", "pulses_per_kwh": 1_000}, pin, 1)
    counter = StepCounter()
    for _ in range(5_000):
        pin.set(0)
        clock.advance_ms(25)
        pin.set(1)
        clock.advance_ms(25)

    with counter:
        meter.poll(clock.ticks_ms())

    assert counter.lines <= 100
    with counter:
        pin.set(0)
    assert counter.lines <= 25


def test_a_storm_of_bits_costs_a_poll_no_more_than_a_frame():
    lines = FakeWiegandLines()
    clock = FakeClock()
    reader = Wiegand(lines, clock)
    lines.send([1, 0] * 5_000)
    counter = StepCounter()

    clock.advance_ms(50)
    with counter:
        reader.poll(clock.ticks_ms())

    assert counter.lines <= 500
