"""Target: what the tools know of a board, out of the target.toml in its folder."""

from dataclasses import dataclass
from pathlib import Path

import tomllib

from chargecore_tools.device.errors import EXIT_USAGE, DeviceError
from chargecore_tools.sim_process import repository

_FIELDS = {
    "chip": str,
    "architecture": str,
    "image": str,
    "flash_kib": int,
    "file_system_kib": int,
    "heap_kib": int,
}


@dataclass(frozen=True)
class Target:
    """One board; `folder` is where its board.py and pins.py lie."""

    name: str
    folder: Path
    chip: str
    architecture: str
    image: str
    flash_kib: int
    file_system_kib: int
    heap_kib: int
    variant: str = ""

    @property
    def is_rp2(self):
        """Whether it takes UF2 files and not esptool."""
        return self.chip.startswith("rp2")

    @property
    def image_name(self):
        """Return the name of its MicroPython image, as micropython.org's files begin."""
        return f"{self.image}-{self.variant}" if self.variant else self.image


def target_names():
    """Return the names of the boards in this repository."""
    return sorted(path.parent.name for path in (repository() / "boards").glob("*/target.toml"))


def target_of(board):
    """Return the Target of a name in boards/, or of a folder. Errors: DeviceError."""
    if not board:
        raise DeviceError(
            "which board?", f"--board NAME, one of {', '.join(target_names())}", EXIT_USAGE
        )
    folder = Path(board) if "/" in board else repository() / "boards" / board
    path = folder / "target.toml"
    try:
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        hint = f"there are {', '.join(target_names())}; a new one: boards/README.md"
        raise DeviceError(f"no board {board}", hint, EXIT_USAGE) from None
    except ValueError as error:
        raise DeviceError(f"{path}: {error}", status=EXIT_USAGE) from None
    for field, kind in _FIELDS.items():
        if not isinstance(facts.get(field), kind):
            raise DeviceError(f"{path}: {field} is missing or no {kind.__name__}", "", EXIT_USAGE)
    known = {field: facts[field] for field in (*_FIELDS, "variant") if field in facts}
    return Target(folder.name, folder, **known)
