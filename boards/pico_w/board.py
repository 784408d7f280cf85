"""The module `board` of a Pico W: outputs safe at boot, and the Board that main.py runs.

Called by: boot.py and main.py. At the top nothing is imported that could be broken by an update.
"""

slots_root = "/app"
slot = "a"  # boot.py says which copy runs
is_watched = False  # by the watchdog that watch_trial() has started


def set_safe_levels():
    """Drive every output to its safe level."""
    from boards.pico_w import pins
    from boards.shared.safe_levels import drive

    drive(pins)


def watch_trial():
    """Start the watchdog with the longest time it has: a version must come up within it."""
    global is_watched  # noqa: PLW0603  the state of the boot, as slot is
    import machine

    is_watched = True
    machine.WDT(timeout=8_388)


def Board():
    """Return the board, made anew: what main.py calls like a class."""
    from boards.pico_w import pins
    from boards.rp2.adc_ring import RP2040
    from boards.rp2.make_board import make_board
    from boards.rp2.reset_record import WATCHDOG_RP2040

    return make_board(pins, (slots_root, slot, b"pico_w"), RP2040, WATCHDOG_RP2040, is_watched)
