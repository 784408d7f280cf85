"""`chargecore monitor`: what a station says, and what it has kept of what happened."""

import time
from typing import Annotated, Optional

import typer

from chargecore_tools.deploy.board_copies import read_copies
from chargecore_tools.device.command import AsJson, Board, Port, answer, say, told_errors
from chargecore_tools.device.errors import EXIT_NO_BOARD, DeviceError
from chargecore_tools.device.link import BoardLink
from chargecore_tools.device.ports import port_of
from chargecore_tools.provision import station_file
from chargecore_tools.provision.firmware_says import kept_events

_STATE = "/state"
_QUIET_S = 0.2


def monitor(
    board: Board = None,
    port: Port = None,
    events: Annotated[
        bool,
        typer.Option("--events", help="Stop it, print status and the log it has kept, go on."),
    ] = False,
    seconds: Annotated[
        Optional[float], typer.Option("--for", help="End after so many seconds.")
    ] = None,
    as_json: AsJson = False,
):
    """Print what a station says, until Ctrl-C; nothing is sent to it.

    With an open console that is every event, why the contactor opened, and the state of each
    connector when it changes. In production a station is quiet.

    With --events: its copies, its identity, the newest events and why the contactor opened last.
    For that the station is stopped, with open contactors, and restarted. In production that needs
    the service way in of the board: its console does not listen.

    Exit status: 0 done, 1 failed, 3 no board there.

    Example: chargecore monitor --port /dev/ttyACM0

    Example: chargecore monitor --events --json
    """
    del board  # it may be set for all commands; any station can be listened to
    with told_errors("monitor", as_json):
        with BoardLink(port_of(port)) as link:
            if events:
                _print_events(link, as_json)
            else:
                _listen(link, seconds, as_json)


def _listen(link, seconds, as_json):
    until_s = None if seconds is None else time.monotonic() + seconds
    link.serial.timeout = _QUIET_S
    lines = []
    rest = b""
    say(as_json, f"listening at {link.port}; Ctrl-C ends it")
    try:
        while until_s is None or time.monotonic() < until_s:
            *whole, rest = (rest + link.serial.read(256)).split(b"\n")
            for line in whole:
                text = line.decode("utf-8", "replace").rstrip("\r")
                lines = [*lines[-999:], text]
                say(as_json, text)
    except OSError as error:
        raise DeviceError(f"{link.port}: gone ({error})", "plug it in again", EXIT_NO_BOARD) from (
            None
        )
    answer(as_json, {"lines": lines})


def _print_events(link, as_json):
    link.stop()
    copies = read_copies(link, [])
    found = {name: link.read(f"{_STATE}/{name}") for name in ("events.a", "events.b")}
    rows = kept_events({name: data for name, data in found.items() if data})
    station = station_file.begin(link.read(station_file.PATH), None)
    facts = {
        "id": station.get("id"),
        "csms_url": station.get("csms_url"),
        "copy": copies.next,
        "version": copies.versions[copies.next or "a"],
        "other_version": copies.versions["b" if copies.next == "a" else "a"],
        "free_b": link.facts().free_b,
        "events": rows,
        "opened": next((row for row in reversed(rows) if "why" in row), None),
    }
    say(as_json, "station {id} at {csms_url}".format(**facts))
    say(as_json, f"version {facts['version'] or 'none'}, copy {facts['copy'] or 'none'}")
    for row in rows:
        say(as_json, f"boot {row['boot']:5} {row['uptime_s']:8} s  {row['text']}")
    opened = facts["opened"]
    if opened is None:
        say(as_json, "the contactor has not opened since the log began")
    else:
        why = opened["why"]
        say(as_json, f"the contactor opened last: {why['name']}, {why['text']}")
        say(as_json, "next: docs/why_it_opened.md")
    answer(as_json, facts)
