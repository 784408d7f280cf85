"""What the handlers of GetDiagnostics, UpdateFirmware, GetLog and SignedUpdateFirmware share.

Called by: their modules. Heap: a text while it is taken.
"""

from micropython import const

from chargecore.wire.fields import ABSENT

INT_MIN = -0x7FFFFFFF - 1  # heap-ok: read once, while the tables are compiled
INT_MAX = 0x7FFFFFFF  # heap-ok: the same
URL_MAX = const(512)  # UpdateMemory's
# When the server leaves it to us: tries after the first, and the time between.
RETRIES = const(2)
INTERVAL_S = const(60)


def text_of(reader, idx):
    """Return a string of the message as bytes, its escapes decoded."""
    at = 4 * (idx + 1)
    # Decoded it is never longer than it stands there.
    buf = bytearray(reader.tokens[at + 2] - reader.tokens[at + 1] + 4)
    return bytes(memoryview(buf)[: reader.copy_text(idx, buf, len(buf))])


def given(value, default):
    """Return the value of an optional number, or the default."""
    return default if value == ABSENT else value
