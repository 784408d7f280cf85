"""The folder of the stand-in's board, with the machine code of this PC in its target.toml."""

import platform
import shutil
from pathlib import Path

_ARCHITECTURES = {"x86_64": "x64", "AMD64": "x64", "arm64": "aarch64", "aarch64": "aarch64"}


def board_folder(tmp_path):
    """Return a copy of stand_in/ that names what mpy-cross has to compile for."""
    folder = tmp_path / "stand_in"
    shutil.copytree(Path(__file__).with_name("stand_in"), folder)
    facts = folder / "target.toml"
    text = facts.read_text(encoding="utf-8")
    facts.write_text(text.replace("x64", _ARCHITECTURES[platform.machine()]), encoding="utf-8")
    return folder
