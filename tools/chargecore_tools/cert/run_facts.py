"""RunFacts: what a report says of the whole run."""

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
        security = lab.settings.security_profile
        more = ["Security"] if security else []
        more += ["AdvancedSecurity"] if security == 3 else []
        self.profiles = [*lab.station.profiles, *more]
