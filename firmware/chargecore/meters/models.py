"""make(): the driver of a meter model that station.json names. Only that one is imported.

Called by: main.py, once per connector and boot.
"""

from chargecore.base.errors import ConfigError


def make(model, bus, clock, phases):
    """Return the meter of that model on that bus. Errors: ConfigError("meter")."""
    if model == "simulated":
        from chargecore.meters.simulated import SimulatedMeter

        return SimulatedMeter(bus, clock, phases)
    raise ConfigError("meter")
