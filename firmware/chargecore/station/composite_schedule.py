"""CompositeSchedule: what a connector will be allowed over a window of time (§5.7; rule C16).

Called by: GetCompositeSchedule: begin(), then step() once per pass until it returns True. The
worst table of profiles changes every few minutes for months, so a step looks at few instants.
Profiles or sessions that change meanwhile make it start again. What does not fit, or would take
too long, is left out: covered_s says how far the answer goes, and is what it has to promise.
Heap: 9 bytes a period at start, none after.

The limits of the station itself (hardware of a connector, site limit in equal shares) count as
well. Connector 0 is the sum over the connectors whose session runs, over all when none runs (what
they could draw), never above ChargePointMaxProfile and site limit.
"""

from array import array

from micropython import const

from chargecore.station.profile_scan import FOREVER_S, NOMINAL_V, PHASES_ASSUMED
from chargecore.station.profile_slot import LIMIT_MAX_A, UNIT_W

COMPOSITE_PERIODS_MAX = const(48)

_INSTANTS_PER_STEP = const(3)
_INSTANTS_MAX = const(2000)  # in one answer
_NOT_GIVEN = const(0)  # numberPhases
_NO_CONNECTOR = const(-1)  # no sum yet


class CompositeSchedule:
    """Periods 0..count-1: starts_s from the begin of the window, limits in tenths, phases_buf."""

    def __init__(self, profiles):
        self._profiles = profiles
        self.starts_s = array("i", [0] * COMPOSITE_PERIODS_MAX)
        self.limits = array("i", self.starts_s)
        self.phases_buf = bytearray(COMPOSITE_PERIODS_MAX)  # numberPhases, 0 = leave it out
        self.count = 0
        self.covered_s = 0  # the periods say nothing about what comes behind
        self.is_done = True
        # The question.
        self.connector_id = 0
        self.unit = UNIT_W
        self.wall_s = 0  # begin of the window, negative while the time is unknown
        self._duration_s = 0
        self._up_s = 0
        self._hardware_ma = 0
        self._site_ma = 0
        # The answer so far.
        self._revision = 0  # of profiles and sessions
        self._instants = 0  # looked at
        self._limit = 0  # at the last one, with its numberPhases and how long it holds
        self._phases = _NOT_GIVEN
        self._hold_s = 0

    def begin(self, connector_id, unit, duration_s, up_s, wall_s, hardware_ma, site_ma):  # HOT
        """Ask about connector_id for duration_s from now on; forgets the question before.

        unit: UNIT_A or UNIT_W. hardware_ma: what each connector can do, per phase. site_ma: what
        all may draw together, per phase. Range: duration_s from 0 on.
        """
        self.connector_id = connector_id
        self.unit = unit
        self._up_s = up_s
        self.wall_s = wall_s
        self._duration_s = min(duration_s, FOREVER_S - max(up_s, wall_s))  # 2058
        self._hardware_ma = hardware_ma
        self._site_ma = site_ma
        self._start_again()

    def _start_again(self):  # HOT
        self._revision = self._profiles.revision
        self._instants = 0
        self.count = 0
        self.covered_s = 0
        self.is_done = False

    def step(self):  # HOT
        """Go on for a short while. Return True when the answer is there."""
        if self._revision != self._profiles.revision:
            self._start_again()
        for _ in range(_INSTANTS_PER_STEP):
            if self.is_done:
                break
            self._look(self.covered_s)
        return self.is_done

    def _look(self, at_s):  # HOT
        """Take the limit at an instant of the window, and go on to the next that may differ."""
        up_s = self._up_s + at_s
        wall_s = self.wall_s + at_s if self.wall_s >= 0 else self.wall_s
        if self.connector_id:
            self._hold_s = FOREVER_S
            self._limit = self._of_connector(self.connector_id, up_s, wall_s, at_s)
        else:
            self._sum_up(up_s, wall_s, at_s)
        self._instants += 1
        if not self._put(at_s):
            self.is_done = True
            return
        left_s = self._duration_s - at_s
        self.covered_s += min(self._hold_s, left_s)
        self.is_done = self._hold_s >= left_s or self._instants >= _INSTANTS_MAX

    def _put(self, at_s):  # HOT
        """Add a period unless it says what the one before does. Return False when it is full."""
        last = self.count - 1
        if last >= 0 and self.limits[last] == self._limit:
            before = self.phases_buf[last] or PHASES_ASSUMED
            if before == (self._phases or PHASES_ASSUMED):
                return True
        if self.count == COMPOSITE_PERIODS_MAX:
            return False
        self.starts_s[self.count] = at_s
        self.limits[self.count] = self._limit
        self.phases_buf[self.count] = self._phases
        self.count += 1
        return True

    def _of_connector(self, connector_id, up_s, wall_s, idle_s):  # HOT
        """Return the limit of a connector in tenths, and lower _hold_s; sets _phases."""
        profiles = self._profiles
        limit = profiles.limit_at(connector_id, self.unit, up_s, wall_s, idle_s)
        scan = profiles.scan
        self._phases = scan.phases
        self._hold_s = min(self._hold_s, scan.hold_s)
        share_ma = self._site_ma // profiles.sharers(connector_id)
        return self._lower(limit, min(self._hardware_ma, share_ma))

    def _sum_up(self, up_s, wall_s, idle_s):  # HOT
        """Set _limit, _phases and _hold_s of the whole station."""
        profiles = self._profiles
        self._hold_s = FOREVER_S
        total = 0
        phases = _NO_CONNECTOR
        for connector_id in range(1, profiles.connector_count + 1):
            if profiles.sessions and not profiles.running(connector_id):
                continue
            total += self._of_connector(connector_id, up_s, wall_s, idle_s)
            if phases == _NO_CONNECTOR:
                phases = self._phases
            elif phases != self._phases:
                phases = _NOT_GIVEN
        limit = profiles.limit_at(0, self.unit, up_s, wall_s, idle_s)
        self._hold_s = min(self._hold_s, profiles.scan.hold_s)
        self._phases = profiles.scan.phases
        if total <= limit:
            limit = total
            self._phases = phases
        self._limit = self._lower(limit, self._site_ma)

    def _lower(self, limit, own_ma):  # HOT
        """Return the lower of limit and a limit of the station itself; sets _phases if that is."""
        phases = self._profiles.scan.station_phases
        own = min(own_ma // 100, LIMIT_MAX_A)
        if self.unit == UNIT_W:
            own *= NOMINAL_V * phases
        if own >= limit:
            return limit
        self._phases = _NOT_GIVEN if phases == PHASES_ASSUMED else phases
        return own
