"""Upload: brings a file of lines to where the server wants it, with as many tries as it wants.

Called by: firmware_management, log_upload (ask), FileJobs (poll). Never: tells a failure before
the last try (F1). Source: OCPP 1.6 §5.9, errata 3.50; security whitepaper ed.3 N01.
Heap: the URL and what the file needs while it is under way.
"""

from micropython import const

from chargecore.base.codes import E_BUSY, E_RANGE, E_READ_ONLY, E_SYNTAX
from chargecore.base.events import EV_DIAGNOSTICS_STATUS
from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.station.task_news import (
    UPLOAD_BAD_MESSAGE,
    UPLOAD_DENIED,
    UPLOAD_FAILED,
    UPLOAD_NOT_SUPPORTED,
    UPLOADED,
    UPLOADING,
)

_IDLE = const(0)
_WAIT = const(1)  # for the next try
_MEASURE = const(2)
_TURN = const(3)  # for somebody else's file
_SEND = const(4)
_LONGEST_WAIT_S = const(500_000)  # ticks end at 6.2 days
# Why a log did not get there, by what Transfer says (N01.FR.10).
_FAILURES = (
    (E_SYNTAX, UPLOAD_BAD_MESSAGE),
    (E_READ_ONLY, UPLOAD_DENIED),
    (E_RANGE, UPLOAD_NOT_SUPPORTED),
)


class Upload:
    """A newer request takes the place of one that is under way: the server wants this one now."""

    def __init__(self, transfer, news, events):
        self._transfer = transfer
        self._events = events
        self._news = news
        self._file = None  # LineFile
        self._url = b""
        self._retries = 0  # tries left behind this one
        self._interval_s = 0
        self._deadline_ms = 0  # of the wait
        self._stage = _IDLE
        self.has_id = False  # the request has a number: it is GetLog's
        self.request_id = 0

    @property
    def is_busy(self):  # HOT
        """Whether an upload is under way."""
        return self._stage != _IDLE

    def ask(self, report, from_s, until_s, url, retries, interval_s):
        """Begin with a Report or SecurityReport. Return the file's name, which the server hears.

        Errors: E_BUSY when there is no heap for it now. set_id() comes before.
        """
        if self._stage == _SEND:
            self._transfer.stop()
        self._stage = _IDLE
        try:
            report.begin(from_s, until_s)
        except MemoryError:
            return E_BUSY
        self._file = report.file
        self._url = url
        self._retries = retries
        self._interval_s = min(max(interval_s, 0), _LONGEST_WAIT_S)
        self._stage = _MEASURE
        self._tell(UPLOADING)
        return self._file.name

    def set_id(self, has_id, request_id=0):
        """Set the number of the request that comes next, which all its statuses carry."""
        self.has_id = has_id
        self.request_id = request_id

    def poll(self, now_ms):  # HOT
        """Go on."""
        stage = self._stage
        if stage == _IDLE:
            return
        if stage == _SEND:
            result = self._transfer.poll(now_ms)
            if result:
                self._ended(result > 0, self._transfer.failure, now_ms)
        elif stage == _MEASURE:
            self._measure(now_ms)
        elif stage == _TURN:
            if not self._transfer.is_busy:
                self._transfer.put(self._url, self._file, now_ms)
                self._stage = _SEND
        elif ticks_diff(now_ms, self._deadline_ms) >= 0:
            self._file.rewind()
            self._stage = _TURN

    def _measure(self, now_ms):
        try:
            is_known = self._file.measure()
        except MemoryError:
            self._ended(False, 0, now_ms)
            return
        if is_known:
            self._stage = _TURN

    def _ended(self, is_good, failure, now_ms):
        """A try has ended: the last one is told."""
        if not is_good and self._retries > 0:
            self._retries -= 1
            self._deadline_ms = ticks_add(now_ms, self._interval_s * 1000)
            self._stage = _WAIT
            return
        self._stage = _IDLE
        self._url = b""
        self._file = None
        self._tell(UPLOADED if is_good else self._status_of(failure))

    def _status_of(self, failure):
        if self.has_id:
            for code, status in _FAILURES:
                if code == failure:
                    return status
        return UPLOAD_FAILED

    def _tell(self, status):
        self._events.add(EV_DIAGNOSTICS_STATUS, min(status, UPLOAD_FAILED) - UPLOADING)
        self._news.tell(status, self.has_id, self.request_id)
