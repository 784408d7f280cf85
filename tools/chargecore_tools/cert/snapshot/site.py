"""station_at(): the server to which the station under test comes, a real or a simulated one.

A simulated one is started here, `speed` times as fast, with its own password and lab PKI where the
security profile wants them.
"""

import json
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from chargecore_tools.cert import documents
from chargecore_tools.cert.artefact_error import EXIT_NO_STATION, ArtefactError, usage
from chargecore_tools.cert.freeze.frozen import read_freeze
from chargecore_tools.cert.freeze.on_simulator import put_into_simulator
from chargecore_tools.cert.lab_clock import SimClock, WallClock
from chargecore_tools.cert.snapshot.hands import AskingHands, SimHands
from chargecore_tools.cert.snapshot.wire import Wire
from chargecore_tools.csms.errors import PortTakenError
from chargecore_tools.csms.rules import Rules, RulesError
from chargecore_tools.csms.security_options import resolve
from chargecore_tools.csms.server import Server
from chargecore_tools.run_process import RunProcess
from chargecore_tools.run_security import RunSecurity
from chargecore_tools.sim_client import SimClient

_BANNER_S = 120.0  # the image of the firmware is made first when something in it has changed
_SIM_BOOT_S = 30.0


@dataclass
class SiteOptions:
    """What the command line says of station and server."""

    identity: Optional[str]
    is_sim: bool
    speed: float
    station: Optional[Path]
    config: Optional[Path]
    firmware: Optional[Path]  # freeze.json whose firmware the simulator runs; None: that of today
    host: str
    port: int
    wait_s: float
    heartbeat_s: int
    security_profile: int
    pki: Optional[Path]
    password: Optional[str]
    authorization_key: Optional[str]


@contextmanager
def station_at(options, on_step):
    """Give (Wire, hands) of the station, booted. Errors: ArtefactError, OSError."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chargecore-cert-")))
        security = _security(options, folder)
        server = Server(
            host="127.0.0.1" if options.is_sim else options.host,
            port=0 if options.is_sim else options.port,
            rules=Rules(boots=[("Accepted", options.heartbeat_s)]),
            password=security.password,
            ssl=security.context,
            speed=options.speed,
            security_profile=options.security_profile,
        )
        try:
            stack.enter_context(server)
        except PortTakenError as error:
            raise usage(str(error), "--port names another one") from None
        hands, clock = AskingHands(), WallClock()
        if options.is_sim:
            on_step("the simulator starts")
            address = _start_sim(options, folder, security, server, stack)
            client, clock = SimClient(*address), SimClock(*address, options.speed)
            hands = SimHands(client)
            server.clock = clock
            stack.callback(client.close)
            stack.callback(clock.close)
        else:
            on_step(f"waiting for {options.identity or 'a station'} at {server.url}")
        identity = _wait_boot(server, options)
        yield Wire(server, identity, clock), hands


def _security(options, folder):
    """Return an object with `password` and `context`."""
    if options.is_sim:
        return RunSecurity(options.security_profile, folder)
    try:
        return resolve(
            options.security_profile,
            options.password,
            options.authorization_key,
            [],
            [],
            None,
            options.pki,
        )
    except RulesError as error:
        raise usage(str(error), "chargecore cert snapshot --help") from None


def _start_sim(options, folder, security, server, stack):
    """Start the simulator; stop it with the stack. Return the address of its control socket."""
    station = _object(options.station)
    private = security.write_station_file()
    if private is not None:
        station.update(json.loads(private.read_text()))
    settings = _object(options.config)
    (folder / "station.json").write_text(json.dumps(station))
    (folder / "config.json").write_text(json.dumps({**settings, **security.settings}))
    if options.firmware is not None:
        freeze = read_freeze(options.firmware)
        put_into_simulator(freeze, options.firmware.parent, folder / "state")
    process = RunProcess(
        [
            *("--state", str(folder / "state")),
            *("--csms", server.url, "--id", options.identity or "CP01"),
            *("--station", str(folder / "station.json"), "--config", str(folder / "config.json")),
            *("--control", "127.0.0.1:0", "--speed", f"{options.speed:g}"),
        ]
    )
    stack.callback(process.stop)
    banner = process.wait_banner(_BANNER_S)
    if banner is None:
        words = process.last_words() or "no banner came"
        raise ArtefactError(
            f"the simulator does not run: {words}", "chargecore sim", EXIT_NO_STATION
        )
    host, _, port = banner["control"].rpartition(":")
    return host, int(port)


def _object(path):
    """Return the JSON object in a file, an empty one without a file."""
    facts = {} if path is None else documents.parse(path, documents.data_of(path))
    if not isinstance(facts, dict):
        raise usage(f"{path}: no JSON object")
    return facts


def _wait_boot(server, options):
    """Return the identity of the station whose BootNotification was accepted."""

    def booted():
        for station in server.stations():
            if station.is_booted and options.identity in (None, station.station_id):
                return station.station_id
        return None

    limit_s = _SIM_BOOT_S if options.is_sim else options.wait_s
    try:
        return server.history.wait(booted, limit_s, "BootNotification")
    except TimeoutError:
        refused = [note.text for note in server.history.notes if note.kind == "refused"]
        others = [station.station_id for station in server.stations()]
        why = f"; refused: {refused[-1]}" if refused else ""
        why += f"; connected: {', '.join(others)}" if others else ""
        text = f"no station booted within {limit_s:g} s{why}"
        hint = f"set the station's server to {server.url} and its identity, and restart it"
        raise ArtefactError(text, hint, EXIT_NO_STATION) from None
