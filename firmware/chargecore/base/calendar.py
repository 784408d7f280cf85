"""Calendar: seconds since 2024 to and from civil dates, with integers only.

Called by: json_writer (ISO 8601 out), the timestamp reader (ISO 8601 in). Heap: none.
"""

from micropython import const

DAY_S = const(86400)
_DAYS_4_YEARS = const(1461)  # 2024 is a leap year, so each group of four years starts with one
_CUMULATIVE_DAYS = b"\x00\x1f\x3b\x5a\x78\x97\xb5\xd4\xf3\x11\x30\x4e"  # low bytes, common year


def days_before_month(month, leap):  # HOT
    """Return the days of the year before the first of month. Range: month 1..12."""
    days = _CUMULATIVE_DAYS[month - 1]
    if month > 9:  # October on: 273, 304 and 334 do not fit into a byte
        days += 256
    if leap and month > 2:
        days += 1
    return days


def wall_from_date(year, month, day):  # HOT
    """Return seconds since 2024-01-01 of that date at 00:00:00Z. Range: 2024..2057."""
    years = year - 2024
    days = years * 365 + (years + 3) // 4
    return (days + days_before_month(month, years % 4 == 0) + day - 1) * DAY_S


def days_in_month(year, month):  # HOT
    """Return 28..31. Range: month 1..12, year 2024..2099."""
    if month == 2:
        return 29 if year % 4 == 0 else 28
    return 30 if month in (4, 6, 9, 11) else 31


def year_of_day(day_idx):  # HOT
    """Return the year that day number day_idx (0 = 2024-01-01) falls into."""
    group = day_idx // _DAYS_4_YEARS
    rest = day_idx % _DAYS_4_YEARS
    if rest < 366:
        return 2024 + 4 * group
    return 2024 + 4 * group + 1 + (rest - 366) // 365


def day_of_year(day_idx):  # HOT
    """Return the day within its year, 0..365, of day number day_idx (0 = 2024-01-01)."""
    rest = day_idx % _DAYS_4_YEARS
    if rest < 366:
        return rest
    return (rest - 366) % 365


def month_of_day(day_in_year, leap):  # HOT
    """Return the month, 1..12, of a day within its year, 0..365."""
    month = 12
    while days_before_month(month, leap) > day_in_year:
        month -= 1
    return month
