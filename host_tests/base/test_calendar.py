"""Calendar: known dates. Every day up to 2057 is compared with datetime in properties/."""

import unittest

from chargecore.base.calendar import (
    DAY_S,
    day_of_year,
    days_before_month,
    days_in_month,
    month_of_day,
    wall_from_date,
    year_of_day,
)


class TestCalendar(unittest.TestCase):
    def test_starts_at_2024(self):
        self.assertEqual(wall_from_date(2024, 1, 1), 0)

    def test_knows_dates_on_both_sides_of_a_leap_day(self):
        for year, month, day, day_idx in (
            (2024, 2, 29, 59),
            (2024, 3, 1, 60),
            (2024, 12, 31, 365),
            (2025, 1, 1, 366),
            (2025, 3, 1, 366 + 59),
            (2028, 1, 1, 1461),
            (2028, 2, 29, 1461 + 59),
            (2057, 12, 31, 12418),
        ):
            with self.subTest(year=year, month=month, day=day):
                self.assertEqual(wall_from_date(year, month, day), day_idx * DAY_S)

    def test_stays_a_small_int_until_the_end_of_2057(self):
        last_s = wall_from_date(2057, 12, 31) + DAY_S - 1

        self.assertLessEqual(last_s, (1 << 30) - 1)

    def test_turns_day_numbers_back_into_dates(self):
        for day_idx, year, month, day in (
            (0, 2024, 1, 1),
            (59, 2024, 2, 29),
            (365, 2024, 12, 31),
            (366, 2025, 1, 1),
            (730, 2025, 12, 31),
            (731, 2026, 1, 1),
            (1460, 2027, 12, 31),
            (1461, 2028, 1, 1),
            (12418, 2057, 12, 31),
        ):
            with self.subTest(day_idx=day_idx):
                in_year = day_of_year(day_idx)
                is_leap = year % 4 == 0
                self.assertEqual(year_of_day(day_idx), year)
                self.assertEqual(month_of_day(in_year, is_leap), month)
                self.assertEqual(in_year - days_before_month(month, is_leap) + 1, day)

    def test_knows_the_length_of_every_month(self):
        lengths = [days_in_month(2026, month) for month in range(1, 13)]

        self.assertEqual(lengths, [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
        self.assertEqual(days_in_month(2028, 2), 29)
