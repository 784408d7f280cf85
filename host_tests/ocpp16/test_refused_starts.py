"""StartTransaction answered with anything but Accepted, for sessions that began on and offline.

Table of StopTransactionOnInvalidId x MaxEnergyOnInvalidId x what flowed before the answer, from
T6 of ocpp16-behaviour.md (errata 3.17, 3.5) and TC_037_2, TC_037_3. Wh count from the start of
the transaction: that is all a tag the server does not want may ever get.
"""

import unittest

from chargecore.station.auth_cache import NO_EXPIRY, TAG_ACCEPTED
from fakes.ocpp16_world import Ocpp16World
from fakes.station_world import tag

_CHARGING = "Charging"
_SUSPENDED = "SuspendedEVSE"
_FINISHING = "Finishing"
_BEGIN_WH = 1000

# StopTransactionOnInvalidId, MaxEnergyOnInvalidId, Wh when the answer comes, status then,
# Wh at which the energy ends (None: it has), status then
TABLE = (
    ("true", 0, 0, _FINISHING, None, _FINISHING),
    ("true", 0, 300, _FINISHING, None, _FINISHING),
    ("false", 0, 0, _SUSPENDED, None, _SUSPENDED),
    ("false", 0, 300, _SUSPENDED, None, _SUSPENDED),
    ("true", 500, 0, _CHARGING, 500, _FINISHING),
    ("true", 500, 300, _CHARGING, 500, _FINISHING),
    ("true", 500, 500, _FINISHING, None, _FINISHING),
    ("true", 500, 700, _FINISHING, None, _FINISHING),
    ("false", 500, 0, _CHARGING, 500, _SUSPENDED),
    ("false", 500, 300, _CHARGING, 500, _SUSPENDED),
    ("false", 500, 500, _SUSPENDED, None, _SUSPENDED),
    ("false", 500, 700, _SUSPENDED, None, _SUSPENDED),
)
STATUSES = ("Invalid", "Blocked", "Expired", "ConcurrentTx")


class RefusedStartTest(unittest.TestCase):
    def begin(self, stops, max_wh, is_offline):
        """Return a world that charges for TAG1, without an answer to its StartTransaction."""
        world = self.world = Ocpp16World().boot()
        world.set("StopTransactionOnInvalidId", stops)
        world.set("MaxEnergyOnInvalidId", str(max_wh))
        world.set("LocalPreAuthorize", "true")
        world.cache.put(tag("TAG1"), TAG_ACCEPTED, NO_EXPIRY, tag(""), 0)
        world.mute.append("StartTransaction")
        if is_offline:
            world.close()
        world.charge()
        world.take_calls()
        return world

    def deliver(self, wh):
        """Let the register stand at so many Wh since the start."""
        self.world.meter.import_wh = _BEGIN_WH + wh
        self.world.run_ms(500)

    def answer(self, status, is_offline):
        """Let the server get the StartTransaction and refuse it."""
        world = self.world
        if is_offline:
            world.open()
            world.run_ms(1000)
            self.assertEqual(world.payloads("StartTransaction")[0]["meterStart"], _BEGIN_WH)
        world.answer("StartTransaction", {"idTagInfo": {"status": status}, "transactionId": 7})
        world.run_ms(1500)

    def check(self, status):
        """Check everything that follows from being in that state."""
        world = self.world
        stops = world.payloads("StopTransaction")
        self.assertEqual(world.statuses()[-1:] or [(1, _CHARGING)], [(1, status)])
        self.assertEqual(world.controller.is_allowed, status == _CHARGING)
        self.assertEqual(world.connector.transaction.is_active, status != _FINISHING)
        if status != _FINISHING:
            self.assertEqual(stops, [])
            return
        self.assertEqual(len(stops), 1)
        self.assertEqual(stops[0]["reason"], "DeAuthorized")
        self.assertEqual(stops[0]["transactionId"], 7)
        self.assertEqual(stops[0]["meterStop"], world.meter.import_wh)
        self.assertFalse("idTag" in stops[0])

    def test_follows_the_table_on_and_offline(self):
        """T6, E 3.17."""
        for row in TABLE:
            for is_offline in (False, True):
                with self.subTest(row=row, is_offline=is_offline):
                    self.follow(row, is_offline)

    def follow(self, row, is_offline):
        stops, max_wh, before_wh, status, limit_wh, last_status = row
        self.begin(stops, max_wh, is_offline)
        self.deliver(before_wh)
        self.answer("Invalid", is_offline)
        self.check(status)
        if limit_wh is not None:
            self.deliver(limit_wh - 1)
            self.check(status)
            self.deliver(limit_wh)
            self.world.run_ms(1500)
            self.check(last_status)

    def test_treats_every_status_but_accepted_alike(self):
        for status in STATUSES:
            self.begin("true", 0, True)
            self.answer(status, True)
            self.check(_FINISHING)

    def test_keeps_the_cable_for_the_same_tag_after_a_refusal(self):
        """T6, E 3.5."""
        world = self.begin("true", 0, True)
        self.answer("Invalid", True)
        self.assertEqual(world.connector.lock_holder.text(), "TAG1")

        world.swipe("OTHER")
        self.assertEqual(world.connector.lock_holder.text(), "TAG1")
        world.swipe("tag1")

        self.assertEqual(world.connector.lock_holder.length, 0)
        self.assertEqual(world.controller.history[-1], ("lock", False))
        self.assertEqual(world.payloads("Authorize"), [])

    def test_ends_a_suspended_session_by_the_tag_that_began_it(self):
        world = self.begin("false", 0, True)
        self.answer("Invalid", True)

        world.swipe("TAG1", run_ms=1500)

        stop = world.payloads("StopTransaction")[0]
        self.assertEqual(stop.get("reason", "Local"), "Local")
        self.assertEqual(stop["idTag"], "TAG1")
        self.assertEqual(world.statuses()[-1], (1, _FINISHING))

    def test_gives_no_energy_again_when_the_suspended_car_is_plugged_anew(self):
        world = self.begin("false", 0, True)
        self.answer("Invalid", True)
        self.assertEqual(world.set("StopTransactionOnEVSideDisconnect", "false"), "Accepted")

        world.controller.unplug()
        world.run_ms(500)
        world.controller.plug()
        world.run_ms(500)

        self.assertFalse(world.controller.is_allowed)
        self.assertEqual(world.payloads("StopTransaction"), [])

    def test_refuses_the_tag_from_then_on(self):
        """A6: the cache learns from the answer."""
        world = self.begin("true", 0, True)
        self.answer("Invalid", True)
        world.swipe("TAG1")
        world.controller.unplug()
        world.run_ms(2000)
        world.close()
        world.controller.plug()
        world.run_ms(200)

        world.swipe("TAG1")

        self.assertFalse(world.connector.transaction.is_active)

    def test_changes_nothing_for_a_session_that_is_over_when_the_answer_comes(self):
        """T17."""
        world = self.begin("true", 0, True)
        world.swipe("TAG1", run_ms=1500)
        self.answer("Invalid", True)
        world.run_ms(500)

        stops = world.payloads("StopTransaction")
        self.assertEqual(len(stops), 1)
        self.assertEqual(stops[0].get("reason", "Local"), "Local")
        self.assertEqual(world.connector.lock_holder.length, 0)


if __name__ == "__main__":
    unittest.main()
