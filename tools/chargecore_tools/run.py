"""`chargecore run`: a whole charge on this PC: server, firmware in the VM, car, card, meter.

Starts the reference server in a thread and `chargecore sim` as a process, plays the charge
(run_script.py), shows it (run_view.py) and judges it (run_verdict.py).
"""

import json
import signal
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console

from chargecore_tools.csms.errors import CsmsError
from chargecore_tools.csms.rules import Rules
from chargecore_tools.csms.server import Server
from chargecore_tools.image.firmware_image import image_of
from chargecore_tools.reasons import reason_words
from chargecore_tools.run_process import RunProcess
from chargecore_tools.run_script import Plan, Script, gone_text
from chargecore_tools.run_security import RunSecurity
from chargecore_tools.run_verdict import RunFailed
from chargecore_tools.run_view import LiveView, PlainView
from chargecore_tools.sim_client import SimClient, SimRefused
from chargecore_tools.sim_options import OptionError
from chargecore_tools.sim_process import heap_bytes, micropython, repository

EXIT_FAILED = 1
EXIT_USAGE = 2

_STATION_ID = "CP01"
_TAG = "TAG1"
_BANNER_S = 90.0
_OFFER_MIN_A = 6
_AMPS_LEAST = 8  # below, the offer cannot be reduced visibly
_SETTINGS = {"MeterValueSampleInterval": "60"}


class _Interrupted(Exception):
    """SIGTERM or Ctrl-C."""


@dataclass
class Machine:
    """What the firmware runs in."""

    vm: str
    heap: Optional[str]  # None: the default of the simulator
    speed: float
    state: Optional[Path]  # folder of the flash; None: a fresh one
    security_profile: int


def run(
    speed: Annotated[
        float, typer.Option(min=1, max=200, help="Simulated seconds per real second.")
    ] = 60.0,
    minutes: Annotated[
        float, typer.Option(min=0.5, max=1440, help="Simulated minutes of charging.")
    ] = 12.0,
    amps: Annotated[
        float,
        typer.Option(min=_AMPS_LEAST, max=32, help="Current of the car; half of it on the way."),
    ] = 16.0,
    vm: Annotated[str, typer.Option(help="micropython or cpython.")] = "micropython",
    heap: Annotated[
        Optional[str],
        typer.Option(help="Heap of the VM for the firmware.", show_default="that of the sim"),
    ] = None,
    security_profile: Annotated[
        int,
        typer.Option(min=0, max=3, help="0 none, 1 password, 2 TLS and password, 3 mutual TLS."),
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Summary as JSON on standard output.")
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Plain lines on a terminal, too.")
    ] = False,
    keep_state: Annotated[
        Optional[Path],
        typer.Option(help="Folder for the flash, kept; without it a fresh one, removed."),
    ] = None,
):
    """Charge a simulated car: real firmware, simulated board, reference server, on loopback.

    Plugs in, swipes a card, charges, halves the offered current on the way, stops, unplugs. Exit
    status 0 when meter and server agree to the Wh and no rule of the protocol was broken, else 1
    with the reason on the last line.

    With --security-profile 2 or 3 it makes a lab PKI first and does all of this over TLS.

    Example: chargecore run --speed 60 --minutes 12 --amps 16

    Example: chargecore run --security-profile 3
    """
    _check(vm, heap)
    plan = Plan(_STATION_ID, _TAG, amps, max(amps / 2, _OFFER_MIN_A), minutes)
    screen = Console(stderr=as_json, highlight=False)
    before = [(n, signal.signal(n, _interrupt)) for n in (signal.SIGTERM, signal.SIGINT)]
    try:
        machine = Machine(vm, heap, speed, keep_state, security_profile)
        summary = charge(plan, machine, screen, plain)
    except (RunFailed, SimRefused, OptionError, CsmsError, OSError) as error:
        _fail(str(error), as_json)
    except _Interrupted:
        _fail("interrupted", as_json)
    finally:
        for number, handler in before:
            signal.signal(number, handler)
    print(json.dumps(summary.as_dict()) if as_json else summary.last_line())


def _check(vm, heap):
    """Leave with status 2 when an option cannot be used."""
    try:
        if vm not in ("micropython", "cpython"):
            raise OptionError(f"--vm {vm}: micropython or cpython")
        if heap is not None:
            heap_bytes(heap)
    except OptionError as error:
        print(f"chargecore run: {error}", file=sys.stderr)
        raise typer.Exit(EXIT_USAGE) from error


def charge(plan, machine, screen, is_plain):
    """Start everything, play the plan, end everything. Return the Summary. Errors: RunFailed."""
    words = reason_words()
    is_live = screen.is_terminal and not is_plain
    view = LiveView(screen, words) if is_live else PlainView(screen, words)
    with ExitStack() as stack:
        fresh_state = stack.enter_context(tempfile.TemporaryDirectory(prefix="chargecore-run-"))
        state = machine.state or Path(fresh_state)
        if machine.vm == "micropython":
            view.step("the image of the firmware: half a minute when something in it has changed")
            micropython()  # without it no image is made
            image_of(repository())
        security = RunSecurity(machine.security_profile, Path(fresh_state))
        server = stack.enter_context(_server(plan, machine, security, view))
        process = RunProcess(_arguments(plan, machine, state, server.url, security))
        stack.callback(process.stop)
        sim = _connect(process)
        stack.callback(sim.close)
        stack.enter_context(view)
        summary = Script(plan, sim, server, process, view, words).play()
        summary.security = security.text(server, plan.station_id)
        if process.stop() != 0:
            raise RunFailed(gone_text(process))
        return summary


def _server(plan, machine, security, view):
    """Return the reference server of the run."""
    return Server(
        rules=Rules(tags={plan.tag: "Accepted"}),
        password=security.password,
        speed=machine.speed,
        ssl=security.context,
        observers=[view],
        security_profile=security.profile,
    )


def _arguments(plan, machine, state, url, security):
    """Return the arguments of `chargecore sim`."""
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OptionError(f"--keep-state {state}: {error.strerror}") from error
    config = state / "run_settings.json"
    config.write_text(json.dumps({**_SETTINGS, **security.settings}), encoding="utf-8")
    options = {
        "--csms": url,
        "--id": plan.station_id,
        "--config": config,
        "--state": state,
        "--control": "127.0.0.1:0",
        "--vm": machine.vm,
        "--speed": f"{machine.speed:g}",
    }
    if machine.heap is not None:
        options["--heap"] = machine.heap
    station_file = security.write_station_file()
    if station_file is not None:
        options["--station"] = station_file
    return [str(word) for pair in options.items() for word in pair]


def _connect(process):
    """Wait until the simulator is up and return a client of its control socket."""
    banner = process.wait_banner(_BANNER_S)
    if banner is None:
        raise RunFailed(gone_text(process))
    host, _, port = banner["control"].rpartition(":")
    try:
        return SimClient(host, int(port))
    except OSError as error:
        raise RunFailed(gone_text(process, error)) from error


def _interrupt(_number, _frame):
    raise _Interrupted


def _fail(reason, as_json):
    """Say why on the last line and leave with status 1."""
    if as_json:
        print(json.dumps({"ok": False, "error": reason}))
    else:
        print(f"session failed: {reason}")
    raise typer.Exit(EXIT_FAILED)
