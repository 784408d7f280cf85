"""`chargecore cert freeze`: freezes a firmware, or compares a folder or a board with a freeze."""

from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated, Optional

import typer

from chargecore_tools.bundle import HOST
from chargecore_tools.cert import documents
from chargecore_tools.cert.artefact_error import ArtefactError, usage
from chargecore_tools.cert.freeze.frozen import FIRMWARE, freeze_commit, read_freeze
from chargecore_tools.cert.freeze.git_state import clean_state
from chargecore_tools.cert.freeze.verify import faults_of_board, faults_of_folder
from chargecore_tools.cert.options import OUT, Out
from chargecore_tools.cert.steps import Steps
from chargecore_tools.device.command import AsJson, Board, Port, answer, say, told_errors
from chargecore_tools.device.link import BoardLink
from chargecore_tools.device.ports import port_of
from chargecore_tools.device.target import target_of
from chargecore_tools.sim_process import repository

BOARD = "board.json"  # that a board was compared, and was as frozen
_SHOWN = 20  # faults


def freeze(
    board: Board = None,
    mode: Annotated[
        str, typer.Option(help="files: as chargecore deploy puts them; romfs: one image.")
    ] = "files",
    version: Annotated[
        Optional[str],
        typer.Option(
            help="firmwareVersion of it; without: the tag of the commit, else the commit."
        ),
    ] = None,
    micropython: Annotated[
        Optional[Path],
        typer.Option(help="MicroPython's image for the board: frozen with the rest."),
    ] = None,
    source: Annotated[
        Optional[Path], typer.Option(help="Repository to freeze.", show_default="this one")
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Compare the frozen folder; with --board or --port a board."
        ),
    ] = False,
    port: Port = None,
    out: Out = OUT,
    as_json: AsJson = False,
):
    """Freeze the firmware of the last commit: bytes, hashes, bill of materials, sign-off sheet.

    Builds the commit twice, in two folders, and takes it when every byte is the same. Whatever is
    not committed is refused. The version is the one that BootNotification reports. --board host
    is the simulator's firmware.

    Writes freeze.json, firmware/ (with SHA256SUMS), sbom.cdx.json and signoff.html. Exit status:
    0 done or the same, 1 not committed, not the same; 2 wrong options or files, 3 no board there,
    4 the wrong board.

    Example: chargecore cert freeze --board esp32s3_devkit --version 1.2.0

    Example: chargecore cert freeze --verify --board esp32s3_devkit --port /dev/ttyACM0
    """
    with told_errors("cert freeze", as_json):
        if verify:
            _verify(out, board, port, as_json)
            return
        if mode not in ("files", "romfs"):
            raise usage(f"--mode {mode}: files or romfs", "frozen bytes come out of another build")
        if board == HOST and mode != "files":
            raise usage("--board host: has no other mode than files")
        if board != HOST and (source is None or not board):
            target_of(board)  # says which boards there are
        if "/" in board:
            raise usage(f"--board {board}: must be in the commit", "a name in its boards/")
        state = clean_state(source or repository())
        with Steps(as_json) as steps:
            made = freeze_commit(state, board, mode, version, micropython, steps)
        made.write(out)
        _tell(made.facts, out, as_json)


def _tell(facts, out, as_json):
    place = Path(out)
    say(as_json, f"frozen: {facts['version']} for {facts['target']}, {len(facts['files'])} files")
    say(as_json, f"  commit {facts['git']['commit']}, tag {facts['git']['tag'] or 'none'}")
    say(as_json, f"  {facts['firmware_sha256']}  {place / FIRMWARE}/SHA256SUMS")
    say(as_json, f"next: chargecore cert run --firmware {place / 'freeze.json'}")
    keys = ("version", "target", "mode", "firmware_sha256", "sbom_sha256", "bundle", "git")
    facts = {key: facts[key] for key in keys}
    answer(as_json, {**facts, "folder": str(place)})


def _verify(out, board, port, as_json):
    facts = read_freeze(out)
    if board is None and port is None:
        _require_frozen(str(Path(out) / FIRMWARE), faults_of_folder(facts, out))
        text = f"{Path(out) / FIRMWARE}: all {len(facts['files'])} files are as frozen"
    else:
        (Path(out) / BOARD).unlink(missing_ok=True)  # what was so before says nothing
        where, faults = _board_faults(facts, board, port, as_json)
        _require_frozen(where, faults)
        documents.write(Path(out) / BOARD, _board_facts(facts, where))
        text = f"{where}: everything that it boots is as frozen"
    say(as_json, f"{text}, {facts['version']}")
    answer(as_json, {"version": facts["version"], "firmware_sha256": facts["firmware_sha256"]})


def _require_frozen(where, faults):
    """Raise ArtefactError that names what has changed, if something has."""
    if not faults:
        return
    more = [f"and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
    rows = "\n".join(f"  {row}" for row in [*faults[:_SHOWN], *more])
    raise ArtefactError(
        f"{where} is not what was frozen:\n{rows}",
        "put the frozen files back, or freeze anew and run all of it again",
    )


def _board_facts(facts, port):
    return {
        "format": documents.FORMAT,
        "tool": {"name": "chargecore cert freeze --verify", "version": version_of("chargecore")},
        "verified_at": documents.now_text(),
        "port": port,
        "firmware_sha256": facts["firmware_sha256"],
    }


def _board_faults(facts, board, port, as_json):
    if facts["target"] == HOST:
        raise usage("the freeze is of the simulator, there is no board to ask")
    target = target_of(board or facts["target"])
    if target.name != facts["target"]:
        text = f"--board {target.name}: frozen is {facts['target']}"
        raise usage(text, f"--board {facts['target']}")
    with BoardLink(port_of(port)) as link:
        say(as_json, f"reading the flash of {link.port}: what ran there stops, and starts again")
        link.stop()
        link.facts().require(target)
        return link.port, faults_of_board(facts, link)
