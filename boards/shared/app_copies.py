"""app_slots(): the two copies of the application, where the running one is such a copy.

Called by: the board, once. Frozen into the image, or put into / by hand, it is none, and writing
another beside it would not make it run.
"""

import os

import boot_slot


def app_slots(root, slot, target):
    """Return the AppSlots, or None. slot: "a" or "b", as boot.py has chosen; target: bytes."""
    if not boot_slot.has_copy(root, slot) or not os.getcwd().endswith("/" + slot):
        return None
    from chargecore.store.app_slots import AppSlots

    return AppSlots(root, slot, target)
