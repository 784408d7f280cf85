"""Outbox: messages in order, their ids, refusals and losses, and what a boot finds again."""

import unittest

from chargecore.base.codes import E_EMPTY, E_IO, E_MISSING, OK
from chargecore.base.events import EV_RECORD_BROKEN, EV_RECORD_PARKED
from chargecore.store import records
from chargecore.store.records import REC_METER, REC_START, REC_STOP
from fakes.outbox_world import WALL_S, OutboxWorld

DATA = records.METER_FLAG_DATA


class OutboxCase(unittest.TestCase):
    def setUp(self):
        self.world = OutboxWorld()

    @property
    def outbox(self):
        return self.world.outbox


class TestOutbox(OutboxCase):
    def test_owes_nothing_when_new(self):
        self.assertEqual(self.outbox.pending, 0)
        self.assertFalse(self.outbox.has_next(0))
        self.assertEqual(self.outbox.load_next(), E_EMPTY)

    def test_sends_in_the_order_of_time_with_connectors_interleaved(self):
        one = self.world.start(1)
        two = self.world.start(2)
        self.world.sample(one, 1)
        self.world.sample(two, 2)
        self.world.stop(one, 1)
        self.world.start(1)
        self.world.stop(two, 2)
        seen = []
        while self.world.next_kind():
            seen.append((self.outbox.kind, self.outbox.connector, self.outbox.tx))
            self.world.deliver()

        self.assertEqual(
            seen,
            [
                (REC_START, 1, 1),
                (REC_START, 2, 2),
                (REC_METER, 1, 1),
                (REC_METER, 2, 2),
                (REC_STOP, 1, 1),
                (REC_START, 1, 3),
                (REC_STOP, 2, 2),
            ],
        )
        self.assertEqual(self.outbox.pending, 0)

    def test_sends_no_sample_that_is_only_for_the_stop(self):
        tx = self.world.start()
        self.world.sample(tx, flags=DATA)
        self.world.stop(tx)

        self.assertEqual(self.outbox.pending, 2)
        self.assertEqual(self.world.deliver_all(), [REC_START, REC_STOP])

    def test_loads_the_same_message_until_it_is_finished(self):
        self.world.start()
        self.world.start(2)
        self.world.next_kind()
        seq = self.outbox.seq
        self.outbox.lost()
        self.world.next_kind()

        self.assertEqual(self.outbox.seq, seq)
        self.assertEqual(self.outbox.pending, 2)

    def test_does_nothing_when_told_of_a_message_that_is_not_loaded(self):
        self.world.start()
        self.outbox.accepted()
        self.outbox.refused(0)
        self.assertEqual(self.outbox.set_transaction_id(1, 5), E_MISSING)

        self.assertEqual(self.outbox.pending, 1)
        self.assertTrue(self.outbox.has_next(0))

    def test_never_uses_a_transaction_number_twice(self):
        self.world.stop(self.world.start())
        self.world.start(2)
        self.world.deliver_all()
        self.world.boot()

        self.assertEqual(self.outbox.next_tx_number(), 3)

    def test_tells_when_flash_refuses(self):
        self.world.flash.is_refusing = True

        self.assertEqual(self.world.start(), E_IO)
        self.assertEqual(self.outbox.pending, 0)
        self.assertTrue(self.outbox.find_open(0) < 0)


class TestOutboxIds(OutboxCase):
    def test_sends_the_id_of_the_server_whatever_number_it_is(self):
        for transaction_id in (0, -1, -7, 0x7FFFFFFF, -0x80000000):
            with self.subTest(transaction_id=transaction_id):
                self.setUp()
                tx = self.world.start()
                self.world.sample(tx)
                self.world.stop(tx)
                self.world.deliver(transaction_id)
                self.world.boot()
                self.world.deliver()
                self.world.next_kind()

                self.assertEqual(self.outbox.kind, REC_STOP)
                self.assertEqual(self.outbox.transaction_id, transaction_id)
                self.assertTrue(self.outbox.tx_id_known)

    def test_does_not_mix_two_sessions_of_one_connector(self):
        first = self.world.start()
        self.world.stop(first)
        second = self.world.start()
        self.world.sample(second)
        self.world.deliver(11)
        self.world.next_kind()
        self.assertEqual(self.outbox.transaction_id, 11)
        self.world.deliver()
        self.world.deliver(22)
        self.world.next_kind()

        self.assertEqual(self.outbox.transaction_id, 22)

    def test_sends_the_rest_with_minus_one_when_the_start_was_given_up(self):
        self.world.config.transaction_message_attempts = 1
        tx = self.world.start()
        self.world.sample(tx)
        self.world.stop(tx)
        self.world.refuse()
        self.world.boot()

        for kind in (REC_METER, REC_STOP):
            self.assertEqual(self.world.next_kind(), kind)
            self.assertEqual(self.outbox.transaction_id, -1)
            self.assertFalse(self.outbox.tx_id_known)
            self.world.deliver()


class TestOutboxRefusals(OutboxCase):
    """3 attempts, 60 s: send, +60 s, +120 s, drop (T3)."""

    def setUp(self):
        super().setUp()
        self.world.config.transaction_message_attempts = 3
        self.world.config.transaction_message_retry_interval_s = 60
        self.tx = self.world.start()
        self.world.stop(self.tx)

    def waits_ms(self):
        """Return how long the message waits, in whole seconds."""
        waited_ms = 0
        while not self.outbox.has_next(self.world.time.ticks_ms()):
            self.world.pass_ms(1_000)
            waited_ms += 1_000
        return waited_ms

    def test_waits_longer_after_each_refusal_and_then_goes_on(self):
        self.world.refuse()
        self.assertEqual(self.waits_ms(), 60_000)
        self.world.refuse()
        self.assertEqual(self.waits_ms(), 120_000)
        self.world.refuse()

        self.assertEqual(self.waits_ms(), 0)
        self.assertEqual(self.world.next_kind(), REC_STOP)
        self.assertEqual(self.outbox.parked, 1)
        self.assertEqual(self.outbox.pending, 1)
        self.assertIn(EV_RECORD_PARKED, self.world.codes())

    def test_uses_up_no_attempt_when_the_connection_is_lost(self):
        for _ in range(10):
            self.world.next_kind()
            self.outbox.lost()
        self.world.refuse()
        self.waits_ms()
        self.world.next_kind()
        self.outbox.lost()
        self.world.refuse()
        self.waits_ms()

        self.assertEqual(self.world.next_kind(), REC_START)
        self.assertEqual(self.outbox.parked, 0)

    def test_counts_anew_for_the_next_message(self):
        self.world.refuse()
        self.waits_ms()
        self.world.deliver()
        self.world.refuse()

        self.assertEqual(self.waits_ms(), 60_000)

    def test_remembers_what_was_parked_over_a_boot(self):
        self.world.config.transaction_message_attempts = 1
        self.world.refuse()
        self.world.refuse()
        self.assertEqual(self.outbox.pending, 0)
        self.world.boot()

        self.assertEqual(self.outbox.pending, 0)
        self.assertEqual(self.outbox.parked, 2)

    def test_waits_no_longer_than_ticks_can_tell(self):
        self.world.config.transaction_message_attempts = 100
        self.world.config.transaction_message_retry_interval_s = 0x3FFFFFFF
        self.world.refuse()

        self.assertFalse(self.outbox.has_next(self.world.pass_ms(400_000_000)))
        self.assertTrue(self.outbox.has_next(self.world.pass_ms(40_000_000)))


class TestOutboxAfterABoot(OutboxCase):
    def test_owes_what_was_not_delivered(self):
        tx = self.world.start()
        for _ in range(5):
            self.world.sample(tx)
        self.world.deliver()

        self.assertEqual(self.world.boot(), 5)
        self.assertEqual(self.world.deliver_all(), [REC_METER] * 5)

    def test_repeats_no_start_and_no_stop(self):
        tx = self.world.start()
        self.world.deliver()
        self.assertEqual(self.world.boot(), 0)
        self.world.stop(tx)
        self.world.deliver()

        self.assertEqual(self.world.boot(), 0)

    def test_repeats_seven_samples_at_most(self):
        tx = self.world.start()
        for _ in range(20):
            self.world.sample(tx)
        worst = 0
        for owed in range(20, -1, -1):
            self.world.deliver()
            flash_owes = OutboxWorld(flash=self.world.flash).outbox.pending
            worst = max(worst, flash_owes - owed)

        self.assertEqual(worst, 7)

    def test_tells_the_time_of_records_from_before_the_time_was_known(self):
        self.world.boot(is_time_known=False)
        tx = self.world.start()
        self.world.pass_ms(30_000)
        self.world.sample(tx)
        self.world.next_kind()
        self.assertEqual(self.outbox.wall_s, -1)

        self.world.clock.set_wall(WALL_S, 0, 1)
        self.world.next_kind()
        self.assertEqual(self.outbox.wall_s, WALL_S - 30)
        self.world.boot(is_time_known=False)
        self.world.next_kind()

        self.assertEqual(self.outbox.wall_s, WALL_S - 30)

    def test_places_a_boot_without_time_before_the_one_that_has_it(self):
        self.world.boot(is_time_known=False)
        self.world.pass_ms(30_000)
        self.world.start()
        self.world.boot(is_time_known=False)
        self.world.clock.set_wall(WALL_S, 0, 1)
        self.world.next_kind()

        self.assertEqual(self.outbox.wall_s, WALL_S - 1)

    def test_owes_the_samples_before_one_that_was_torn_and_says_that_it_was(self):
        """Power fails while MeterValues are kept offline, at any byte of the record."""
        tx = self.world.start()
        for wh in range(3):
            self.world.sample(tx, register_wh=wh)
        image = bytes(self.world.flash.blocks[0])
        slot = 4 * 64
        for torn_len in range(1, 64):
            with self.subTest(torn_len=torn_len):
                self.world.flash.blocks[0][:] = image
                for at in range(slot + torn_len, slot + 64):
                    self.world.flash.blocks[0][at] = 0xFF

                self.assertEqual(self.world.boot(), 3)
                self.assertIn(EV_RECORD_BROKEN, self.world.codes())
                self.assertEqual(self.outbox.load_open(1), OK)
                self.assertEqual(self.outbox.open.register_wh, 1)

    def test_finds_the_sessions_that_were_cut(self):
        self.world.start(1)
        self.world.stop(self.world.start(2), 2)
        self.world.start(4)
        self.world.deliver_all()
        self.world.boot()

        self.assertEqual(self.outbox.find_open(0), 1)
        self.assertEqual(self.outbox.find_open(2), 4)
        self.assertEqual(self.outbox.find_open(5), E_MISSING)


class TestOutboxSamples(OutboxCase):
    def test_gives_the_samples_of_the_loaded_stop(self):
        tx = self.world.start()
        own = [self.world.sample(tx, flags=DATA, register_wh=n) for n in range(3)]
        self.world.stop(tx)
        self.world.deliver()
        self.world.next_kind()
        found = []
        seq = self.outbox.first_sample(tx)
        while seq >= 0:
            self.assertEqual(self.outbox.load_sample(seq), OK)
            found.append((seq, self.outbox.sample.u32(records.OFF_REGISTER_WH)))
            seq = self.outbox.next_sample(seq, tx)

        self.assertEqual(found, [(own[n], n) for n in range(3)])

    def test_still_has_them_when_the_start_was_delivered_before_a_boot(self):
        tx = self.world.start()
        self.world.sample(tx, flags=DATA | records.METER_FLAG_SEND)
        self.world.deliver_all()
        self.world.boot()
        self.world.stop(tx)
        while self.world.next_kind() != REC_STOP:
            self.world.deliver()

        self.assertTrue(self.outbox.first_sample(tx) > 0)


if __name__ == "__main__":
    unittest.main()
