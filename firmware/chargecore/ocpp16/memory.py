"""Memory: what the OCPP adapter keeps in the free bytes of the state store.

Called by: builder, presence. Heap: opening the file when something is saved, which happens once in
the life of a flash.
"""

from chargecore.store.state import USER_AT
from chargecore.wire.message_id import INSTALLATION_LEN, make_installation

# USER_AT  +8
# mark     known
_KNOWN_AT = USER_AT + INSTALLATION_LEN  # u8, 1: a server has accepted this station


def installation(state, random_bits):
    """Return the mark that keeps message ids unique over a wiped flash; made at the first boot."""
    if make_installation(state.buf, USER_AT, random_bits):
        state.save()
    return bytes(memoryview(state.buf)[USER_AT : USER_AT + INSTALLATION_LEN])


def is_known(state):
    """Return True when a server has accepted this station in some boot (B11)."""
    return state.buf[_KNOWN_AT] == 1


def set_known(state):
    """Remember for ever that a server has accepted this station. Return OK or E_IO."""
    state.buf[_KNOWN_AT] = 1
    return state.save()
