"""Retry: refusals, connections that the server closes on a message, and waits over a long time."""

import unittest

from chargecore.base.codes import OK
from chargecore.base.events import EV_CALL_DROPPED, EV_RECORD_PARKED
from chargecore.base.ticks import TICKS_MAX
from chargecore.store.records import REC_START, REC_STOP
from chargecore.wire.retry import Retry
from chargecore.wire.rpc import ANSWER_DROPPED, ANSWER_LOST
from fakes.outbox_world import OutboxWorld
from fakes.rpc_world import RpcWorld

DAY_MS = 86_400_000


class Settings:
    transaction_message_attempts = 3
    transaction_message_retry_interval_s = 60


class RetryTest(unittest.TestCase):
    def setUp(self):
        self.retry = Retry(Settings())

    def test_waits_n_times_the_interval_after_refusal_n(self):
        for now_ms in (0, TICKS_MAX - 30_000):
            with self.subTest(now_ms=now_ms):
                self.retry.clear()
                for wait_ms in (60_000, 120_000):
                    self.assertTrue(self.retry.refused(now_ms))
                    self.assertFalse(self.retry.is_due((now_ms + wait_ms - 1) & TICKS_MAX))
                    self.assertTrue(self.retry.is_due((now_ms + wait_ms) & TICKS_MAX))
                self.assertFalse(self.retry.refused(now_ms))

    def test_is_due_whenever_it_is_asked_after_the_wait_has_passed(self):
        """Nobody asks while there is no connection, and that may be for weeks."""
        for days in range(1, 12):
            self.retry.clear()
            self.retry.refused(5)
            self.assertTrue(self.retry.is_due((5 + days * DAY_MS) & TICKS_MAX), days)

    def test_gives_up_after_ten_connections_that_the_server_closed_on_it(self):
        seen = [self.retry.dropped() for _ in range(10)]

        self.assertEqual(seen, [True] * 9 + [False])

    def test_counts_drops_apart_from_refusals(self):
        for _ in range(9):
            self.retry.dropped()
        self.assertTrue(self.retry.refused(0))
        self.assertTrue(self.retry.refused(0))

        self.retry.clear()

        self.assertTrue(self.retry.dropped())
        self.assertEqual((self.retry.attempts, self.retry.drops), (0, 1))


class OutboxDropTest(unittest.TestCase):
    def setUp(self):
        self.world = OutboxWorld()
        self.outbox = self.world.outbox

    def drop(self, times):
        for _ in range(times):
            self.assertEqual(self.outbox.load_next(), OK)
            self.outbox.dropped()

    def test_parks_a_message_that_was_dropped_ten_times_and_goes_on(self):
        tx = self.world.start()
        self.world.stop(tx)
        self.drop(9)
        self.assertEqual(self.outbox.parked, 0)

        self.drop(1)

        self.assertEqual(self.outbox.parked, 1)
        self.assertIn(EV_CALL_DROPPED, self.world.codes())
        self.assertIn(EV_RECORD_PARKED, self.world.codes())
        self.assertEqual(self.world.next_kind(), REC_STOP)
        self.assertEqual(self.outbox.transaction_id, -1)  # T8: its start was given up

    def test_counts_anew_when_another_message_has_its_turn(self):
        tx = self.world.start()
        self.world.stop(tx)
        self.drop(9)
        self.assertEqual(self.world.deliver(), REC_START)
        self.drop(9)

        self.assertEqual(self.outbox.parked, 0)

    def test_uses_up_no_attempt(self):
        self.world.start()
        self.drop(5)
        self.world.refuse()
        self.world.pass_ms(600_000)
        self.world.refuse()

        self.assertEqual(self.outbox.parked, 0)

    def test_does_nothing_while_no_message_is_loaded(self):
        self.outbox.dropped()

        self.assertEqual((self.outbox.pending, self.outbox.parked), (0, 0))


class RpcDropTest(unittest.TestCase):
    def test_tells_a_call_that_was_dropped_from_one_that_was_lost(self):
        for is_dropped, status in ((False, ANSWER_LOST), (True, ANSWER_DROPPED)):
            with self.subTest(is_dropped=is_dropped):
                world = RpcWorld()
                world.call()
                self.assertTrue(world.rpc.is_calling)

                world.channel.close()
                world.rpc.on_channel_closed(is_dropped)

                self.assertEqual([row[0] for row in world.answers], [status])
                self.assertFalse(world.rpc.is_calling)


if __name__ == "__main__":
    unittest.main()
