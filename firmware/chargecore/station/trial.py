"""Trial: a version that boots for the first time has to prove itself, or the old one comes back.

Called by: the scheduler, once a second, in a boot that is a trial; main.py builds it then.
What it must show: the station file and the settings were read (else it had not come this far),
every connector has passed its self-test, no step has raised, and that for a while. A version that
never gets here is not confirmed either: the boot behind the next reset takes the old one.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.base.events import EV_UPDATE_TRIAL
from chargecore.station.station import RESET_NONE, RESET_OWN

_PROOF_S = const(20)  # in a row
_LONGEST_S = const(300)  # then it is given up

_BEGAN = const(0)  # in EV_UPDATE_TRIAL
_CONFIRMED = const(1)
_GIVEN_UP = const(2)


class Trial:
    """step() every second until `is_over`."""

    def __init__(self, slots, controllers, scheduler, station, events):
        self._slots = slots
        self._controllers = controllers
        self._scheduler = scheduler
        self._station = station
        self._events = events
        self.is_over = False
        self._age_s = 0
        self._good_s = 0  # in a row
        self._passes = 0  # of the scheduler, seen last
        events.add(EV_UPDATE_TRIAL, _BEGAN)

    def step(self, now_ms):  # HOT
        """Look once."""
        if self.is_over:
            return
        self._age_s += 1
        self._good_s = self._good_s + 1 if self._is_good() else 0
        if self._good_s >= _PROOF_S and self._slots.confirm() == OK:
            self.is_over = True
            self._events.add(EV_UPDATE_TRIAL, _CONFIRMED, self._age_s)
        elif self._age_s >= _LONGEST_S or self._scheduler.needs_reset:
            if self._station.reset_kind == RESET_NONE:
                self.is_over = True
                self._events.add(EV_UPDATE_TRIAL, _GIVEN_UP, self._age_s)
                self._station.request_reset(RESET_OWN, now_ms)

    def _is_good(self):  # HOT
        scheduler = self._scheduler
        passes = self._passes
        self._passes = scheduler.passes
        if passes == scheduler.passes or scheduler.failed:
            return False
        for controller in self._controllers:
            if not controller.interlock.self_test.is_passed:
                return False
        return True
