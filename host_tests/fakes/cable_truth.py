"""CableTruth: what the resistor in the plug allows, by the plant itself (R7, for F42)."""

_SETTLE_MS = 250  # until the resistor of a new session counts


def rating_ma(ohm):
    """Return what a cable carries by its resistor, 0 = no valid cable."""
    if ohm < 60 or ohm > 4_500:
        return 0
    for limit_ohm, ma in ((140, 63_000), (308, 32_000), (936, 20_000)):
        if ohm <= limit_ohm:
            return ma
    return 13_000


class CableTruth:
    """`is_good`: valid, and the resistor with which the session began."""

    def __init__(self):
        self.is_good = False
        self.rated_ma = None  # the most that may be offered, None: no cable is rated yet
        self._ohm = None  # what it was rated by, at
        self._rated_at_ms = 0

    def forget(self):
        """The session ended, or the firmware began anew: the next may have another cable."""
        self._ohm = self.rated_ma = None

    def follow(self, proximity, now_ms):
        """Look at the contact."""
        self.is_good = False
        if not proximity.is_inserted:
            self.forget()
            return
        if proximity.is_open or proximity.is_shorted:
            return
        ohm = proximity.cable_ohm
        is_new = self._ohm is None or now_ms - self._rated_at_ms < _SETTLE_MS
        if is_new and ohm != self._ohm:
            # Whichever of the two the firmware has taken.
            self.rated_ma = max(self.rated_ma or 0, rating_ma(ohm))
            self._ohm = ohm
            self._rated_at_ms = now_ms
        self.is_good = rating_ma(ohm) > 0 and rating_ma(ohm) == rating_ma(self._ohm)
