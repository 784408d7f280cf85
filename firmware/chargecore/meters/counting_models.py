"""make(): the drivers that count energy themselves. Called by: models.py."""

from micropython import const

from chargecore.base.errors import ConfigError
from chargecore.meters.options import number_of, refuse_others

_CT_SCALE = const(100_000)  # mA through the burden for 0.1 mV is 100 / mOhm; and permille


def make(row, bus, clock, phases, stores, events, number):
    """Return the meter of a row with the model cse7766, s0 or ct. Errors: see models.make()."""
    model = row["meter"]
    kept = stores.pair("meter_{}".format(number)), events
    if model == "s0":
        return _make_s0(row, bus, clock, phases, kept)
    if model == "ct":
        return _make_ct(row, bus, clock, phases, kept)
    refuse_others(row, "")
    if not hasattr(bus, "readinto"):
        raise ConfigError("meter")
    from chargecore.meters.cse7766 import Cse7766

    return Cse7766(bus, clock, *kept)


def _make_s0(row, bus, clock, phases, kept):
    refuse_others(row, "pulses_per_kwh")
    if not hasattr(bus, "irq"):
        raise ConfigError("meter")
    from chargecore.meters.s0_pulse import S0Pulse

    pulses_per_kwh = number_of(row, "pulses_per_kwh", None, 10, 100_000)
    return S0Pulse(bus, clock, phases, pulses_per_kwh, *kept)


def _make_ct(row, bus, clock, phases, kept):
    refuse_others(row, "ct_ratio ct_burden_mohm nominal_voltage mains_hz")
    if not isinstance(bus, (list, tuple)) or len(bus) != phases:
        raise ConfigError("meter")
    from chargecore.meters.adc_ct import AdcCt

    burden_mohm = number_of(row, "ct_burden_mohm", None, 100, 1_000_000)
    scale_permille = number_of(row, "ct_ratio", None, 1, 10_000) * _CT_SCALE // burden_mohm
    if not 1 <= scale_permille <= 30_000:
        raise ConfigError("ct_ratio")
    mains_hz = number_of(row, "mains_hz", 50, 50, 60)
    if mains_hz not in (50, 60):
        raise ConfigError("mains_hz")
    nominal_v = number_of(row, "nominal_voltage", 230, 100, 300)
    return AdcCt(bus, clock, scale_permille, mains_hz, nominal_v, *kept)
