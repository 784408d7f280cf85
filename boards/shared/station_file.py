"""read(): station.json as a dict, or what is wrong with it, in words for the console.

read_any(): as much of it as can be used, for the set-up page.

Called by: the board, once per boot. Never raises: a board whose file is missing or broken has to
come up far enough to be provisioned. What the fields mean is checked by station.config.
Heap: the file, twice, while it is read.
"""

import json
import os

from micropython import const

_MOST_B = const(16_384)  # two certificates as PEM and all fields fit; more cannot be ours


def read(path):
    """Return (dict, None), or (None, text). There is one connector: these boards have no more."""
    try:
        if os.stat(path)[6] > _MOST_B:
            return None, "it is longer than 16 KiB"
        with open(path) as file:
            station = json.load(file)
    except OSError as error:
        return None, "it is missing" if error.errno == 2 else "it cannot be read"
    except (ValueError, MemoryError):
        return None, "it is not valid JSON"
    if not isinstance(station, dict):
        return None, "it is not an object"
    rows = station.get("connectors")
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], dict):
        return None, "field connectors: a list of one object"
    return station, None


def read_any(path):
    """Return the dict of a station.json that read() may refuse; with one connector, maybe bare."""
    station = None
    try:
        if os.stat(path)[6] <= _MOST_B:
            with open(path) as file:
                station = json.load(file)
    except (OSError, ValueError, MemoryError):
        pass  # then nothing of it is of use
    if not isinstance(station, dict):
        station = {}
    rows = station.get("connectors")
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], dict):
        station["connectors"] = [{}]
    return station
