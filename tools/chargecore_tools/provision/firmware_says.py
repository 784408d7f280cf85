"""Asks the firmware itself, in the VM of this PC: is this station.json good, what happened."""

import json
import subprocess
import tempfile
from pathlib import Path

from chargecore_tools.device.errors import EXIT_USAGE, DeviceError
from chargecore_tools.sim_options import OptionError
from chargecore_tools.sim_process import micropython, repository

_SCRIPT = Path(__file__).with_name("on_vm.py")
_LIMIT_S = 30


def require_good(station, files):
    """Raise DeviceError unless the station would run with it. files: {path on the board: bytes}.

    The certificates lie beside the file that is checked, so their paths lead there meanwhile.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        looked_at = dict(station)
        for path, data in files.items():
            (folder / Path(path).name).write_bytes(data)
            for field, value in looked_at.items():
                if value == path:
                    looked_at[field] = Path(path).name
        (folder / "station.json").write_text(json.dumps(looked_at), encoding="utf-8")
        error = _ask("check", folder)["error"]
    if error is not None:
        raise DeviceError(
            f"the station refuses this: {error}",
            "nothing was sent; the fields are listed in boards/README.md and docs/settings.md",
            EXIT_USAGE,
        )


def kept_events(files):
    """Return the events in {"events.a": bytes, ...}, the oldest first."""
    with tempfile.TemporaryDirectory() as name:
        for file_name, data in files.items():
            (Path(name) / file_name).write_bytes(data)
        return _ask("events", Path(name))


def _ask(job, folder):
    try:
        vm = micropython()
    except OptionError as error:
        raise DeviceError(str(error), status=EXIT_USAGE) from None
    firmware = repository() / "firmware"
    command = [vm, "-X", "heapsize=8m", str(_SCRIPT), str(firmware), str(repository())]
    done = subprocess.run(
        [*command, job, str(folder)], capture_output=True, text=True, timeout=_LIMIT_S
    )
    try:
        return json.loads(done.stdout)
    except ValueError:
        text = (done.stderr or done.stdout).strip().splitlines() or ["no answer"]
        raise DeviceError(f"the firmware failed on it: {text[-1]}") from None
