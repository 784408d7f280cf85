"""ChipRtc: the chip's own clock, which mbedtls checks the dates of certificates with.

Called by: net.TlsClock. It begins at some year at power-on; an ESP32 keeps it over a reset.
Heap: a tuple and numbers beyond the small ones, once per connection.
"""

import time

from micropython import const

from chargecore.base.calendar import (
    DAY_S,
    day_of_year,
    days_before_month,
    month_of_day,
    year_of_day,
)

_S_1970_TO_2024 = 1_704_067_200
_S_2000_TO_2024 = 757_382_400
_HOUR_S = const(3_600)


class ChipRtc:
    """rtc: machine.RTC()."""

    def __init__(self, rtc):
        self._rtc = rtc
        is_1970 = time.gmtime(0)[0] == 1970  # RP2; an ESP32 counts from 2000
        self._offset_s = _S_1970_TO_2024 if is_1970 else _S_2000_TO_2024

    def read_s(self):
        """Return seconds since 2024-01-01; negative before that."""
        return int(time.time()) - self._offset_s

    def set_s(self, wall_s):
        """Set it. Range: what calendar knows, 2024..2057."""
        day_idx, second = wall_s // DAY_S, wall_s % DAY_S
        year = year_of_day(day_idx)
        in_year = day_of_year(day_idx)
        month = month_of_day(in_year, year % 4 == 0)
        day = in_year - days_before_month(month, year % 4 == 0) + 1
        hour, rest_s = second // _HOUR_S, second % _HOUR_S
        weekday = day_idx % 7  # 2024 began on a Monday, which is 0
        self._rtc.datetime((year, month, day, weekday, hour, rest_s // 60, rest_s % 60, 0))
