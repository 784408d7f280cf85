"""`chargecore bundle`: what it makes, what it shows, what it refuses."""

import json

import pytest
from typer.testing import CliRunner

from chargecore_tools.bundle import make_bundle, parse_bundle
from chargecore_tools.main import app
from chargecore_tools.sim_options import OptionError

runner = CliRunner()


def _run(*words):
    return runner.invoke(app, ["bundle", *map(str, words)])


def test_makes_a_bundle_of_a_folder_and_shows_it(tmp_path):
    (tmp_path / "app/chargecore").mkdir(parents=True)
    (tmp_path / "app/main.py").write_bytes(b"print(1)")
    (tmp_path / "app/chargecore/x.mpy").write_bytes(b"M")
    out = tmp_path / "app.bundle"

    done = _run(out, "--version", "1.2", "--target", "pico_w", "--source", tmp_path / "app")
    shown = _run(out, "--show", "--json")

    assert done.exit_code == shown.exit_code == 0
    facts = json.loads(shown.stdout)
    assert (facts["target"], facts["version"]) == ("pico_w", "1.2")
    assert facts["files"] == {"chargecore/x.mpy": 1, "main.py": 8}


@pytest.mark.parametrize(
    "words",
    [
        ["--show"],
        [],
        ["--version", "1", "--target", "pico_w"],
        ["--version", "1", "--source", "/nothing/there"],
        ["--version", "v" * 51, "--source", __file__],
    ],
)
def test_refuses_what_makes_no_bundle(tmp_path, words):
    assert _run(tmp_path / "none.bundle", *words).exit_code == 2


def test_tells_a_broken_bundle(tmp_path):
    good = make_bundle("host", "1", {"x": b"data"})
    for bad in (good[:-1], b"x" * 60, good[:30] + b"?" + good[31:]):
        path = tmp_path / "bad.bundle"
        path.write_bytes(bad)
        assert _run(path, "--show").exit_code == 2


def test_takes_only_paths_that_the_station_takes():
    for path in ("../x", "/x", "a//b", "a b", "manifest", "x" * 65):
        with pytest.raises(OptionError):
            make_bundle("host", "1", {path: b""})
    assert parse_bundle(make_bundle("host", "1", {"a/b": b""}))[2] == {"a/b": b""}


def test_help_shows_an_example():
    assert "chargecore bundle app.bundle --version 1.2.0" in _run("--help").stdout
