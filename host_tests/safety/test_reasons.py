"""The lists of reasons and faults: closed, numbered, complete."""

import unittest

from chargecore.safety import faults, reasons
from chargecore.safety.reason_faults import fault_of


class ReasonsTest(unittest.TestCase):
    def test_numbers_rows_by_their_index(self):
        for number, row in enumerate(reasons.ROWS):
            self.assertEqual(row[0], number)
            self.assertEqual(getattr(reasons, row[1]), number)

    def test_has_a_text_a_source_and_a_test_in_every_row(self):
        texts = set()
        for row in reasons.ROWS:
            self.assertTrue(row[2] and row[3])
            self.assertTrue(row[4].startswith("test_"))
            texts.add(row[2])
            self.assertEqual(reasons.text_of(row[0]), row[2])
        self.assertEqual(len(texts), len(reasons.ROWS))

    def test_leads_to_the_fault_of_its_row_which_blocks(self):
        for row in reasons.ROWS:
            fault = fault_of(row[0])
            self.assertEqual(fault, row[5])
            self.assertEqual(faults.is_blocking(fault), fault != faults.FAULT_NONE)

    def test_knows_warnings_from_faults(self):
        for fault in (
            faults.FAULT_EV_COMMUNICATION,
            faults.FAULT_READER,
            faults.FAULT_WEAK_SIGNAL,
            faults.FAULT_LOCAL_LIST,
            faults.FAULT_NONE,
        ):
            self.assertFalse(faults.is_blocking(fault))
        for fault in (faults.FAULT_GROUND, faults.FAULT_OTHER, faults.FAULT_CONNECTOR_LOCK):
            self.assertTrue(faults.is_blocking(fault))
