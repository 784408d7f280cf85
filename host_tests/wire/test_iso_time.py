"""iso_time: instants in all the forms that servers send, and the one that we send."""

import unittest
from array import array

from chargecore.wire.iso_time import (
    TIME_BEFORE,
    TIME_BEHIND,
    TIME_MALFORMED,
    WALL_LAST_S,
    before_2024_s,
    parse_time,
    put_time,
)

_DAY_S = 86400


class ParseTest(unittest.TestCase):
    def setUp(self):
        self.out = array("i", [0] * 7)

    def parse(self, text):
        """Parse text inside other text: nothing around it may count."""
        return parse_time(b"99" + text + b"99", 2, 2 + len(text), self.out)

    def test_reads_what_servers_send(self):
        """J10."""
        for text in (
            b"2024-03-01T12:00:02.123Z",
            b"2024-03-01T12:00:02Z",
            b"2024-03-01T12:00:02",
            b"2024-03-01t12:00:02z",
            b"2024-03-01T12:00:02.123456+00:00",
            b"2024-03-01T12:00:02,5-00:00",
            b"2024-03-01T13:30:02+01:30",
            b"2024-03-01T13:30:02+0130",
            b"2024-03-01T14:00:02+02",
            b"2024-02-29T23:00:02-13:00",
            b"2024-03-02T11:59:02+23:59",
        ):
            with self.subTest(text=text):
                self.assertEqual(self.parse(text), 60 * _DAY_S + 43202)

    def test_cuts_a_fraction_to_milliseconds(self):
        for text, part_ms in (
            (b".1", 100),
            (b".12", 120),
            (b".1239", 123),
            (b".000999", 0),
            (b"", 0),
        ):
            self.parse(b"2024-01-01T00:00:00" + text + b"Z")
            self.assertEqual(self.out[0], part_ms)

    def test_knows_the_calendar(self):
        for text, day in (
            (b"2024-01-01", 0),
            (b"2024-02-29", 59),
            (b"2024-12-31", 365),
            (b"2025-01-01", 366),
            (b"2025-03-01", 425),
            (b"2028-02-29", 1520),
            (b"2057-12-31", 12418),
        ):
            self.assertEqual(self.parse(text + b"T00:00:00Z"), day * _DAY_S)

    def test_takes_a_leap_second(self):
        self.assertEqual(self.parse(b"2024-12-31T23:59:60Z"), 366 * _DAY_S)

    def test_tells_instants_outside_its_years(self):
        for text, code in (
            (b"2023-12-31T23:59:59Z", TIME_BEFORE),
            (b"2024-01-01T00:00:00+00:01", TIME_BEFORE),
            (b"1970-01-01T00:00:00Z", TIME_BEFORE),
            (b"0001-01-01T00:00:00Z", TIME_BEFORE),
            (b"2058-01-01T00:00:00Z", TIME_BEHIND),
            (b"2057-12-31T23:59:59-00:01", TIME_BEHIND),
            (b"9999-12-31T23:59:59Z", TIME_BEHIND),
            (b"2057-12-31T23:59:59Z", WALL_LAST_S),
            (b"2023-12-31T23:59:59-00:01", 59),
        ):
            self.assertEqual(self.parse(text), code)

    def test_counts_back_before_2024_down_to_2007(self):
        for text, wall_s in (
            (b"2023-12-31T23:59:59Z", -1),
            (b"2024-01-01T00:00:00+00:01", -60),
            (b"2023-01-01T06:00:00-02:00", -365 * _DAY_S + 8 * 3600),
            (b"2013-01-01T08:00:00Z", -4017 * _DAY_S + 8 * 3600),
            (b"2007-01-06T00:00:00Z", -6204 * _DAY_S),
        ):
            self.assertEqual(self.parse(text), TIME_BEFORE)
            self.assertEqual(before_2024_s(self.out), wall_s)

    def test_keeps_time_and_weekday_of_an_instant_before_2007(self):
        for text, weekday, day_s in (  # 2024-01-01 was a Monday
            (b"2006-12-31T23:59:59Z", 6, 86_399),
            (b"2000-01-03T00:00:00Z", 0, 0),
            (b"1970-01-01T12:00:00+12:00", 3, 0),
            (b"0001-01-01T00:00:01Z", 0, 1),
        ):
            self.assertEqual(self.parse(text), TIME_BEFORE)
            wall_s = before_2024_s(self.out)
            self.assertEqual((wall_s // _DAY_S % 7, wall_s % _DAY_S), (weekday, day_s))
            self.assertTrue(-0x20000000 <= wall_s <= -6190 * _DAY_S)

    def test_refuses_what_is_no_instant(self):
        for text in (
            b"",
            b"2024",
            b"2024-01-01",
            b"2024-01-01T00:00",
            b"2024-01-01T00:00Z",
            b"2024-01-01 00:00:00Z",
            b"2024-01-01_00:00:00Z",
            b"2024/01/01T00:00:00Z",
            b"24-01-01T00:00:00Z",
            b"2024-1-01T00:00:00Z",
            b"2024-00-01T00:00:00Z",
            b"2024-13-01T00:00:00Z",
            b"2024-01-00T00:00:00Z",
            b"2024-01-32T00:00:00Z",
            b"2024-04-31T00:00:00Z",
            b"2025-02-29T00:00:00Z",
            b"2100-02-29T00:00:00Z",
            b"0000-01-01T00:00:00Z",
            b"2024-01-01T24:00:00Z",
            b"2024-01-01T00:60:00Z",
            b"2024-01-01T00:00:61Z",
            b"2024-01-01T00:00:00.Z",
            b"2024-01-01T00:00:00.1.2Z",
            b"2024-01-01T00:00:00ZZ",
            b"2024-01-01T00:00:00Z ",
            b" 2024-01-01T00:00:00Z",
            b"2024-01-01T00:00:00+",
            b"2024-01-01T00:00:00+1",
            b"2024-01-01T00:00:00+001",
            b"2024-01-01T00:00:00+00:0",
            b"2024-01-01T00:00:00+00:000",
            b"2024-01-01T00:00:00+0:00",
            b"2024-01-01T00:00:00+00:",
            b"2024-01-01T00:00:00+00::0",
            b"2024-01-01T00:00:00+24:00",
            b"2024-01-01T00:00:00+00:60",
            b"2024-01-01T00:00:00*00:00",
            b"2024-01-01T00:00:00UTC",
            b"-024-01-01T00:00:00Z",
            b"2024-01-01T0x:00:00Z",
        ):
            with self.subTest(text=text):
                self.assertEqual(self.parse(text), TIME_MALFORMED)


class PutTest(unittest.TestCase):
    def put(self, wall_s, part_ms=-1):
        buf = bytearray(24)
        return bytes(buf[: put_time(buf, wall_s, part_ms)])

    def test_writes_utc_with_z(self):
        """J10."""
        for wall_s, text in (
            (0, b"2024-01-01T00:00:00Z"),
            (59 * _DAY_S, b"2024-02-29T00:00:00Z"),
            (60 * _DAY_S - 1, b"2024-02-29T23:59:59Z"),
            (366 * _DAY_S - 1, b"2024-12-31T23:59:59Z"),
            (366 * _DAY_S, b"2025-01-01T00:00:00Z"),
            (91447200, b"2026-11-24T10:00:00Z"),
            (WALL_LAST_S, b"2057-12-31T23:59:59Z"),
        ):
            self.assertEqual(self.put(wall_s), text)

    def test_writes_milliseconds_when_they_are_known(self):
        for part_ms, text in ((0, b".000Z"), (7, b".007Z"), (45, b".045Z"), (999, b".999Z")):
            self.assertEqual(self.put(0, part_ms), b"2024-01-01T00:00:00" + text)

    def test_writes_what_it_reads(self):
        out = array("i", [0] * 7)
        buf = bytearray(24)
        for wall_s in range(0, WALL_LAST_S, 7654321):
            length = put_time(buf, wall_s, wall_s % 1000)
            self.assertEqual(parse_time(buf, 0, length, out), wall_s)
            self.assertEqual(out[0], wall_s % 1000)


if __name__ == "__main__":
    unittest.main()
