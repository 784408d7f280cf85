"""RunFacts: what a report says of the whole run."""

from chargecore_tools.cert.result import NOT_APPLICABLE
from chargecore_tools.csms.events import iso, now_utc


class RunFacts:
    """Made when the run begins; took_s is set at its end."""

    def __init__(self, lab, firmware_sha256=None):
        self.settings = lab.settings
        self.station = lab.station
        self.rig = lab.hands.name
        self.firmware_sha256 = firmware_sha256
        self.started_at = iso(now_utc())
        self.took_s = 0.0

    def profiles(self, results):
        """Return the feature profiles of the station, and those of security that were played."""
        played = {row.case.profile for row in results if row.verdict != NOT_APPLICABLE}
        security = [name for name in ("Security", "AdvancedSecurity") if name in played]
        return [*self.station.profiles, *security]
