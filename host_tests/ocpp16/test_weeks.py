"""A week in which nothing happens, and then something does: ticks end at 6.2 days, wrap at 12.4.

Each case starts just below the wrap, waits for longer than half of it, and looks whether what was
left behind a week ago is still taken for the past.
"""

import unittest

from chargecore.base.ticks import ticks_diff
from chargecore.net.liveness import RUNG_NONE
from chargecore.station.statuses import AVAILABLE, FINISHING
from fakes.ocpp16_world import NOW, Ocpp16World
from fakes.recovery_world import RecoveryWorld

WEEK_S = 7 * 86_400
STEP_MS = 150_000  # of the quiet time
DAY_MS = 86_400_000


class WeekTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World()
        self.world.answers["BootNotification"] = {
            "status": "Accepted",
            "currentTime": NOW,
            "interval": 3600,
        }
        self.world.answers["Heartbeat"] = {}  # its own clock runs on
        self.world.boot()

    def sleep(self, step_ms=STEP_MS):
        """Let a week go by."""
        self.world.run_ms(WEEK_S * 1000, step_ms)

    def test_beats_every_hour_of_the_week(self):
        self.sleep()

        beats = self.world.actions().count("Heartbeat")
        self.assertTrue(165 <= beats <= 168)
        self.assertEqual(self.world.liveness.rung, RUNG_NONE)

    def test_beats_at_the_next_turn_after_a_week_offline(self):
        self.world.close()
        self.sleep()
        self.world.open()
        self.world.take_calls()

        self.world.run_ms(3_700_000, 1000)

        self.assertTrue(1 <= self.world.actions().count("Heartbeat") <= 2)

    def test_tells_a_status_at_once_after_a_week_in_the_same_one(self):
        self.world.set("MinimumStatusDuration", "5")
        self.sleep()
        self.world.take_calls()

        self.world.controller.plug()
        self.world.run_ms(4_000)
        self.assertEqual(self.world.statuses(), [])
        self.world.run_ms(2_000)

        self.assertEqual(self.world.statuses(), [(1, "Preparing")])

    def test_times_a_call_out_after_a_week_without_one(self):
        self.world.set("HeartbeatInterval", "0")
        self.sleep()
        self.world.take_calls()
        self.world.mute = ["Authorize"]

        self.world.controller.plug()
        self.world.swipe()
        self.world.run_ms(29_000)
        self.assertEqual(self.world.ocpp.rpc.timeouts, 0)
        self.world.run_ms(3_000)

        self.assertEqual(self.world.ocpp.rpc.timeouts, 1)

    def test_samples_every_hour_of_a_week_long_session(self):
        self.world.set("MeterValueSampleInterval", "3600")
        self.world.charge()
        self.world.take_calls()

        self.sleep()

        values = self.world.payloads("MeterValues")
        self.assertTrue(165 <= len(values) <= 168)
        times = [row["meterValue"][0]["timestamp"] for row in values]
        self.assertEqual(sorted(set(times)), times)

    def test_samples_by_the_clock_all_week(self):
        self.world.set("ClockAlignedDataInterval", "3600")

        self.sleep()

        times = [row["meterValue"][0]["timestamp"] for row in self.world.payloads("MeterValues")]
        self.assertTrue(165 <= len(times) <= 168)
        self.assertTrue(all(at[14:19] == "00:00" for at in times))

    def test_repeats_a_refused_message_at_once_after_a_week_offline(self):
        self.world.answers["StartTransaction"] = ("error", "InternalError")
        self.world.charge()
        self.world.close()
        self.sleep()
        self.world.take_calls()

        self.world.answers["StartTransaction"] = {
            "idTagInfo": {"status": "Accepted"},
            "transactionId": 9,
        }
        self.world.open()
        self.world.run_ms(5_000)

        self.assertIn("StartTransaction", self.world.actions())

    def test_frees_the_connector_when_the_card_comes_a_week_after_the_unplug(self):
        """The cable was kept locked for the card that started (T12)."""
        self.world.set("UnlockConnectorOnEVSideDisconnect", "false")
        self.world.charge()
        self.world.controller.unplug()
        self.world.run_ms(5_000)
        self.sleep()
        self.assertEqual(self.world.connector.status.status, FINISHING)

        self.world.swipe()
        self.world.run_ms(3_000)

        self.assertEqual(self.world.connector.status.status, AVAILABLE)

    def test_ends_a_session_whose_stop_flash_has_refused_for_a_week(self):
        self.world.charge()
        self.world.flash.journal.is_refusing = True
        self.world.connector.stop(0, None)
        self.sleep(DAY_MS)  # a try per day
        self.assertTrue(self.world.connector.transaction.is_active)

        self.world.flash.journal.is_refusing = False
        self.world.run_ms(12_000)

        self.assertFalse(self.world.connector.transaction.is_active)
        self.assertIn("StopTransaction", self.world.actions())

    def test_ends_a_session_whose_stop_flash_has_refused_a_thousand_times(self):
        """Slots and blocks that the tries have used up are given back (Journal.revive)."""
        self.world.charge()
        self.world.flash.journal.is_refusing = True
        self.world.connector.stop(0, None)
        self.world.run_ms(6_000_000, 2_000)
        self.assertTrue(self.world.connector.transaction.is_active)

        self.world.flash.journal.is_refusing = False
        self.world.run_ms(12_000)

        self.assertFalse(self.world.connector.transaction.is_active)
        self.assertIn("StopTransaction", self.world.actions())

    def test_resets_on_time_after_a_week(self):
        self.sleep()

        self.world.ask("Reset", {"type": "Soft"})
        self.world.run_ms(2_000)

        self.assertTrue(self.world.station.is_reset_due)


class RecoveryWeekTest(unittest.TestCase):
    def test_ends_a_cut_session_whose_stop_flash_has_refused_for_a_week(self):
        world = RecoveryWorld()
        world.charge()
        world.meters[0].import_wh = None
        world.boot()
        world.meters[0].import_wh = None
        world.flash.is_refusing = True
        began_ms = world.clock.ticks_ms()
        for _ in range(7):  # a try per day
            world.recovery.step(world.pass_ms(DAY_MS))
        self.assertTrue(ticks_diff(world.clock.ticks_ms(), began_ms) < 0)

        world.flash.is_refusing = False
        world.run_ms(12_000)

        self.assertEqual(world.recovery.left, 0)


if __name__ == "__main__":
    unittest.main()
