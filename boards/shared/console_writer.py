"""ConsoleWriter: puts a line onto the console byte by byte, and never waits for who reads there.

Called by: ConsolePrinter. MicroPython waits up to 500 ms for a USB host that has the port open and
does not read (shared/tinyusb/mp_usbd_cdc.c); that is longer than a dead man. So nothing is
written unless poll() says that there is room, and then one byte. Where a port cannot tell (the
ESP32-S3 says yes always) the printer writes with open contactors only, and a write that took long
is the last one for a while. A UART is written to slower than it sends, so its buffer never fills.
Heap: the poll object, at start.
"""

import select
import sys

from micropython import const

from chargecore.base.ticks import ticks_add, ticks_diff

_MOST_B = const(16)  # per turn: 2 to 3 ms of an RP2040
_PER_MS_B = const(8)  # 115,200 Bd send 11
_SLOW_MS = const(50)
_REST_MS = const(60_000)


class ConsoleWriter:
    """write(line) takes a TextLine when is_free; poll() sends it."""

    def __init__(self, ticks_ms, stream=None, poller=None):
        self._ticks_ms = ticks_ms
        if stream is None:
            stream = getattr(sys.stdout, "buffer", sys.stdout)
        if poller is None:
            poller = select.poll()
            poller.register(sys.stdout, select.POLLOUT)
        self._write = stream.write
        self._ipoll = poller.ipoll
        self._line = None  # what is being sent
        self._sent = 0  # bytes of it
        self._polled_at_ms = ticks_ms()
        self._rests_until_ms = 0
        self._is_resting = False
        self.is_free = True  # nothing is being sent
        self.stalls = 0  # writes that took long

    def write(self, line):  # HOT
        """Begin to send a line; it must not change before is_free."""
        self._line = line
        self._sent = 0
        self.is_free = False

    def poll(self, now_ms):  # HOT
        """Send what there is room for, a few bytes at most."""
        room = ticks_diff(now_ms, self._polled_at_ms) * _PER_MS_B
        self._polled_at_ms = now_ms
        if self.is_free or self._rests(now_ms):
            return
        left = min(room, _MOST_B)
        while left > 0 and self._is_ready():
            self._write(self._line.buf, self._sent, 1)
            self._sent += 1
            left -= 1
            if self._sent >= self._line.length:
                self.is_free = True
                left = 0
            if ticks_diff(self._ticks_ms(), now_ms) >= _SLOW_MS:
                self._rest()
                left = 0

    def _is_ready(self):  # HOT
        for _found in self._ipoll(0):
            return True
        return False

    def _rests(self, now_ms):  # HOT
        if self._is_resting and ticks_diff(now_ms, self._rests_until_ms) >= 0:
            self._is_resting = False
        return self._is_resting

    def _rest(self):  # HOT
        self.stalls += 1
        self._is_resting = True
        self._rests_until_ms = ticks_add(self._ticks_ms(), _REST_MS)
