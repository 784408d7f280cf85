"""Writes the files of a firmware: python -m ...build_files BOARD MODE VERSION FOLDER.

Run by TwinBuild in a process of its own, in which this repository is the commit's export.
FOLDER/app is one copy of the application, FOLDER/root lies outside of the copies.
Says on standard output what the board is, as JSON. Exit status: 0, or 1 with a line on standard
error.
"""

import json
import sys
from pathlib import Path

from chargecore_tools.board_image.linked_image import linked_image, main_text
from chargecore_tools.bundle import HOST, IMAGE_NAME, make_bundle
from chargecore_tools.deploy.application import Application, application_of
from chargecore_tools.device.errors import DeviceError
from chargecore_tools.device.target import target_of
from chargecore_tools.image.firmware_image import image_of
from chargecore_tools.image.link_modules import LinkError
from chargecore_tools.sim_options import OptionError
from chargecore_tools.sim_process import repository

BUNDLE = "app.bundle"
MANIFEST = "app/manifest"
ROMFS = "root/chargecore.romfs"


def files_of(target, mode, version):
    """Return {path in firmware/: bytes}; target None: the simulator's.

    Errors: DeviceError, OptionError, LinkError.
    """
    if target is None:
        return _copies(HOST, Application({}, {IMAGE_NAME: _host_image()}, version))
    if mode == "romfs":
        boot = (repository() / "firmware" / "boot.py").read_bytes()
        main = main_text(version).encode()
        return {ROMFS: linked_image(target), "root/boot.py": boot, "root/main.py": main}
    return _copies(target.name, application_of(target, version=version))


def _host_image():
    return image_of(repository()).read_bytes()


def _copies(name, application):
    """Return the files, the manifest that tells the version, and the bundle of it."""
    made = {f"root/{path}": data for path, data in application.root.items()}
    made.update({f"app/{path}": data for path, data in application.copy.items()})
    made[MANIFEST] = application.manifest
    made[BUNDLE] = make_bundle(name, application.version, application.copy)
    return made


def _main(board, mode, version, folder):
    try:
        target = None if board == HOST else target_of(board)
        made = files_of(target, mode, version)
    except (DeviceError, OptionError, LinkError) as error:
        sys.exit(str(error))
    for path, data in made.items():
        place = Path(folder) / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    facts = {"target": HOST, "architecture": "as this PC"}
    if target is not None:
        facts = {"target": target.name, "architecture": target.architecture}
    print(json.dumps(facts))


if __name__ == "__main__":
    _main(*sys.argv[1:])
