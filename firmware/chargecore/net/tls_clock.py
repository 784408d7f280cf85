"""TlsClock: sees to it that the clock mbedtls checks dates with is not wrong before it is asked.

Called by: connection, before each TLS connection; main.py makes the parts.
Never: lets a certificate be checked against a date that nobody knows; moves the station's own
wall time but by SNTP.
Heap: none; what Sntp takes while it asks.

`rtc` is the clock of the chip (boards/README.md): read_s(), set_s(wall_s), in seconds since
2024-01-01. `kept` is the newest time that flash remembers: wall_s, or WALL_UNKNOWN. In order:
what the server has told in this boot; what the chip's clock shows, unless that has been already;
SNTP; the kept time: then a certificate may have expired since, but none is taken before its time.
When a certificate was refused for its date, SNTP is asked again before anything that it, or
nobody, has told: who could forge one answer must not keep the station away for good.
"""

from micropython import const

from chargecore.base.build_date import BUILD_S
from chargecore.base.clock import QUALITY_CSMS, QUALITY_SNTP, WALL_UNKNOWN
from chargecore.base.codes import E_MISSING

_OFF_S = const(30)  # the chip's clock is set right when it is off by more
_END_S = const(0x3FFFFFFF)  # 2058: a clock that shows more is wrong, too


class TlsClock:
    """start(), then poll() until it is not 0. sntp and rtc may be None."""

    def __init__(self, clock, rtc, kept, sntp=None):
        self._clock = clock
        self._rtc = rtc
        self._kept = kept
        self._sntp = sntp
        self._result = E_MISSING
        self._is_doubted = False  # a certificate was refused for its date

    def doubt(self):
        """A certificate has expired, or is not valid yet, if the clock is right."""
        self._is_doubted = self._sntp is not None and self._clock.quality != QUALITY_CSMS

    def start(self, now_ms):
        """Look at the clocks there are; poll() tells what came of it."""
        self._result = 1
        wall_s = self._clock.wall_s()
        if self._is_doubted and self._clock.quality != QUALITY_CSMS:
            self._ask(now_ms)
        elif wall_s != WALL_UNKNOWN:
            self._set(wall_s)
        elif not self._is_rtc_possible():
            if self._sntp is None:
                self._fall_back()
            else:
                self._ask(now_ms)

    def _ask(self, now_ms):
        self._is_doubted = False
        self._result = 0
        self._sntp.start(now_ms)

    def poll(self, now_ms):
        """Return 1 when dates can be checked, 0 not yet, E_MISSING: nobody knows the date."""
        if self._result == 0:
            state = self._sntp.poll(now_ms)
            if state > 0 and self._is_possible(self._sntp.wall_s):
                self._clock.set_wall(self._sntp.wall_s, 0, QUALITY_SNTP)
                self._result = 1
                self._set(self._sntp.wall_s)
            elif state != 0:
                self._fall_back()
        return self._result

    def stop(self):
        """Give the socket back."""
        if self._sntp is not None:
            self._sntp.stop()

    def _is_possible(self, wall_s):
        """Tell whether it can be that late: time has been further on already, or has not."""
        return max(BUILD_S, self._kept.wall_s) <= wall_s < _END_S

    def _is_rtc_possible(self):
        return self._rtc is not None and self._is_possible(self._rtc.read_s())

    def _fall_back(self):
        if self._is_rtc_possible():
            self._result = 1
        elif self._kept.wall_s >= BUILD_S:
            self._result = 1
            self._set(self._kept.wall_s)
        else:
            self._result = E_MISSING

    def _set(self, wall_s):
        rtc = self._rtc
        if rtc is None:
            self._result = E_MISSING  # mbedtls would ask a clock that nobody can set
            return
        off_s = rtc.read_s() - wall_s
        if not -_OFF_S <= off_s <= _OFF_S:
            rtc.set_s(wall_s)
