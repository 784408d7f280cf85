"""The meters that count themselves: exact energy, any bytes, and no number beyond 31 bits."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chargecore.meters.adc_ct import AdcCt, isqrt
from chargecore.meters.cse7766 import Cse7766, ratio
from chargecore.meters.energy_counter import EnergyCounter
from chargecore.meters.s0_pulse import S0Pulse
from fakes.clock import FakeClock
from fakes.cse_frames import W_COEF, cse_frame, with_sum
from fakes.edge_pin import EdgePin
from fakes.small_int import SMALL_MAX, SmallInt
from fakes.storage import FakeStorage
from fakes.talking_uart import TalkingUart

_U24 = st.integers(0, 0xFFFFFF)
_TOP = 0xFFFFFF


class WatchedCse(Cse7766):
    """Watches what is made of the numbers in a frame."""

    def _u24(self, at):
        return SmallInt(super()._u24(at))


def watched_cse(uart, clock):
    return WatchedCse(uart, clock, FakeStorage(), None)


class WatchedAdc:
    def __init__(self, uv):
        self.uv = SmallInt(uv)

    def read_uv(self):
        return self.uv


def test_a_watched_number_tells_when_it_grows_too_large():
    assert SmallInt(SMALL_MAX) // 3 * 3 == SMALL_MAX
    for make in (lambda n: n + 1, lambda n: 2 * n, lambda n: -n - 2, lambda n: n << 1):
        with pytest.raises(OverflowError):
            make(SmallInt(SMALL_MAX))


@given(_U24, _U24, st.integers(0, 3))
@example(_TOP, 1, 3)
@example(_TOP, 17, 3)
def test_a_ratio_is_the_nearest_whole_number(coefficient, cycle, digits):
    value = int(ratio(SmallInt(coefficient), SmallInt(cycle), digits))

    scaled = coefficient * 10**digits
    if value >= 0:
        assert abs(2 * (value * cycle - scaled)) <= cycle
    else:
        assert cycle == 0 or scaled / cycle > 999_999


@given(
    st.lists(st.tuples(st.sampled_from((0x55, 0xF2, 0xF6, 0xF8)), _U24, _U24), max_size=6), _U24
)
@example([(0x55, _TOP, 1), (0x55, _TOP, 3_600)], _TOP)
def test_any_good_frame_stays_in_31_bits(frames, cf):
    clock = FakeClock()
    uart = TalkingUart()
    meter = watched_cse(uart, clock)
    for state, coefficient, cycle in frames:
        pair = coefficient.to_bytes(3, "big") + cycle.to_bytes(3, "big")
        uart.send(with_sum(bytes([state, 0x5A]) + pair * 3 + b"\x71" + (cf & 0xFFFF).to_bytes(2)))
        cf = cf * 7 + 1
        meter.poll(clock.advance_ms(30_000))

    assert uart.blocked == 0


@given(st.lists(st.binary(max_size=120), max_size=12), st.sampled_from((5, 60, 600)))
def test_no_line_brings_the_chip_down(noises, step_ms):
    clock = FakeClock()
    uart = TalkingUart()
    meter = watched_cse(uart, clock)
    for noise in noises:
        uart.send(noise)
        meter.poll(clock.advance_ms(step_ms))

    for _ in range(4):
        uart.send(cse_frame(230, 16_000, 3_680))
        meter.poll(clock.advance_ms(60))

    assert meter.fresh
    assert meter.current_ma[0] == 16_000


@given(st.lists(st.integers(0, 180), min_size=1, max_size=400))
def test_the_chips_energy_is_exact(steps):
    clock = FakeClock()
    uart = TalkingUart()
    meter = watched_cse(uart, clock)
    cf = 65_000
    uart.send(cse_frame(cf=cf))
    meter.poll(clock.advance_ms(55))
    for step in steps:
        cf += step
        uart.send(cse_frame(230, 16_000, 3_680, cf & 0xFFFF))
        meter.poll(clock.advance_ms(55))

    assert meter.import_wh == sum(steps) * W_COEF // 3_600_000_000


@given(
    st.lists(st.tuples(st.integers(1, 70), st.integers(1, 70)), max_size=60),
    st.integers(10, 9_999),
)
def test_every_pulse_counts_once_and_nothing_else_does(pulses, pulses_per_kwh):
    """Without bounces a pulse is 20 ms low, the first time behind 20 ms high."""
    clock = FakeClock()
    pin = EdgePin()
    meter = S0Pulse(pin, clock, 1, pulses_per_kwh, FakeStorage(), None)
    expected = 0
    is_counted = False
    high_ms = 20
    for low_ms, next_high_ms in pulses:
        if high_ms >= 20:
            is_counted = False
        pin.set(0)
        clock.advance_ms(low_ms)
        pin.set(1)
        if low_ms >= 20 and not is_counted:
            expected += 1
            is_counted = True
        high_ms = next_high_ms
        clock.advance_ms(high_ms)
        meter.poll(clock.ticks_ms())

    meter.poll(clock.ticks_ms())
    assert meter.import_wh == expected * 1_000 // pulses_per_kwh
    assert meter.unseen == 0


@given(
    st.lists(st.integers(0, 3_300_000), min_size=1, max_size=60),
    st.integers(1, 30_000),
    st.sampled_from((50, 60)),
    st.integers(1, 9),
)
def test_any_samples_stay_in_31_bits(samples_uv, scale_permille, hz, step_ms):
    clock = FakeClock()
    adcs = [WatchedAdc(0) for _ in range(3)]
    meter = AdcCt(adcs, clock, scale_permille, hz, 300, FakeStorage(), None)
    for n in range(400):
        for i in range(3):
            adcs[i].uv = SmallInt(samples_uv[(n + i) % len(samples_uv)])
        meter.poll(clock.advance_ms(step_ms))

    for current_ma in meter.current_ma:
        assert current_ma is None or 0 <= current_ma <= 32_767 * scale_permille // 1000


@given(st.integers(0, SMALL_MAX))
def test_a_root_is_the_largest_whole_one(value):
    root = isqrt(SmallInt(value))

    assert root * root <= value < (root + 1) * (root + 1)


@given(st.lists(st.integers(0, 1 << 29), max_size=50), st.integers(1, 1 << 29))
def test_a_counter_loses_nothing_over_any_number_of_restarts(parts, per_wh):
    clock = FakeClock()
    storage = FakeStorage()
    counter = EnergyCounter(storage, clock, None, per_wh)
    total = 0
    for n, part in enumerate(parts):
        part = min(part, (SMALL_MAX - per_wh) * per_wh)
        if (total + part) // per_wh > SMALL_MAX:
            break
        total += part
        counter.add(SmallInt(part), clock.ticks_ms())
        if n % 3 == 0:
            counter.commit()
            counter = EnergyCounter(storage, clock, None, per_wh)

    assert counter.register_wh == total // per_wh
