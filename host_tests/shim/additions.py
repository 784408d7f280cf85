"""Functions that MicroPython's time, gc, socket, os and sys have beyond CPython's."""

import socket
import sys
import time
import traceback

_TICKS_MASK = (1 << 30) - 1  # as on a board, so that a wrap can be seen on CPython too
_HEAP_B = 1 << 28  # a heap size to subtract from: CPython's own has no fixed end


def add_time():
    """Add ticks_* and sleep_* to time."""
    time.ticks_ms = lambda: time.monotonic_ns() // 1_000_000 & _TICKS_MASK
    time.ticks_us = lambda: time.monotonic_ns() // 1_000 & _TICKS_MASK
    time.ticks_cpu = lambda: time.monotonic_ns() & _TICKS_MASK
    time.ticks_add = lambda at, delta: (at + delta) & _TICKS_MASK
    time.ticks_diff = lambda a, b: ((a - b + (1 << 29)) & _TICKS_MASK) - (1 << 29)
    time.sleep_ms = lambda ms: time.sleep(ms / 1000)
    time.sleep_us = lambda us: time.sleep(us / 1_000_000)


def add_gc(gc):
    """Add the heap figures to gc; on CPython they are estimates from the allocated blocks."""
    gc.mem_alloc = lambda: sys.getallocatedblocks() * 64
    gc.mem_free = lambda: _HEAP_B - gc.mem_alloc()
    gc.threshold = lambda amount_b=-1: -1
    collect = gc.collect
    # Of young objects only: the firmware collects often, and all that tests and tools hold would
    # be looked through each time. Its own objects are in no rings, and go without a collector.
    gc.collect = lambda generation=0: collect(generation)


def add_socket():
    """Add the stream methods of MicroPython to socket.socket: None where it would block."""
    socket.socket.readinto = _readinto
    socket.socket.read = _read
    socket.socket.write = _write


def _readinto(self, buf, n=None):
    try:
        return self.recv_into(buf, len(buf) if n is None else min(n, len(buf)))
    except BlockingIOError:
        return None


def _read(self, n=4096):
    try:
        return self.recv(n)
    except BlockingIOError:
        return None


def _write(self, buf, *limits):
    """write(buf), write(buf, n) or write(buf, offset, n), as MicroPython's streams."""
    offset = limits[0] if len(limits) == 2 else 0
    end = offset + limits[-1] if limits else len(buf)
    try:
        return self.send(memoryview(buf)[offset:end])
    except BlockingIOError:
        return None


def add_os(os, sys):
    """Add ilistdir to os and print_exception to sys."""
    os.ilistdir = _ilistdir
    sys.print_exception = _print_exception


def _ilistdir(path="."):
    import os

    for entry in os.scandir(path):
        is_folder = entry.is_dir()
        size = 0 if is_folder else entry.stat().st_size
        yield entry.name, 0x4000 if is_folder else 0x8000, entry.inode(), size


def _print_exception(error, file=sys.stdout):
    traceback.print_exception(type(error), error, error.__traceback__, file=file)
