"""put_into_simulator(): lets a simulator boot the frozen bytes, and report their version.

The freeze has to be of the simulator (--board host): its state folder then holds one copy of the
application, as an update would have left it.
"""

import shutil
from pathlib import Path

from chargecore_tools.bundle import HOST
from chargecore_tools.cert.artefact_error import usage
from chargecore_tools.cert.freeze.frozen import FIRMWARE
from chargecore_tools.cert.freeze.verify import faults_of_folder


def put_into_simulator(facts, folder, state):
    """Copy the frozen image of a folder into --state of a simulator. Errors: ArtefactError."""
    if facts["target"] != HOST:
        text = f"the freeze is of {facts['target']}, a simulator runs another firmware"
        raise usage(text, "chargecore cert freeze --board host, for a rehearsal")
    faults = faults_of_folder(facts, folder)
    if faults:
        raise usage(f"not as it was frozen: {faults[0]}", "chargecore cert freeze")
    place = Path(state) / "flash" / "a"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(Path(folder) / FIRMWARE / "app", place)
