"""Transaction: one charging session as the server's books have it."""

from dataclasses import dataclass
from typing import Optional


@dataclass
class Transaction:
    """From StartTransaction to StopTransaction; registers in Wh."""

    transaction_id: int
    station_id: str
    connector_id: int
    id_tag: str
    meter_start_wh: int
    started_at: str
    last_wh: int  # newest register value known
    sample_count: int = 0  # MeterValues that came for it
    meter_stop_wh: Optional[int] = None
    stopped_at: str = ""
    reason: str = ""
    stop_tag: str = ""

    @property
    def is_open(self):
        """Return whether it has not been stopped."""
        return self.meter_stop_wh is None

    @property
    def energy_wh(self):
        """Return the energy of the session, so far while it is open."""
        end_wh = self.last_wh if self.is_open else self.meter_stop_wh
        return end_wh - self.meter_start_wh

    def as_dict(self):
        """Return everything, for programs."""
        return {
            "transactionId": self.transaction_id,
            "station": self.station_id,
            "connectorId": self.connector_id,
            "idTag": self.id_tag,
            "open": self.is_open,
            "energyWh": self.energy_wh,
            "meterStart": self.meter_start_wh,
            "meterStop": self.meter_stop_wh,
            "startedAt": self.started_at,
            "stoppedAt": self.stopped_at,
            "reason": self.reason,
            "stopTag": self.stop_tag,
            "samples": self.sample_count,
        }
