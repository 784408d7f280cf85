"""Runs in the MicroPython VM: heap that each module keeps, without what it imports in turn.

micropython import_bench.py IMAGE NAMES: IMAGE is mounted as a ROMFS; NAMES is a file with one
module per line, imported in that order. Prints `module bytes` lines; a module that one of the
former had imported stands behind it. What `from package import module` loads counts to its user.
"""

import builtins
import gc
import os
import sys

import vfs

_image_buf = bytearray(os.stat(sys.argv[1])[6])
with open(sys.argv[1], "rb") as _file:
    _file.readinto(_image_buf)
vfs.mount(vfs.VfsRom(_image_buf), "/rom")
with open(sys.argv[2]) as _file:
    _names = _file.read().split()
sys.path[:] = ["/rom", ".frozen"]

_plain_import = builtins.__import__
_inner = [0]  # bytes of the modules inside the one that is being imported, level by level
_rows = []


def _measured(name, *more):
    if name in sys.modules or not name.startswith(("chargecore", "boards", "main")):
        return _plain_import(name, *more)
    gc.collect()
    before_b = gc.mem_alloc()
    _inner.append(0)
    found = _plain_import(name, *more)
    gc.collect()
    all_b = gc.mem_alloc() - before_b
    own_b = all_b - _inner.pop()
    _rows.append((name, own_b))
    gc.collect()
    # The row itself is no module's; nothing else has been made since.
    _inner[-1] += gc.mem_alloc() - before_b
    return found


builtins.__import__ = _measured
for _name in _names:
    try:
        __import__(_name)
    except ImportError as _error:  # one that needs a chip
        print("#", _name, _error)
for _row in _rows:
    print(_row[0], _row[1])
