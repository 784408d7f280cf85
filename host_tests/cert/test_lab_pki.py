"""chargecore cert pki: one name for station, serial number and certificate, or none is made."""

import datetime
import shutil

import pytest

from cert_rig import samples
from cert_rig.command import cert, cert_json
from chargecore_tools.cert.freeze.frozen import read_freeze
from chargecore_tools.cert.lab_pki.faults import faults_of_pki
from chargecore_tools.cert.lab_pki.signed import faults_of_signatures
from chargecore_tools.pki import Pki

_NOW = datetime.datetime.now(datetime.timezone.utc)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a snapshot, a freeze, and the PKI that was made for them."""
    folder = tmp_path_factory.mktemp("lab")
    samples.save(folder / "snapshot.json", samples.snapshot())
    samples.freeze(folder)
    found = cert_json("pki", "--out", folder, "--host", "csms.lab")
    assert found["ok"], found
    return folder, found


@pytest.fixture
def copy(made, tmp_path):
    return shutil.copytree(made[0], tmp_path / "lab")


def test_takes_the_names_from_the_snapshot(made):
    folder, found = made
    pki = Pki(folder / "pki")

    assert (found["identity"], found["cpo"]) == ("CC-0001", "Example CPO")
    assert pki["client-ecdsa"].certificate.subject.rfc4514_string() == "CN=CC-0001,O=Example CPO"
    assert faults_of_pki(pki, "CC-0001", "Example CPO", _NOW) == []
    text = (folder / "pki.html").read_text()
    assert "CC-0001" in text and "csms.lab" in text and "no signatures yet" not in text


def test_signs_the_frozen_bundle_rightly_and_wrongly(copy):
    pki, freeze = Pki(copy / "pki"), read_freeze(copy)
    assert faults_of_signatures(pki, freeze, copy) == []

    good, bad = (copy / "signed" / f"app.bundle.ecdsa.{end}" for end in ("sig.b64", "bad.sig.b64"))
    bad.write_bytes(good.read_bytes())
    good.write_text("no base64!")
    (copy / "signed" / "app.bundle.rsa-pss.sig.b64").unlink()

    assert faults_of_signatures(pki, freeze, copy) == [
        "signed/app.bundle.rsa-pss.sig.b64: is missing",
        "signed/app.bundle.ecdsa.sig.b64: does not fit the frozen bundle",
        "signed/app.bundle.ecdsa.bad.sig.b64: is right",
    ]


def test_signs_a_later_freeze_with_the_same_keys(copy):
    before = (copy / "pki" / "index.json").read_bytes()
    (copy / "firmware" / "app.bundle").write_bytes(b"another")
    assert len(faults_of_signatures(Pki(copy / "pki"), read_freeze(copy), copy)) == 3

    assert cert_json("pki", "--sign", "--out", copy)["ok"]

    assert faults_of_signatures(Pki(copy / "pki"), read_freeze(copy), copy) == []
    assert (copy / "pki" / "index.json").read_bytes() == before


def test_says_which_certificate_is_of_somebody_else_or_ends_too_soon(made):
    pki = Pki(made[0] / "pki")

    faults = faults_of_pki(pki, "CC-0002", "Example CPO", _NOW)
    assert all("CN is 'CC-0001', the station is 'CC-0002'" in fault for fault in faults)
    assert {fault.split(":")[0] for fault in faults} >= {"client-rsa", "client-ecdsa"}
    assert not any("wrong-serial" in fault for fault in faults)
    assert "O is 'Example CPO', CpoName 'Other'" in faults_of_pki(pki, "CC-0001", "Other", _NOW)[0]
    late = _NOW + datetime.timedelta(days=360)
    assert any("client-ecdsa: valid until" in f for f in _late(pki, late, 10))
    assert _late(pki, late, 1) == []


def _late(pki, now, days):
    return faults_of_pki(pki, "CC-0001", "Example CPO", now, days)


@pytest.mark.parametrize(
    ("boot", "keys", "words", "told"),
    [
        ({"chargePointSerialNumber": "X9"}, {}, [], "is CC-0001, but its serial number X9"),
        ({}, {}, ["--id", "CP9"], "--id CP9: snapshot.json is of CC-0001"),
        ({}, {}, ["--cpo", "Other"], "CpoName of the station is Example CPO"),
        ({}, {"CpoName": ""}, [], "of which operator?"),
        ({}, {}, ["--host", "two words"], "--host"),
        ({}, {}, ["--days", "0"], "--days"),
        ({}, {}, ["--sign"], "no PKI of"),
    ],
)
def test_refuses_names_that_are_not_one(tmp_path, boot, keys, words, told):
    facts = samples.make_snapshot(
        "CC-0001", {**samples.BOOT, **boot}, samples.configuration(**keys), None
    )
    samples.save(tmp_path / "snapshot.json", facts)

    status, out = cert("pki", "--out", tmp_path, *words)

    assert status == 2 and told in out and "next: " in out, out
    assert not (tmp_path / "pki").exists()


def test_needs_an_identity_and_keeps_what_is_there(copy, tmp_path):
    assert "whose certificates?" in cert("pki", "--out", tmp_path / "empty")[1]
    before = (copy / "pki" / "index.json").read_bytes()

    status, out = cert("pki", "--out", copy)

    assert status == 2 and "--force" in out
    assert (copy / "pki" / "index.json").read_bytes() == before
