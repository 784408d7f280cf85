"""build(): the lamps of the kind that station.json names. Only that driver is imported.

Called by: main.py, once per boot, when there is such a field.
"""

from chargecore.base.errors import ConfigError
from chargecore.indicators.lamps import Lamps


def build(model, hardware, connectors, link, events):
    """Return the Lamps; hardware are the boards' bundles, by connector.

    Errors: ConfigError("lamp") for an unknown model, for a lamp_bus that is not of its kind, and
    for a board that has none at all.
    """
    lamps = [_make(model, hw.lamp_bus) for hw in hardware]
    if not any(lamps):
        raise ConfigError("lamp")
    return Lamps(lamps, connectors, link, events)


def _make(model, bus):
    if bus is None and model in ("simulated", "rgb", "pixels"):
        return None  # a connector without a lamp
    if model == "simulated" and hasattr(bus, "show"):
        return bus
    if model == "rgb" and hasattr(bus, "red_pin"):
        from chargecore.indicators.rgb_pins import RgbPins

        return RgbPins(bus)
    if model == "pixels" and hasattr(bus, "bpp"):
        from chargecore.indicators.pixels import Pixels

        return Pixels(bus)
    raise ConfigError("lamp")
