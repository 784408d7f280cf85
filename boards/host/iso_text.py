"""iso_text: wall time as people and JSON read it. Called by: the reports of the control socket."""

from chargecore.base import calendar
from chargecore.base.clock import WALL_UNKNOWN


def iso_text(wall_s):
    """Return seconds since 2024 as ISO 8601 text, None for WALL_UNKNOWN."""
    if wall_s == WALL_UNKNOWN:
        return None
    day_idx, second = divmod(wall_s, calendar.DAY_S)
    year = calendar.year_of_day(day_idx)
    day_in_year = calendar.day_of_year(day_idx)
    month = calendar.month_of_day(day_in_year, year % 4 == 0)
    day = day_in_year - calendar.days_before_month(month, year % 4 == 0) + 1
    text = "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z"
    return text.format(year, month, day, second // 3600, second // 60 % 60, second % 60)
