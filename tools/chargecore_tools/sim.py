"""`chargecore sim`: the real firmware on the simulated board, in the MicroPython VM or in CPython.

Checks the options, writes them into the state folder, starts boards/host/sim_main.py and waits.
The simulator lives no longer than this process: killing this one is a power cut for the station.
"""

import json
import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Optional

import typer

from chargecore_tools.sim_options import OptionError, resolve
from chargecore_tools.sim_process import HEAP_DEFAULT, SimProcess, heap_bytes, sources_in

EXIT_USAGE = 2


def _checked(value, is_right, text):
    if not is_right:
        raise OptionError(text)
    return value


def sim(
    csms: Annotated[
        Optional[str],
        typer.Option(help="Server URL without the identity, ws://host:port/path."),
    ] = None,
    id: Annotated[
        Optional[str], typer.Option("--id", help="Identity of the station at the server.")
    ] = None,
    station: Annotated[
        Optional[Path], typer.Option(help="station.json; --csms and --id override it.")
    ] = None,
    config: Annotated[
        Optional[Path], typer.Option(help="JSON file of OCPP keys and their values as texts.")
    ] = None,
    connectors: Annotated[
        Optional[int], typer.Option(help="Number of connectors, 1..15.", show_default="1")
    ] = None,
    state: Annotated[
        Optional[Path],
        typer.Option(
            help="Folder that holds the flash; without it a fresh one, removed at the end."
        ),
    ] = None,
    control: Annotated[
        Optional[str],
        typer.Option(help="Control socket HOST:PORT; port 0 or nothing takes a free one."),
    ] = None,
    auth_key: Annotated[
        Optional[str],
        typer.Option(
            envvar="CHARGECORE_AUTHORIZATION_KEY",
            help="AuthorizationKey of a new station: 32..40 hexadecimal digits.",
        ),
    ] = None,
    root_ca: Annotated[
        Optional[Path], typer.Option(help="Root of the server's certificate, PEM or DER.")
    ] = None,
    maker_ca: Annotated[
        Optional[Path], typer.Option(help="Root of the maker, for signed firmware, PEM or DER.")
    ] = None,
    client_cert: Annotated[
        Optional[Path], typer.Option(help="The station's certificate and intermediates, PEM.")
    ] = None,
    client_key: Annotated[
        Optional[Path], typer.Option(help="Private key for it, PEM or DER.")
    ] = None,
    setup_page: Annotated[
        Optional[str],
        typer.Option(help="HOST:PORT: show the set-up page there before the station starts."),
    ] = None,
    heap: Annotated[
        str, typer.Option(help="Heap of the VM, the image of the code not counted.")
    ] = HEAP_DEFAULT,
    vm: Annotated[str, typer.Option(help="micropython or cpython.")] = "micropython",
    speed: Annotated[float, typer.Option(help="Simulated seconds per real second.")] = 1.0,
    events: Annotated[bool, typer.Option(help="Print the station's event log.")] = False,
    sources: Annotated[
        Optional[Path],
        typer.Option(help="For developers: folder whose firmware/ and boards/ run instead."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Start line as JSON.")] = False,
):
    """Run a simulated charging station: the real firmware on simulated hardware.

    Runs until Ctrl-C or SIGTERM; SIGKILL is a power cut, and the same --state goes on after it.
    The commands of the control socket: boards/host/README.md. Exit status: 0 stopped, 1 the
    firmware failed or refused its settings, 2 wrong options, 3 the control port was taken.

    A new station takes keys and certificates once, as a maker gives them; what a server changes
    afterwards stays in --state.

    Example: chargecore sim --csms ws://127.0.0.1:9000/ocpp --id CP01 --control 127.0.0.1:9100

    Example: chargecore sim --csms wss://127.0.0.1:9000/ocpp --id CP01 --root-ca root.pem
    """
    try:
        heap_bytes(heap)
        _checked(vm, vm in ("micropython", "cpython"), f"--vm {vm}: micropython or cpython")
        _checked(speed, 0.01 <= speed <= 200, f"--speed {speed}: must be 0.01..200")
        with tempfile.TemporaryDirectory(prefix="chargecore-sim-") as fresh_state:
            folder = state if state is not None else Path(fresh_state)
            secrets = (
                ("--auth-key", "auth_key", auth_key),
                ("--root-ca", "csms_root_ca", root_ca),
                ("--maker-ca", "manufacturer_root_ca", maker_ca),
                ("--client-cert", "client_certificate", client_cert),
                ("--client-key", "client_key", client_key),
            )
            given = csms, id, station, config, connectors, folder, control, secrets
            options = resolve(*given, setup=setup_page)
            options["speed_permille"] = round(speed * 1000)
            options["prints_events"] = events
            options["banner"] = _banner(options, vm, speed, as_json)
            code = _run(options, vm, heap, None if sources is None else sources_in(sources))
    except OptionError as error:
        print(f"chargecore sim: {error}", file=sys.stderr)
        code = EXIT_USAGE
    raise typer.Exit(code)


def _banner(options, vm, speed, as_json):
    """Return the line that says that the simulator is up."""
    station = options["station"]
    facts = {
        "event": "up",
        "id": station.get("id"),
        "csms": station.get("csms_url"),
        "control": f"{options['control_host']}:{options['control_port']}",
        "connectors": len(station["connectors"]),
        "state": options["state"],
        "vm": vm,
        "speed": speed,
    }
    if as_json:
        return json.dumps(facts)
    return (
        "station {id} up: server {csms}, control {control}, connectors {connectors}, "
        "speed {speed:g}, {vm}, flash in {state}".format(**facts)
    )


def _run(options, vm, heap, sources):
    """Start the simulator and wait for its end. Return its exit status."""
    process = SimProcess(options, vm, heap, sources=sources)

    def stop(_number, _frame):
        process.stop()

    before = [(number, signal.signal(number, stop)) for number in (signal.SIGTERM, signal.SIGINT)]
    try:
        return process.wait()
    finally:
        for number, handler in before:
            signal.signal(number, handler)
