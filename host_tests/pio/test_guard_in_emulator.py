"""The whole chain: contactor, dead man, guard and program, against the emulated chip.

What Python may do wrong stands here as a test: whatever it does, the pin stays low.
"""

import pytest
import rp2

from boards.rp2 import guards
from boards.rp2.guard_feed import GuardFeed
from boards.rp2.guarded_trip import GuardedTrip
from chargecore.base.errors import ConfigError
from chargecore.base.event_log import EventLog
from chargecore.safety.contactor import Contactor
from chargecore.safety.dead_man import DeadMan
from chargecore.safety.reasons import OPEN_RCD
from emulator import InputPin, Machine
from fakes.clock import FakeClock

_COIL, _TONE, _TRIP = 16, 17, 18
_STEP = 20_000  # cycles of a safety step at 1 MHz
_DEAD_MAN = 150_000


class EmulatedStateMachine(Machine):
    """rp2.StateMachine as guards.py calls it."""

    emulator = None

    def __init__(self, idx, program, freq, set_base, sideset_base, jmp_pin):
        assert freq == guards.CYCLE_HZ
        self._start = (self.emulator, idx, program, (set_base, sideset_base, jmp_pin.number))

    def active(self, level):
        assert level == 1
        super().__init__(*self._start)

    def put(self, word):
        assert self.tx_fifo() < 4, "the board would wait here for ever"
        super().put(word)


class Feedback:
    """An auxiliary contact that nobody asks."""

    def value(self):
        """Return that the main contacts are open."""
        return 0


class Chain:
    """A contactor whose coil is held by a guard in the emulator."""

    def __init__(self, emulator, dead_man_ms=guards.DEAD_MAN_MS):
        self.emulator = emulator
        self.trip_pin = InputPin(emulator, _TRIP)
        self.trip_pin.number = _TRIP
        self.trip_pin.drive(1)
        pins = (_COIL, _TONE, self.trip_pin)
        self.guard = guards.make_guard(0, pins, emulator.registers, dead_man_ms)
        clock = FakeClock()
        self.dead_man = DeadMan(GuardFeed([self.guard]))
        self.rcd_pin = GuardedTrip(self.trip_pin, self.guard)
        self.contactor = Contactor(self.guard, Feedback(), clock, EventLog(clock, 8), 1)

    def step(self, steps=1):
        """Pass so many safety steps, with the feed at the end of each."""
        for _ in range(steps):
            self.emulator.run(_STEP)
            self.dead_man.feed()
        self.emulator.run(20)

    @property
    def is_on(self):
        """Tell whether the coil is on."""
        return self.emulator.level_of(_COIL) == 1


@pytest.fixture
def board(emulator, monkeypatch):
    """A fresh chip, whose state machines are those of the module rp2."""
    monkeypatch.setattr(EmulatedStateMachine, "emulator", emulator)
    monkeypatch.setattr(rp2, "StateMachine", EmulatedStateMachine)
    return emulator


@pytest.fixture
def chain(board):
    """A chain on a fresh chip."""
    return Chain(board)


def test_stays_low_while_nothing_is_closed(chain):
    chain.step(10)

    assert chain.emulator.edges == []


def test_closes_only_when_contactor_and_dead_man_agree(chain):
    chain.contactor.close()
    chain.emulator.run(_STEP)
    without_feed = chain.is_on

    chain.step()

    assert (without_feed, chain.is_on) == (False, True)


def test_holds_over_four_seconds_of_steps_without_a_glitch(chain):
    chain.contactor.close()

    chain.step(200)

    assert [level for _, level in chain.emulator.edges_of(_COIL)] == [1]


def test_opens_within_ten_cycles_of_open(chain):
    chain.contactor.close()
    chain.step(3)
    opened_at = chain.emulator.cycle

    chain.contactor.open(OPEN_RCD)
    chain.step(3)

    cycle, level = chain.emulator.edges_of(_COIL)[-1]
    assert level == 0
    assert cycle - opened_at <= 10


def test_closes_again_after_an_opening(chain):
    chain.contactor.close()
    chain.step(2)
    chain.contactor.open(OPEN_RCD)
    chain.step(2)

    chain.contactor.close()
    chain.step(2)

    assert [level for _, level in chain.emulator.edges_of(_COIL)] == [1, 0, 1]


def test_drops_the_coil_when_the_steps_stall(chain):
    chain.contactor.close()
    chain.step(5)
    fed_at = chain.emulator.cycle

    chain.emulator.run(400_000)  # a handshake of 0.4 s

    cycle, level = chain.emulator.edges_of(_COIL)[-1]
    assert level == 0
    assert abs(cycle - fed_at - _DEAD_MAN) <= _DEAD_MAN // 100


def test_level_that_is_only_repeated_does_not_feed(chain):
    chain.contactor.close()
    feed = GuardFeed([chain.guard])
    feed.value(1)
    chain.emulator.run(_STEP)

    for _ in range(50):
        feed.value(1)
        chain.emulator.run(_STEP)

    assert not chain.is_on


def test_trip_is_seen_by_the_interlock_even_when_it_was_short(chain):
    chain.contactor.close()
    chain.step(3)

    chain.trip_pin.drive(0)
    chain.emulator.run(8)
    chain.trip_pin.drive(1)
    chain.emulator.run(100)

    assert not chain.is_on
    assert chain.guard.is_tripped()
    assert chain.rcd_pin.value() == 0


def test_feeds_and_repeated_requests_do_not_clear_a_trip(chain):
    chain.contactor.close()
    chain.step(3)
    chain.trip_pin.drive(0)
    chain.emulator.run(20)
    chain.trip_pin.drive(1)

    for _ in range(20):
        chain.guard.value(1)
        chain.step()

    assert not chain.is_on


def test_closes_again_when_contactor_let_go_after_the_trip(chain):
    chain.contactor.close()
    chain.step(3)
    chain.trip_pin.drive(0)
    chain.step(2)
    chain.contactor.open(OPEN_RCD)
    chain.trip_pin.drive(1)
    chain.step(2)
    healthy_again = chain.rcd_pin.value()

    chain.contactor.close()
    before_feed = chain.is_on
    chain.step(2)

    assert healthy_again == 1
    assert (before_feed, chain.is_on) == (False, True)


def test_does_not_clear_while_the_input_is_tripped(chain):
    chain.contactor.close()
    chain.step(3)
    chain.trip_pin.drive(0)
    chain.step(1)
    chain.contactor.open(OPEN_RCD)

    chain.contactor.close()
    chain.step(5)
    chain.trip_pin.drive(1)
    chain.step(5)

    assert not chain.is_on
    assert chain.guard.is_tripped()


def test_open_never_waits_for_a_full_queue(chain):
    chain.contactor.close()
    chain.step(3)
    chain.trip_pin.drive(0)
    chain.emulator.run(20)

    for _ in range(20):  # put() asserts that there is room
        chain.contactor.open(OPEN_RCD)
        chain.guard.value(0)

    assert not chain.is_on


def test_flag_left_by_an_earlier_run_is_cleared_at_start(board):
    board.registers[0x50200034] = 0xF  # IRQ_FORCE

    chain = Chain(board)

    assert not chain.guard.is_tripped()
    assert board.registers[0x50200030] == 0xE  # the flags of the others are theirs


@pytest.mark.parametrize("dead_man_ms", [60, 100, 150, 200])
def test_times_out_within_one_percent_of_any_setting(board, dead_man_ms):
    chain = Chain(board, dead_man_ms)
    chain.contactor.close()
    chain.step(3)
    fed_at = board.cycle - 20

    board.run(250_000)

    cycle, level = board.edges_of(_COIL)[-1]
    assert level == 0
    assert abs(cycle - fed_at - dead_man_ms * 1000) <= dead_man_ms * 10


@pytest.mark.parametrize("dead_man_ms", [0, 59, 201, 100_000])
def test_setting_that_is_too_short_or_too_long_is_refused(board, dead_man_ms):
    with pytest.raises(ConfigError, match="dead_man_ms"):
        Chain(board, dead_man_ms)


@pytest.mark.parametrize("idx", [-1, 4])
def test_fifth_connector_is_refused(board, idx):
    with pytest.raises(ConfigError, match="connectors"):
        guards.make_guard(idx, (_COIL, _TONE, InputPin(board, _TRIP)), board.registers)
