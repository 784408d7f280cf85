"""`chargecore shell`: the prompt of a board, through mpremote."""

import sys
from typing import Annotated, Optional

import typer
from mpremote.main import main as mpremote

from chargecore_tools.device.command import AsJson, Board, Port, answer, say, told_errors
from chargecore_tools.device.link import BoardLink
from chargecore_tools.device.ports import port_of


def shell(
    board: Board = None,
    port: Port = None,
    run: Annotated[
        Optional[str], typer.Option(help="Run this and print what it prints; then leave.")
    ] = None,
    as_json: AsJson = False,
):
    """Open the MicroPython prompt of a board; Ctrl-] leaves it.

    What runs there stops, with open contactors. `import machine; machine.reset()` starts it again.

    Exit status: 0 done, 1 the code failed, 3 no board there.

    Example: chargecore shell --port /dev/ttyACM0

    Example: chargecore shell --run "import os; print(os.listdir('/'))"
    """
    del board  # it may be set for all commands
    with told_errors("shell", as_json):
        where = port_of(port)
        with BoardLink(where) as link:
            link.stop()
            link.restarts = False
            if run is not None:
                text = link.exec(run).replace("\r\n", "\n")
                say(as_json, text.rstrip("\n"))
                answer(as_json, {"printed": text})
                return
        sys.argv = ["mpremote", "connect", where, "resume", "repl"]
        raise typer.Exit(mpremote())
