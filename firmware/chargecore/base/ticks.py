"""Tick arithmetic that wraps at 2^30 on every interpreter, without a heap int on 32-bit boards.

Called by: everything that keeps a deadline. Heap: none.
The unix VM's own ticks_diff wraps at 2^62, so a host test would never see the wrap.
"""

from micropython import const

TICKS_MAX = const(0x3FFFFFFF)  # 2^30 - 1, the largest small int of a 32-bit board
_TICKS_HALF = const(0x20000000)
_OLD_MS = const(0x10000000)  # 3.1 days


def ticks_add(at_ms, delta_ms):  # HOT
    """Return the instant delta_ms after at_ms. Range: delta_ms 0..2^29-1 (6.2 days)."""
    # Subtract first: the plain sum would leave the small-int range just before the wrap.
    return (at_ms - TICKS_MAX + delta_ms - 1) & TICKS_MAX


def ticks_diff(later_ms, earlier_ms):  # HOT
    """Return later_ms - earlier_ms as a signed number of ms. Range: +-2^29."""
    diff_ms = (later_ms - earlier_ms) & TICKS_MAX
    if diff_ms < _TICKS_HALF:
        return diff_ms
    return diff_ms - TICKS_MAX - 1


def ticks_recent(at_ms, now_ms):  # HOT
    """Return at_ms, or an instant 3.1 days ago when at_ms is older.

    For instants that may grow old: behind 6.2 days ticks_diff() takes the past for the future.
    Call it for them at least once in three days. Range: at_ms not in the future.
    """
    age_ms = (now_ms - at_ms) & TICKS_MAX
    if age_ms < _OLD_MS:
        return at_ms
    return (now_ms - _OLD_MS) & TICKS_MAX
