"""Every wiring fault is found at its step, with a sentence that says what to look for and where.

One simulator serves all: the real firmware, its plant wired anew each time.
"""

import contextlib

import pytest

from chargecore_tools.bench import tester as testers
from chargecore_tools.bench.errors import BenchEnded
from chargecore_tools.bench.pin_names import PinNames
from chargecore_tools.bench.result import FAIL, NOT_DONE, NOT_FITTED, PASS
from chargecore_tools.bench.session import NEXT, QUIT, Session
from chargecore_tools.bench.simulated_board import SimulatedBoard
from chargecore_tools.bench.simulated_person import SimulatedPerson
from chargecore_tools.bench.step_table import PART_MAINS, STEPS
from chargecore_tools.bench.wiring_faults import WIRING_FAULTS, kinds_of, wire
from chargecore_tools.sim_process import repository

# What the sentence has to name: the signal, and what is wrong there.
_SENTENCES = {
    "adc-swapped": ("PILOT_SENSE (GPIO 10", "PROXIMITY_SENSE (GPIO 11", "swapped"),
    "bolt-switch-open": ("LOCK_FEEDBACK (GPIO 7", "switch open"),
    "coil-boot-pulse": ("CONTACTOR_COIL (GPIO 1", "For a moment"),
    "coil-driver-shorted": ("CONTACTOR_COIL (GPIO 1", "Q1 or its driver is shorted"),
    "coil-open": ("A1 or A2 of the contactor open",),
    "contactor-slow": ("slow", "voltage of the coil's supply"),
    "contactor-welded": ("contacts welded", "Do not go on"),
    "cp-open": ("EV box is not seen", "CP of the socket"),
    "dead-man-bridged": ("DEAD_MAN (GPIO 0", "Q2 bridged"),
    "dead-man-open": ("No voltage at the coil", "DEAD_MAN (GPIO 0"),
    "diode-missing": ("-8792 mV", "diode"),
    "divider-off": ("R6, R7, R8", "PILOT_SENSE (GPIO 10", "off by -1"),
    "earth-missing": ("EARTH_PRESENT (GPIO 12", "PE wire"),
    "feedback-inverted": ("CONTACTOR_FEEDBACK (GPIO 2", "normally open contact in place"),
    "feedback-open": ("CONTACTOR_FEEDBACK (GPIO 2", "auxiliary contact is open"),
    "lock-reversed": ("LOCK_MOTOR_A (GPIO 5)", "LOCK_MOTOR_B (GPIO 6)", "swapped"),
    "meter-silent": ("does not answer", "A and B"),
    "no-minus-rail": ("-12 V of the pilot", "79L12"),
    "pp-no-pull-up": ("PROXIMITY_SENSE (GPIO 11", "R12 (1 kOhm to +3.3 V) is missing"),
    "pwm-2khz": ("2000 Hz in place of 1000", "PILOT_PWM (GPIO 9"),
    "pwm-inverted": ("other rail", "PILOT_PWM (GPIO 9"),
    "rcd-open": ("RCD_TRIP (GPIO 3", "the wire to the pin is open"),
    "rcd-test-dead": ("RCD_TEST (GPIO 4", "test winding open"),
    "source-resistor": ("1200 Ohm", "R5"),
    "stop-loop-open": ("EMERGENCY_STOP (GPIO 8", "loop"),
    "temperature-open": ("TEMPERATURE_SENSE (GPIO 13", "open"),
}


class Nothing:
    """Keeps nothing."""

    def save(self, results):
        """Of a store."""


class UntilItFails:
    """A guide that ends at the first step that fails."""

    def begin(self, step, result):
        """Of a guide."""

    def end(self, step, result):
        """Of a guide."""
        return NEXT if result.verdict == PASS else QUIT


@pytest.fixture(scope="module")
def board():
    with SimulatedBoard() as board:
        yield board


def session_on(board, names, steps):
    """Do steps with faults built in until one fails. Return its StepResults."""
    board.restart(False)
    pins = PinNames(repository() / "boards/host/pins.py")
    tester = testers.Tester(
        board, SimulatedPerson(board.sim, kinds_of(names)), pins, is_quick=True
    )
    session = Session(tester, UntilItFails(), Nothing())
    with contextlib.suppress(BenchEnded):
        session.run(steps)
    return list(session.results.values())


def test_a_good_board_passes_every_step_of_both_parts(board):
    results = session_on(board, (), STEPS)

    verdicts = {result.number: result.verdict for result in results}
    missed = [result for result in results if result.verdict != PASS]
    assert [result.number for result in missed] == ["15"], missed
    assert verdicts["15"] == NOT_FITTED
    assert len(verdicts) == len(STEPS) >= 30
    contactor = next(result for result in results if result.number == "17")
    values = {row.name: row.value for row in contactor.readings}
    assert 15 <= values["feedback closed after, most"] <= 60, values
    assert 10 <= values["feedback open after, most"] <= 50, values


@pytest.mark.parametrize("name", WIRING_FAULTS)
def test_finds(board, name):
    wire(board.sim, [name])
    try:
        results = session_on(board, [name], [step for step in STEPS if step.part != PART_MAINS])
    finally:
        wire(board.sim, [name], False)
        board.restart(False)
        board.ask("unlock")
        board.wait(2_000)
        board.sim.do("unplug", connector=1)

    last = results[-1]
    assert (last.number, last.verdict) == (WIRING_FAULTS[name].step, FAIL), results[-2:]
    assert all(result.verdict != NOT_DONE for result in results)
    for part in _SENTENCES[name]:
        assert part in last.look, last.look
    assert 40 < len(last.look) < 420 and last.look.endswith(".")
