"""The Modbus meters against pymodbus, an independent server, over a pty."""

import time

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


_BAD_LINES = {
    "wrong_crc": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "wrong_address": lambda data: b"\x02" + data[1:],
    "half_frame": lambda data: data[: len(data) // 2],
    "silence": lambda data: b"",
}
_MODELS = {"sdm120": (1, _SDM630), "sdm230": (1, _SDM630), "sdm630": (3, _SDM630)}
_MODELS["pzem004t"] = (1, _PZEM)


def _run_all(pairs, is_done):
    """Poll every meter until is_done(meter) holds for each. Return whether it came to that."""
    end_s = time.monotonic() + 8
    while time.monotonic() < end_s:
        for line, meter in pairs:
            meter.poll(line.clock.ticks_ms())
        if all(is_done(meter) for _, meter in pairs):
            return True
        time.sleep(0.005)
    return False


@pytest.mark.parametrize("kind", _BAD_LINES)
def test_every_model_forgets_its_values_on_a_bad_line_and_comes_back(bench, kind):
    pairs = []
    for model, (phases, words) in _MODELS.items():
        line = bench(words)
        pairs.append((line, _meter(line, model, phases)))
    assert _run_all(pairs, lambda meter: meter.fresh)
    known = [meter.import_wh for _, meter in pairs]

    for line, _ in pairs:
        line.uart.spoil = _BAD_LINES[kind]

    assert _run_all(pairs, lambda meter: meter.current_ma[0] is None and not meter.fresh)
    assert [meter.import_wh for _, meter in pairs] == known
    for line, _ in pairs:
        line.uart.spoil = None
    assert _run_all(pairs, lambda meter: meter.fresh and meter.current_ma[0] == 16_000)


@pytest.mark.parametrize("model", _MODELS)
def test_reads_through_noise_before_every_frame(bench, model):
    phases, words = _MODELS[model]
    line = bench(words)
    line.uart.spoil = lambda data: b"\x00\xff\x01\x04" + data
    meter = _meter(line, model, phases)

    assert line.run_until(meter, lambda: meter.fresh)

    assert meter.cycle.line.noise >= 4
    assert meter.cycle.line.garbled == 0


@pytest.mark.parametrize("model", _MODELS)
def test_speaks_to_the_address_of_the_station_file(bench, model):
    phases, words = _MODELS[model]
    line = bench(words, device_id=42)
    row = {"meter": model, "meter_address": 42}
    meter = models.make(row, line.uart, line.clock, phases)

    assert line.run_until(meter, lambda: meter.fresh)

    assert meter.cycle.failures == 0


def test_is_polled_many_times_while_it_waits_for_a_silent_meter(bench):
    line = bench(_SDM630)
    meter = _meter(line)
    assert line.run_until(meter, lambda: meter.fresh)
    line.uart.spoil = lambda data: b""
    silent = meter.cycle.line.silent
    line.polls = 0

    assert line.run_until(meter, lambda: meter.cycle.line.silent >= silent + 2)

    assert line.polls >= 20  # a poll that waits for the time limit would make it about 4
