"""Items of the errata sheets that are about more than one of the other tests.

Every test names its item: "E 3.9" is item 3.9 of the OCPP 1.6 sheet, "JE 3.10" of OCPP-J's.
"""

import unittest

from chargecore.station.station import RESET_NONE
from fakes.ocpp16_world import Ocpp16World


class ErrataTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World({"connectors": 2}).boot()

    def end_session(self):
        self.world.swipe(connector=1)
        self.world.controller.unplug()
        self.world.run_ms(1000)

    def test_never_rebases_the_register_from_session_to_session(self):
        """E 3.9, M9: what the meter says, also over a boot."""
        world = self.world
        world.meter.import_wh = 5_000
        world.charge()
        world.meter.import_wh = 7_500
        world.run_ms(500)
        self.end_session()
        world.charge("TAG2")
        world.meter.import_wh = 9_000
        world.run_ms(500)
        self.end_session()
        again = Ocpp16World({"connectors": 2}, flash=world.flash, boot_number=8).boot()
        again.meter.import_wh = 9_000
        again.run_ms(500)
        again.charge("TAG3")

        starts = [row["meterStart"] for row in world.payloads("StartTransaction")]
        stops = [row["meterStop"] for row in world.payloads("StopTransaction")]
        self.assertEqual((starts, stops), ([5_000, 7_500], [7_500, 9_000]))
        self.assertEqual(again.payloads("StartTransaction")[0]["meterStart"], 9_000)

    def test_stays_charging_when_a_closed_contactor_carries_no_current(self):
        """E 3.55, S7: SuspendedEV is a car that does not ask, not one that takes little."""
        world = self.world
        world.charge()
        world.meter.current_ma = [0, 0, 0]
        world.meter.power_w = [0, 0, 0]
        world.run_ms(120_000, 100)
        while_idle = world.statuses()[-1]
        world.controller.rest()
        world.run_ms(5_000)

        self.assertEqual(while_idle, (1, "Charging"))
        self.assertEqual(world.statuses()[-1], (1, "SuspendedEV"))

    def test_goes_on_when_a_triggered_message_is_refused_before_acceptance(self):
        """JE 3.10, B9: SecurityError; the boot comes at its time all the same."""
        world = self.world = Ocpp16World({"connectors": 2})
        pending = dict(world.answers["BootNotification"], status="Pending", interval=60)
        world.answers["BootNotification"] = pending
        world.answers["StatusNotification"] = ("error", "SecurityError")
        world.open()
        world.run_ms(1000)
        word = world.status_of("TriggerMessage", requestedMessage="StatusNotification")
        world.run_ms(2000)
        while_pending = world.actions()
        world.answers["BootNotification"] = dict(pending, status="Accepted")
        world.answers["StatusNotification"] = {}
        world.run_ms(65_000, 100)

        self.assertEqual(word, "Accepted")
        self.assertEqual(while_pending, ["BootNotification"] + ["StatusNotification"] * 3)
        self.assertEqual(world.actions().count("BootNotification"), 2)
        self.assertTrue(world.ocpp.boot.is_accepted)

    def test_answers_a_hard_reset_and_stops_before_it_restarts(self):
        """E 3.36, X1: the answer, then the StopTransaction, then the restart."""
        world = self.world
        world.charge()
        world.take_calls()
        world.mute.append("StopTransaction")
        word = world.status_of("Reset", type="Hard")
        world.run_ms(500)
        is_waiting = not world.station.is_reset_due
        world.answer("StopTransaction", {})
        world.run_ms(500)

        self.assertEqual(word, "Accepted")
        self.assertTrue(is_waiting)
        self.assertEqual(world.payloads("StopTransaction")[0]["reason"], "HardReset")
        self.assertTrue(world.station.reset_kind != RESET_NONE)
        self.assertTrue(world.station.is_reset_due)

    def test_starts_the_connection_time_out_with_preparing_whatever_caused_it(self):
        """E 3.77, E 3.89, S13: cable, card and remote start."""
        for begin in ("cable", "card", "remote"):
            with self.subTest(begin=begin):
                world = self.world = Ocpp16World({"connectors": 2}).boot()
                world.set("ConnectionTimeOut", "30")
                if begin == "cable":
                    world.controller.plug()
                elif begin == "card":
                    world.swipe(connector=1)
                else:
                    world.status_of("RemoteStartTransaction", connectorId=1, idTag="TAG1")
                world.run_ms(28_000, 100)
                before = world.statuses()
                world.run_ms(5_000, 100)

                self.assertEqual(before[-1], (1, "Preparing"))
                after = "Finishing" if begin == "cable" else "Available"
                self.assertEqual(world.statuses()[-1], (1, after))

    def test_may_not_switch_unlocking_with_a_tethered_cable(self):
        """E3: UnlockConnectorOnEVSideDisconnect is read-only there, and false."""
        world = Ocpp16World({"cable": "tethered"}).boot()
        key = "UnlockConnectorOnEVSideDisconnect"
        row = world.ask("GetConfiguration", {"key": [key]})["configurationKey"][0]

        self.assertEqual((row["readonly"], row["value"]), (True, "false"))
        self.assertEqual(world.set(key, "true"), "Rejected")
