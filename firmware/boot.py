"""boot.py: every output at its safe level before anything else runs, and nothing more than that
but for one word to the collector.

MicroPython runs this file first, at power-on and at every reset. `board` is the
board's own folder (boards/*), deployed beside it; its pin table holds every safe level.
"""

import gc

import board

board.set_safe_levels()
# Collect often while main.py is imported, so that what stays lies close together and the large
# buffers find room behind it. main.run ends it.
gc.threshold(16_384)
