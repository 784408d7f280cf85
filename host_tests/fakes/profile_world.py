"""Charging profiles put together in a line, and what they come to."""

from chargecore.station.charging_profiles import ChargingProfiles
from chargecore.station.composite_schedule import CompositeSchedule
from chargecore.station.profile_slot import (
    KIND_ABSOLUTE,
    NOT_GIVEN,
    PURPOSE_TX,
    TX_NONE,
    UNIT_A,
)
from chargecore.station.profile_table import ProfileTable

# Tuesday 2026-11-24 00:00:00Z in seconds since 2024: 86,400 * 1,058 days.
MIDNIGHT_S = 91_411_200
HARDWARE_MA = 32_000


class ProfileWorld:
    """A table, a calculator and a composite schedule; uptime runs UP_S behind wall time."""

    UP_S = 50_000_000

    def __init__(
        self,
        connector_count=2,
        phases=3,
        falls_back=False,
        hardware_ma=HARDWARE_MA,
        site_ma=0x3FFFFFFF,
    ):
        self.connector_count = connector_count
        self.table = ProfileTable(connector_count)
        self.draft = self.table.draft
        self.profiles = ChargingProfiles(self.table, connector_count, phases, falls_back)
        self.composite = CompositeSchedule(self.profiles)
        self.hardware_ma = hardware_ma
        self.site_ma = site_ma
        self.steps = 0  # of the last composite schedule

    def install(
        self,
        purpose,
        periods,
        level=0,
        connector=1,
        profile_id=None,
        kind=KIND_ABSOLUTE,
        unit=UNIT_A,
        start_s=NOT_GIVEN,
        duration_s=NOT_GIVEN,
        from_s=NOT_GIVEN,
        to_s=NOT_GIVEN,
        tx=None,
        now_s=MIDNIGHT_S,
    ):
        """Install a profile; periods: (start, limit in A or W[, numberPhases]). Return code."""
        if profile_id is None:
            profile_id = 1000 + 100 * purpose + 10 * connector + level
        if tx is None:
            tx = 10 + connector if purpose == PURPOSE_TX else TX_NONE
        self.draft.begin(connector, purpose, level, profile_id, kind, unit)
        self.draft.set_times(start_s, duration_s, from_s, to_s)
        for period in periods:
            phases = period[2] if len(period) > 2 else 0
            self.draft.add_period(period[0], int(round(period[1] * 10)), phases)
        return self.table.install(tx, now_s)

    def start(self, connector, wall_s):
        """Begin the session that install() makes TxProfiles for."""
        self.profiles.begin_session(connector, 10 + connector, wall_s - self.UP_S)

    def end(self, connector):
        """End the session."""
        self.profiles.end_session(connector)

    def clear(self, profile_id=NOT_GIVEN, connector=NOT_GIVEN, purpose=NOT_GIVEN, level=NOT_GIVEN):
        """Clear profiles as ClearChargingProfile does. Return how many are gone."""
        return self.table.clear(profile_id, connector, purpose, level)

    def ask(self, connector, unit, duration_s, wall_s, is_clock_known=True):
        """Return the composite schedule as a text: "start:limit ...", with "/phases" if given."""
        composite = self.composite
        composite.begin(
            connector,
            unit,
            duration_s,
            wall_s - self.UP_S,
            wall_s if is_clock_known else -1,
            self.hardware_ma,
            self.site_ma,
        )
        self.steps = 1
        while not composite.step():
            self.steps += 1
        return " ".join([self._period(i) for i in range(composite.count)])

    def _period(self, i):
        composite = self.composite
        limit = composite.limits[i]
        text = "{}:{}".format(composite.starts_s[i], limit // 10)
        if limit % 10:
            text += ".{}".format(limit % 10)
        if composite.phases_buf[i]:
            text += "/{}".format(composite.phases_buf[i])
        return text

    def limit_ma(self, connector, wall_s, is_clock_known=True):
        """Return what the profiles allow at wall_s."""
        return self.profiles.limit_ma(
            connector, wall_s - self.UP_S, wall_s if is_clock_known else -1
        )
