"""SmartCase: hands of the smart charging cases: profiles as the lab sends them, and what follows.

Times are the station's simulated ones. A composite schedule is given as {start: limit}, in A or W,
and its starts are brought to the start of the profiles, which the answer knows only by its own.
"""

from datetime import timedelta

from octt import TOLERANCE_S

from chargecore_tools.csms.registers import instant

DAY_S = 86_400
SCALE = {"A": 1, "W": 1000}  # the cases have the same figures in both units


class SmartCase:
    """One bench, one unit, one instant that all profiles begin at."""

    def __init__(self, bench, unit="A", back_s=TOLERANCE_S):
        self.bench = bench
        self.unit = unit
        self.start_at = bench.sim.now().replace(microsecond=0) - timedelta(seconds=back_s)

    def profile(self, profile_id, purpose, level, limits, duration_s=None, valid_s=None, **more):
        """Return an Absolute profile; limits: {start: limit}."""
        periods = [
            {"startPeriod": start, "limit": limit * SCALE[self.unit], "numberPhases": 3}
            for start, limit in limits.items()
        ]
        schedule = {"chargingRateUnit": self.unit, "chargingSchedulePeriod": periods}
        schedule["startSchedule"] = _text(self.start_at)
        if duration_s is not None:
            schedule["duration"] = duration_s
        profile = {
            "chargingProfileId": profile_id,
            "stackLevel": level,
            "chargingProfilePurpose": purpose,
            "chargingProfileKind": "Absolute",
            "chargingSchedule": schedule,
        }
        if valid_s is not None:
            profile["validFrom"] = _text(self.start_at)
            profile["validTo"] = _text(self.start_at + timedelta(seconds=valid_s))
        return {**profile, **more}

    def set(self, connector, profile, status="Accepted"):
        """Send a SetChargingProfile; the answer must have that status."""
        answer = self.bench.call(
            "SetChargingProfile", connectorId=connector, csChargingProfiles=profile
        )
        assert answer == {"status": status}

    def clear(self, status="Accepted", **fields):
        """Send a ClearChargingProfile."""
        assert self.bench.call("ClearChargingProfile", **fields) == {"status": status}

    def composite(self, duration_s, connector=1):
        """Return {start: limit} counted from start_at, the first one from the answer's begin."""
        answer = self.bench.call(
            "GetCompositeSchedule",
            connectorId=connector,
            duration=duration_s,
            chargingRateUnit=self.unit,
        )
        schedule = answer["chargingSchedule"]
        asked_at = self.bench.sim.now()
        began_at = instant(answer["scheduleStart"])
        assert answer["status"] == "Accepted"
        assert answer["connectorId"] == connector
        assert abs((asked_at - began_at).total_seconds()) <= TOLERANCE_S
        assert (schedule["duration"], schedule["chargingRateUnit"]) == (duration_s, self.unit)
        assert "startSchedule" not in schedule
        skipped_s = int((began_at - self.start_at).total_seconds())
        found = {}
        for period in schedule["chargingSchedulePeriod"]:
            start = period["startPeriod"]
            found[start + skipped_s if start else 0] = period["limit"] / SCALE[self.unit]
        limits = list(found.values())
        assert all(a != b for a, b in zip(limits, limits[1:]))
        return found

    def wait_offer(self, amps, connector=1, timeout=10):
        """Wait until the pilot offers that; its duty must say so (IEC 61851-1 Annex A)."""
        wanted = int(amps * 1000)

        def has_come(status):
            return status["connectors"][connector - 1]["offered_ma"] == wanted

        self.bench.wait_sim(has_come, f"an offer of {amps} A", timeout)
        row = self.bench.sim_status(connector)
        if wanted:
            assert abs(row["duty_permille"] - wanted / 60) <= 1.5, row["duty_permille"]
        else:
            assert row["duty_permille"] == 1000
        return row


def _text(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
