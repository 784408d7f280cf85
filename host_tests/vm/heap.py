"""Proof that code leaves the heap alone: a lock around it, and a count of what it left behind.

Called by: the heap_*.py tests. The lock does not see a raise (MicroPython falls back to its
emergency exception object), so use growth() for a path that may raise.
"""

import gc

import micropython


class _Locked:
    """Context in which any allocation raises MemoryError."""

    def __enter__(self):
        gc.collect()
        micropython.heap_lock()
        return self

    def __exit__(self, kind, error, trace):
        micropython.heap_unlock()
        return False


_LOCKED = _Locked()


def locked():
    """Return the context that locks the heap around a `with` block."""
    return _LOCKED


def growth(function, times):
    """Return by how many bytes the heap grew over `times` calls, with the collector off."""
    function()  # the first call may load something
    gc.collect()
    gc.disable()
    try:
        before_b = gc.mem_alloc()
        for _ in range(times):
            function()
        return gc.mem_alloc() - before_b
    finally:
        gc.enable()
