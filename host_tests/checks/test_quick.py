"""The quick stand-ins of shim/quick.py compute what the firmware's own code computes."""

import importlib.util
from array import array
from pathlib import Path
from random import Random

import pytest
import quick

from chargecore.store import records

_FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
_ROUNDS = 300


@pytest.fixture
def own(monkeypatch):
    """Return a function that loads the firmware's own code of a name."""
    monkeypatch.setenv("CHARGECORE_EVERY_LINE", "1")

    def load(name):
        module, _, function = name.rpartition(".")
        path = _FIRMWARE / (module.replace(".", "/") + ".py")
        spec = importlib.util.spec_from_file_location(module, path)
        loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
        found = getattr(loaded, function)
        assert found is not quick.STAND_INS[name]
        assert Path(found.__wrapped__.__code__.co_filename) == path
        return found

    return load


def _readings(pick):
    """Return a burst: two levels or one, noise on them or none, now and then below 0 V."""
    levels = [pick.randrange(-200_000, 3_300_000) for _ in range(pick.choice((1, 2, 2, 3)))]
    noise_uv = pick.choice((0, 0, 1, 20_000, 400_000))
    count = pick.choice((2, 3, 10, 150, 250))
    return [pick.choice(levels) + pick.randint(-noise_uv, noise_uv) for _ in range(count)]


def test_sums_as_the_firmware_does(own):
    crc16, stand_in = _both(own, "chargecore.base.checksum.crc16")
    pick = Random(1)
    for _ in range(_ROUNDS):
        buf = bytearray(pick.randbytes(pick.randrange(80)))
        start = pick.randrange(len(buf) + 1)
        end = pick.randrange(len(buf) + 1)

        for some in (buf, bytes(buf), memoryview(buf)):
            assert stand_in(some, start, end) == crc16(some, start, end), (buf, start, end)


def test_finds_the_levels_of_a_burst_as_the_firmware_does(own):
    steps = [_both(own, "chargecore.evse.pilot_sense.read_burst")]
    steps.append(_both(own, "chargecore.evse.pilot_sense.find_tops"))
    steps.append(_both(own, "chargecore.evse.pilot_sense.find_levels"))
    pick = Random(2)
    for _ in range(_ROUNDS):
        readings = _readings(pick)
        count, window_uv = len(readings), pick.choice((0, 88_000, 1_000_000))
        bufs = [array("i", [7] * (count + 2)) for _ in range(2)]
        for pair, more in zip(steps, ((count,), (count,), (count, window_uv)), strict=True):
            for function, buf in zip(pair, bufs, strict=True):
                reads = [iter(readings).__next__] if pair is steps[0] else []
                function(*reads, buf, *more)

            assert bufs[0] == bufs[1], (readings, window_uv)


def test_widens_a_span_as_the_firmware_does(own):
    widen, quick_widen = _both(own, "chargecore.evse.pilot_supply.widen")
    pick = Random(3)
    for _ in range(_ROUNDS):
        spans = [array("i", (0, 0x1FFFFFFF)) for _ in range(2)]
        for _ in range(3):
            readings = [max(0, uv) for uv in _readings(pick)]
            for function, span in zip((widen, quick_widen), spans, strict=True):
                function(iter(readings).__next__, span, len(readings))

            assert spans[0] == spans[1], readings


def _both(own, name):
    return own(name), quick.STAND_INS[name]


def test_passes_on_the_error_of_a_reading(own):
    def read():
        raise OSError(5)

    for name in ("pilot_sense.read_burst", "pilot_supply.widen"):
        for function in _both(own, "chargecore.evse." + name):
            span = array("i", (1, 2))
            with pytest.raises(OSError):
                function(read, span, 2)
            assert list(span) == [1, 2]


def test_has_a_test_of_every_stand_in():
    text = Path(__file__).read_text(encoding="utf-8")
    for name in quick.STAND_INS:
        assert name.rpartition(".")[2] in text


def test_is_what_the_firmware_gets_elsewhere():
    assert records.crc16 is quick.STAND_INS["chargecore.base.checksum.crc16"]
