"""unload(): gives back the heap of modules that a rare task has loaded. Called when it is over."""

import sys


def unload(names):
    """Forget modules by name; those that are not loaded are passed over.

    Whoever still holds one of their classes keeps it. The next import loads them anew.
    """
    for name in names:
        if sys.modules.pop(name, None) is not None:
            package, _, leaf = name.rpartition(".")
            holder = sys.modules.get(package)
            if holder is not None and hasattr(holder, leaf):
                delattr(holder, leaf)
