"""Energy registers: what meter values say of them, and whether one goes back."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

_REGISTER = "Energy.Active.Import.Register"  # OCPP 1.6 §7.31, also the default
_WH_OF_UNIT = {"Wh": 1, "kWh": 1000}


@dataclass
class Reading:
    """A register value and the width of its last digit."""

    at: datetime
    wh: int
    resolution_wh: int = 1


class Registers:
    """The newest reading of every connector of every station."""

    def __init__(self):
        self._newest = {}  # (station id, connector id) -> Reading

    def fault_of(self, station_id, connector_id, readings):
        """Return a text when the register goes back while time goes on, "" otherwise."""
        before = self._newest.get((station_id, connector_id))
        for reading in readings:
            if before is not None and reading.at >= before.at:
                if reading.wh + max(reading.resolution_wh, before.resolution_wh) - 1 < before.wh:
                    return (
                        f"register of connector {connector_id} goes back "
                        f"from {before.wh} to {reading.wh} Wh"
                    )
            before = reading
        return ""

    def take(self, station_id, connector_id, readings):
        """Remember the newest of the readings."""
        for reading in readings:
            newest = self._newest.get((station_id, connector_id))
            if newest is None or reading.at >= newest.at:
                self._newest[(station_id, connector_id)] = reading


def instant(text):
    """Return the instant of a timestamp that the checker let through."""
    return datetime.fromisoformat(text)


def readings_of(meter_values):
    """Return the readings of the energy register in a list of MeterValue, in their order."""
    readings = []
    for value in meter_values:
        for sample in value["sampledValue"]:
            if _is_register(sample):
                readings.append(_reading(instant(value["timestamp"]), sample))
    return [reading for reading in readings if reading is not None]


def _is_register(sample):
    return (
        sample.get("measurand", _REGISTER) == _REGISTER
        and sample.get("format", "Raw") == "Raw"
        and "phase" not in sample
        and sample.get("location", "Outlet") == "Outlet"
        and sample.get("unit", "Wh") in _WH_OF_UNIT
    )


def _reading(at, sample):
    try:
        value = Decimal(sample["value"])
    except InvalidOperation:
        return None
    scale = _WH_OF_UNIT[sample.get("unit", "Wh")]
    last_digit = Decimal(1).scaleb(value.as_tuple().exponent) * scale
    return Reading(at, int(value * scale), max(int(last_digit), 1))
