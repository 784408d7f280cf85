"""boot.py: every output at its safe level before anything else runs, and nothing more.

MicroPython runs this file first, at power-on and at every reset. `board` is the
board's own folder (boards/*), deployed beside it; its pin table holds every safe level.
"""

import board

board.set_safe_levels()
