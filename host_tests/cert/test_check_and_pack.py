"""chargecore cert check and pack: what is missing is named, what disagrees is never packed."""

import datetime
import hashlib
import json
import shutil
import subprocess
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cert_rig import samples
from cert_rig.command import cert, cert_json
from cert_rig.lab_folder import make_lab_folder
from chargecore_tools.cert.checklist.plan import PLAN
from chargecore_tools.cert.evidence import FILES, Evidence


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return make_lab_folder(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "cert")


def _edit(path, change):
    facts = json.loads(path.read_text())
    change(facts)
    path.write_text(json.dumps(facts))


def _items(folder, *words):
    status, out = cert("check", "--out", folder, "--json", *words)
    found = json.loads(out)
    assert found["ok"] == (status == 0)
    return {item["id"]: item for item in found["items"]}, status


def test_everything_there_is_done_and_packed_into_a_folder_that_a_lab_can_read(folder, tmp_path):
    found = cert_json("pack", "--out", folder)
    assert found["ok"], found

    items, status = _items(folder)
    assert {item["state"] for item in items.values()} == {"done"} and status == 0, items
    with zipfile.ZipFile(folder / "lab_package.zip") as archive:
        archive.extractall(tmp_path / "lab")
    top = tmp_path / "lab" / "lab_package"
    sums = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=top, check=False)
    assert sums.returncode == 0
    readme = (top / "README.html").read_text()
    for path in ("1_pics/pics.html", "3_pki/pki.html", "4_snapshot/snapshot.html"):
        assert f'href="{path}"' in readme and (top / path).is_file()
    for path in (
        "1_pics/pics.signed.pdf",
        "2_reports/report.html",
        "2_reports/report.json",
        "2_reports/junit.xml",
        "3_pki/pki/csms/server-rsa.chain.pem",
        "3_pki/signed/app.bundle.ecdsa.bad.sig.b64",
        "4_snapshot/behaviour.json",
        "5_freeze/firmware/SHA256SUMS",
        "5_freeze/sbom.cdx.json",
    ):
        assert (top / path).is_file(), path
    assert "Jo, +49 30 1" in readme and "Rehearsal" not in readme
    assert hashlib.sha256((folder / "lab_package.zip").read_bytes()).hexdigest() == found["sha256"]


def test_packs_the_same_bytes_again(folder):
    first = cert_json("pack", "--out", folder)["sha256"]

    assert cert_json("pack", "--out", folder)["sha256"] == first


def _another_firmware(folder):
    _edit(folder / "report.json", lambda facts: facts.update(firmware_sha256="f" * 64))


def _no_firmware(folder):
    _edit(folder / "report.json", lambda facts: facts.update(firmware_sha256=None))


def _another_configuration(folder):
    key = {"HeartbeatInterval": {"value": "77", "readonly": False}}
    _edit(folder / "report.json", lambda facts: facts["sut"]["configuration"].update(key))


def _another_station(folder):
    _edit(folder / "report.json", lambda facts: facts["sut"].update(identity="CC-0002"))


def _another_version(folder):
    boot = {**samples.BOOT, "firmwareVersion": "1.1"}
    _edit(folder / "report.json", lambda facts: facts["sut"].update(boot=boot))


def _a_new_report(folder):
    _edit(folder / "report.json", lambda facts: facts.update(took_s=1.0))


def _a_new_snapshot(folder):
    samples.save(folder / "snapshot.json", samples.snapshot(SecurityProfile="2", X="1"))


def _an_old_report(folder):
    old = "2026-11-17T10:00:00Z"
    _edit(folder / "report.json", lambda facts: facts.update(started_at=old))


def _a_report_from_the_future(folder):
    late = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2)
    _edit(
        folder / "report.json", lambda facts: facts.update(started_at=f"{late:%Y-%m-%dT%H}:00:00Z")
    )


def _a_byte_of_the_firmware(folder):
    (folder / "firmware" / "app" / "main.py").write_bytes(b"rum()\n")


def _another_signature(folder):
    path = folder / "signed" / "app.bundle.ecdsa.sig.b64"
    path.write_bytes((folder / "signed" / "app.bundle.ecdsa.bad.sig.b64").read_bytes())


def _other_answers(folder):
    (folder / "product.yaml").write_text(samples.product(power_kw="11"))


def _another_operator(folder):
    changed = samples.snapshot(SecurityProfile="2", CpoName="Somebody")
    samples.save(folder / "snapshot.json", changed)


def _a_failed_case(folder):
    _edit(folder / "report.json", lambda facts: facts["results"][0].update(verdict="fail"))
    cert("pics", "--out", folder)


def _a_station_that_lies(folder):
    _edit(folder / "behaviour.json", lambda f: f["rows"][0].update(verdict="differs"))


def _a_simulator(folder):
    _edit(folder / "report.json", lambda facts: facts.update(rig="simulator"))
    cert("pics", "--out", folder)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_another_firmware, "report.json is of ffffffffffffffff, freeze.json of "),
        (_no_firmware, "report.json is of no firmware, freeze.json of "),
        (_another_configuration, "another configuration than the snapshot's: HeartbeatInterval"),
        (_another_station, "report.json is of CC-0002, snapshot.json of CC-0001"),
        (_another_version, "report.json: the station sent version 1.1, frozen is 1.2.0"),
        (_a_new_report, "pics.json was made from another report.json"),
        (_a_new_snapshot, "pics.json was made from another snapshot.json"),
        (_a_new_snapshot, "behaviour.json was measured against another snapshot"),
        (_an_old_report, "report.json is older than the commit"),
        (_a_report_from_the_future, "report.json is from the future"),
        (_a_byte_of_the_firmware, "freeze: firmware/app/main.py: has changed"),
        (_another_signature, "signed/app.bundle.ecdsa.sig.b64: does not fit"),
        (_other_answers, "pics.json was made from other answers"),
        (_another_operator, "O is 'Example CPO', CpoName 'Somebody'"),
        (_a_failed_case, "pics.json: Core: Core is withheld"),
        (_a_station_that_lies, "behaviour.json: the station does not do what it is set to"),
        (_a_simulator, "report.json is of a simulator"),
    ],
)
def test_nothing_is_packed_when_something_disagrees(folder, spoil, told):
    spoil(folder)

    status, out = cert("pack", "--out", folder)

    assert status == 1 and told in out and "next: chargecore cert check" in out, out
    assert not (folder / "lab_package.zip").exists()
    assert _items(folder)[1] == 1


@pytest.mark.parametrize("name", ["report", "snapshot", "behaviour", "freeze", "pics", "pki"])
def test_nothing_is_packed_when_something_is_missing_or_broken(folder, name):
    path = folder / FILES[name]
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert f"{FILES[name]}: is not there" in cert("pack", "--out", folder)[1]
    assert cert("pack", "--out", folder)[0] == 1

    if name != "pki":
        path.write_text("{}")
        status, out = cert("pack", "--out", folder)
        assert status == 1 and f"{FILES[name]}: format None, this version reads 1" in out


def test_a_rehearsal_says_so_on_its_first_page(folder):
    _a_simulator(folder)

    assert cert_json("pack", "--out", folder, "--rehearsal")["ok"]

    with zipfile.ZipFile(folder / "lab_package.zip") as archive:
        assert "It is not for a lab" in archive.read("lab_package/README.html").decode()
    items = _items(folder)[0]
    assert items["device"]["state"] == "open" and items["package"]["state"] == "done"


def test_an_empty_folder_names_the_command_for_every_item(tmp_path):
    items, status = _items(tmp_path)

    assert status == 1 and len(items) == len(PLAN) > 20
    for item in items.values():
        assert item["state"] == "open" and item["why"] and item["command"], item
    weeks = [item["week"] for item in items.values()]
    assert weeks == sorted(weeks, reverse=True) and set(weeks) == {1, 2, 3, 4}


def test_says_what_contradicts_and_what_is_only_missing(folder):
    (folder / "signoff.signed.png").unlink()
    _edit(folder / "soak.json", lambda facts: facts.update(ok=False))
    _a_byte_of_the_firmware(folder)

    items, _status = _items(folder)

    states = {name: item["state"] for name, item in items.items() if item["state"] != "done"}
    assert states == {"signed_off": "open", "soak": "wrong", "agree": "wrong", "package": "open"}
    status, out = cert("check", "--out", folder)
    assert status == 1 and "WRONG" in out and "18 of 22 items done" in out, out


def test_a_package_of_what_was_there_before_is_wrong(folder):
    assert cert_json("pack", "--out", folder)["ok"]
    (folder / "report.html").write_text("<html>another</html>")

    package = _items(folder)[0]["package"]

    assert package["state"] == "wrong" and "2_reports/report.html is another one" in package["why"]
    (folder / "lab_package.zip").write_bytes(b"PK")
    assert _items(folder)[0]["package"]["state"] == "wrong"


def test_stops_at_the_week_that_is_asked_for(folder):
    for name in ("pics.signed.pdf", "board.json"):
        (folder / name).unlink()

    items, status = _items(folder, "--week", "2")

    assert status == 0 and {item["week"] for item in items.values()} == {2, 3, 4}


def test_counts_the_days_to_the_lab(folder):
    day = datetime.date.today() + datetime.timedelta(days=15)

    assert "15 days to the lab: week 3" in cert("check", "--out", folder, "--lab", day)[1]
    assert json.loads(cert("check", "--out", folder, "--json", "--lab", day)[1])["days_left"] == 15
    status, out = cert("check", "--out", folder, "--lab", "soon")
    assert status == 2 and "is no day" in out


@given(name=st.sampled_from(sorted(set(FILES) - {"pki"})), data=st.binary(max_size=40))
def test_no_broken_file_breaks_the_checklist(tmp_path_factory, name, data):
    folder = tmp_path_factory.getbasetemp() / "broken"
    folder.mkdir(exist_ok=True)
    (folder / FILES[name]).write_bytes(data)

    evidence = Evidence(folder)
    rows = [item.stand(evidence) for item in PLAN]

    (folder / FILES[name]).unlink()
    assert name in evidence.faults or name == "product"
    assert all("\n" not in row["why"] for row in rows)
