"""setup.json: what the label of a station says: network name, its password, the code of the page.

Called by: the board, when the page may be due. `chargecore provision --setup-page` writes it, and
prints the label; where nobody has, the first start makes it, and the console prints it.
Heap: the file.
"""

import json
import os

from micropython import const

from chargecore.setup.words import ALPHABET, new_words

_MOST_B = const(512)
_FIELDS = (("network", 1, 32), ("password", 12, 63), ("code", 8, 32))


def read(path):
    """Return the fields as a dict, None when there is no such file or it makes no sense."""
    try:
        if os.stat(path)[6] > _MOST_B:
            return None
        with open(path) as file:
            found = json.load(file)
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    for name, least, most in _FIELDS:
        value = found.get(name)
        if not isinstance(value, str) or not least <= len(value.encode()) <= most:
            return None
    return found if _is_code(found["code"]) else None


def make():
    """Return new fields: 60 bits of password, 40 bits of code."""
    return {
        "network": "chargecore-" + new_words(1),
        "password": new_words(3),
        "code": new_words(2),
    }


def write(path, fields):
    """Write a small file as JSON, beside and then over the old one: a cut leaves one of the two.

    Errors: OSError.
    """
    part = path + ".new"
    with open(part, "w") as file:
        json.dump(fields, file)
    os.rename(part, path)


def _is_code(text):
    return all(character in ALPHABET + "-" for character in text)
