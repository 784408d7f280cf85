"""make(): the driver of a meter model that station.json names. Only that one is imported.

Called by: main.py, once per connector and boot.
"""

from chargecore.base.errors import ConfigError

_SINGLE_PHASE = ("sdm120", "sdm230", "pzem004t")
_SERIAL = _SINGLE_PHASE + ("sdm630",)


def make(model, bus, clock, phases):
    """Return the meter of that model on that bus.

    Errors: ConfigError("meter") for an unknown model, for a serial one on a bus that is none, and
    for a single-phase one where the station charges with three: two thirds would go uncounted.
    """
    if model == "simulated":
        from chargecore.meters.simulated import SimulatedMeter

        return SimulatedMeter(bus, clock, phases)
    if model not in _SERIAL or not hasattr(bus, "readinto"):
        raise ConfigError("meter")
    if model in _SINGLE_PHASE and phases != 1:
        raise ConfigError("meter")
    if model == "pzem004t":
        from chargecore.meters.pzem import Pzem

        return Pzem(bus, clock)
    from chargecore.meters.eastron import Eastron

    return Eastron(bus, clock, phases)
