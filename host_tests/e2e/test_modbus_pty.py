"""The Modbus meters against pymodbus, an independent server, over a pty."""

import pytest

from chargecore.meters import models
from modbus_bench import ModbusBench, float_words

_PHASES = (230.0, 231.0, 232.0, 16.0, 10.0, 6.5, 3680.0, 2310.0, 1500.0, 3680.0, 2310.0, 1508.0)
_SDM630 = {0x00: float_words(*_PHASES), 0x46: float_words(49.98, 1234.567, 0.5)}
_PZEM = {0x00: [2301, 0x3E80, 0, 0x8FC0, 0, 0x04D2, 1, 500, 99, 0]}


@pytest.fixture
def bench():
    benches = []

    def make(*args, **options):
        benches.append(ModbusBench(*args, **options))
        return benches[-1]

    yield make
    for one in benches:
        one.close()


def _meter(bench, model="sdm630", phases=3):
    return models.make({"meter": model}, bench.uart, bench.clock, phases)


def test_reads_an_sdm630(bench):
    line = bench(_SDM630)
    meter = _meter(line)

    assert line.run_until(meter, lambda: meter.fresh)

    assert meter.voltage_dv == [2_300, 2_310, 2_320]
    assert meter.current_ma == [16_000, 10_000, 6_500]
    assert meter.power_w == [3_680, 2_310, 1_500]
    assert (meter.import_wh, meter.export_wh) == (1_234_567, 500)
    assert (meter.frequency_chz, meter.power_factor_permille) == (4_998, 998)
    assert meter.cycle.failures == 0


@pytest.mark.parametrize("model", ["sdm120", "sdm230"])
def test_reads_a_single_phase_eastron_and_follows_its_register(bench, model):
    line = bench(_SDM630)
    meter = _meter(line, model, 1)
    assert line.run_until(meter, lambda: meter.import_wh == 1_234_567)

    line.set_words({0x46: float_words(50.02, 1234.6, 0.5)})

    assert line.run_until(meter, lambda: meter.import_wh == 1_234_600)
    assert meter.voltage_dv == [2_300, None, None]
    assert meter.frequency_chz == 5_002


def test_reads_a_pzem(bench):
    line = bench(_PZEM)
    meter = _meter(line, "pzem004t", 1)

    assert line.run_until(meter, lambda: meter.fresh)

    assert meter.voltage_dv == [2_301, None, None]
    assert meter.current_ma == [16_000, None, None]
    assert meter.power_w == [3_680, None, None]
    assert meter.import_wh == 65_536 + 1_234
    assert (meter.frequency_chz, meter.power_factor_permille) == (5_000, 990)


def test_finds_a_meter_at_2400_baud(bench):
    line = bench(_SDM630, baud_hz=2_400)
    meter = _meter(line)

    assert line.run_until(meter, lambda: meter.fresh)

    assert line.uart.rates == [9_600, 2_400]


def test_hears_nothing_from_a_meter_with_another_address(bench):
    line = bench(_SDM630, device_id=7)
    meter = _meter(line)

    assert line.run_until(meter, lambda: meter.cycle.line.silent >= 2)

    assert meter.import_wh is None
    assert meter.cycle.line.answers == 0


def test_is_told_when_the_meter_has_no_such_registers(bench):
    line = bench(_SDM630)
    line.block.values = line.block.values[:4]
    meter = _meter(line)

    assert line.run_until(meter, lambda: meter.cycle.line.exceptions >= 1)

    assert meter.cycle.line.exception_code == 2  # illegal data address
    assert meter.import_wh is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: b"\x02" + data[1:],
        lambda data: data[: len(data) // 2],
        lambda data: b"",
    ],
    ids=["wrong_crc", "wrong_address", "half_frame", "silence"],
)
def test_forgets_its_values_on_a_bad_line_and_comes_back(bench, spoil):
    line = bench(_SDM630)
    meter = _meter(line)
    assert line.run_until(meter, lambda: meter.fresh)

    line.uart.spoil = spoil

    assert line.run_until(meter, lambda: meter.current_ma[0] is None)
    assert meter.import_wh == 1_234_567
    assert not meter.fresh
    line.uart.spoil = None
    assert line.run_until(meter, lambda: meter.fresh and meter.current_ma[0] == 16_000)


def test_reads_through_noise_before_every_frame(bench):
    line = bench(_SDM630)
    line.uart.spoil = lambda data: b"\x00\xff\x01\x04" + data
    meter = _meter(line)

    assert line.run_until(meter, lambda: meter.fresh)

    assert meter.cycle.line.noise >= 8
    assert meter.cycle.line.garbled == 0


def test_is_polled_many_times_while_it_waits_for_a_silent_meter(bench):
    line = bench(_SDM630)
    meter = _meter(line)
    assert line.run_until(meter, lambda: meter.fresh)
    line.uart.spoil = lambda data: b""
    silent = meter.cycle.line.silent
    line.polls = 0

    assert line.run_until(meter, lambda: meter.cycle.line.silent >= silent + 2)

    assert line.polls >= 20  # a poll that waits for the time limit would make it about 4
