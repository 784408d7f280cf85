"""Which firmware was tested: its version, and one hash over all of its files."""

import hashlib
from importlib.metadata import version

from chargecore_tools.deploy.board_copies import read_copies
from chargecore_tools.sim_process import firmware_image, repository

_CODE = (".py", ".mpy", ".romfs")


def firmware_of_board(link):
    """Return version and hash of the copy that boots. link: a BoardLink that has stopped it."""
    copies = read_copies(link, [])
    if copies.next is not None:
        sums = {path: row[1] for path, row in copies.sums[copies.next].items()}
        found = copies.versions[copies.next]
    else:  # in a ROMFS or an image: what there is of files
        everything = link.sums("/")
        sums = {path: row[1] for path, row in everything.items() if path.endswith(_CODE)}
        found = None
    return {"firmware_version": found or "unknown", "firmware_sha256": hash_of(sums)}


def firmware_of_image(vm):
    """Return version and hash of what the simulator runs."""
    if vm == "micropython":
        sums = {"image.romfs": hashlib.sha256(firmware_image().read_bytes()).hexdigest()}
    else:
        root = repository() / "firmware"
        sums = {
            path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in root.rglob("*.py")
        }
    return {"firmware_version": version("chargecore"), "firmware_sha256": hash_of(sums)}


def hash_of(sums):
    """Return the SHA-256 of a list of files as sha256sum prints it, sorted by path."""
    rows = "".join(f"{digest}  {path}\n" for path, digest in sorted(sums.items()))
    return hashlib.sha256(rows.encode()).hexdigest()
