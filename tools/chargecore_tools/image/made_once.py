"""made_once(): what takes seconds to make is made by one process, while the others wait for it.

Called by: firmware_image and board_image.linked_image, for what they keep in build/.
"""

import contextlib
import gc

try:
    import fcntl
except ImportError:  # Windows: each makes its own, and the last to finish wins
    fcntl = None


def made_once(path, make):
    """Return path; make() is called, and has to write it, only if it is not there yet."""
    if not path.exists():
        with _only_one(path.with_suffix(".lock")), _no_collecting():
            if not path.exists():
                make()
    return path


@contextlib.contextmanager
def _only_one(lock_path):
    """Wait until no other process is in here. A process that is killed lets the next one in."""
    with lock_path.open("w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _no_collecting():
    """Keep the collector away from the syntax trees, which are no rings: half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
