"""boot.py: every output at its safe level before anything else runs; then which copy is to run,
where a board has two, and one word to the collector.

MicroPython runs this file first, at power-on and at every reset. `board` is the
board's own folder (boards/*), deployed beside it; its pin table holds every safe level.
"""

import gc
import sys

sys.path.insert(0, "/")  # found by its full path, what lies there is found behind os.chdir(), too
import board  # noqa: E402

board.set_safe_levels()
# Collect often while main.py is imported, so that what stays lies close together and the large
# buffers find room behind it. main.run ends it.
gc.threshold(16_384)

is_trial = getattr(board, "is_image_on_trial", bool)()
slots_root = getattr(board, "slots_root", None)
if slots_root is not None:
    import os

    import boot_slot

    board.slot = boot_slot.choose(slots_root)
    is_trial = is_trial or board.slot != boot_slot.read(slots_root)[:1].decode()
    if boot_slot.has_copy(slots_root, board.slot):
        os.chdir(slots_root + "/" + board.slot)  # main.py and all it imports are those of the copy

if is_trial:
    board.watch_trial()  # a new version that does not come up is reset

sys.path.append(sys.path.pop(0))  # the copy comes first
