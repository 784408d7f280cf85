"""F37: the server, or a controller of the site, falls silent during a charge.

OCPP wants a session to go on offline, so nothing happens unless station.json says so.
"""

from chargecore.base.events import (
    EV_CONTACTOR_CLOSED,
    EV_CONTACTOR_OPENED,
    EV_PILOT_STATE,
    EV_SUPERVISOR_SILENT,
)
from chargecore.safety import reasons
from chargecore.safety.pilot_states import PILOT_B, PILOT_C
from fakes.fault_story import B1, C2, LOCKED, OFF, ON, PWM_6A, FaultStory

_FINE = "NoError"
_TIMEOUT_S = 60
_LATE_S = 2  # a pass of the station, and the pilot behind it


class SilentServerTest(FaultStory):
    def check_charging(self, duty, reason, events, told):
        self.check_outputs(
            power=ON,
            pilot=(duty,) + C2[1:],
            lock=LOCKED,
            ocpp=("Charging", _FINE),
            reason=reason,
            events=events,
            told=told,
        )

    def check_paused(self, events, told):
        self.check_outputs(
            power=OFF,
            pilot=B1,
            lock=LOCKED,
            ocpp=("SuspendedEVSE", _FINE),
            reason=reasons.OPEN_STOPPED,
            events=events,
            told=told,
        )

    def check_fallback_and_pause(self, silent_s):
        """6 A after the timeout, a pause after twice that. silent_s: for how long it was so."""
        world = self.world
        world.run_s(_TIMEOUT_S - silent_s - _LATE_S)
        self.assertEqual(world.offer_a(), 16)
        took_s = world.until(lambda: world.offer_a() == 6, 2 * _LATE_S, "6 A")
        world.run_s(1)
        self.check_charging(PWM_6A, reasons.OPEN_BOOT, [(EV_SUPERVISOR_SILENT, _TIMEOUT_S)], [])

        world.run_s(_TIMEOUT_S - took_s - 2 * _LATE_S)
        self.assertEqual(world.offer_a(), 6)
        world.until(lambda: world.offer_a() == 0, 3 * _LATE_S, "an end of the offer")
        world.run_s(4)

    def test_f37_offers_6_a_and_then_nothing_while_the_server_is_silent(self):
        world = self.charging(is_auto=True, supervisor={"timeout_s": _TIMEOUT_S})
        world.close()

        self.check_fallback_and_pause(0)
        paused = [
            (EV_SUPERVISOR_SILENT, 2 * _TIMEOUT_S),
            (EV_PILOT_STATE, PILOT_B),
            (EV_CONTACTOR_OPENED, reasons.OPEN_STOPPED),
        ]
        self.check_paused(paused, [])
        self.stays_open(600)
        self.check_paused([], [])

        world.open()
        world.run_s(15)
        back = [
            (EV_SUPERVISOR_SILENT, 0),
            (EV_PILOT_STATE, PILOT_C),
            (EV_CONTACTOR_CLOSED, 0),
        ]
        self.check_charging(C2[0], reasons.OPEN_STOPPED, back, ["1 SuspendedEVSE", "1 Charging"])

    def test_f37_watches_a_site_controller_when_told(self):
        fields = {"timeout_s": _TIMEOUT_S, "who": "site"}
        world = self.boot(supervisor=fields).boot()
        for _ in range(2):
            world.station.set_site_limit_ma(16_000)
            world.run_s(5)
        world.plug()
        world.run_s(5)
        world.card()
        world.run_s(5)
        world.station.set_site_limit_ma(16_000)
        self.forget()

        self.check_fallback_and_pause(0)
        self.assertEqual(world.told(), ["1 SuspendedEVSE"])
        self.forget()
        world.station.set_site_limit_ma(16_000)
        world.run_s(15)
        back = [
            (EV_SUPERVISOR_SILENT, 0),
            (EV_PILOT_STATE, PILOT_C),
            (EV_CONTACTOR_CLOSED, 0),
        ]
        self.check_charging(C2[0], reasons.OPEN_STOPPED, back, ["1 Charging"])

    def test_f37_goes_on_for_ever_when_nobody_is_watched(self):
        world = self.charging(is_auto=True)
        world.close()

        world.run_s(300)

        self.check_charging(C2[0], reasons.OPEN_BOOT, [], [])
