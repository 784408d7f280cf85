"""Connector statuses, what follows from what, and which transitions are allowed.

Source: OCPP 1.6 §4.9 and its transition table (rows A..I, columns 1..9). Heap: none.
"""

from micropython import const

AVAILABLE = const(0)
PREPARING = const(1)
CHARGING = const(2)
SUSPENDED_EV = const(3)
SUSPENDED_EVSE = const(4)
FINISHING = const(5)
RESERVED = const(6)
UNAVAILABLE = const(7)
FAULTED = const(8)

# Bit n of a row: the transition to status n is in the table.
_ALLOWED = (
    0b111011110,  # A Available: A2 A3 A4 A5 A7 A8 A9
    0b100111101,  # B Preparing: B1 B3 B4 B5 B6 B9
    0b110111001,  # C Charging: C1 C4 C5 C6 C8 C9
    0b110110101,  # D SuspendedEV: D1 D3 D5 D6 D8 D9
    0b110101101,  # E SuspendedEVSE: E1 E3 E4 E6 E8 E9
    0b110000011,  # F Finishing: F1 F2 F8 F9
    0b110000011,  # G Reserved: G1 G2 G8 G9
    0b100011111,  # H Unavailable: H1 H2 H3 H4 H5 H9
    0b011111111,  # I Faulted: I1 .. I8
)


def is_allowed(status, next_status):  # HOT
    """Return True when the table has the transition from status to next_status."""
    return bool(_ALLOWED[status] >> next_status & 1)


def stepping_stone(status, next_status):  # HOT
    """Return the status to report in between when the table forbids the direct way.

    When it is allowed, that is next_status itself.

    Two changes between two polls look like one; these are the pairs a session can produce.
    Preparing to Unavailable has no row: the pending start is dropped first (B1, then A8).
    """
    if status == next_status or _ALLOWED[status] >> next_status & 1:
        return next_status
    if next_status == RESERVED or next_status == UNAVAILABLE:
        return AVAILABLE
    if next_status == PREPARING:
        return FINISHING
    return PREPARING
