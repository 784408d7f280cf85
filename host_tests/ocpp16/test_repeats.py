"""A message that is sent again: the same bytes, the same id, whatever lies between (T3, T4, T7).

The answer to "what if the transaction id became known in between?": it cannot. MeterValues and
StopTransaction are not sent at all before their start is answered or given up (T1), so what they
say about it is settled, on flash, before their first transmission.
"""

import unittest

from chargecore.store import records
from chargecore.store.parked import WHY_BAD_RESULT, WHY_CALL_ERROR, WHY_TIMEOUT
from fakes.ocpp16_world import ANSWERS, Ocpp16World
from fakes.outbox_world import OutboxWorld

RETRY_MS = 60_000
TIMEOUT_MS = 30_000
NAMES = ("StartTransaction", "MeterValues", "StopTransaction")
BOTH = records.METER_FLAG_SEND | records.METER_FLAG_DATA


class RawWorld(Ocpp16World):
    """`texts` holds the transaction messages as they left, byte by byte."""

    def __init__(self, flash=None, boot_number=7):
        self.texts = []
        super().__init__(None, flash, boot_number)
        self._take = self.channel.take_sent
        self.channel.take_sent = self.take_and_keep

    def take_and_keep(self):
        """Return what was sent, and keep the transaction messages of it."""
        sent = self._take()
        for text in sent:
            for name in NAMES:
                if b'"' + name.encode() + b'"' in bytes(text):
                    self.texts.append(bytes(text))
        return sent

    def of(self, name):
        """Return the texts of an action."""
        return [text for text in self.texts if b'"' + name.encode() + b'"' in text]


class RepeatsTest(unittest.TestCase):
    def setUp(self):
        self.world = RawWorld().boot()
        self.world.config.meter_value_sample_interval_s = 10
        self.world.set("StopTxnSampledData", "Energy.Active.Import.Register")

    def reach(self, name):
        """Let that message leave once, and no more of them answered."""
        world = self.world
        world.mute.append(name)
        world.charge()
        world.meter.import_wh = 1234
        if name != "StartTransaction":
            world.run_ms(12_000, 100)
        if name == "StopTransaction":
            world.swipe()
            world.run_ms(1000)
        self.assertEqual(len(world.of(name)), 1)
        return world.of(name)[0]

    # ---- what goes wrong between two transmissions ----

    def fail(self, name, answer):
        """The server fails to process it, now and later."""
        world = self.world
        world.answers[name] = answer
        world.mute.remove(name)
        world.run_ms(1000)
        world.run_ms(RETRY_MS, 200)

    def refuse(self, name):
        self.fail(name, ("error", "InternalError"))

    def answer_badly(self, name):
        self.fail(name, {"idTagInfo": 5} if name == "StartTransaction" else ("error", "Odd"))

    def time_out(self, name):
        self.world.run_ms(TIMEOUT_MS + RETRY_MS + 5000, 200)

    def lose(self, name):
        self.world.close()
        self.world.run_ms(5000)
        self.world.open()
        self.world.run_ms(2000)

    def cut(self, name):
        self.world = RawWorld(self.world.flash, 8)
        self.world.mute.append(name)
        self.world.meter.import_wh = 5000
        self.world.open()
        self.world.run_ms(8000, 100)

    def check(self, between):
        for name in NAMES:
            with self.subTest(name=name):
                self.setUp()
                first = self.reach(name)
                between(name)

                again = self.world.of(name)
                self.assertEqual(again[-1], first)
                if self.world.clock.boot_number == 7:
                    self.assertTrue(len(again) >= 2)

    def test_repeats_the_same_bytes_when_the_server_failed_to_process_it(self):
        self.check(self.refuse)

    def test_repeats_the_same_bytes_when_the_answer_was_not_valid(self):
        self.check(self.answer_badly)

    def test_repeats_the_same_bytes_when_no_answer_came(self):
        self.check(self.time_out)

    def test_repeats_the_same_bytes_when_the_connection_broke(self):
        self.check(self.lose)

    def test_repeats_the_same_bytes_after_a_power_cut(self):
        self.check(self.cut)

    # ---- the transaction id ----

    def test_repeats_a_start_unchanged_when_its_answer_came_too_late(self):
        first = self.reach("StartTransaction")
        message_id = self.world._ids[0][0]
        self.world.run_ms(TIMEOUT_MS + 1000, 200)
        self.world._answer(message_id, dict(ANSWERS["StartTransaction"], transactionId=99))
        self.world.run_ms(RETRY_MS + 2000, 200)

        self.assertEqual(self.world.of("StartTransaction"), [first, first])
        self.assertEqual(self.world.of("MeterValues"), [])
        self.world.mute = []
        self.world._answer(message_id, dict(ANSWERS["StartTransaction"], transactionId=99))
        self.world.run_ms(20_000, 200)
        self.assertTrue(len(self.world.payloads("MeterValues")) > 5)
        ids = [row["transactionId"] for row in self.world.payloads("MeterValues")]
        self.assertEqual(sorted(set(ids)), [99])

    def test_says_minus_one_to_the_end_when_the_start_was_given_up(self):
        """T8: also when an answer comes after that, and after a power cut."""
        world = self.world
        world.set("TransactionMessageAttempts", "1")
        world.mute = ["StartTransaction", "StopTransaction"]
        world.charge()
        message_id = world._ids[0][0]
        world.run_ms(TIMEOUT_MS + 1000, 200)
        world._answer(message_id, ANSWERS["StartTransaction"])
        world.swipe()
        world.run_ms(2000)
        first = world.of("StopTransaction")[0]
        self.cut("StopTransaction")

        self.assertTrue(b'"transactionId":-1' in first)
        self.assertEqual(self.world.of("StopTransaction")[0], first)

    # ---- given up ----

    def test_lists_what_was_given_up_and_why(self):
        for way, answer, why in (
            (self.refuse, ("error", "InternalError"), WHY_CALL_ERROR),
            (self.time_out, None, WHY_TIMEOUT),
        ):
            with self.subTest(why=why):
                self.setUp()
                self.world.set("TransactionMessageAttempts", "2")
                self.reach("StopTransaction")
                stopped_s = self.world.outbox.wall_s
                way("StopTransaction")
                if answer is None:
                    self.world.run_ms(TIMEOUT_MS, 200)

                self.assertEqual(self.world.outbox.parked, 1)
                parked = self.world.outbox.parked_list
                self.assertEqual((parked.list_len, parked.load(0)), (1, 0))
                record = parked.record
                self.assertEqual(record.u8(records.PARKED_KIND), records.REC_STOP)
                self.assertEqual(record.u8(records.PARKED_WHY), why)
                self.assertEqual(record.u16(records.PARKED_ATTEMPTS), 2)
                self.assertEqual(record.i32(records.PARKED_WALL_S), stopped_s)
                self.assertTrue(record.i32(records.OFF_WALL_S) > stopped_s + 50)
                self.assertEqual(record.u32(records.OFF_REGISTER_WH), 1234)
                self.assertEqual(record.u8(records.OFF_CONNECTOR), 1)

    def test_says_that_an_answer_was_not_valid(self):
        self.world.set("TransactionMessageAttempts", "1")
        self.world.answers["StartTransaction"] = {"transactionId": 7}
        self.world.charge()
        self.world.run_ms(1000)

        parked = self.world.outbox.parked_list
        self.assertEqual(parked.load(0), 0)
        self.assertEqual(parked.record.u8(records.PARKED_WHY), WHY_BAD_RESULT)


class RepeatedDataTest(unittest.TestCase):
    def samples(self, world):
        found = []
        seq = world.outbox.first_sample(world.outbox.tx)
        while seq >= 0:
            found.append(seq)
            seq = world.outbox.next_sample(seq, world.outbox.tx)
        return found

    def test_keeps_the_samples_of_a_stop_that_was_sent_when_the_journal_is_thinned_after_a_boot(
        self,
    ):
        world = OutboxWorld(block_count=8, block_size=1_024)
        tx = world.start()
        for _ in range(30):
            world.sample(tx, flags=records.METER_FLAG_DATA)
        world.stop(tx)
        world.deliver()
        world.next_kind()
        first = self.samples(world)
        world.boot()
        while not world.outbox.compactor.thinned:
            other = world.start(2)
            for _ in range(10):
                world.sample(other, 2, flags=BOTH)
            world.stop(other, 2)
        world.next_kind()

        self.assertEqual(world.outbox.kind, records.REC_STOP)
        self.assertEqual(len(first), 30)
        self.assertEqual(self.samples(world), first)

    def test_remembers_what_was_parked_however_much_comes_after_it(self):
        world = OutboxWorld(block_count=6, block_size=1_024)
        world.config.transaction_message_attempts = 1
        tx = world.start(2, register_wh=77)
        world.refuse()
        world.stop(tx, 2)
        for n in range(60):
            tx = world.start(n % 2 + 1)
            world.sample(tx, n % 2 + 1, flags=BOTH)
            world.stop(tx, n % 2 + 1)
            world.deliver_all()
        world.boot()

        self.assertEqual(world.outbox.parked, 1)
        self.assertEqual(world.outbox.parked_list.load(0), 0)
        self.assertEqual(world.outbox.parked_list.record.u32(records.OFF_REGISTER_WH), 77)

    def test_keeps_the_newest_of_many_and_counts_all(self):
        world = OutboxWorld(block_count=6, block_size=1_024)
        world.config.transaction_message_attempts = 1
        for _ in range(20):
            tx = world.start()
            world.stop(tx)
            world.refuse()
            world.refuse()
        world.boot()

        parked = world.outbox.parked_list
        self.assertEqual((world.outbox.parked, parked.list_len), (40, 8))
        self.assertEqual(parked.load(0), 0)
        self.assertEqual(parked.record.u32(records.PARKED_COUNT), 40)
        self.assertEqual(parked.load(7), 0)
        self.assertEqual(parked.record.u32(records.PARKED_COUNT), 33)


if __name__ == "__main__":
    unittest.main()
