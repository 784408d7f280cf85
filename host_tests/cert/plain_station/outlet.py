"""Outlet: one socket, or fixed cable, with contactor and meter, and the car behind it."""

NOMINAL_V = 230
LEAST_A = 6  # IEC 61851-1: less cannot be offered
_WAKE_S = 1.0  # a car that acts by itself asks this long after it is offered current
_SLEEP_S = 0.5  # and stops asking that long after it is withdrawn


class Outlet:
    """The hardware of one connector; it survives power cuts. Energy flows by simulated time."""

    def __init__(self, number, is_tethered=False):
        self.number = number
        self.is_tethered = is_tethered  # the cable is fixed: there is no bolt
        self.is_plugged = False  # a cable is in the socket; tethered: in the car
        self.ev_state = "A"  # IEC 61851: A no car, B connected, C asks for current
        self.is_auto = False
        self.most_a = 32.0
        self.phases = 3
        self.faults = {}  # kind -> error code
        self.is_jammed = False  # the bolt does not move
        self.is_locked = False
        self.offered_a = 0.0
        self._register_wh = 0.0
        self._at_s = 0.0  # simulated time up to which energy is counted
        self._offer_at_s = 0.0  # when current was offered or withdrawn

    # ---- hands ----

    def plug(self, is_auto, most_a, phases):
        """Put the cable into the socket and the car."""
        self.is_plugged = True
        self.is_auto, self.most_a, self.phases = is_auto, most_a, phases
        self.ev_state = "B"

    def unplug(self):
        """Pull the cable off the car at once, out of the socket as soon as the bolt lets go."""
        self.ev_state = "A"
        self.is_auto = False
        self.is_plugged = self.is_locked

    def force(self, state):
        """Let the car show a state; it does not act by itself any more."""
        self.is_auto = False
        self.ev_state = state
        self.is_plugged = self.is_plugged or state != "A"

    # ---- what the station does ----

    def offer(self, amps, now_s):
        """Offer current, 0 to withdraw it."""
        if amps != self.offered_a:
            self.step(now_s)
            if (amps >= LEAST_A) != (self.offered_a >= LEAST_A):
                self._offer_at_s = now_s
            self.offered_a = amps

    def lock(self):
        """Move the bolt. Return whether it holds."""
        if self.is_tethered:
            return True
        self.is_locked = self.is_locked or not self.is_jammed
        return self.is_locked

    def unlock(self):
        """Move the bolt back. Return whether it let go."""
        if self.is_jammed:
            return False
        self.is_locked = False
        self.is_plugged = self.is_plugged and self.ev_state != "A"
        return True

    def step(self, now_s):
        """Let the car act and the energy flow up to now."""
        hours = max(now_s - self._at_s, 0.0) / 3600
        self._register_wh += self.power_w * hours
        self._at_s = now_s
        if self.is_auto and self.ev_state != "A":
            is_offered = self.offered_a >= LEAST_A
            wait_s = _WAKE_S if is_offered else _SLEEP_S
            if now_s - self._offer_at_s >= wait_s:
                self.ev_state = "C" if is_offered else "B"

    # ---- what can be measured ----

    @property
    def is_closed(self):
        """Return whether the contactor is closed."""
        return self.offered_a >= LEAST_A and self.ev_state in "CD"

    @property
    def drawn_a(self):
        """Return the current per phase."""
        return min(self.offered_a, self.most_a) if self.is_closed else 0.0

    @property
    def power_w(self):
        """Return the power of all phases."""
        return self.drawn_a * NOMINAL_V * self.phases

    @property
    def register_wh(self):
        """Return the meter's register, whole Wh as it is told."""
        return int(self._register_wh)
