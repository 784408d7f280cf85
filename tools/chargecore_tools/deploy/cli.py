"""`chargecore deploy`: compiles the firmware, and puts what changed on a board."""

from typing import Annotated, Optional

import typer

from chargecore_tools.deploy.application import application_of
from chargecore_tools.deploy.board_copies import ROOT, read_copies, rows_of
from chargecore_tools.deploy.deployment import Deployment
from chargecore_tools.deploy.plan import plan_of, require_room
from chargecore_tools.device.bar import bar_of
from chargecore_tools.device.command import AsJson, Board, Port, answer, say, told_errors
from chargecore_tools.device.errors import DeviceError
from chargecore_tools.device.link import BoardLink
from chargecore_tools.device.ports import port_of
from chargecore_tools.device.target import target_of


def deploy(
    board: Board = None,
    port: Port = None,
    version: Annotated[
        Optional[str],
        typer.Option(help="firmwareVersion of it; without: that of the tools and a hash."),
    ] = None,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to the other copy, nothing is copied.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    restart: Annotated[bool, typer.Option(help="Reset the board afterwards.")] = True,
    as_json: AsJson = False,
):
    """Compile the firmware and put it on a board that runs MicroPython.

    What runs there stops, with open contactors: not while a car charges. The new version goes
    beside the one that runs, only what changed, and is compared on flash; it is tried once and
    stays when it has run for 20 s. Wherever it is cut off, the board boots what it had.

    Exit status: 0 done, 1 failed, 2 wrong options, 3 no board there, 4 the wrong board.

    Example: chargecore deploy --board esp32s3_devkit --port /dev/ttyACM0

    Example: chargecore deploy --board esp32s3_devkit --rollback
    """
    with told_errors("deploy", as_json):
        target = target_of(board)
        if rollback:
            _roll_back(target, port_of(port), restart, as_json)
            return
        application = application_of(target, version=version)
        say(as_json, f"{application.version} for {target.name}, {target.architecture}")
        with BoardLink(port_of(port)) as link:
            facts = _deploy(link, target, application, dry_run, as_json)
            link.restarts = restart or dry_run
        say(as_json, _ending(facts, restart))
        answer(as_json, facts)


def _deploy(link, target, application, dry_run, as_json):
    link.stop()
    board = link.facts()
    board.require(target)
    say(as_json, f"MicroPython {board.version_text}, {board.free_b // 1024} KiB of flash free")
    copies = read_copies(link, ["/" + path for path in application.root])
    plan = plan_of(application, copies)
    require_room(plan, application, copies, board)
    if not dry_run and not plan.is_empty:
        with bar_of("copying", plan.send_b, not as_json) as on_bytes:
            Deployment(link, plan, application, copies, on_bytes).run()
    has_station = link.exec("print('station.json' in os.listdir('/'))").strip() == "True"
    return {
        "version": application.version,
        "copy": plan.letter,
        "sent": sorted([*plan.send, *plan.root]),
        "sent_b": plan.send_b,
        "copied_on_board": sorted(plan.move),
        "removed": plan.drop,
        "is_trial": plan.marks[1:2] not in ("", "-"),
        "dry_run": dry_run,
        "has_station": has_station,
    }


def _ending(facts, restart):
    if facts["dry_run"]:
        return "\n".join(["would send:", *("  " + path for path in facts["sent"]), "nothing done"])
    if facts["sent"] or facts["copied_on_board"]:
        text = (
            f"done: {len(facts['sent'])} files sent ({facts['sent_b']} bytes), "
            f"{len(facts['copied_on_board'])} were on the board, all compared on flash"
        )
    else:
        text = "done: everything is there already, nothing was copied"
    if facts["is_trial"]:
        text += "\nit is tried at the next start, and stays when it has run for 20 s"
    if not restart:
        text += "\nthe board waits: reset it"
    step = "monitor" if facts["has_station"] else "provision"
    return text + f"\nnext: chargecore {step}"


def _roll_back(target, port, restart, as_json):
    with BoardLink(port) as link:
        link.stop()
        link.facts().require(target)
        copies = read_copies(link, [])
        running = copies.next
        other = "b" if running == "a" else "a"
        manifest = link.read(f"{ROOT}/{other}/manifest")
        if running is None or manifest is None:
            raise DeviceError("there is no other copy on the board", "chargecore deploy")
        if copies.sums[other] != rows_of(manifest):
            raise DeviceError("the other copy is not whole", "chargecore deploy writes it anew")
        link.replace(ROOT + "/slot", f"{other}-\n".encode())
        link.restarts = restart
    facts = {"version": copies.versions[other], "from": copies.versions[running], "copy": other}
    say(as_json, "done: back from {from} to {version}, copy {copy}".format(**facts))
    answer(as_json, facts)
