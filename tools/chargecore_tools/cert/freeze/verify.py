"""Compares a freeze with what is there: a folder, or a board at a serial port.

Return lists of faults in words, each naming a file; none: all is as frozen.
"""

import hashlib
from pathlib import Path

from chargecore_tools.cert.freeze.build_files import MANIFEST, ROMFS
from chargecore_tools.cert.freeze.frozen import FIRMWARE, SBOM
from chargecore_tools.cert.freeze.sums import SUMS, sums_text
from chargecore_tools.deploy.board_copies import ROOT, read_copies
from chargecore_tools.device.errors import DeviceError

_CODE = (".py", ".mpy", ".romfs")
_BLOCK_B = 2**20
_ROM_SUM = """
import vfs, hashlib, binascii
_h = hashlib.sha256()
_m = memoryview(vfs.rom_ioctl(2, 0))
for _at in range(0, {length_b}, 1024):
    _h.update(_m[_at:min(_at + 1024, {length_b})])
    cc_feed()
print(binascii.hexlify(_h.digest()).decode())
"""


def faults_of_folder(facts, folder):
    """Compare the folder of freeze.json, file by file."""
    place = Path(folder) / FIRMWARE
    wanted = {row["path"]: row["sha256"] for row in facts["files"]}
    wanted[SUMS] = hashlib.sha256(sums_text(facts["files"]).encode("ascii")).hexdigest()
    there = [path for path in sorted(place.rglob("*")) if path.is_file() or path.is_symlink()]
    found = {path.relative_to(place).as_posix(): _sum(path) for path in there}
    faults = _differences(wanted, found, f"{FIRMWARE}/")
    if _sum(Path(folder) / SBOM) != facts["sbom_sha256"]:
        faults.append(f"{SBOM}: is missing, or not the one of this freeze")
    return faults


def faults_of_board(facts, link):
    """Compare what a board boots. link: a BoardLink that has stopped it."""
    if facts["mode"] == "romfs":
        return _faults_of_romfs(facts, link)
    copies = read_copies(link, [])
    letter = copies.next
    if letter is None:
        return [f"{ROOT}: there is no copy of the application on the board"]
    folder = f"{ROOT}/{letter}/"
    other = f"{ROOT}/{'b' if letter == 'a' else 'a'}/"
    wanted = _wanted(facts, {"app/": folder, "root/": "/"})
    found = {folder + path: row[1] for path, row in copies.sums[letter].items()}
    if copies.manifests[letter] is not None:
        found[folder + MANIFEST.split("/")[1]] = copies.manifests[letter][1]
    everything = _code_on(link, [folder, other], wanted)
    faults = _differences(wanted, {**everything, **found}, "")
    if copies.versions[letter] != facts["version"]:
        text = f"the board reports {copies.versions[letter]}, frozen is {facts['version']}"
        faults.insert(0, text)
    return faults + _faults_of_interpreter(facts, link)


def _faults_of_romfs(facts, link):
    """Compare boot.py and main.py, and the bytes of the ROMFS partition."""
    wanted = _wanted(facts, {"root/": "/"})
    image = next(row for row in facts["files"] if row["path"] == ROMFS)
    in_rom = "/" + ROMFS.split("/")[1]
    found = _code_on(link, ["/rom/"], wanted)
    try:
        found[in_rom] = link.exec(_ROM_SUM.format(length_b=image["bytes"])).strip()
    except DeviceError as error:  # no partition, or one that is too small
        found.pop(in_rom, None)
        return [f"ROMFS partition: {error}", *_faults_of_interpreter(facts, link)]
    return _differences(wanted, found, "") + _faults_of_interpreter(facts, link)


def _faults_of_interpreter(facts, link):
    image = facts["micropython"]
    if image is None:
        return []
    version = link.facts().version_text
    if image["version"] == version:
        return []
    return [f"the board runs MicroPython {version}, frozen is {image['version']}"]


def _wanted(facts, places):
    """Return {path on the board: SHA-256} of what lies there as a file."""
    found = {}
    for row in facts["files"]:
        for prefix, place in places.items():
            if row["path"].startswith(prefix):
                found[place + row["path"][len(prefix) :]] = row["sha256"]
    return found


def _code_on(link, copies, wanted):
    """Return {path: SHA-256} of all that could run, outside of the copies."""
    found = {path: row[1] for path, row in link.sums("/").items()}
    return {
        path: digest
        for path, digest in found.items()
        if (path in wanted or path.endswith(_CODE)) and not path.startswith(tuple(copies))
    }


def _differences(wanted, found, prefix):
    faults = []
    for path in sorted(set(wanted) | set(found)):
        if path not in found:
            faults.append(f"{prefix}{path}: is missing")
        elif path not in wanted:
            faults.append(f"{prefix}{path}: is not of this freeze")
        elif found[path] != wanted[path]:
            faults.append(f"{prefix}{path}: has changed: SHA-256 {found[path]}")
    return faults


def _sum(path):
    """Return the SHA-256 of a file, "" when it cannot be read."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while block := file.read(_BLOCK_B):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()
