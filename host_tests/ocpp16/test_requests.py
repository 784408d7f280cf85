"""ChangeAvailability, Reset, ClearCache and UnlockConnector."""

import unittest

from chargecore.station.station import RESET_HARD, RESET_NONE, RESET_SOFT
from fakes.ocpp16_world import Ocpp16World

LOCK_MOVES = 0
LOCK_FAILED = 2


class AvailabilityTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World({"connectors": 2}).boot()

    def change(self, connector_id, kind):
        return self.world.status_of("ChangeAvailability", connectorId=connector_id, type=kind)

    def test_changes_a_free_connector_at_once(self):
        """X3."""
        first = self.change(1, "Inoperative")
        again = self.change(1, "Inoperative")
        back = self.change(1, "Operative")

        self.assertEqual((first, again, back), ("Accepted", "Accepted", "Accepted"))
        self.assertEqual(self.world.statuses(), [(1, "Unavailable"), (1, "Available")])

    def test_changes_the_whole_station_with_connector_zero(self):
        """X3: status of 0 and of every connector."""
        self.assertEqual(self.change(0, "Inoperative"), "Accepted")

        self.assertEqual(
            self.world.statuses(), [(0, "Unavailable"), (1, "Unavailable"), (2, "Unavailable")]
        )

    def test_waits_for_the_end_of_a_running_transaction(self):
        """X3: Scheduled; Unavailable when it ends, without Available in between."""
        world = self.world
        world.charge()
        status = self.change(1, "Inoperative")
        before = world.statuses()[-1]
        world.swipe(connector=1)
        world.run_ms(1000)

        self.assertEqual((status, before), ("Scheduled", (1, "Charging")))
        self.assertEqual(world.statuses()[-1], (1, "Unavailable"))

    def test_changes_the_others_while_one_waits(self):
        """X3: connectorId 0 with a session on one connector."""
        self.world.charge()
        self.world.take_calls()

        self.assertEqual(self.change(0, "Inoperative"), "Scheduled")
        self.assertEqual(self.world.statuses(), [(0, "Unavailable"), (2, "Unavailable")])

    def test_lets_the_last_command_win(self):
        """X3: Operative cancels what was scheduled."""
        world = self.world
        world.charge()
        self.change(1, "Inoperative")
        self.assertEqual(self.change(1, "Operative"), "Accepted")
        world.swipe(connector=1)
        world.run_ms(1000)

        self.assertEqual(world.statuses()[-1], (1, "Finishing"))

    def test_rejects_an_unknown_connector(self):
        """X3."""
        for connector_id in (-1, 3, (1 << 31) - 1):
            with self.subTest(connector_id=connector_id):
                self.assertEqual(self.change(connector_id, "Inoperative"), "Rejected")

    def test_drops_a_pending_start(self):
        """X4: B1, then A8: Preparing to Unavailable is no row of the table."""
        self.world.swipe(connector=1)
        self.change(1, "Inoperative")
        self.world.controller.plug()
        self.world.run_ms(500)

        self.assertEqual(
            self.world.statuses(), [(1, "Preparing"), (1, "Available"), (1, "Unavailable")]
        )
        self.assertEqual(self.world.payloads("StartTransaction"), [])

    def test_survives_a_power_cut(self):
        """S11, TC_034."""
        self.change(0, "Inoperative")
        again = Ocpp16World({"connectors": 2}, self.world.flash, boot_number=8)
        again.open()
        again.run_ms(1000)

        self.assertEqual(
            again.statuses(), [(0, "Unavailable"), (1, "Unavailable"), (2, "Unavailable")]
        )

    def test_tells_preparing_when_a_plugged_connector_becomes_operative(self):
        """H2."""
        self.change(1, "Inoperative")
        self.world.controller.plug()
        self.world.run_ms(200)
        self.change(1, "Operative")

        self.assertEqual(self.world.statuses(), [(1, "Unavailable"), (1, "Preparing")])


class ResetTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World().boot()

    def reset(self, kind):
        return self.world.status_of("Reset", type=kind)

    def test_answers_before_anything_else(self):
        """X1."""
        world = self.world
        world.channel.is_slow = True
        world.send("Reset", {"type": "Hard"})
        world.run_ms(500)
        before = world.station.reset_kind
        world.channel.finish()
        world.channel.is_slow = False
        world.run_ms(200)

        self.assertEqual(before, RESET_NONE)
        self.assertEqual(world.station.reset_kind, RESET_HARD)
        self.assertTrue(world.station.is_reset_due)

    def test_stops_the_session_with_the_reason_of_the_reset(self):
        """T10, TC_015, TC_016: StopTransaction and Finishing before the restart."""
        for kind, reason in (("Hard", "HardReset"), ("Soft", "SoftReset")):
            with self.subTest(kind=kind):
                world = self.world = Ocpp16World().boot()
                world.charge()
                self.assertEqual(self.reset(kind), "Accepted")
                world.run_ms(1000)

                self.assertEqual(world.payloads("StopTransaction")[0]["reason"], reason)
                self.assertEqual(world.statuses()[-1], (1, "Finishing"))
                self.assertTrue(world.station.is_reset_due)
                self.assertFalse(world.controller.is_allowed)

    def test_waits_for_the_answer_to_the_stop(self):
        """X1: bounded, a hard reset waits less."""
        for kind, waits_ms in (("Hard", 8_000), ("Soft", 30_000)):
            with self.subTest(kind=kind):
                world = self.world = Ocpp16World().boot()
                world.charge()
                world.mute.append("StopTransaction")
                world.config.message_timeout_s = 60
                self.reset(kind)
                world.run_ms(waits_ms - 1000, 100)
                before = world.station.is_reset_due
                world.run_ms(2000, 100)

                self.assertFalse(before)
                self.assertTrue(world.station.is_reset_due)

    def test_resets_while_pending(self):
        """B3."""
        world = Ocpp16World()
        world.answers["BootNotification"] = dict(
            world.answers["BootNotification"], status="Pending"
        )
        world.open()
        world.run_ms(500)

        self.assertEqual(world.status_of("Reset", type="Soft"), "Accepted")
        self.assertEqual(world.station.reset_kind, RESET_SOFT)
        self.assertTrue(world.station.is_reset_due)

    def test_resets_although_its_answer_was_lost(self):
        world = self.world
        world.channel.is_slow = True
        world.send("Reset", {"type": "Soft"})
        world.run_ms(500)
        world.close()
        world.run_ms(200)

        self.assertEqual(world.station.reset_kind, RESET_SOFT)

    def test_keeps_the_stop_when_the_server_does_not_take_it(self):
        """T15: it is sent after the accepted boot."""
        world = self.world
        world.charge()
        world.mute.append("StopTransaction")
        self.reset("Hard")
        world.run_ms(9000, 100)
        again = Ocpp16World(flash=world.flash, boot_number=8)
        again.open()
        again.run_ms(2000)

        payload = again.payloads("StopTransaction")[0]
        self.assertEqual((payload["reason"], payload["transactionId"]), ("HardReset", 7))


class ClearCacheTest(unittest.TestCase):
    def test_empties_the_cache(self):
        """A6, TC_061: the next swipe asks again."""
        world = Ocpp16World().boot()
        world.set("LocalPreAuthorize", "true")
        world.swipe()
        world.swipe()
        status = world.status_of("ClearCache")
        world.take_calls()
        world.swipe()

        self.assertEqual(status, "Accepted")
        self.assertEqual(world.payloads("Authorize"), [{"idTag": "TAG1"}])

    def test_no_power_cut_brings_a_tag_back(self):
        """A6, E 3.23, E 3.4: the persistent copy is gone before the answer leaves."""
        world = Ocpp16World().boot()
        world.swipe()
        world.set("MeterValueSampleInterval", "77")

        world.status_of("ClearCache")

        again = Ocpp16World(flash=world.flash, boot_number=8)
        self.assertTrue(again.cache.is_empty)
        self.assertEqual(again.config.meter_value_sample_interval_s, 77)

    def test_is_rejected_when_flash_refuses(self):
        world = Ocpp16World().boot()
        world.swipe()
        world.flash.cards.is_broken = True

        self.assertEqual(world.status_of("ClearCache"), "Rejected")

    def test_is_rejected_while_there_is_no_cache(self):
        """A6, E 3.23."""
        world = Ocpp16World().boot()
        world.set("AuthorizationCacheEnabled", "false")

        self.assertEqual(world.status_of("ClearCache"), "Rejected")


class UnlockTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World({"connectors": 2}).boot()

    def unlock(self, connector_id=1):
        return self.world.status_of("UnlockConnector", connectorId=connector_id)

    def test_unlocks_a_free_connector(self):
        """X5, TC_017_1."""
        self.assertEqual(self.unlock(), "Unlocked")
        self.assertEqual(self.world.controller.history[-1], ("lock", False))

    def test_stops_a_running_transaction_first(self):
        """X5, TC_018_1."""
        world = self.world
        world.charge()
        self.assertEqual(self.unlock(), "Unlocked")
        world.run_ms(500)

        self.assertEqual(world.payloads("StopTransaction")[0]["reason"], "UnlockCommand")
        self.assertEqual(world.statuses()[-1], (1, "Finishing"))
        self.assertEqual(world.controller.history[-1], ("lock", False))

    def test_gives_a_cable_free_that_was_kept_for_a_card(self):
        """T12, TC_005_2."""
        world = self.world
        world.set("UnlockConnectorOnEVSideDisconnect", "false")
        world.charge()
        world.controller.unplug()
        world.run_ms(3000)
        before = world.statuses()[-1]

        self.assertEqual(self.unlock(), "Unlocked")
        world.run_ms(1500)
        self.assertEqual((before, world.statuses()[-1]), ((1, "Finishing"), (1, "Available")))

    def test_reports_a_lock_that_failed(self):
        """X5, TC_030."""
        self.world.controller.unlock_result = LOCK_FAILED

        self.assertEqual(self.unlock(), "UnlockFailed")

    def test_answers_other_calls_while_the_lock_moves(self):
        """J5: and the answer comes with its own id."""
        world = self.world
        world.controller.unlock_result = LOCK_MOVES
        unlock_id = world.send("UnlockConnector", {"connectorId": 1})
        world.run_ms(200)
        other = world.status_of("ClearCache")
        world.controller.unlock_result = 1
        world.run_ms(200)

        self.assertEqual(other, "Accepted")
        self.assertEqual(world.results[-1], [3, unlock_id, {"status": "Unlocked"}])

    def test_gives_up_on_a_lock_that_never_arrives(self):
        self.world.controller.unlock_result = LOCK_MOVES
        self.world.send("UnlockConnector", {"connectorId": 1})
        self.world.run_ms(11_000, 100)

        self.assertEqual(self.world.results[-1][2], {"status": "UnlockFailed"})

    def test_gives_up_when_the_contactor_does_not_open(self):
        """A welded contactor: the transaction cannot end, the server gets its answer."""
        self.world.charge()
        self.world.is_welded = True
        self.world.send("UnlockConnector", {"connectorId": 1})
        self.world.run_ms(11_000, 100)

        self.assertEqual(self.world.results[-1][2], {"status": "UnlockFailed"})

    def test_refuses_a_second_unlock_while_one_is_under_way(self):
        self.world.controller.unlock_result = LOCK_MOVES
        self.world.send("UnlockConnector", {"connectorId": 1})

        self.assertEqual(self.unlock(2), "UnlockFailed")

    def test_forgets_the_unlock_of_a_connection_that_is_gone(self):
        world = self.world
        world.controller.unlock_result = LOCK_MOVES
        world.send("UnlockConnector", {"connectorId": 1})
        world.run_ms(200)
        world.close()
        world.controller.unlock_result = 1
        world.open()
        world.run_ms(500)

        self.assertEqual(world.results, [])
        self.assertEqual(self.unlock(2), "Unlocked")

    def test_supports_no_unknown_connector(self):
        """X5, TC_031, E 3.87: neither does 0 have a lock."""
        for connector_id in (0, 3, -1):
            with self.subTest(connector_id=connector_id):
                self.assertEqual(self.unlock(connector_id), "NotSupported")

    def test_supports_no_unlock_of_a_tethered_cable(self):
        """X5, TC_017_2, TC_018_2, E 3.87: nothing stops."""
        world = self.world = Ocpp16World({"cable": "tethered"}).boot()
        free = self.unlock()
        world.charge()

        self.assertEqual((free, self.unlock()), ("NotSupported", "NotSupported"))
        self.assertTrue(world.connector.transaction.is_active)

    def test_drops_a_pending_start(self):
        self.world.swipe(connector=1)
        self.unlock()
        self.world.controller.plug()
        self.world.run_ms(500)

        self.assertEqual(self.world.payloads("StartTransaction"), [])
