"""Short soaks on the real simulator: fixed seeds, all must balance."""

import json

import pytest
from typer.testing import CliRunner

from chargecore_tools.main import app
from chargecore_tools.soak.soak_report import SoakReport
from chargecore_tools.soak.soak_run import SoakRun
from chargecore_tools.soak.soak_settings import SoakPlan


def soak(folder, **options):
    """Run a soak and return its report."""
    plan = SoakPlan(minutes=3, speed=80, chaos_gap_s=45, trouble_gap_s=60, **options)
    run = SoakRun(plan, folder)
    run.start()
    while run.is_running:
        run.wait(1)
    return SoakReport(plan, run.results)


def test_thirty_sessions_with_two_stations_lose_nothing(tmp_path):
    report = soak(tmp_path, seed=30, sessions=30, stations=2, connectors=3)

    assert report.is_good, json.dumps(report.as_dict(), indent=1)
    values = {row.id: row.value for row in report.rows}
    assert values["sessions"] >= 30
    assert values["meter_wh"] == values["server_wh"] > 0
    assert values["chaos"] > 0 and values["troubles"] > 0


@pytest.mark.parametrize("seed", [101, 102, 103])
def test_no_seed_loses_anything(tmp_path, seed):
    report = soak(tmp_path, seed=seed, sessions=8, stations=1, connectors=4)

    assert report.is_good, json.dumps(report.as_dict(), indent=1)


def test_keeps_flash_and_logs_of_a_failed_soak(tmp_path):
    """Half a second is not enough for anything."""
    folder = tmp_path / "kept"
    command = ["soak", "--sessions", "50", "--minutes", "0.1", "--stations", "1", "--json"]

    result = CliRunner().invoke(app, [*command, "--keep", str(folder)])

    assert result.exit_code == 1
    report = json.loads(result.stdout.strip().splitlines()[-1])
    assert report["ok"] is False and report["faults"]
    assert (folder / "CP01" / "proxy.log").exists()
    assert "BootNotification" in (folder / "CP01" / "frames.log").read_text()


def test_refuses_a_folder_that_is_there(tmp_path):
    result = CliRunner().invoke(app, ["soak", "--keep", str(tmp_path)])

    assert result.exit_code == 2


def test_says_how_it_is_used():
    result = CliRunner().invoke(app, ["soak", "--help"])

    assert result.exit_code == 0
    for option in ("--sessions", "--seed", "--minutes", "--json", "--keep"):
        assert option in result.stdout
