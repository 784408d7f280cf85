"""The label of the set-up page: network, password and code, made here, kept in /setup.json.

What it looks like is what firmware/chargecore/setup/setup_file.py makes and takes.
"""

import json
import secrets

PATH = "/setup.json"
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32, none of which looks like another one
_FIELDS = ("network", "password", "code")
# What the page asks for, while it is not there yet, for the check of all the rest.
_TO_COME = {"id": "set-up", "csms_url": "ws://set.up/"}


def label_of(old):
    """Return the label that is on the board (bytes or None), a new one where there is none."""
    try:
        found = json.loads(old) if old else None
    except ValueError:
        found = None
    if isinstance(found, dict) and all(isinstance(found.get(name), str) for name in _FIELDS):
        return {name: found[name] for name in _FIELDS}
    return {"network": "chargecore-" + _words(1), "password": _words(3), "code": _words(2)}


def file_of(label):
    """Return setup.json: the page opens at the next start, once, and then as it is due."""
    return json.dumps({**label, "open": True}).encode()


def lines_of(label):
    """Return what belongs on the label of the station, and as a QR code for phones."""
    text = {name: label[name] for name in _FIELDS}
    return [
        "set-up page, for the label of the station:",
        "  Wi-Fi network  {network}".format(**text),
        "  password       {password}".format(**text),
        "  set-up code    {code}".format(**text),
        "  QR code that joins it: WIFI:T:WPA;S:{network};P:{password};;".format(**text),
    ]


def with_what_comes(station):
    """Return station as the page will leave it, as far as that is known."""
    return {**_TO_COME, **station}


def _words(count):
    words = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(count))
    return "-".join(words)
