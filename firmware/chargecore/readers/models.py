"""make(): the driver of the reader model that station.json names. Only that one is imported.

Called by: main.py, once per boot.
"""

from chargecore.base.errors import ConfigError


def make(model, bus, clock):
    """Return the reader of that model on that bus; None for no model: cards are not read.

    bus: what boards/README.md says of `reader_bus`.
    Errors: ConfigError("reader") for an unknown model, and for a bus that is not of its kind.
    """
    if model is None:
        return None
    if model == "simulated" and hasattr(bus, "swipe"):
        return bus
    if model == "pn532":
        return _make_pn532(bus, clock)
    if model == "mfrc522" and hasattr(bus, "cs_pin"):
        from chargecore.readers.mfrc522 import Mfrc522
        from chargecore.readers.mfrc522_registers import Mfrc522Registers

        return Mfrc522(Mfrc522Registers(bus.spi, bus.cs_pin), clock)
    if model == "wiegand" and hasattr(bus, "d0_pin"):
        from chargecore.readers.wiegand import Wiegand

        return Wiegand(bus, clock)
    raise ConfigError("reader")


def _make_pn532(bus, clock):
    if hasattr(bus, "readfrom_into"):
        from chargecore.readers.pn532_i2c import Pn532I2c as Link
    elif hasattr(bus, "any"):
        from chargecore.readers.pn532_uart import Pn532Uart as Link
    else:
        raise ConfigError("reader")
    from chargecore.readers.pn532 import Pn532

    return Pn532(Link(bus), clock)
