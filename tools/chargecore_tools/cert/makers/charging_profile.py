"""Charging profiles as the lab sends them: Absolute, in the unit of lab.yaml."""

from datetime import datetime, timedelta

from chargecore_tools.cert.makers.moment import Moment
from chargecore_tools.csms.events import iso

_DAY_S = 86_400
SCALE = {"A": 1, "W": 1000}  # the cases have the same figures in both units


class ChargingProfile:
    """A profile with `limits` {start in s: limit in A, or kW} that begin at `began` (now)."""

    name = "charging_profile"
    fields = ("id", "purpose", "level", "limits", "duration_s", "valid_s", "transaction", "began")

    @staticmethod
    def run(
        lab,
        purpose,
        limits,
        id=1,
        level=None,
        duration_s=_DAY_S,
        valid_s=None,
        transaction=None,
        began=None,
    ):
        """Return csChargingProfiles. level: None for that of lab.yaml."""
        settings = lab.settings
        began = began or Moment.run(lab, settings.time_deviation_s)
        unit = settings.charging_rate_unit
        profile = {
            "chargingProfileId": id,
            "stackLevel": settings.stack_level if level is None else level,
            "chargingProfilePurpose": purpose,
            "chargingProfileKind": "Absolute",
            "chargingSchedule": {
                "duration": duration_s,
                "startSchedule": began,
                "chargingRateUnit": unit,
                "chargingSchedulePeriod": [
                    {
                        "startPeriod": int(start),
                        "limit": limit * SCALE[unit],
                        "numberPhases": settings.number_phases,
                    }
                    for start, limit in limits.items()
                ],
            },
        }
        if transaction is not None:
            profile["transactionId"] = transaction
        if valid_s is not None:
            end = datetime.fromisoformat(began) + timedelta(seconds=valid_s)
            profile.update(validFrom=began, validTo=iso(end))
        return profile
