"""The module `board` of a WT32-ETH01: outputs safe at boot, and the Board that main.py runs.

Called by: boot.py and main.py. At the top nothing is imported that could be broken by an update.
"""

slots_root = "/app"
slot = "a"  # boot.py says which copy runs
is_watched = False  # by the watchdog that watch_trial() has started


def set_safe_levels():
    """Drive every output to its safe level."""
    from boards.shared.safe_levels import drive
    from boards.wt32_eth01 import pins

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


def make_lan(_config, dns_servers, now_ms):
    """Return the link of the LAN8720 on the module, version 1.4: GPIO 16 switches its oscillator.

    Source: MicroPython docs, quick reference for the ESP32, wired networking.
    """
    import network
    from machine import Pin

    from boards.esp32.lan_link import LanLink

    wires = {"mdc": Pin(23), "mdio": Pin(18), "power": Pin(16)}
    lan = network.LAN(phy_type=network.PHY_LAN8720, phy_addr=1, **wires)
    return LanLink(lan, dns_servers, now_ms)


def Board():
    """Return the board, made anew: what main.py calls like a class."""
    from boards.esp32.make_board import make_board
    from boards.wt32_eth01 import pins
    from chargecore.evse.lower_pwm import MARGIN_ESP32

    return make_board(pins, (slots_root, slot, b"wt32_eth01"), MARGIN_ESP32, make_lan, is_watched)
