"""write_frozen(): the sources of a linked image and a manifest.py that freezes them.

boards/<name>/manifest.py freezes the modules as they are in the repository; that takes more heap.
"""

import shlex
import shutil
from pathlib import Path

from chargecore_tools.device.errors import EXIT_USAGE, DeviceError
from chargecore_tools.sim_process import repository

_HEAD = """# Made by chargecore build --mode frozen. What the port itself freezes comes first.
{include}
"""


def write_frozen(target, sources, place):
    """Write {name: text} and the manifest into the folder. Return the manifest's path."""
    shutil.rmtree(place, ignore_errors=True)
    for name, text in sources.items():
        path = place / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    shutil.copy(repository() / "firmware" / "boot.py", place / "boot.py")
    tops = sorted({name.split("/")[0] for name in sources} | {"boot"})
    lines = [_HEAD.format(include=_include(target))]
    for name in tops:
        if (place / name).is_dir():
            lines.append(f'package("{name}", base_path=".", opt=2)\n')
        else:
            lines.append(f'module("{name}.py", base_path=".", opt=2)\n')
    manifest = place / "manifest.py"
    manifest.write_text("".join(lines), encoding="utf-8")
    return manifest


def port_of(target):
    """Return the port of MicroPython that a board belongs to."""
    return "rp2" if target.is_rp2 else "esp32"


def build_commands(target, manifest, tree=None):
    """Return the commands of MicroPython's own build; tree: its sources, ./micropython without."""
    tree = tree or Path("micropython")
    name = f"BOARD={target.image}"
    if target.variant:
        name += f" BOARD_VARIANT={target.variant}"
    port = f"make -C {shlex.quote(str(tree / 'ports' / port_of(target)))} {name}"
    cross = f"make -C {shlex.quote(str(tree / 'mpy-cross'))}"
    frozen = shlex.quote(f"FROZEN_MANIFEST={manifest}")
    return [cross, f"{port} submodules", f"{port} {frozen}"]


def _include(target):
    """Return the line of the board's manifest that takes in what the port freezes."""
    path = target.folder / "manifest.py"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise DeviceError(f"{path} is not there", "boards/README.md", EXIT_USAGE) from None
    return next((line for line in lines if line.startswith("include(")), "")
