"""FakeController: the evse controller as the station sees it, moved by the test."""


class FakeController:
    """Remembers every command as (name, value); the test sets what the pilot would say."""

    def __init__(self):
        self.history = []
        self.is_plugged = False
        self.ev_asks = False
        self.is_energised = False
        self.fault = 0
        self.warning = 0
        self.open_reason = 0
        self.offered_ma = 0
        self.lock_ok = True
        self.unlock_result = 1
        self.is_allowed = False
        self.limit_ma = 0
        self.is_available = True

    def allow(self, allowed):
        self.is_allowed = allowed
        self.history.append(("allow", allowed))

    def set_offer_ma(self, limit_ma):
        self.limit_ma = limit_ma
        self.offered_ma = limit_ma if self.is_allowed else 0

    def set_available(self, available):
        self.is_available = available

    def lock_cable(self):
        self.history.append(("lock", True))

    def unlock_cable(self):
        self.history.append(("lock", False))

    def emergency_open(self, reason):
        self.is_energised = False
        self.open_reason = reason
        self.history.append(("open", reason))

    def clear_faults(self):
        self.fault = 0

    # ---- what a car does ----

    def plug(self):
        self.is_plugged = True

    def charge(self):
        """The car asks and the interlock has closed the contactor."""
        self.ev_asks = True
        self.is_energised = True

    def rest(self):
        """The car opens its switch; the contactor follows."""
        self.ev_asks = False
        self.is_energised = False

    def unplug(self):
        self.rest()
        self.is_plugged = False
