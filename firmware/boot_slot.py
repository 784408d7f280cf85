"""boot_slot.py: which of the two copies of the application runs. Called by: boot.py, at power-on.

It lies beside boot.py, outside both copies: no update ever replaces it, so it stays as small as
this. In the folder root stand `a/` and `b/`, the copies, and `slot`, two letters and a line end:
the good copy, then the one to be tried at the next boot, or `-`. A new `slot` is written beside
the old one and renamed over it, which is one step for littlefs: a power cut leaves the old or the
new one. Whoever is running but not the good one is on trial: chargecore.store.app_slots.
"""

import os

_MARKS = (b"a-\n", b"b-\n", b"ab\n", b"ba\n")


def read(root):
    """Return the marks; what cannot be read means the copy that is there."""
    try:
        with open(root + "/slot", "rb") as file:
            marks = file.read(4)
    except OSError:
        marks = b""
    if marks in _MARKS:
        return marks
    return b"a-\n" if has_copy(root, "a") or not has_copy(root, "b") else b"b-\n"


def write(root, marks):
    """Keep the marks; durable when this returns. Errors: OSError."""
    with open(root + "/slot.new", "wb") as file:
        file.write(marks)
    os.rename(root + "/slot.new", root + "/slot")


def has_copy(root, letter):
    """Return whether that copy was written whole. A board may carry the first one elsewhere."""
    try:
        os.stat(root + "/" + letter + "/manifest")
        return True
    except OSError:
        return False


def choose(root):
    """Return "a" or "b". One that is to be tried is tried once: the mark goes before it runs."""
    marks = read(root)
    good, trial = marks[:1].decode(), marks[1:2].decode()
    if trial == "-":
        return good
    try:
        write(root, marks[:1] + b"-\n")
    except OSError:  # flash refuses: it could be tried for ever
        return good
    return trial if has_copy(root, trial) else good
