"""board.py of the stand-in: the module `board` of a VM that poses as a board.

Simulated pins and plant are those of boards/host; what they import is there when Board() is made.
"""

slots_root = "/app"
slot = "a"  # boot.py says which copy runs


def set_safe_levels():
    """Say so: a test looks for it."""
    print("board: outputs safe")


def watch_trial():
    """Nothing here resets a version that hangs."""


def Board():  # noqa: N802  main.py calls it so on every board
    """Return the board, set up by /station.json."""
    from boards.stand_in.device import make_device

    return make_device(slots_root, slot)
