"""What the commands for boards share: their options, and how an error is told."""

import json
import sys
from contextlib import contextmanager
from typing import Annotated, Optional

import typer

from chargecore_tools.device.errors import DeviceError

Board = Annotated[
    Optional[str],
    typer.Option(
        "--board", envvar="CHARGECORE_BOARD", help="Name in boards/, or the folder of a board."
    ),
]
Port = Annotated[
    Optional[str],
    typer.Option(
        "--port",
        envvar="CHARGECORE_PORT",
        help="Serial port; without it the only board at USB.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as one JSON object.")]


@contextmanager
def told_errors(command, as_json):
    """End the process with the status of a DeviceError, its sentence and its next step."""
    try:
        yield
    except DeviceError as error:
        if as_json:
            facts = {"ok": False, "error": str(error), "next": error.hint, "status": error.status}
            print(json.dumps(facts))
        else:
            print(f"chargecore {command}: {error}", file=sys.stderr)
            if error.hint:
                print(f"  next: {error.hint}", file=sys.stderr)
        raise typer.Exit(error.status) from None
    except KeyboardInterrupt:
        print(f"chargecore {command}: stopped", file=sys.stderr)
        raise typer.Exit(130) from None


def say(as_json, text):
    """Print a line for people; with --json only the last object goes to standard output."""
    if not as_json:
        print(text, flush=True)


def answer(as_json, facts):
    """Print the JSON object of a command that went well."""
    if as_json:
        print(json.dumps({"ok": True, **facts}))
