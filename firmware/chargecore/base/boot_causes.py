"""Why this boot happened: the board's `reset_cause`. Chips that cannot tell say RESET.

Source: micropython.md §4, §6: an ESP32 knows its watchdog; an RP2 reports it and machine.reset()
alike. A brown-out counts as POWER.
"""

from micropython import const

CAUSE_POWER = const(0)  # the supply came back
CAUSE_RESET = const(1)  # the software ordered it
CAUSE_WATCHDOG = const(2)  # nobody fed it: the software hung
