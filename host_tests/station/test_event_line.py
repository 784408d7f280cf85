"""An event as the line that every console shows."""

import unittest

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_CONTACTOR_OPENED, EV_FLASH_ERROR, TEXTS, text_of
from chargecore.base.text_line import CAPACITY, TextLine
from chargecore.safety.reasons import OPEN_RCD, ROWS
from chargecore.station.event_line import put_event
from fakes.ticks import FakeTicks


class EventLineTest(unittest.TestCase):
    def setUp(self):
        self.log = EventLog(Clock(FakeTicks().ticks_ms, 7), 4)
        self.line = TextLine()

    def said(self, code, a=0, b=0):
        self.log.add(code, a, b)
        put_event(self.line, self.log, self.log.total - 1)
        return str(bytes(self.line.buf[: self.line.length]), "ascii")

    def test_says_what_the_log_says_of_every_event(self):
        for code, _text in TEXTS:
            for a, b in ((0, 1), (-12_345, 67), (1_073_741_823, -1_073_741_824)):
                with self.subTest(code=code, a=a):
                    said = self.said(code, a, b)

                    wanted = "       0 s  " + text_of(code, a, b)
                    if code == EV_CONTACTOR_OPENED:
                        self.assertEqual(said[: len(wanted)], wanted)
                    else:
                        self.assertEqual(said, wanted)

    def test_says_why_the_contactor_opened(self):
        said = self.said(EV_CONTACTOR_OPENED, 1, OPEN_RCD)

        text = next(row[2] for row in ROWS if row[0] == OPEN_RCD)
        self.assertTrue(said.endswith("contactor opened, reason 3: OPEN_RCD, " + text), said)

    def test_every_reason_fits(self):
        for row in ROWS:
            with self.subTest(reason=row[1]):
                self.assertTrue(self.said(EV_CONTACTOR_OPENED, 99, row[0]).endswith(row[2]))

    def test_says_the_numbers_of_an_event_that_nobody_knows(self):
        self.assertEqual(self.said(9_999, 3, -4), "       0 s  event 9999 (3, -4)")

    def test_says_when(self):
        self.log.restore(-1, (EV_FLASH_ERROR, 28, 0, 1_234_567, 6))

        put_event(self.line, self.log, -1)

        said = bytes(self.line.buf[: self.line.length])
        self.assertEqual(said, b" 1234567 s  flash operation failed, errno 28")


class TextLineTest(unittest.TestCase):
    def test_leaves_out_what_comes_when_it_is_full_and_keeps_its_end(self):
        line = TextLine()
        for _ in range(50):
            line.put("twelve signs")
        line.put_word(b"more")
        line.put_number(7)
        line.end()

        self.assertEqual(line.length, CAPACITY)
        # 398 signs of 33 times twelve and two more.
        self.assertEqual(bytes(line.buf[-10:]), b" signstw\r\n")

    def test_puts_numbers_with_their_sign_and_width(self):
        cases = ((0, 1, b"0"), (7, 3, b"  7"), (-7, 1, b"-7"), (1_000, 2, b"1000"), (10, 2, b"10"))
        for value, width, wanted in cases:
            with self.subTest(value=value):
                line = TextLine()
                line.put_number(value, width)

                self.assertEqual(bytes(line.buf[: line.length]), wanted)


if __name__ == "__main__":
    unittest.main()
