"""Runs the chargecore command as a user does, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

_COMMAND = Path(sys.executable).with_name("chargecore")


def chargecore(*arguments, text="", limit_s=60, **environment):
    """Return (exit status, standard output, standard error)."""
    done = subprocess.run(
        [str(_COMMAND), *map(str, arguments)],
        input=text,
        capture_output=True,
        text=True,
        timeout=limit_s,
        env={**os.environ, "NO_COLOR": "1", **environment},
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def chargecore_json(*arguments, **more):
    """Return what --json answers, one object. Errors: AssertionError."""
    status, out, error = chargecore(*arguments, "--json", **more)
    assert out.count("\n") == 1, (status, out, error)
    found = json.loads(out)
    assert found["ok"] == (status == 0), (status, out)
    return found
