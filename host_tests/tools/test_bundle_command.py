"""`chargecore bundle`: what it makes, what it shows, what it refuses."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from typer.testing import CliRunner

from chargecore_tools.bundle import make_bundle, parse_bundle
from chargecore_tools.main import app
from chargecore_tools.pki.keys import pss
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


def _verified(pki, name, out):
    """Verify what --sign has written with the certificate of that name."""
    key = pki[name].certificate.public_key()
    signature = base64.b64decode(out.with_name(out.name + ".sig.b64").read_bytes())
    if "rsa" in name:
        key.verify(signature, out.read_bytes(), pss(), SHA256())
    else:
        key.verify(signature, out.read_bytes(), ec.ECDSA(SHA256()))


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_signs_a_bundle_and_says_where_the_signature_is(pki, tmp_path, kind):
    (tmp_path / "x").write_bytes(b"data")
    out = tmp_path / "app.bundle"
    signer = pki[f"firmware-signing-{kind}"]
    words = ["--version", "1", "--source", tmp_path / "x", "--json"]

    done = _run(out, *words, "--sign", signer.key_pem, "--certificate", signer.pem)

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["signature"] == f"{out}.sig.b64"
    _verified(pki, signer.name, out)


def test_refuses_to_sign_with_a_key_that_is_none_or_another_ones(pki, tmp_path):
    (tmp_path / "x").write_bytes(b"data")
    out = tmp_path / "app.bundle"
    key, other = pki["firmware-signing-ecdsa"], pki["firmware-signing-rsa"]
    for words in (
        ["--sign", tmp_path / "nothing"],
        ["--sign", tmp_path / "x"],
        ["--sign", key.key_pem, "--certificate", other.pem],
        ["--sign", key.key_pem, "--certificate", tmp_path / "x"],
    ):
        done = _run(out, "--version", "1", "--source", tmp_path / "x", *words)

        assert done.exit_code == 2
        assert not (tmp_path / "app.bundle.sig.b64").exists()
