"""shim: what MicroPython has and CPython lacks, so that firmware files run unmodified on CPython.

Called by: host_tests/conftest.py and boards/host/sim_main.py, once, before any firmware import.
Never: imported on MicroPython, where install() would have nothing to do.
The modules beside this file (micropython, machine) are found because their folder is on sys.path.
"""

import builtins
import gc
import os
import select
import selectors  # noqa: F401  keeps the real select.poll before it is replaced below
import subprocess  # noqa: F401  same reason
import sys

_SHIM_PATH = os.path.dirname(os.path.abspath(__file__))


def install():
    """Put the MicroPython names into CPython's own modules. Calling it again changes nothing."""
    if sys.implementation.name == "micropython":
        return
    if _SHIM_PATH not in sys.path:
        sys.path.insert(0, _SHIM_PATH)
    import additions
    import pointers
    import poller

    for name in ("ptr8", "ptr16", "ptr32", "uint"):
        setattr(builtins, name, getattr(pointers, name))
    additions.add_time()
    additions.add_gc(gc)
    additions.add_socket()
    additions.add_os(os, sys)
    select.poll = poller.Poll
