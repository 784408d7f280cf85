"""The module `board` of an ESP32-S3-DevKitC-1: outputs safe at boot, the Board for main.py.

Called by: boot.py and main.py. At the top nothing is imported that could be broken by an update.
"""

slots_root = "/app"
slot = "a"  # boot.py says which copy runs
is_watched = False  # by the watchdog that watch_trial() has started


def set_safe_levels():
    """Drive every output to its safe level."""
    from boards.esp32s3_devkit import pins
    from boards.shared.safe_levels import drive

    drive(pins)


def is_image_on_trial():
    """Tell whether the image in an OTA slot was never confirmed."""
    from boards.esp32.ota_trial import is_trial

    return is_trial()


def watch_trial():
    """Start the watchdog with a time in which a version must come up."""
    global is_watched  # noqa: PLW0603  the state of the boot, as slot is
    import machine

    is_watched = True
    machine.WDT(timeout=30_000)


def Board():
    """Return the board, made anew: what main.py calls like a class."""
    from boards.esp32.make_board import make_board
    from boards.esp32s3_devkit import pins
    from boards.shared.wifi import make_wifi
    from chargecore.evse.lower_pwm import MARGIN_ESP32_S3

    board = make_board(
        pins, (slots_root, slot, b"esp32s3_devkit"), MARGIN_ESP32_S3, make_wifi, is_watched
    )
    board.console_stalls = True  # the port of its USB always says that there is room
    return board
