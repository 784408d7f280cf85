"""drive(): every output of a pin table at its safe level, what holds a coil first.

Called by: set_safe_levels() of the boards' board.py, out of boot.py, before anything else runs.
Never: imports anything of the application: this has to work when that is broken. A pin gets its
level before it becomes an output, so nothing glitches (both ports' machine_pin.c). A level that
was left by a soft reset, a coil that is still on included, ends here.
"""

from machine import Pin

from boards.shared.pin_kinds import OUT, PWM_OUT


def drive(table):
    """Take a board's module pins."""
    for is_coil in (True, False):
        for name in dir(table):
            row = getattr(table, name)
            if isinstance(row, tuple) and ("COIL" in name) == is_coil and row[1] in (OUT, PWM_OUT):
                Pin(row[0], Pin.OUT, value=row[2])
