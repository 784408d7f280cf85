"""`chargecore cert snapshot`: reads a station's settings, or measures whether it keeps them."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Optional

import typer

from chargecore_tools.cert import documents
from chargecore_tools.cert.artefact_error import ArtefactError, usage
from chargecore_tools.cert.options import OUT, Out
from chargecore_tools.cert.snapshot.gaps import ABSENT, OK
from chargecore_tools.cert.snapshot.measure import HEARTBEAT, Measure
from chargecore_tools.cert.snapshot.read_out import read_out
from chargecore_tools.cert.snapshot.site import SiteOptions, station_at
from chargecore_tools.cert.snapshot.snapshot import (
    SNAPSHOT,
    differences,
    make_snapshot,
    read_snapshot,
)
from chargecore_tools.cert.snapshot.station_file import public_part
from chargecore_tools.csms.errors import CsmsError
from chargecore_tools.device.command import AsJson, answer, say, told_errors

BEHAVIOUR = "behaviour.json"
_SIM_SPEED = 20.0


def snapshot(
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare with snapshot.json, and measure on the wire.")
    ] = False,
    sim: Annotated[bool, typer.Option("--sim", help="Start a simulated station for it.")] = False,
    identity: Annotated[
        Optional[str], typer.Option("--id", help="The station; without: who boots first.")
    ] = None,
    station: Annotated[
        Optional[Path], typer.Option(help="station.json of it; its secrets are left out.")
    ] = None,
    config: Annotated[
        Optional[Path], typer.Option(help="--sim: JSON file of OCPP keys and their values.")
    ] = None,
    firmware: Annotated[
        Optional[Path], typer.Option(help="--sim: freeze.json of the firmware that it runs.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "0.0.0.0",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 9000,
    wait: Annotated[
        float, typer.Option(min=1, help="Seconds to wait for its BootNotification.")
    ] = 300.0,
    security_profile: Annotated[
        int, typer.Option(min=0, max=3, help="As the station has it.")
    ] = 0,
    pki: Annotated[
        Optional[Path], typer.Option(help="Folder of chargecore cert pki, for profile 2 and 3.")
    ] = None,
    password: Annotated[
        Optional[str], typer.Option(envvar="CHARGECORE_PASSWORD", help="For profile 1 and 2.")
    ] = None,
    authorization_key: Annotated[
        Optional[str],
        typer.Option(envvar="CHARGECORE_AUTHORIZATION_KEY", help="The same as hex digits."),
    ] = None,
    heartbeat: Annotated[
        int, typer.Option(min=1, max=86400, help="Interval that boots are answered with, s.")
    ] = 30,
    speed: Annotated[
        Optional[float],
        typer.Option(
            min=1, max=60, help="--sim: simulated seconds per second.", show_default="20"
        ),
    ] = None,
    tag: Annotated[
        str, typer.Option(help="--verify: idTag that the session starts with.")
    ] = "TAG1",
    connector: Annotated[int, typer.Option(min=1, help="--verify: connector of the session.")] = 1,
    longest: Annotated[
        int, typer.Option(min=1, help="--verify: longest wait for one key, s of the station.")
    ] = 900,
    deviation: Annotated[
        float, typer.Option(min=0.1, max=10, help="--verify: what a time may be off, s.")
    ] = 2.0,
    out: Out = OUT,
    as_json: AsJson = False,
):
    """Take the configuration snapshot: GetConfiguration whole, BootNotification, station.json.

    Listens like a central system; point the station here. --verify reads all of it again, says
    what differs from snapshot.json, and measures: HeartbeatInterval, WebSocketPingInterval,
    ConnectionTimeOut, MeterValueSampleInterval, ClockAlignedDataInterval,
    TransactionMessageAttempts, TransactionMessageRetryInterval. It needs a car at the connector
    (asked for in the terminal), and ends one transaction that it refuses to take.

    Writes snapshot.json, with --verify behaviour.json. Exit status: 0 done or all as declared, 1
    something differs or could not be measured, 2 wrong options or files, 3 the station never came.

    Example: chargecore cert snapshot --id CP01 --security-profile 2 --pki build/cert/pki

    Example: chargecore cert snapshot --verify --sim --speed 20
    """
    with told_errors("cert snapshot", as_json):
        if speed is not None and not sim:
            raise usage("--speed: is of a simulated station", "--sim")
        before = read_snapshot(out) if verify else None
        if before is not None:
            heartbeat = _heartbeat_of(before, heartbeat)
        options = SiteOptions(
            *(identity, sim, (speed or _SIM_SPEED) if sim else 1.0, station, config),
            *(firmware, host, port),
            *(wait, heartbeat, security_profile, pki, password, authorization_key),
        )
        public = None if station is None else public_part(station)
        told = lambda text: say(as_json, text)  # noqa: E731  a line for people, nothing more
        try:
            with station_at(options, told) as (wire, hands):
                now = _read(wire, public)
                if before is None:
                    documents.write(out / SNAPSHOT, now)
                    _tell(now, out, as_json)
                    return
                measure = Measure(
                    *(wire, hands, before["configuration"], told),
                    *(tag, connector, longest, deviation),
                )
                facts = _behaviour(before, now, measure.run(), options)
        except CsmsError as error:
            raise ArtefactError(str(error), "is the station still connected?") from None
        documents.write(out / BEHAVIOUR, facts)
        _judge(facts, out, as_json)


def _heartbeat_of(before, heartbeat_s):
    """Return the interval that the snapshot was taken with: boots are answered with it again."""
    value = before["configuration"].get(HEARTBEAT, {}).get("value") or ""
    return int(value) if value.isdecimal() and 1 <= int(value) <= 86400 else heartbeat_s


def _read(wire, public):
    boot = wire.server.station(wire.identity).boot
    return make_snapshot(wire.identity, boot, read_out(wire.call), public)


def _tell(facts, out, as_json):
    keys = len(facts["configuration"])
    say(as_json, f"{facts['identity']}: {keys} keys, {facts['sha256']}  {out / SNAPSHOT}")
    say(as_json, "next: chargecore cert snapshot --verify")
    answer(as_json, {"identity": facts["identity"], "keys": keys, "sha256": facts["sha256"]})


def _behaviour(before, now, rows, options):
    return {
        "format": documents.FORMAT,
        "tool": {"name": "chargecore cert snapshot --verify", "version": version("chargecore")},
        "measured_at": documents.now_text(),
        "identity": now["identity"],
        "snapshot_sha256": before["sha256"],
        "speed": options.speed,
        "differences": differences(before, now),
        "rows": [row.as_dict() for row in rows],
    }


def is_good(facts):
    """Return whether the facts of behaviour.json show a station that does what it declares."""
    verdicts = {row["verdict"] for row in facts["rows"]}
    return not facts["differences"] and verdicts <= {OK, ABSENT}


def _judge(facts, out, as_json):
    for row in facts["rows"]:
        declared = "-" if row["declared"] is None else row["declared"]
        text = f"  {row['key']:32} declared {declared:>8}  measured {row['measured']}"
        say(as_json, f"{text}: {row['verdict']}")
    for text in facts["differences"]:
        say(as_json, f"  {text}")
    if is_good(facts):
        say(as_json, f"as declared: {out / BEHAVIOUR}")
        answer(as_json, {"rows": facts["rows"], "differences": []})
        return
    bad = [f"{r['key']} declared {r['declared']}, measured {r['measured']}" for r in _bad(facts)]
    raise ArtefactError(
        "; ".join([*bad, *facts["differences"]]),
        "put the station right, or take a new snapshot: chargecore cert snapshot",
    )


def _bad(facts):
    return [row for row in facts["rows"] if row["verdict"] not in (OK, ABSENT)]
