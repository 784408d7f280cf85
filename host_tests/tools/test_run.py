"""`chargecore run`: the charge it plays, its verdict, its views, its exit status."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console
from typer.testing import CliRunner

from chargecore_tools import run as run_module
from chargecore_tools import run_script
from chargecore_tools.csms.rules import Rules
from chargecore_tools.csms.server import Server
from chargecore_tools.main import app
from chargecore_tools.reasons import reason_words
from chargecore_tools.run_process import RunProcess
from chargecore_tools.run_script import Plan, Script
from chargecore_tools.run_verdict import RunFailed, Summary, judge
from chargecore_tools.run_view import LiveView, PlainView
from fakes.charge_stand_in import ChargeStandIn

_PLAN = Plan("CP01", "TAG1", 16.0, 8.0, 3.0)


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(run_script, "_POLL_S", 0)
    monkeypatch.setattr(run_script, "_WALL_LEAST_S", 0.2)
    monkeypatch.setattr(run_script, "_STALL_S", 0.2)


def play(flaws=(), make_view=PlainView, tags=None):
    """Play a charge against the stand-in. Return (Summary, what was shown)."""
    console = Console(file=io.StringIO(), width=120, force_terminal=make_view is LiveView)
    words = reason_words()
    view = make_view(console, words)
    with Server(rules=Rules(tags=tags), observers=[view]) as server:
        stand_in = ChargeStandIn(server.url, "CP01", flaws)
        with view:
            try:
                summary = Script(_PLAN, stand_in, server, stand_in, view, words).play()
            finally:
                stand_in.close()
    return summary, console.file.getvalue()


def test_plays_a_whole_charge_in_which_server_and_meter_agree():
    summary, shown = play()

    assert summary.meter_wh == summary.server_wh > 300
    assert summary.last_line() == (
        f"session complete: {summary.meter_wh} Wh, server {summary.meter_wh} Wh, "
        "contactor opened: the session was stopped and the car let go"
    )
    assert summary.charged_s >= 180
    assert summary.as_dict()["ok"] is True
    for text in (
        "== car plugged in: Preparing",
        "current follows the offer of 8 A",
        "-- contactor closed",
        "-> StopTransaction",
        "-- contactor open: the session was stopped",
    ):
        assert text in shown


def test_shows_state_and_frames_on_a_terminal():
    _summary, shown = play(make_view=LiveView)

    for text in ("pilot", "26.6 %", "contactor", "register", "StatusNotification"):
        assert text in shown


@pytest.mark.parametrize(
    ("flaw", "text"),
    [
        ("loses", "Wh disagree"),
        ("keeps", "car gone: StopTransaction and Available: did not come"),
        ("deaf", "current follows the offer of 8 A: did not come within 60 s: status Charging"),
        ("stays", "car gone: StopTransaction and Available"),
        ("welded", "card swiped again: contactor open: did not come"),
        ("garbage", "the station broke the protocol: Heartbeat: FormationViolation"),
        ("dies", "the simulator ended with status 9: out of smoke"),
        ("hangs", "the simulator does not answer: timed out"),
        ("stalls", "the station stands still"),
        ("reasonless", "OPEN_NEVER: not a known reason"),
    ],
)
def test_fails_and_says_why(flaw, text):
    with pytest.raises(RunFailed) as failure:
        play([flaw])
    assert text in str(failure.value)


# ---- the verdict alone ----

_GOOD = Summary(
    meter_wh=100,
    server_wh=100,
    open_reason="OPEN_STOPPED",
    reason_words="stopped",
    transaction_id=1,
    stop_reason="Local",
    charged_s=180,
    frame_count=20,
    statuses=["Available", "Preparing", "Charging", "SuspendedEV", "Finishing", "Available"],
)


class Row:
    transaction_id = 1
    is_open = False


class OpenRow(Row):
    is_open = True


class Violation:
    action = "Heartbeat"
    violation = "too early"


def verdict(summary=_GOOD, rows=(Row,), violations=(), errors=(), contactor="open"):
    """Return why a run failed, "" when it did not."""
    try:
        judge(summary, list(rows), list(violations), list(errors), contactor)
    except RunFailed as failure:
        return str(failure)
    return ""


def test_passes_a_good_run():
    assert verdict() == ""


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"summary": replace(_GOOD, server_wh=99)}, "meter 100 Wh and server 99 Wh disagree"),
        ({"summary": replace(_GOOD, meter_wh=0, server_wh=0)}, "no energy flowed"),
        ({"summary": replace(_GOOD, reason_words="")}, "not a known reason"),
        ({"summary": replace(_GOOD, statuses=["Available", "Charging"])}, "expected"),
        ({"rows": []}, "0 transactions"),
        ({"rows": [Row, Row]}, "2 transactions"),
        ({"rows": [OpenRow]}, "still open"),
        ({"violations": [Violation]}, "broke the protocol: Heartbeat: too early"),
        ({"errors": [ValueError("x")]}, "observer"),
        ({"contactor": "closed"}, "contactor is closed"),
    ],
)
def test_fails_a_run_for_each_thing_that_can_be_wrong(changes, text):
    assert text in verdict(**changes)


# ---- the command ----


def invoke_with(monkeypatch, outcome, *options):
    """Run the command with `charge` replaced. Return (exit status, lines of its output)."""

    def charge(*_arguments):
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(run_module, "charge", charge)
    result = CliRunner().invoke(app, ["run", *options])
    return result.exit_code, result.output.splitlines()


def test_ends_with_0_and_the_summary_on_the_last_line(monkeypatch):
    status, lines = invoke_with(monkeypatch, _GOOD)

    assert status == 0
    assert lines[-1] == "session complete: 100 Wh, server 100 Wh, contactor opened: stopped"


@pytest.mark.parametrize("error", [RunFailed("because"), OSError("because")])
def test_ends_with_1_and_the_reason_on_the_last_line(monkeypatch, error):
    assert invoke_with(monkeypatch, error) == (1, ["session failed: because"])


def test_writes_the_outcome_as_json(monkeypatch):
    status, lines = invoke_with(monkeypatch, _GOOD, "--json")
    assert (status, json.loads(lines[-1])["server_wh"]) == (0, 100)

    status, lines = invoke_with(monkeypatch, RunFailed("because"), "--json")
    assert (status, json.loads(lines[-1])) == (1, {"ok": False, "error": "because"})


def test_says_why_the_simulator_did_not_start(monkeypatch):
    monkeypatch.setenv("MICROPYTHON", "/nowhere/micropython")
    result = CliRunner().invoke(app, ["run", "--plain"])

    assert result.exit_code == 1
    last = result.output.splitlines()[-1]
    assert last.startswith("session failed: no MicroPython VM: MICROPYTHON=/nowhere/micropython")


def test_ends_the_process_of_the_simulator():
    process = RunProcess(["--csms", "ws://127.0.0.1:1/x", "--id", "A", "--vm", "cpython"])
    banner = process.wait_banner(20)

    assert banner["id"] == "A", process.last_words()
    assert process.status is None
    assert process.stop() == 0
