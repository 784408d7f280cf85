"""StartTransaction, MeterValues, StopTransaction out of the queue, and what their answers do."""

import unittest

from chargecore.base.events import EV_RECORD_PARKED
from fakes.ocpp16_world import Ocpp16World

RETRY_MS = 60_000


def start_answer(status, transaction_id=7, **more):
    return {"idTagInfo": dict(more, status=status), "transactionId": transaction_id}


class TransactionsTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World().boot()

    def queue(self):
        """Return the transaction messages sent so far."""
        names = ("StartTransaction", "MeterValues", "StopTransaction")
        return [row[0] for row in self.world.calls if row[0] in names]

    def stop(self, run_ms=1000):
        self.world.swipe()
        self.world.run_ms(run_ms)

    def test_writes_start_and_stop(self):
        """T5, T9, M9: integers in Wh, the moment it happened, the card that did it."""
        world = self.world
        world.charge()
        world.meter.import_wh = 1500
        world.run_ms(60_000, 100)
        self.stop()

        start = world.payloads("StartTransaction")[0]
        stop = world.payloads("StopTransaction")[0]
        self.assertEqual((start["connectorId"], start["idTag"]), (1, "TAG1"))
        self.assertEqual((start["meterStart"], stop["meterStop"]), (1000, 1500))
        self.assertEqual((stop["transactionId"], stop["reason"]), (7, "Local"))
        self.assertEqual(stop["idTag"], "TAG1")
        self.assertTrue(start["timestamp"] < stop["timestamp"])
        self.assertFalse("transactionData" in stop)
        self.assertFalse("reservationId" in start)

    def test_sends_in_order_and_never_ahead(self):
        """T1: a message waits until those before it are through."""
        world = self.world
        world.config.meter_value_sample_interval_s = 1
        world.mute.append("StartTransaction")
        world.charge()
        world.run_ms(3000)
        self.stop()
        waiting = self.queue()
        world.mute = []
        world.answer("StartTransaction", start_answer("Accepted"))
        world.run_ms(3000)

        self.assertEqual(waiting, ["StartTransaction"])
        self.assertEqual(self.queue()[-1], "StopTransaction")
        self.assertEqual(self.queue()[1:-1], ["MeterValues"] * (len(self.queue()) - 2))
        self.assertTrue(len(self.queue()) >= 5)

    def test_gives_messages_the_id_that_became_known_later(self):
        """T7, TC_039: made before the answer, sent with its number."""
        world = self.world
        world.config.meter_value_sample_interval_s = 1
        world.mute.append("StartTransaction")
        world.charge()
        world.run_ms(2500)
        self.stop()
        world.mute = []
        world.answer("StartTransaction", start_answer("Accepted", -44))
        world.run_ms(3000)

        rows = world.payloads("MeterValues") + world.payloads("StopTransaction")
        self.assertEqual(sorted({row["transactionId"] for row in rows}), [-44])

    def test_delivers_a_session_that_was_offline(self):
        """T2, TC_037_1, TC_039: with the times of then, before anything new."""
        world = self.world
        world.set("AllowOfflineTxForUnknownId", "true")
        world.take_calls()
        world.close()
        world.charge()
        world.run_ms(120_000, 500)
        self.stop()
        world.run_ms(600_000, 500)
        world.open()
        world.run_ms(3000)

        self.assertEqual(
            self.queue(), ["StartTransaction", "MeterValues", "MeterValues", "StopTransaction"]
        )
        start = world.payloads("StartTransaction")[0]
        self.assertEqual(start["timestamp"][:16], "2026-11-24T10:00")
        self.assertEqual(world.payloads("StopTransaction")[0]["transactionId"], 7)

    def test_keeps_the_queue_over_a_power_cut(self):
        """T2: also when the start was answered in the boot before."""
        world = self.world
        world.charge()
        world.close()
        self.stop()
        again = Ocpp16World(flash=world.flash, boot_number=8)
        again.open()
        again.run_ms(2000)

        stop = again.payloads("StopTransaction")[0]
        self.assertEqual((stop["transactionId"], stop["reason"]), (7, "Local"))

    def test_repeats_what_the_server_failed_to_process(self):
        """T3, JE 3.3: after interval times transmissions made, up to the attempts; then parks."""
        world = self.world
        for failure in (("error", "InternalError"), {"transactionId": 7}, {}):
            with self.subTest(failure=failure):
                world = self.world = Ocpp16World().boot()
                world.config.meter_value_sample_interval_s = 0
                world.answers["StartTransaction"] = failure
                world.charge()
                counts = []
                for wait_ms in (RETRY_MS - 2000, 4000, 2 * RETRY_MS - 6000, 6000, 300_000):
                    world.run_ms(wait_ms, 200)
                    counts.append(len(world.payloads("StartTransaction")))

                self.assertEqual(counts, [1, 2, 2, 3, 3])
                self.assertIn(EV_RECORD_PARKED, world.event_codes())
                self.assertEqual(world.outbox.parked, 1)

    def test_repeats_a_record_with_the_id_of_the_first_attempt(self):
        """J4, T4, JE 3.1: so that a server can recognize it."""
        world = self.world
        world.mute.append("StartTransaction")
        world.charge()
        first = world._ids[0][0]
        world.close()
        world.open()
        world.run_ms(1000)

        self.assertEqual(len(world.payloads("StartTransaction")), 2)
        self.assertEqual(world._ids[0][0], first)

    def test_uses_up_no_attempt_when_the_connection_breaks(self):
        """T4."""
        world = self.world
        world.set("TransactionMessageAttempts", "2")
        world.mute.append("StartTransaction")
        world.charge()
        for _ in range(4):
            world.close()
            world.open()
            world.run_ms(1000)
        world.mute = []
        world.close()
        world.open()
        world.run_ms(1000)

        self.assertEqual(world.outbox.parked, 0)
        self.assertTrue(world.connector.transaction.is_id_known)

    def test_uses_up_an_attempt_when_no_answer_comes(self):
        """T4: on a connection that lives."""
        world = self.world
        world.set("TransactionMessageAttempts", "1")
        world.mute.append("StartTransaction")
        world.charge()
        world.run_ms(31_000, 100)

        self.assertEqual(world.outbox.parked, 1)

    def test_sends_minus_one_when_the_start_was_given_up(self):
        """T8, E 3.18."""
        world = self.world
        world.set("TransactionMessageAttempts", "1")
        world.config.meter_value_sample_interval_s = 2
        world.answers["StartTransaction"] = ("error", "InternalError")
        world.charge()
        world.run_ms(3000)
        self.stop()

        self.assertEqual(world.payloads("MeterValues")[0]["transactionId"], -1)
        self.assertEqual(world.payloads("StopTransaction")[0]["transactionId"], -1)

    def test_stops_the_energy_when_the_server_refuses_the_tag(self):
        """T6, TC_037_3: DeAuthorized, the cable stays locked."""
        for status in ("Blocked", "Expired", "Invalid", "ConcurrentTx"):
            with self.subTest(status=status):
                world = self.world = Ocpp16World().boot()
                world.answers["StartTransaction"] = start_answer(status, 0)
                world.charge()
                world.run_ms(1000)

                stop = world.payloads("StopTransaction")[0]
                self.assertEqual((stop["reason"], stop["transactionId"]), ("DeAuthorized", 0))
                self.assertFalse(world.controller.is_allowed)
                self.assertEqual(world.connector.lock_holder.text(), "TAG1")
                self.assertEqual(world.statuses()[-1], (1, "Finishing"))

    def test_keeps_the_transaction_when_only_the_energy_is_to_stop(self):
        """T6, TC_037_2."""
        world = self.world
        world.set("StopTransactionOnInvalidId", "false")
        world.answers["StartTransaction"] = start_answer("Invalid")
        world.charge()
        world.run_ms(1000)

        self.assertEqual(world.payloads("StopTransaction"), [])
        self.assertEqual(world.statuses()[-1], (1, "SuspendedEVSE"))
        self.assertFalse(world.controller.is_allowed)

    def test_learns_from_the_answer_what_the_server_thinks_of_the_tag(self):
        """T6, A6: refusals, too, and also for a session that is over."""
        world = self.world
        world.mute.append("StartTransaction")
        world.charge()
        self.stop()
        world.mute = []
        world.answer("StartTransaction", start_answer("Blocked"))
        world.run_ms(1000)

        tag = world.connector.transaction.tag
        self.assertEqual(world.cache.status(tag, world.clock.wall_s()), 1)
        self.assertEqual(len(world.payloads("StopTransaction")), 1)

    def test_learns_from_the_answer_to_a_stop_what_the_server_thinks_of_the_tag(self):
        """A6: with parent and date, too."""
        world = self.world
        info = {"status": "Blocked", "parentIdTag": "FAMILY", "expiryDate": "2030-01-01T00:00:00Z"}
        world.answers["StopTransaction"] = {"idTagInfo": info}
        world.charge()
        self.stop()
        world.run_ms(1000)

        tag = world.connector.transaction.tag
        parent = world.connector.transaction.parent
        self.assertEqual(world.cache.status(tag, world.clock.wall_s()), 1)
        world.cache.parent_into(tag, parent)
        self.assertEqual(parent.text(), "FAMILY")

    def test_never_reopens_a_stopped_transaction(self):
        """T17: whatever the answer to a stop says."""
        world = self.world
        for info in ("Accepted", "Invalid"):
            with self.subTest(info=info):
                world = self.world = Ocpp16World().boot()
                world.answers["StopTransaction"] = {"idTagInfo": {"status": info}}
                world.charge()
                self.stop()
                self.assertFalse(world.connector.transaction.is_active)
                self.assertEqual(world.statuses()[-1], (1, "Finishing"))

    def test_ignores_what_is_said_of_no_tag(self):
        """A stop without idTag may be answered with Invalid."""
        world = self.world
        world.answers["StopTransaction"] = {"idTagInfo": {"status": "Invalid"}}
        world.charge()
        world.status_of("RemoteStopTransaction", transactionId=7)
        world.run_ms(1000)

        tag = world.connector.transaction.tag
        self.assertEqual(world.cache.status(tag, world.clock.wall_s()), 0)

    def test_gives_up_meter_values_that_the_server_does_not_want(self):
        """The next message has its turn."""
        world = self.world
        world.set("TransactionMessageAttempts", "1")
        world.config.meter_value_sample_interval_s = 2
        world.answers["MeterValues"] = ("error", "FormationViolation")
        world.charge()
        world.run_ms(5000)
        self.stop()

        self.assertTrue(len(world.payloads("MeterValues")) >= 2)
        self.assertEqual(len(world.payloads("StopTransaction")), 1)

    def test_sends_no_meter_values_that_say_nothing(self):
        """The meter is silent: an empty list is refused by servers."""
        world = self.world
        world.set("MeterValuesSampledData", "Temperature")
        world.config.meter_value_sample_interval_s = 1
        world.charge()
        world.run_ms(3000)
        self.stop()

        self.assertEqual(self.queue(), ["StartTransaction", "StopTransaction"])

    def test_goes_on_when_a_transaction_id_is_no_number(self):
        """J6: a failure to process, never an exception."""
        for bad in ("7", 7.5, None, 1 << 40, [], {}):
            with self.subTest(bad=bad):
                world = self.world = Ocpp16World().boot()
                world.answers["StartTransaction"] = start_answer("Accepted", bad)
                world.charge()
                world.answers["StartTransaction"] = start_answer("Accepted", 9)
                world.run_ms(61_000, 200)
                self.assertEqual(world.connector.transaction.transaction_id, 9)
