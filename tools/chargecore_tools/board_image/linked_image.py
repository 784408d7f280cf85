"""linked_image(): firmware and board as one ROMFS image for a chip, its heap use made small.

The same steps as the simulator's image takes (chargecore_tools.image): the board's modules are
rewritten with the firmware, so the two belong together. That is why files in two copies, of which
each has to fit the same board's modules, are not made so.
"""

import hashlib
import json
import os
from pathlib import Path

from chargecore_tools.deploy.application import Compiler, board_modules
from chargecore_tools.image import rom_names
from chargecore_tools.image.built_tables import build_tables
from chargecore_tools.image.firmware_image import with_short_names
from chargecore_tools.image.inline_calls import inline_calls
from chargecore_tools.image.inline_constants import inline
from chargecore_tools.image.link_groups import link_groups
from chargecore_tools.image.link_modules import LINKED
from chargecore_tools.image.made_once import made_once
from chargecore_tools.sim_process import repository
from chargecore_tools.sizes.romfs import romfs_of

# In the file system, beside the image: MicroPython does not start a main.py out of a ROMFS.
_MAIN = """import sys

sys.path.insert(0, "/rom")  # or this file would be `main`
import main
from board import Board
from chargecore.base.start import start

VERSION = {version!r}  # firmwareVersion that is reported; "": what station.json says


def make_board():
    board = Board()
    if VERSION and board.config is not None:
        board.config["firmware_version"] = VERSION
    return board


start(make_board, main.run)
"""
_BOOT = "boot"  # lies in the file system as it is


def main_text(version=""):
    """Return main.py. version: the image's, which then counts whatever station.json says."""
    return _MAIN.format(version=version)


def linked_image(target):
    """Return the ROMFS image of a Target. Errors: OptionError, DeviceError, LinkError."""
    compiler = Compiler(target.architecture)
    sources = linked_sources(target)
    return romfs_of({name + ".mpy": compiler.text(name, sources[name]) for name in sources})


def linked_sources(target):
    """Return {"chargecore/linked": text} of all that runs there but boot.py. Errors: the same.

    Seconds to minutes when a source has changed; kept in build/deploy/ otherwise.
    """
    firmware = repository() / "firmware"
    texts = {}
    for path in sorted(firmware.rglob("*.py")):
        name = path.relative_to(firmware).with_suffix("").as_posix()
        texts[name] = path.read_text(encoding="utf-8")
    for name, path in board_modules(target).items():
        texts[name] = path.read_text(encoding="utf-8")
    readers = [main_text(), texts.pop(_BOOT)]
    kept = Compiler(target.architecture).cache / f"linked-{_hash(texts, readers)}.json"

    def make():
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps(_rewritten(texts, readers)), encoding="utf-8")
        os.replace(part, kept)

    return json.loads(made_once(kept, make).read_text(encoding="utf-8"))


def _rewritten(texts, readers):
    linked, places = link_groups(build_tables(inline(texts)))
    sources, _ = inline_calls(linked, readers)
    return with_short_names(sources, readers, places or (LINKED,))


def _hash(texts, readers):
    """Return a name for what the steps make of it: they change it, too."""
    steps = sorted(Path(rom_names.__file__).parent.glob("*.py"))
    parts = [*readers, *(path.read_text(encoding="utf-8") for path in steps)]
    for name in sorted(texts):
        parts += [name, texts[name]]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
