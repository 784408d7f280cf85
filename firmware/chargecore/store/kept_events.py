"""KeptEvents: the newest events on flash, so that the log outlives what ended it.

Called by: main.py (load, save), the scheduler (poll). Only where the board asks for it: a PC has
a console that keeps everything. What the network says is not kept: a server that is away for a
night would leave nothing else.
Never: writes while a contactor is closed, a flash erase may make it drop; more than once a minute.
Heap: none per poll; 0.5 KiB and what a file takes while it saves.
"""

from array import array

from micropython import const

from chargecore.base.codes import OK
from chargecore.base.events import EV_FLASH_ERROR, EV_RESET_WANTED, EV_TCP_FAILED
from chargecore.base.ticks import ticks_add, ticks_diff

ROWS = const(24)  # 494 bytes with the header: on an RP2 that costs no erase
_FIELDS = const(5)  # of EventLog
_ROW_B = const(20)
_SOON_MS = const(5_000)  # more may follow from the same cause
_PAUSE_MS = const(60_000)


def is_kept(code):  # HOT
    """Tell whether an event outlives a reset."""
    return not EV_TCP_FAILED <= code < EV_FLASH_ERROR or code == EV_RESET_WANTED


class KeptEvents:
    """pair: VersionPair; controllers: whose contactors must be open."""

    def __init__(self, events, pair, controllers, now_ms):
        self._events = events
        self._pair = pair
        self._controllers = controllers
        self._seen = 0  # events.total that was looked at
        self._is_due = False  # there is something to be saved
        self._save_at_ms = now_ms
        self._free_at_ms = now_ms  # not before
        self.saves = 0  # since boot
        self.errno = 0  # of the last save that failed

    def load(self):
        """Put the events of earlier boots into the log, before those of this one."""
        buf = bytearray(ROWS * _ROW_B)
        count = max(self._pair.load(buf), 0) // _ROW_B
        numbers = array("i", [0] * _FIELDS)
        for row in range(count):
            for i in range(_FIELDS):
                numbers[i] = _int_at(buf, row * _ROW_B + 4 * i)
            self._events.restore(row - count, numbers)

    def poll(self, now_ms):  # HOT
        """Look for new events; save when it is time and no contactor is closed."""
        events = self._events
        number = max(self._seen, events.oldest())
        while number < events.total:
            if is_kept(events.field(number, 0)) and not self._is_due:
                self._is_due = True
                self._save_at_ms = ticks_add(now_ms, _SOON_MS)
            number += 1
        self._seen = number
        if not self._is_due or ticks_diff(now_ms, self._save_at_ms) < 0:
            return
        if ticks_diff(now_ms, self._free_at_ms) < 0:
            return
        for controller in self._controllers:
            if controller.contactor.is_closed:
                return
        self._free_at_ms = ticks_add(now_ms, _PAUSE_MS)
        self.save()

    def save(self):
        """Write the newest now. Also called before an ordered reset."""
        events = self._events
        buf = bytearray(ROWS * _ROW_B)
        at = len(buf)
        number = events.total
        while number > events.oldest() and at > 0:
            number -= 1
            if is_kept(events.field(number, 0)):
                at -= _ROW_B
                for i in range(_FIELDS):
                    _put_int(buf, at + 4 * i, events.field(number, i))
        self._is_due = False
        if self._pair.save(memoryview(buf)[at:], len(buf) - at) == OK:
            self.saves += 1
        else:
            self.errno = self._pair.errno


def _int_at(buf, at):
    value = buf[at] | buf[at + 1] << 8 | buf[at + 2] << 16 | buf[at + 3] << 24
    return value - (1 << 32) if value >> 31 else value  # heap-ok: once per boot


def _put_int(buf, at, value):
    for i in range(4):
        buf[at + i] = value >> 8 * i & 0xFF
