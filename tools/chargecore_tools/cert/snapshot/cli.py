"""`chargecore cert snapshot`: reads a station's settings, or measures whether it keeps them."""

import contextlib
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Optional

import typer

from chargecore_tools.cert import documents
from chargecore_tools.cert.artefact_error import EXIT_NO_STATION, ArtefactError, usage
from chargecore_tools.cert.errors import CertError
from chargecore_tools.cert.freeze.frozen import folder_of, read_freeze
from chargecore_tools.cert.lab_settings import LabSettings
from chargecore_tools.cert.options import OUT, Out
from chargecore_tools.cert.sites import StationNeverCameError, foreign_site, rig_of, sim_sites
from chargecore_tools.cert.snapshot.gaps import ABSENT, OK
from chargecore_tools.cert.snapshot.measure import HEARTBEAT, Measure
from chargecore_tools.cert.snapshot.read_out import read_out
from chargecore_tools.cert.snapshot.snapshot import (
    SNAPSHOT,
    differences,
    make_snapshot,
    read_snapshot,
)
from chargecore_tools.cert.snapshot.station_file import public_part
from chargecore_tools.cert.snapshot.wire import Wire
from chargecore_tools.cert.steps import Steps
from chargecore_tools.csms.errors import CsmsError
from chargecore_tools.device.command import AsJson, answer, say, told_errors

BEHAVIOUR = "behaviour.json"
_SIM_SPEED = 20.0
_HINT = "lab.yaml, and the URL and identity that the station is set to"


def snapshot(
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare with snapshot.json, and measure on the wire.")
    ] = False,
    settings: Annotated[
        Optional[Path], typer.Option(help="lab.yaml; `cert settings` writes one.")
    ] = None,
    station: Annotated[
        Optional[Path], typer.Option(help="station.json of it; its secrets are left out.")
    ] = None,
    sim: Annotated[bool, typer.Option("--sim", help="Start a simulated station for it.")] = False,
    config: Annotated[
        Optional[Path], typer.Option(help="With --sim: JSON of OCPP keys and their values.")
    ] = None,
    connectors: Annotated[
        int, typer.Option(min=1, max=15, help="With --sim: its connectors.")
    ] = 2,
    firmware: Annotated[
        Optional[Path], typer.Option(help="With --sim: freeze.json of the firmware that it runs.")
    ] = None,
    control: Annotated[
        Optional[str], typer.Option(help="Rig: control socket of a simulator, HOST:PORT.")
    ] = None,
    rig_command: Annotated[
        Optional[str], typer.Option(help="Rig: program that plugs; docs/cert_cases.md.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "0.0.0.0",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 9000,
    wait_s: Annotated[
        float, typer.Option(min=1, help="How long to wait for the station, s.")
    ] = 300,
    security_profile: Annotated[
        Optional[int], typer.Option(min=0, max=3, help="Security profile of the station.")
    ] = None,
    speed: Annotated[
        Optional[float],
        typer.Option(min=1, max=60, help="Seconds of a simulator in one.", show_default="20"),
    ] = None,
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

    Listens like a central system, as lab.yaml says; point the station here. --verify reads all of
    it again, says what differs from snapshot.json, and measures: HeartbeatInterval,
    WebSocketPingInterval, ConnectionTimeOut, MeterValueSampleInterval, ClockAlignedDataInterval,
    TransactionMessageAttempts, TransactionMessageRetryInterval. It needs a car at the connector
    (by the rig, or you are asked), and ends one transaction that it refuses to take.

    Writes snapshot.json, with --verify behaviour.json. Exit status: 0 done or all as declared, 1
    something differs or could not be measured, 2 wrong options or files, 3 the station never came.

    Example: chargecore cert snapshot --settings lab.yaml --station station.json

    Example: chargecore cert snapshot --verify --sim --speed 20
    """
    with told_errors("cert snapshot", as_json):
        before = read_snapshot(out) if verify else None
        with _translated(), contextlib.ExitStack() as stack:
            told = stack.enter_context(Steps(as_json, asks=not sim and control is None))
            lab = _settings(settings, sim, speed, security_profile, before)
            work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cert-")))
            if sim:
                frozen = None if firmware is None else (read_freeze(firmware), folder_of(firmware))
                options = {"fields": _object(station), "keys": _object(config), "frozen": frozen}
                told("the simulator starts")
                opened = sim_sites(lab, out / "sim", work, 1, connectors=connectors, **options)
            else:
                rig = rig_of(lab, control, rig_command, control is None and rig_command is None)
                opened = foreign_site(lab, rig, work, host, port, wait_s, told)
            public = None if station is None else public_part(station)
            [site] = stack.enter_context(opened)
            wire = Wire(site.lab)
            now = make_snapshot(lab.identity, site.lab.station.boot, read_out(wire.call), public)
            if before is not None:
                parts = before["configuration"], lab, told, longest, deviation
                facts = _behaviour(before, now, Measure(wire, *parts).run(), lab.speed)
        if before is None:
            documents.write(out / SNAPSHOT, now)
            _tell(now, out, as_json)
        else:
            documents.write(out / BEHAVIOUR, facts)
            _judge(facts, out, as_json)


@contextlib.contextmanager
def _translated():
    """Tell the errors of lab and server as those of this command."""
    try:
        yield
    except StationNeverCameError as error:
        raise ArtefactError(str(error), _HINT, EXIT_NO_STATION) from None
    except CertError as error:
        raise usage(str(error), _HINT) from None
    except CsmsError as error:
        raise ArtefactError(str(error), "is the station still connected?") from None


def _settings(path, is_sim, speed, security_profile, before):
    """Return the LabSettings; boots are answered with the heartbeat of the snapshot."""
    if speed is not None and not is_sim:
        raise usage("--speed: is of a simulated station", "--sim")
    lab = LabSettings(path, speed=speed, security_profile=security_profile)
    if is_sim and "speed" not in lab.told:
        lab.set("speed", _SIM_SPEED)
    if before is not None:
        value = before["configuration"].get(HEARTBEAT, {}).get("value") or ""
        if value.isdecimal() and 1 <= int(value) <= 86_400:
            lab.set("heartbeat_s", int(value))
    return lab


def _object(path):
    """Return the JSON object in a file, an empty one without a file."""
    facts = (
        {}
        if path is None
        else documents.parse(path, documents.data_of(path, "a JSON file is needed"))
    )
    if not isinstance(facts, dict):
        raise usage(f"{path}: no JSON object", "a file with one {...} is needed")
    return facts


def _tell(facts, out, as_json):
    keys = len(facts["configuration"])
    say(as_json, f"{facts['identity']}: {keys} keys, {facts['sha256']}  {out / SNAPSHOT}")
    say(as_json, "next: chargecore cert snapshot --verify")
    answer(as_json, {"identity": facts["identity"], "keys": keys, "sha256": facts["sha256"]})


def _behaviour(before, now, rows, speed):
    return {
        "format": documents.FORMAT,
        "tool": {"name": "chargecore cert snapshot --verify", "version": version("chargecore")},
        "measured_at": documents.now_text(),
        "identity": now["identity"],
        "snapshot_sha256": before["sha256"],
        "speed": speed,
        "differences": differences(before, now),
        "rows": [row.as_dict() for row in rows],
    }


def is_good(facts):
    """Return whether the facts of behaviour.json show a station that does what it declares."""
    return not facts["differences"] and not _bad(facts)


def _judge(facts, out, as_json):
    for row in facts["rows"]:
        declared = "-" if row["declared"] is None else row["declared"]
        text = f"  {row['key']:32} declared {declared:>8}  measured {row['measured']}"
        say(as_json, f"{text}: {row['verdict']}")
    if is_good(facts):
        say(as_json, f"as declared: {out / BEHAVIOUR}")
        answer(as_json, {"rows": facts["rows"], "differences": []})
        return
    bad = [f"{r['key']} declared {r['declared']}, measured {r['measured']}" for r in _bad(facts)]
    raise ArtefactError(
        "not as declared:\n" + "\n".join(f"  {text}" for text in [*bad, *facts["differences"]]),
        "put the station right, or take a new snapshot: chargecore cert snapshot",
    )


def _bad(facts):
    return [row for row in facts["rows"] if row["verdict"] not in (OK, ABSENT)]
