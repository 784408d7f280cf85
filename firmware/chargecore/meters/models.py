"""make(): the driver of a meter model that station.json names. Only that one is imported.

Called by: main.py, once per connector and boot. The options of a connector's row that belong to
its meter are listed in boards/README.md; one that the model does not have is refused, too: a
setting that does nothing is a mistake of whoever wrote it.
"""

from micropython import const

from chargecore.base.errors import ConfigError

_SINGLE_PHASE = ("sdm120", "sdm230", "pzem004t", "cse7766")
_EASTRON = ("sdm120", "sdm230", "sdm630")
_BAUDS_HZ = (1_200, 2_400, 4_800, 9_600, 19_200, 38_400)
# Option: which models have it.
_OPTIONS = {
    "meter_address": _EASTRON + ("pzem004t",),
    "meter_baud": _EASTRON,
    "pulses_per_kwh": ("s0",),
    "ct_ratio": ("ct",),
    "ct_burden_mohm": ("ct",),
    "nominal_voltage": ("ct",),
    "mains_hz": ("ct",),
}
_CT_SCALE = const(100_000)  # mA through the burden for 0.1 mV is 100 / mOhm; and permille


def make(row, bus, clock, phases, stores=None, events=None, number=1):
    """Return the meter that a connector's row of station.json names, on that bus.

    stores: pair(name) -> VersionPair, for models that count themselves; number: the connector's.
    Errors: ConfigError naming the field; "meter" for an unknown model, a bus that is not of its
    kind, and a single-phase one where the station charges with three: two thirds would go
    uncounted.
    """
    model = row.get("meter")
    for option, models in _OPTIONS.items():
        if option in row and model not in models:
            raise ConfigError(option)
    if model in _SINGLE_PHASE and phases != 1:
        raise ConfigError("meter")
    if model == "simulated":
        from chargecore.meters.simulated import SimulatedMeter

        return SimulatedMeter(bus, clock, phases)
    if model in ("cse7766", "s0", "ct"):
        kept = stores.pair("meter_{}".format(number)), events
        return _make_counting(model, row, bus, clock, phases, kept)
    if model not in _OPTIONS["meter_address"] or not hasattr(bus, "readinto"):
        raise ConfigError("meter")
    address = _number(row, "meter_address", 1, 1, 247)
    if model == "pzem004t":
        from chargecore.meters.pzem import Pzem

        return Pzem(bus, clock, address)
    from chargecore.meters.eastron import Eastron

    return Eastron(bus, clock, phases, address, _baud(row))


def _make_counting(model, row, bus, clock, phases, kept):
    """Return a meter whose register is the driver's own."""
    if model == "cse7766":
        if not hasattr(bus, "readinto"):
            raise ConfigError("meter")
        from chargecore.meters.cse7766 import Cse7766

        return Cse7766(bus, clock, *kept)
    if model == "s0":
        if not hasattr(bus, "irq"):
            raise ConfigError("meter")
        from chargecore.meters.s0_pulse import S0Pulse

        pulses_per_kwh = _number(row, "pulses_per_kwh", None, 10, 100_000)
        return S0Pulse(bus, clock, phases, pulses_per_kwh, *kept)
    if not isinstance(bus, (list, tuple)) or len(bus) != phases:
        raise ConfigError("meter")
    from chargecore.meters.adc_ct import AdcCt

    burden_mohm = _number(row, "ct_burden_mohm", None, 100, 1_000_000)
    scale_permille = _number(row, "ct_ratio", None, 1, 10_000) * _CT_SCALE // burden_mohm
    if not 1 <= scale_permille <= 30_000:
        raise ConfigError("ct_ratio")
    mains_hz = _number(row, "mains_hz", 50, 50, 60)
    if mains_hz not in (50, 60):
        raise ConfigError("mains_hz")
    nominal_v = _number(row, "nominal_voltage", 230, 100, 300)
    return AdcCt(bus, clock, scale_permille, mains_hz, nominal_v, *kept)


def _number(row, option, default, low, high):
    """Return a whole number of the row. A default of None: it must be there."""
    value = row.get(option, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(option)
    return value


def _baud(row):
    """Return the one rate to use, or None: it is found by trying."""
    if "meter_baud" not in row:
        return None
    baud_hz = _number(row, "meter_baud", None, _BAUDS_HZ[0], _BAUDS_HZ[-1])
    if baud_hz not in _BAUDS_HZ:
        raise ConfigError("meter_baud")
    return baud_hz


def commit(drivers):
    """Save the registers that drivers count themselves: an ordered restart is about to come."""
    for driver in drivers:
        if hasattr(driver, "commit"):
            driver.commit()
