"""make(): the driver of a meter model that station.json names. Only that one is imported.

Called by: main.py, once per connector and boot. The options of a connector's row that belong to
its meter are listed in boards/README.md; one that the model does not have is refused, too: a
setting that does nothing is a mistake of whoever wrote it.
"""

from chargecore.base.errors import ConfigError
from chargecore.meters.options import number_of, refuse_others

_SINGLE_PHASE = ("sdm120", "sdm230", "pzem004t", "cse7766")
_EASTRON = ("sdm120", "sdm230", "sdm630")
_BAUDS_HZ = (1_200, 2_400, 4_800, 9_600, 19_200, 38_400)


def make(row, bus, clock, phases, stores=None, events=None, number=1):
    """Return the meter that a connector's row of station.json names, on that bus.

    stores: pair(name) -> VersionPair, for models that count themselves; number: the connector's.
    Errors: ConfigError naming the field; "meter" for an unknown model, a bus that is not of its
    kind, and a single-phase one where the station charges with three: two thirds would go
    uncounted.
    """
    model = row.get("meter")
    if model in _SINGLE_PHASE and phases != 1:
        raise ConfigError("meter")
    if model in ("cse7766", "s0", "ct"):
        from chargecore.meters import counting_models

        return counting_models.make(row, bus, clock, phases, stores, events, number)
    if model == "simulated":
        refuse_others(row, "")
        from chargecore.meters.simulated import SimulatedMeter

        return SimulatedMeter(bus, clock, phases)
    return _make_modbus(model, row, bus, clock, phases)


def _make_modbus(model, row, bus, clock, phases):
    is_pzem = model == "pzem004t"
    if not (is_pzem or model in _EASTRON) or not hasattr(bus, "readinto"):
        raise ConfigError("meter")
    refuse_others(row, "meter_address" if is_pzem else "meter_address meter_baud")
    address = number_of(row, "meter_address", 1, 1, 247)
    if is_pzem:
        from chargecore.meters.pzem import Pzem

        return Pzem(bus, clock, address)
    from chargecore.meters.eastron import Eastron

    baud_hz = None  # found by trying
    if "meter_baud" in row:
        baud_hz = number_of(row, "meter_baud", None, _BAUDS_HZ[0], _BAUDS_HZ[-1])
        if baud_hz not in _BAUDS_HZ:
            raise ConfigError("meter_baud")
    return Eastron(bus, clock, phases, address, baud_hz)


def commit(drivers):
    """Save the registers that drivers count themselves: an ordered restart is about to come."""
    for driver in drivers:
        if hasattr(driver, "commit"):
            driver.commit()
