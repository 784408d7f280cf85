"""Any order of words, trips, clears and pauses: what must hold of every moment the coil is on."""

import random

import pytest

from boards.rp2.coil_guard_program import CYCLES_PER_PASS, coil_guard
from emulator import InputPin, Machine

_COIL, _TONE, _TRIP = 16, 17, 18
_IRQ = 0x50200030
_FEWEST = 10  # cycles within which the pin follows: trip, word 0, end of the time
_ALWAYS_SEEN = CYCLES_PER_PASS  # a trip shorter than a pass may be missed
_IN_QUEUE = 4 * CYCLES_PER_PASS  # the driver does not queue, this test does
_OPERATIONS = 80


class _Diary:
    """Everything that was done to the program, with the cycle."""

    def __init__(self):
        self.words = []  # (cycle, word)
        self.levels = [(0, 1)]  # of the trip input
        self.clears = []
        self.latched = []  # cycles at which the flag was seen

    def trips(self, end):
        """Return (from, to) of every time the input was low."""
        changes = [*self.levels, (end, 1)]
        pairs = zip(changes, changes[1:], strict=False)
        return [(at, until) for (at, level), (until, _) in pairs if level == 0 and until > at]


def _play(chance, emulator, machine, trip, diary):
    for _ in range(_OPERATIONS):
        kind = chance.choice(("word", "word", "word", "zero", "trip", "heal", "clear"))
        if kind in ("word", "zero"):
            word = 0 if kind == "zero" else chance.choice((1, 5, 20, 60))
            if machine.tx_fifo() < 4:
                machine.put(word)
                diary.words.append((emulator.cycle, word))
        elif kind in ("trip", "heal"):
            level = 0 if kind == "trip" else 1
            if level != trip.level:
                trip.drive(level)
                diary.levels.append((emulator.cycle, level))
        else:
            emulator.registers[_IRQ] = 1
            diary.clears.append(emulator.cycle)
        emulator.run(chance.choice((1, 2, 3, 7, 20, 90, 400)))
        if emulator.registers[_IRQ] & 1:
            diary.latched.append(emulator.cycle)
    emulator.run(1_000)


def _on_times(emulator):
    edges = [*emulator.edges_of(_COIL), (emulator.cycle, 0)]
    pairs = zip(edges, edges[1:], strict=False)
    return [(at, until) for (at, level), (until, _) in pairs if level == 1]


def _check_permission(on_times, diary):
    """Each time on is covered by words, the last of which ends it."""
    for at, until in on_times:
        assert any(word and cycle < at for cycle, word in diary.words)
        longest = max(
            cycle + (word + 1) * CYCLES_PER_PASS for cycle, word in diary.words if cycle < until
        )
        assert until <= longest + _FEWEST + _IN_QUEUE


def _check_trips(on_times, diary, end):
    """From a trip on it is off until it was cleared, and a word has come behind the clearing.

    One that meets the last cycles of a permission drops the coil without a latch.
    """
    for low_at, low_until in diary.trips(end):
        if low_until - low_at < _ALWAYS_SEEN:
            continue
        was_on = [until for at, until in on_times if at <= low_at < until]
        assert all(until <= low_at + _FEWEST for until in was_on)
        for at, _ in on_times:
            assert not low_at + _FEWEST < at <= low_until, "switched on while tripped"
        following = [at for at, _ in on_times if at > low_at]
        for at in following[:1]:
            if was_on and any(low_at < cycle < at for cycle in diary.latched):
                clears = [cycle for cycle in diary.clears if low_at < cycle < at]
                assert clears
                assert any(word and clears[0] <= cycle < at for cycle, word in diary.words)


@pytest.mark.parametrize("seed", range(60))
def test_coil_is_on_only_with_permission_in_any_order_of_events(emulator, seed):
    chance = random.Random(seed)
    trip = InputPin(emulator, _TRIP)
    trip.drive(1)
    machine = Machine(emulator, 0, coil_guard, (_COIL, _TONE, _TRIP))
    diary = _Diary()

    _play(chance, emulator, machine, trip, diary)

    on_times = _on_times(emulator)
    _check_permission(on_times, diary)
    _check_trips(on_times, diary, emulator.cycle)
    assert emulator.level_of(_COIL) == 0  # the last word has long run out


def test_random_orders_do_switch_on(emulator):
    """What the test above looks at does happen: on, tripped while on, and on again."""
    on_count = 0
    again_count = 0
    for seed in range(20):
        emulator.reset()
        trip = InputPin(emulator, _TRIP)
        trip.drive(1)
        machine = Machine(emulator, 0, coil_guard, (_COIL, _TONE, _TRIP))
        diary = _Diary()
        _play(random.Random(seed), emulator, machine, trip, diary)
        on_times = _on_times(emulator)
        on_count += len(on_times)
        for low_at, _ in diary.trips(emulator.cycle):
            was_on = any(at <= low_at < until for at, until in on_times)
            again_count += was_on and any(at > low_at for at, _ in on_times)

    assert on_count > 40
    assert again_count > 10
