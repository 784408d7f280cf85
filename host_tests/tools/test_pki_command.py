"""The command `chargecore pki`: what it writes, what it refuses."""

import json
import shutil
import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner

from chargecore_tools.main import app
from chargecore_tools.pki import Pki


def run(*words):
    """Return (exit status, standard output, all of it)."""
    result = CliRunner().invoke(app, ["pki", *map(str, words)], env={"COLUMNS": "200"})
    return result.exit_code, result.stdout, result.output


def _csr(key):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "SIM0001")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, SHA256())
    return request.public_bytes(Encoding.PEM)


@pytest.fixture
def copy(pki, tmp_path):
    """A PKI that a test may change."""
    return Pki(shutil.copytree(pki.folder, tmp_path / "lab"))


def test_help_shows_an_example():
    status, _out, text = run("--help")

    assert status == 0
    assert "Example: chargecore pki lab-pki --serial CC-0001" in text


def test_makes_a_pki_and_tells_it_as_json(tmp_path):
    folder = tmp_path / "deep" / "lab"

    status, out, _all = run(folder, "--host", "a.lab", "--host", "10.0.0.5", "--days", 9, "--json")

    facts = json.loads(out)
    assert status == 0
    assert (facts["ok"], facts["hosts"], facts["days"]) == (True, ["a.lab", "10.0.0.5"], 9)
    made = Pki(folder)["server-rsa"].certificate
    assert (made.not_valid_after_utc - made.not_valid_before_utc).days == 10


def test_says_where_to_begin(tmp_path):
    status, out, _all = run(tmp_path / "lab")

    assert status == 0
    assert "server-ecdsa-not-yet-valid" in out
    assert out.splitlines()[-1].endswith("start with %s/README.md" % (tmp_path / "lab"))


def test_overwrites_only_when_forced(copy):
    before = copy["server-ecdsa"].pem.read_bytes()
    copy["server-ecdsa"].key_pem.chmod(0o644)

    assert run(copy.folder)[0] == 2
    assert "--force" in run(copy.folder)[2]
    assert copy["server-ecdsa"].pem.read_bytes() == before
    assert run(copy.folder, "--force")[0] == 0
    assert copy["server-ecdsa"].pem.read_bytes() != before
    assert stat.S_IMODE(copy["server-ecdsa"].key_pem.stat().st_mode) == 0o600


def test_never_writes_into_a_folder_of_other_things(tmp_path):
    (tmp_path / "thesis.txt").write_text("x")

    assert run(tmp_path)[0] == 2
    assert run(tmp_path, "--force")[0] == 2
    assert run(tmp_path / "thesis.txt", "--force")[0] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--serial", ""], "--serial"),
        (["--serial", "x" * 26], "--serial"),
        (["--serial", "a\tb"], "--serial"),
        (["--cpo", ""], "--cpo"),
        (["--cpo", "x" * 65], "--cpo"),
        (["--host", "two words"], "--host"),
        (["--host", "1.2.3.400"], "--host"),
        (["--host", "-a.lab"], "--host"),
        (["--host", "a..lab"], "--host"),
        (["--host", "x" * 64], "--host"),
        (["--days", "0"], "--days"),
        (["--days", "4000"], "--days"),
        (["--sign-csr", "/nothing/there"], "no PKI"),
    ],
)
def test_refuses_wrong_options_and_writes_nothing(tmp_path, words, text):
    status, _out, output = run(tmp_path / "lab", *words)

    assert status == 2
    assert text in output
    assert not (tmp_path / "lab").exists()


def test_signs_a_file_and_a_csr_beside_them(copy, tmp_path):
    firmware = tmp_path / "app.bundle"
    firmware.write_bytes(b"image")
    csr = tmp_path / "station.csr"
    csr.write_bytes(_csr(copy["client-rsa"].key))

    orders = ["--sign-firmware", firmware, "--scheme", "rsa-pss", "--sign-csr", csr]
    status, out, _all = run(copy.folder, *orders, "--json")

    assert status == 0
    paths = json.loads(out)["written"]
    assert paths == [f"{csr}.chain.pem", f"{firmware}.rsa-pss.sig.b64"]
    chain = (tmp_path / "station.csr.chain.pem").read_bytes()
    assert len(x509.load_pem_x509_certificates(chain)) == 2


@pytest.mark.parametrize(
    "words",
    [
        ["--sign-firmware", "/nothing/there"],
        ["--sign-firmware", __file__, "--scheme", "md5"],
        ["--sign-csr", __file__],
        ["--sign-csr", __file__, "--ca", "nobody"],
    ],
)
def test_refuses_what_it_cannot_sign(pki, words):
    assert run(pki.folder, *words)[0] == 2
