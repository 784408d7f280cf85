"""is_trial(): whether the image that runs is one that nobody has confirmed yet.

Called by: boot.py through the board, before anything else of the image is loaded; OtaSlots
(running_of, read_note). Imports nothing that an image without OTA slots lacks. Heap: 0.2 KiB.
"""

from micropython import const

_LABEL = const(4)  # place in Partition.info(): type, subtype, address, size, label, encrypted


def is_trial():
    """Tell whether a version in an OTA slot boots for the first time."""
    from esp32 import NVS, Partition

    try:
        running = running_of(Partition)
    except OSError:  # the image has one slot
        return False
    return read_note(NVS("chargecore"), "trial") == b"%d" % running


def running_of(partition):
    """Return which of the two slots runs, 0 or 1. Errors: OSError where there is one alone."""
    own = partition(partition.RUNNING)
    label = own.info()[_LABEL]
    return 0 if label < own.get_next_update().info()[_LABEL] else 1


def read_note(notes, key):
    """Return what an NVS keeps under key, b"": nothing."""
    buf = bytearray(64)
    try:
        return bytes(buf[: notes.get_blob(key, buf)])
    except OSError:
        return b""
