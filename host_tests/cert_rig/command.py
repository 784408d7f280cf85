"""Runs `chargecore cert` in this process: a test of its own process costs a second."""

import json

from typer.testing import CliRunner

from chargecore_tools.main import app


def cert(*words):
    """Return (exit status, everything it printed)."""
    result = CliRunner().invoke(app, ["cert", *map(str, words)], env={"COLUMNS": "200"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def cert_json(*words):
    """Return what --json answers: one object, `ok` as the exit status says."""
    status, out = cert(*words, "--json")
    assert out.count("\n") == 1, out
    found = json.loads(out)
    assert found["ok"] == (status == 0), (status, out)
    return found
