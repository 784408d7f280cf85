"""Diagnostics: brings the report to where the server wants it, with as many tries as it wants.

Called by: firmware_management (ask, poll). Never: tells a failure before the last try (F1).
Source: OCPP 1.6 §5.9, errata 3.50. Heap: the URL and what Report needs while it is under way.
"""

from micropython import const

from chargecore.base.codes import E_BUSY
from chargecore.base.events import EV_DIAGNOSTICS_STATUS
from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.station.task_news import UPLOAD_FAILED, UPLOADED, UPLOADING

_IDLE = const(0)
_WAIT = const(1)  # for the next try
_MEASURE = const(2)
_TURN = const(3)  # for somebody else's file
_SEND = const(4)
_LONGEST_WAIT_S = const(500_000)  # ticks end at 6.2 days


class Diagnostics:
    """A newer request takes the place of one that is under way: the server wants this one now."""

    def __init__(self, transfer, report, news, events):
        self._transfer = transfer
        self._report = report
        self._events = events
        self._news = news
        self._url = b""
        self._retries = 0  # tries left behind this one
        self._interval_s = 0
        self._deadline_ms = 0  # of the wait
        self._stage = _IDLE

    @property
    def is_busy(self):  # HOT
        """Whether an upload is under way."""
        return self._stage != _IDLE

    def ask(self, url, retries, interval_s, from_s, until_s):
        """Begin. Return the file's name, or E_BUSY when there is no heap for a report now."""
        if self._stage == _SEND:
            self._transfer.stop()
        self._stage = _IDLE
        try:
            self._report.begin(from_s, until_s)
        except MemoryError:
            return E_BUSY
        self._url = url
        self._retries = retries
        self._interval_s = min(max(interval_s, 0), _LONGEST_WAIT_S)
        self._stage = _MEASURE
        self._tell(UPLOADING)
        return self._report.name

    def poll(self, now_ms):  # HOT
        """Go on."""
        stage = self._stage
        if stage == _IDLE:
            return
        if stage == _SEND:
            result = self._transfer.poll(now_ms)
            if result:
                self._ended(result > 0, now_ms)
        elif stage == _MEASURE:
            self._measure(now_ms)
        elif stage == _TURN:
            if not self._transfer.is_busy:
                self._transfer.put(self._url, self._report, now_ms)
                self._stage = _SEND
        elif ticks_diff(now_ms, self._deadline_ms) >= 0:
            self._report.rewind()
            self._stage = _TURN

    def _measure(self, now_ms):
        try:
            is_known = self._report.measure()
        except MemoryError:
            self._ended(False, now_ms)
            return
        if is_known:
            self._stage = _TURN

    def _ended(self, is_good, now_ms):
        """A try has ended: the last one is told."""
        if not is_good and self._retries > 0:
            self._retries -= 1
            self._deadline_ms = ticks_add(now_ms, self._interval_s * 1000)
            self._stage = _WAIT
            return
        self._stage = _IDLE
        self._url = b""
        self._tell(UPLOADED if is_good else UPLOAD_FAILED)

    def _tell(self, status):
        self._events.add(EV_DIAGNOSTICS_STATUS, status - UPLOADING)
        self._news.tell(status)
