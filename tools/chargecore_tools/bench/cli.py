"""`chargecore bench`: options, who is there, and in which order the parts are done."""

import sys
import time
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, List, Optional

import typer

from chargecore_tools.bench import report
from chargecore_tools.bench.answers import Answers, read_answers
from chargecore_tools.bench.errors import BenchEnded
from chargecore_tools.bench.identity import firmware_of_board, firmware_of_image
from chargecore_tools.bench.pin_names import PinNames
from chargecore_tools.bench.report import Report
from chargecore_tools.bench.serial_board import SerialBoard
from chargecore_tools.bench.session import Session
from chargecore_tools.bench.simulated_board import SimulatedBoard
from chargecore_tools.bench.simulated_person import SimulatedPerson
from chargecore_tools.bench.step_table import PART_MAINS, STEPS
from chargecore_tools.bench.terminal import Terminal, is_terminal
from chargecore_tools.bench.tester import Tester
from chargecore_tools.bench.wiring_faults import WIRING_FAULTS, kinds_of, wire
from chargecore_tools.device.command import AsJson, Board, Port, answer, told_errors
from chargecore_tools.device.errors import EXIT_FAILED, EXIT_USAGE, DeviceError
from chargecore_tools.device.ports import port_of
from chargecore_tools.device.target import target_of
from chargecore_tools.sim_options import OptionError
from chargecore_tools.sim_process import repository


def bench(
    board: Board = None,
    port: Port = None,
    simulate: Annotated[
        bool, typer.Option("--simulate", help="The real firmware on the simulated board.")
    ] = False,
    wiring_fault: Annotated[
        Optional[List[str]],
        typer.Option(
            help="With --simulate: build this fault in; again for more; 'list' names all."
        ),
    ] = None,
    yes_part_1: Annotated[
        bool, typer.Option("--yes-part-1", help="Begin part I without asking.")
    ] = False,
    answers: Annotated[
        Optional[Path], typer.Option(help="JSON file of what a person would type: docs/bench.md.")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder of the report; a session that is there goes on.")
    ] = Path("bench"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew, forget what is there.")] = (
        False
    ),
    quick: Annotated[
        bool, typer.Option("--quick", help="Shorten the long waits; the report says so.")
    ] = False,
    vm: Annotated[str, typer.Option(help="With --simulate: micropython or cpython.")] = (
        "micropython"
    ),
    as_json: AsJson = False,
):
    """Go through the bench test of a board that has just been wired, step by step.

    Part I needs no mains. Part II begins only when a qualified person has typed a sentence. The
    contactor closes through the interlock alone, while somebody asks for it; a tool that is killed
    or unplugged leaves it open. What is done is kept after every step: the same command goes on.

    Exit status: 0 all steps passed, 1 one has failed or was not done, 2 wrong use, 3 no board.

    Example: chargecore bench --board esp32_devkit --port /dev/ttyUSB0

    Example: chargecore bench --simulate --yes-part-1 --wiring-fault divider-off
    """
    with told_errors("bench", as_json):
        if wiring_fault and "list" in wiring_fault:
            _print_faults()
            return
        names = _checked(simulate, wiring_fault or [], vm, board)
        said = _Lines(as_json)
        guide = _guide_of(answers, yes_part_1, said)
        try:
            with ExitStack() as stack:
                made = _open(stack, simulate, vm, board, port, names)
                tester = _tester_of(made, guide, names, quick, said)
                kept, before = _report_of(made, guide, out, fresh, tester.is_quick, names)
                _run(Session(tester, guide, kept, before), guide, kept, said)
        except OptionError as error:
            raise DeviceError(str(error), status=EXIT_USAGE) from None
        facts = kept.as_dict()
        said.line(f"{facts['verdict']}: {(out / report.HTML)}")
        _end(as_json, facts, out)


class _Made:
    """The board as the rest needs it: board, person's pins, what the report says of it."""

    def __init__(self, board, pins, facts):
        self.board = board
        self.pins = pins
        self.facts = facts


class _Lines:
    """Writes lines for people, where --json does not want standard output."""

    def __init__(self, as_json):
        self._file = sys.stderr if as_json else sys.stdout

    def line(self, text):
        """Write one."""
        print(text, file=self._file, flush=True)


def _checked(simulate, names, vm, board):
    """Return the names of the wiring faults. Errors: DeviceError."""
    if names and not simulate:
        text = "--wiring-fault is for --simulate: a real board has its own"
        raise DeviceError(text, status=EXIT_USAGE)
    for name in names:
        if name not in WIRING_FAULTS:
            hint = f"there are {', '.join(WIRING_FAULTS)}"
            raise DeviceError(f"no wiring fault {name}", hint, EXIT_USAGE)
    if vm not in ("micropython", "cpython"):
        raise DeviceError(f"--vm {vm}: micropython or cpython", status=EXIT_USAGE)
    if not simulate:
        target_of(board)
    return names


def _print_faults():
    for name, fault in WIRING_FAULTS.items():
        print(f"{name:20} step {fault.step:3} {fault.text}")


def _guide_of(answers, yes_part_1, said):
    """Return who is asked: a terminal, or a file of answers. Errors: DeviceError."""
    facts = read_answers(answers) if answers is not None else {}
    if yes_part_1:
        facts["part_1"] = True
    if facts:
        return Answers(facts, said.line)
    if is_terminal():
        return Terminal()
    raise DeviceError(
        "there is no terminal to ask, and no answers",
        "run it in a terminal; or --simulate --yes-part-1; or --answers FILE, see docs/bench.md",
        EXIT_USAGE,
    )


def _open(stack, simulate, vm, board, port, names):
    """Return what is to be tested."""
    if simulate:
        made = stack.enter_context(SimulatedBoard(vm=vm))
        if names:
            wire(made.sim, names)
            made.restart(False)
        facts = {"board": "host", "chip": vm, **firmware_of_image(vm)}
        return _Made(made, PinNames(repository() / "boards/host/pins.py"), facts)
    target = target_of(board)
    made = stack.enter_context(SerialBoard(port_of(port)))
    chip = made.link.facts()
    chip.require(target)
    facts = {"board": target.name, "chip": chip.machine or chip.platform}
    facts.update(firmware_of_board(made.link))
    made.begin()
    return _Made(made, PinNames(target.folder / "pins.py"), facts)


def _tester_of(made, guide, names, quick, said):
    """Return the Tester, with hands that fit the board."""
    if isinstance(made.board, SimulatedBoard):
        say = said.line if isinstance(guide, Terminal) else None
        person = SimulatedPerson(made.board.sim, kinds_of(names), say)
    elif isinstance(guide, Terminal):
        person = guide
    else:
        text = "a file of answers has no hands: a real board needs a terminal"
        raise DeviceError(text, "--simulate needs none", EXIT_USAGE)
    return Tester(made.board, person, made.pins, quick)


def _report_of(made, guide, out, fresh, is_quick, names):
    """Return (Report, results of a session that goes on)."""
    hello = made.board.facts
    facts = {
        **{name: hello[name] for name in ("id", "model", "serial")},
        **made.facts,
        "tool_version": version("chargecore"),
        "is_simulated": isinstance(made.board, SimulatedBoard),
        "is_quick": is_quick,
        "wiring_faults": sorted(names),
        "started_at": _now(),
        "ended_at": "",
        "operator": "",
        "qualified_person": "",
    }
    before, results = ({}, []) if fresh else report.results_of(out, facts)
    facts["started_at"] = before.get("started_at", facts["started_at"])
    facts["operator"] = before.get("operator") or guide.operator()
    return Report(out, facts), results


def _run(session, guide, kept, said):
    """Do part I; part II when it has passed and somebody confirms."""
    try:
        if not guide.may_begin():
            hint = "take the mains away; or --yes-part-1"
            raise DeviceError("part I was not confirmed", hint, EXIT_USAGE)
        if session.run([step for step in STEPS if step.part != PART_MAINS]):
            name = guide.consent()
            if name:
                kept.facts["qualified_person"] = name
                session.run([step for step in STEPS if step.part == PART_MAINS])
            else:
                said.line("part II (mains) was not confirmed: it is not begun")
    except BenchEnded:
        said.line("ended here; the same command goes on")
    finally:
        kept.facts["ended_at"] = _now()
        kept.save(session.results.values())


def _end(as_json, facts, out):
    if facts["verdict"] == report.PASS:
        answer(as_json, {"report": str(out / report.HTML), **facts})
        return
    if as_json:
        report.print_failed(facts, out)
    raise typer.Exit(EXIT_FAILED)


def _now():
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")
