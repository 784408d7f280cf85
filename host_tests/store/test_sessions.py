"""Sessions: per connector, what is under way at the server and what is still open."""

import unittest

from chargecore.store import records
from chargecore.store.records import Record
from chargecore.store.sessions import TX_ID_NONE, Sessions


def record_of(kind, connector, tx):
    record = Record()
    record.clear(kind, connector)
    record.put_u32(records.OFF_TX, tx)
    return record


class TestSessions(unittest.TestCase):
    def setUp(self):
        self.sessions = Sessions()

    def note(self, kind, connector, tx, seq, is_done):
        self.sessions.note(record_of(kind, connector, tx), seq, is_done)

    def note_id(self, connector, tx, transaction_id, flags):
        record = record_of(records.REC_TX_ID, connector, tx)
        record.put_i32(records.TX_ID_VALUE, transaction_id)
        record.put_u8(records.TX_ID_FLAGS, flags)
        self.sessions.note(record, 99, True)

    def test_knows_the_open_session_of_each_connector(self):
        self.note(records.REC_START, 1, 5, 1, False)
        self.note(records.REC_START, 2, 6, 2, False)
        self.note(records.REC_STOP, 1, 5, 3, False)

        self.assertEqual(list(self.sessions.open_tx[:3]), [0, 0, 6])
        self.assertEqual(self.sessions.highest_tx, 6)

    def test_keeps_the_id_of_the_server_whatever_number_it_is(self):
        for transaction_id in (0, -5, 0x7FFFFFFF, -0x80000000):
            with self.subTest(transaction_id=transaction_id):
                self.setUp()
                self.note(records.REC_START, 1, 5, 1, True)
                self.note_id(1, 5, transaction_id, records.TX_ID_FLAG_KNOWN)

                self.assertEqual(self.sessions.transaction_id[1], transaction_id)
                self.assertEqual(self.sessions.is_id_known[1], 1)

    def test_sends_minus_one_when_the_start_was_given_up(self):
        self.note(records.REC_START, 1, 5, 1, True)
        self.note_id(1, 5, 44, 0)

        self.assertEqual(self.sessions.transaction_id[1], TX_ID_NONE)
        self.assertEqual(self.sessions.is_id_known[1], 0)

    def test_forgets_the_id_when_the_stop_is_delivered(self):
        self.note(records.REC_START, 1, 5, 1, True)
        self.note_id(1, 5, 44, records.TX_ID_FLAG_KNOWN)
        self.note(records.REC_STOP, 1, 5, 3, True)

        self.assertEqual(self.sessions.sent_tx[1], 0)
        self.assertEqual(self.sessions.transaction_id[1], TX_ID_NONE)

    def test_ignores_the_id_of_a_session_that_is_over(self):
        self.note(records.REC_START, 1, 6, 1, True)
        self.note_id(1, 5, 44, records.TX_ID_FLAG_KNOWN)

        self.assertEqual(self.sessions.is_id_known[1], 0)

    def test_takes_the_stop_before_for_delivered_when_only_the_next_start_is_left(self):
        self.note(records.REC_START, 1, 5, 1, True)
        self.note(records.REC_START, 1, 6, 9, False)

        self.assertEqual(self.sessions.sent_tx[1], 0)
        self.assertEqual(self.sessions.open_tx[1], 6)

    def test_keeps_the_session_before_while_its_stop_is_owed(self):
        self.note(records.REC_START, 1, 5, 1, True)
        self.note(records.REC_STOP, 1, 5, 8, False)
        self.note(records.REC_START, 1, 6, 9, False)

        self.assertEqual(self.sessions.sent_tx[1], 5)

    def test_needs_what_is_not_delivered(self):
        for kind in (records.REC_START, records.REC_METER, records.REC_STOP):
            self.assertTrue(self.sessions.is_needed(record_of(kind, 1, 5), 10, 9))

    def test_needs_the_start_and_the_samples_for_the_stop_until_that_is_delivered(self):
        sample = record_of(records.REC_METER, 1, 5)
        sample.put_u8(records.METER_FLAGS, records.METER_FLAG_DATA)
        start = record_of(records.REC_START, 1, 5)
        number = record_of(records.REC_TX_ID, 1, 5)
        self.note(records.REC_START, 1, 5, 1, True)
        for record in (sample, start, number):
            self.assertTrue(self.sessions.is_needed(record, 3, 9))

        self.note(records.REC_STOP, 1, 5, 8, True)

        for record in (sample, start, number):
            self.assertFalse(self.sessions.is_needed(record, 3, 9))

    def test_needs_no_delivered_sample_that_is_not_for_the_stop(self):
        sample = record_of(records.REC_METER, 1, 5)
        sample.put_u8(records.METER_FLAGS, records.METER_FLAG_SEND)
        self.note(records.REC_START, 1, 5, 1, True)

        self.assertFalse(self.sessions.is_needed(sample, 3, 9))

    def test_needs_the_stop_of_the_newest_session_as_proof_that_it_is_over(self):
        self.note(records.REC_STOP, 1, 5, 3, True)
        stop = record_of(records.REC_STOP, 1, 5)
        self.assertTrue(self.sessions.is_needed(stop, 3, 9))

        self.note(records.REC_STOP, 1, 6, 7, True)

        self.assertFalse(self.sessions.is_needed(stop, 3, 9))

    def test_needs_the_time_of_a_boot_while_a_session_waits_for_its_stop(self):
        boot_time = record_of(records.REC_BOOT_TIME, 0, 0)
        self.assertFalse(self.sessions.is_needed(boot_time, 3, 9))
        self.assertTrue(self.sessions.is_needed(boot_time, 10, 9))

        self.note(records.REC_START, 1, 5, 1, True)

        self.assertTrue(self.sessions.is_needed(boot_time, 3, 9))


if __name__ == "__main__":
    unittest.main()
