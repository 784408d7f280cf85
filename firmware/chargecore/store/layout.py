"""Layout: which versions of the record layout this build reads, and how an old record becomes new.

Called by: JournalMount (which blocks), Journal (each record it loads). A block says in its header
which layout its records have. An older one is read through the steps below and leaves flash in
today's layout with the next merge: nothing is rewritten at boot, so no cut can come in between.
What no layout may change: the header (block_head.py), and of a record its length, kind (0),
number (4) and checksum (62). To change anything else: raise LAYOUT, add a step, keep an image
of the old one for the tests (host_tests/store/data). Heap: none.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.store import records

LAYOUT = const(2)  # 1: what was parked stood in the records 4 and 5, without when and why

_1_TX_ID = const(4)
_1_TX_ID_FLAGS = const(28)
_1_TX_ID_REFUSED = const(2)
_1_DONE = const(5)
_1_DONE_SEQ = const(24)
_1_DONE_FLAGS = const(28)
_1_DONE_PARKED = const(1)
_1_OFF_DONE_SEQ = const(54)


def carry_over(record, layout):  # HOT
    """Turn a whole record of that layout into one of LAYOUT; number and checksum fit again."""
    if layout < 2:
        _from_1(record)
    record.seal(record.u32(records.OFF_SEQ))


def _from_1(record):  # HOT
    """A note of a parked message becomes a record of its own kind; why it was is not known."""
    kind = record.u8(records.OFF_KIND)
    if kind == _1_TX_ID and record.u8(_1_TX_ID_FLAGS) & _1_TX_ID_REFUSED:
        parked_seq = record.u32(_1_OFF_DONE_SEQ)
        parked_kind = records.REC_START
    elif kind == _1_DONE and record.u8(_1_DONE_FLAGS) & _1_DONE_PARKED:
        parked_seq = record.u32(_1_DONE_SEQ)
        parked_kind = records.PARKED_KIND_UNKNOWN
    else:
        return
    for at in range(records.PARKED_SEQ, _1_OFF_DONE_SEQ):
        record.put_u8(at, 0)
    record.put_u8(records.OFF_KIND, records.REC_PARKED)
    record.put_u32(records.OFF_REGISTER_WH, records.REGISTER_UNKNOWN_WH)
    record.put_u32(records.PARKED_SEQ, parked_seq)
    record.put_u8(records.PARKED_KIND, parked_kind)
    record.put_i32(records.PARKED_WALL_S, WALL_UNKNOWN)
