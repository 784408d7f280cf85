"""The words of coil_guard in an emulated RP2040, cycle by cycle (issue 4).

The emulator has no input synchroniser: on the chip a trip is seen two system clocks later (16 ns).
"""

import random

import pytest

from boards.rp2.coil_guard_program import CYCLES_PER_PASS, coil_guard
from emulator import InputPin, Machine

_COIL, _TONE, _TRIP = 16, 17, 18
_TRIP_LIMIT = 10  # cycles, issue 4
_LONG = 30_000  # passes: 150 ms at 1 MHz
_IRQ = 0x50200030


@pytest.fixture
def trip(emulator):
    """The trip input, healthy."""
    pin = InputPin(emulator, _TRIP)
    pin.drive(1)
    return pin


@pytest.fixture
def machine(emulator, trip):
    """State machine 0, started, no word yet."""
    return Machine(emulator, 0, coil_guard, (_COIL, _TONE, _TRIP))


def feed(machine, word):
    """Put a word as the driver does: into an empty queue only."""
    if machine.tx_fifo() == 0:
        machine.put(word)


def close(emulator, machine, word=_LONG):
    """Let the coil be on, somewhere in the loop."""
    machine.put(word)
    emulator.run(40)
    assert emulator.level_of(_COIL) == 1


def test_is_low_until_the_first_word(emulator, machine):
    emulator.run(20_000)

    assert emulator.edges == []


def test_closes_within_ten_cycles_of_a_word(emulator, machine):
    emulator.run(1_000)
    machine.put(_LONG)

    emulator.run(20)

    [(cycle, level)] = emulator.edges_of(_COIL)
    assert level == 1
    assert cycle - 1_000 <= 10


def test_does_not_blink_when_the_word_is_zero(emulator, machine):
    for _ in range(50):
        machine.put(0)
        emulator.run(7)

    assert emulator.edges == []


@pytest.mark.parametrize("phase", range(3 * CYCLES_PER_PASS))
def test_drops_within_ten_cycles_of_a_trip_at_every_phase_of_the_loop(
    emulator, machine, trip, phase
):
    close(emulator, machine)
    emulator.run(phase)
    tripped_at = emulator.cycle

    trip.drive(0)
    emulator.run(20)

    cycle, level = emulator.edges_of(_COIL)[-1]
    assert level == 0
    assert cycle - tripped_at <= _TRIP_LIMIT


@pytest.mark.parametrize("phase", range(2 * CYCLES_PER_PASS))
def test_drops_in_the_middle_of_words_that_keep_coming(emulator, machine, trip, phase):
    close(emulator, machine)
    for _ in range(20):
        machine.put(_LONG)
        emulator.run(3)
    emulator.run(phase)
    tripped_at = emulator.cycle

    trip.drive(0)
    for _ in range(20):
        machine.put(_LONG)
        emulator.run(3)

    edges = [edge for edge in emulator.edges_of(_COIL) if edge[0] > tripped_at]
    assert [level for _, level in edges] == [0]
    assert edges[0][0] - tripped_at <= _TRIP_LIMIT


@pytest.mark.parametrize("phase", range(2 * CYCLES_PER_PASS))
def test_drops_within_ten_cycles_of_the_word_zero(emulator, machine, phase):
    close(emulator, machine)
    emulator.run(phase)
    put_at = emulator.cycle

    machine.put(0)
    emulator.run(_LONG)

    cycle, level = emulator.edges_of(_COIL)[-1]
    assert level == 0
    assert cycle - put_at <= _TRIP_LIMIT


@pytest.mark.parametrize("passes", [199, 2_000, 12_000, _LONG, 40_000])
@pytest.mark.parametrize("phase", range(CYCLES_PER_PASS))
def test_times_out_within_one_percent_of_its_setting(emulator, machine, passes, phase):
    setting = (passes + 1) * CYCLES_PER_PASS
    close(emulator, machine)
    emulator.run(phase)
    fed_at = emulator.cycle

    machine.put(passes)
    emulator.run(setting + setting // 50)

    cycle, level = emulator.edges_of(_COIL)[-1]
    assert level == 0
    assert abs(cycle - fed_at - setting) <= setting // 100


def test_times_out_within_one_percent_of_the_first_word(emulator, machine):
    machine.put(_LONG)

    emulator.run(_LONG * CYCLES_PER_PASS + 2_000)

    (up, _), (down, level) = emulator.edges_of(_COIL)
    assert level == 0
    assert abs(down - up - _LONG * CYCLES_PER_PASS) <= _LONG * CYCLES_PER_PASS // 100


def test_stays_low_after_a_time_out_until_a_new_word(emulator, machine):
    machine.put(20)
    emulator.run(5_000)
    assert emulator.level_of(_COIL) == 0

    emulator.run(5_000)
    still_low = emulator.level_of(_COIL) == 0
    machine.put(_LONG)
    emulator.run(20)

    assert still_low
    assert emulator.level_of(_COIL) == 1


def test_has_no_glitch_in_60000_fed_cycles(emulator, machine):
    close(emulator, machine)

    for _ in range(150):  # a word of 500 cycles every 400
        feed(machine, 99)
        emulator.run(400)

    assert emulator.cycle >= 60_000
    assert [level for _, level in emulator.edges_of(_COIL)] == [1]


def test_has_no_glitch_when_feeds_come_early_and_late(emulator, machine):
    chance = random.Random(4)
    close(emulator, machine)

    while emulator.cycle < 60_000:
        feed(machine, 99)
        emulator.run(chance.randint(1, 490))

    assert [level for _, level in emulator.edges_of(_COIL)] == [1]


def test_has_no_glitch_in_a_second_at_its_real_setting(emulator, machine):
    chance = random.Random(5)
    close(emulator, machine)

    while emulator.cycle < 1_000_000:  # 20 ms, and now and then a stall of 140 ms
        feed(machine, _LONG)
        emulator.run(chance.choice([18_000, 20_000, 22_000, 20_000, 140_000]))

    assert [level for _, level in emulator.edges_of(_COIL)] == [1]


def test_drops_at_the_first_stall_that_is_too_long(emulator, machine):
    close(emulator, machine)
    feed(machine, _LONG)
    emulator.run(149_000)
    before = emulator.level_of(_COIL)

    emulator.run(2_500)

    assert (before, emulator.level_of(_COIL)) == (1, 0)


def test_stays_low_while_tripped_whatever_is_put(emulator, machine, trip):
    close(emulator, machine)
    trip.drive(0)
    emulator.run(20)

    for _ in range(500):
        machine.put(_LONG)
        emulator.run(20)

    assert emulator.level_of(_COIL) == 0


def test_stays_low_when_the_trip_ends_but_is_not_cleared(emulator, machine, trip):
    close(emulator, machine)
    trip.drive(0)
    emulator.run(20)
    trip.drive(1)

    for _ in range(500):
        machine.put(_LONG)
        emulator.run(20)

    assert emulator.level_of(_COIL) == 0
    assert emulator.registers[_IRQ] & 1 == 1


@pytest.mark.parametrize("queued", [1, 2, 3, 4])
@pytest.mark.parametrize("phase", range(CYCLES_PER_PASS))
def test_queued_words_do_not_close_again_when_it_is_cleared(
    emulator, machine, trip, queued, phase
):
    close(emulator, machine)
    emulator.run(phase)
    trip.drive(0)
    for _ in range(queued):
        machine.put(_LONG)  # at the moment of the trip
    emulator.run(20)
    for _ in range(queued):
        machine.put(_LONG)  # and behind it
    trip.drive(1)

    emulator.registers[_IRQ] = 1
    emulator.run(10_000)

    assert emulator.level_of(_COIL) == 0
    assert machine.tx_fifo() == 0


def test_closes_with_a_new_word_when_the_trip_was_cleared(emulator, machine, trip):
    close(emulator, machine)
    trip.drive(0)
    emulator.run(20)
    trip.drive(1)
    emulator.registers[_IRQ] = 1
    emulator.run(100)
    before = emulator.level_of(_COIL)

    machine.put(_LONG)
    emulator.run(20)

    assert (before, emulator.level_of(_COIL)) == (0, 1)


def test_trips_again_without_closing_when_it_is_cleared_too_early(emulator, machine, trip):
    close(emulator, machine)
    trip.drive(0)
    emulator.run(20)
    edges_before = len(emulator.edges)

    for _ in range(100):
        emulator.registers[_IRQ] = 1
        emulator.run(37)
        machine.put(_LONG)
        emulator.run(37)

    assert len(emulator.edges) == edges_before
    assert emulator.registers[_IRQ] & 1 == 1


def test_latches_a_trip_of_one_pass(emulator, machine, trip):
    close(emulator, machine)

    trip.drive(0)
    emulator.run(CYCLES_PER_PASS)
    trip.drive(1)
    for _ in range(100):
        machine.put(_LONG)
        emulator.run(10)

    assert emulator.level_of(_COIL) == 0


def test_does_not_close_on_a_broken_trip_wire(emulator, machine, trip):
    trip.drive(0)

    for _ in range(100):
        machine.put(_LONG)
        emulator.run(50)

    assert emulator.edges == []


def test_plays_its_tone_only_while_the_coil_is_on(emulator, machine, trip):
    emulator.run(1_000)
    machine.put(200)
    emulator.run(3_000)

    (up, _), (down, _) = emulator.edges_of(_COIL)
    tone = [cycle for cycle, level in emulator.edges_of(_TONE) if level == 1]
    assert up <= tone[0] and tone[-1] < down
    assert all(later - sooner == CYCLES_PER_PASS for sooner, later in zip(tone, tone[1:]))
    assert emulator.level_of(_TONE) == 0


@pytest.mark.parametrize("phase", range(CYCLES_PER_PASS))
def test_has_no_tone_when_the_state_machine_is_stopped_with_the_coil_on(emulator, machine, phase):
    close(emulator, machine)
    emulator.run(phase)
    emulator.order("stop", index=0)  # what a soft reset does to it
    edges_before = len(emulator.edges)

    emulator.run(10_000)

    assert emulator.level_of(_COIL) == 1  # the pin keeps its level: this is why there is a tone
    assert len(emulator.edges) == edges_before


def test_four_connectors_do_not_disturb_each_other(emulator):
    pins = [(2, 3, 18), (4, 5, 19), (6, 7, 20), (8, 9, 21)]
    trips = [InputPin(emulator, row[2]) for row in pins]
    machines = [Machine(emulator, idx, coil_guard, row) for idx, row in enumerate(pins)]
    for pin in trips:
        pin.drive(1)
    for machine in machines:
        machine.put(_LONG)
    emulator.run(100)
    all_on = [emulator.level_of(row[0]) for row in pins]

    trips[2].drive(0)
    machines[0].put(0)
    emulator.run(100)

    assert all_on == [1, 1, 1, 1]
    assert [emulator.level_of(row[0]) for row in pins] == [0, 1, 0, 1]
    assert emulator.registers[_IRQ] == 1 << 2
