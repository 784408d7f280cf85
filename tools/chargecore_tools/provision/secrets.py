"""Secrets: from a file, standard input or a prompt that does not show them.

Never an option of their own: what stands on a command line is in the shell's history and in every
list of processes.
"""

import getpass
import json
import stat
import sys
from pathlib import Path

from chargecore_tools.device.errors import EXIT_USAGE, DeviceError

NAMES = ("wifi_password", "auth_key")
_QUESTIONS = {
    "wifi_password": "Wi-Fi password (empty: an open network)",
    "auth_key": "AuthorizationKey, 32 to 40 hex digits (empty: none)",
}


def read_secrets(source, wanted):
    """Return {name: text} of the wanted names. source: path, "-" for standard input, or None.

    Without a source they are asked for, where there is a terminal. Errors: DeviceError.
    """
    if source is None:
        return _ask(wanted)
    text = sys.stdin.read() if source == "-" else private_file(Path(source)).decode()
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise DeviceError(
            f"--secrets {source}: must hold one JSON object of texts",
            'as {"wifi_password": "...", "auth_key": "..."}',
            EXIT_USAGE,
        )
    others = sorted(set(found) - set(NAMES))
    if others:
        raise DeviceError(
            f"--secrets {source}: {', '.join(others)} is not known",
            f"there are {', '.join(NAMES)}",
            EXIT_USAGE,
        )
    return found


def private_file(path):
    """Return the bytes of a file that nobody else may read. Errors: DeviceError."""
    try:
        mode = path.stat().st_mode
        data = path.read_bytes()
    except OSError as error:
        raise DeviceError(f"{path}: {error.strerror}", status=EXIT_USAGE) from None
    if sys.platform != "win32" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise DeviceError(f"{path}: others can read this secret", f"chmod 600 {path}", EXIT_USAGE)
    return data


def _ask(wanted):
    if not wanted:
        return {}
    if not sys.stdin.isatty():
        raise DeviceError(
            f"{', '.join(wanted)}: there is no terminal to ask",
            "--secrets FILE, or --secrets - and a JSON object on standard input",
            EXIT_USAGE,
        )
    return {name: getpass.getpass(_QUESTIONS[name] + ": ") for name in wanted}
