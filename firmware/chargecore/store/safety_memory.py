"""SafetyMemory: permanent faults and counters of every connector, kept over resets and cuts.

Called by: main.py at boot (load) and as a scheduler entry (poll), and before a restart (flush).
Never: writes while any contactor is closed, or per tick; it decides nothing.
Source: R52, R53 (docs/safety.md). Heap: opening a file when something has changed.
A lock is an Interlock: restore(reason, is_power_cycle); contactor with is_closed and closings;
latch with counts (an array, longer in newer builds) and kept_reason(), -1 = none.
"""

from micropython import const

from chargecore.base.codes import E_EMPTY, OK
from chargecore.base.events import EV_FLASH_ERROR, EV_SAFETY_MEMORY_OLD
from chargecore.base.ticks import ticks_diff, ticks_recent

# Image: 0 connectors  1 spare  2.. per connector: kept reason + 1 (0 = none), closings u32
#   then per counter: u16 per connector. A newer build has more counters: kept as they came.
_HEAD_LEN = const(2)
_ROW_LEN = const(5)
_COUNTERS_MAX = const(16)
_COUNT_MAX = const(0xFFFF)
_CLOSINGS_MAX = const(0x3FFFFFFF)

# Time between two writes, by what has changed.
_NOTHING = const(0)
_CLOSINGS = const(1)
_FAULT = const(2)
_WAIT_MS = (0, 600_000, 5_000)


class SafetyMemory:
    """`closings(idx)`: of all boots together; the locks count their faults themselves."""

    def __init__(self, pair, locks, events, clock):
        self._pair = pair
        self._locks = locks
        self._events = events
        count = len(locks)
        self._len = _HEAD_LEN + count * (_ROW_LEN + 2 * len(locks[0].latch.counts))
        self._image_buf = bytearray(_HEAD_LEN + count * (_ROW_LEN + 2 * _COUNTERS_MAX))
        self._closings_before = [0] * count  # this boot
        self._saved_at_ms = clock.ticks_ms()
        self._has_saved = False  # the first write of a boot waits for nothing
        self._is_refused = False  # flash did not take the image

    def load(self, is_power_cycle):
        """Give every lock its counters and its permanent fault back. Before the first step."""
        image_buf = self._image_buf
        length = self._pair.load(image_buf)
        if self._pair.is_old or (length < 0 and length != E_EMPTY):
            self._events.add(EV_SAFETY_MEMORY_OLD)
        stored_count = image_buf[0]
        if length < _HEAD_LEN + stored_count * _ROW_LEN:
            stored_count = 0
        count = len(self._locks)
        for idx in range(min(stored_count, count)):
            self._restore(idx, stored_count, length, is_power_cycle)
        if stored_count == count:
            self._len = max(self._len, length)
        for i in range(max(length, 0) if stored_count == count else 0, len(image_buf)):
            image_buf[i] = 0
        image_buf[0] = count
        if stored_count != count:
            self._fill()

    def _restore(self, idx, stored_count, length, is_power_cycle):
        lock = self._locks[idx]
        at = _HEAD_LEN + idx * _ROW_LEN
        self._closings_before[idx] = self._u16(at + 1) | self._u16(at + 3) << 16
        counts = lock.latch.counts
        counts_at = _HEAD_LEN + stored_count * _ROW_LEN + 2 * idx
        for number in range(len(counts)):
            if counts_at + 2 <= length:
                counts[number] = self._u16(counts_at)
            counts_at += 2 * stored_count
        if self._image_buf[at]:
            lock.restore(self._image_buf[at] - 1, is_power_cycle)

    def closings(self, idx):  # HOT
        """Return how often the contactor of that connector, from 0, has closed in its life."""
        closings = self._closings_before[idx] + self._locks[idx].contactor.closings
        return min(closings, _CLOSINGS_MAX)

    def poll(self, now_ms):  # HOT
        """Write what has changed, as soon as every contactor is open and the last write old."""
        if self._has_saved:
            self._saved_at_ms = ticks_recent(self._saved_at_ms, now_ms)
        change = self._change()
        if change == _NOTHING or not self._are_open():
            return
        if not self._has_saved or ticks_diff(now_ms, self._saved_at_ms) >= _WAIT_MS[change]:
            self._save(now_ms)

    def flush(self, now_ms):
        """Write what has changed, if every contactor is open: the station restarts."""
        if self._change() != _NOTHING and self._are_open():
            self._save(now_ms)

    def _are_open(self):  # HOT
        for lock in self._locks:
            if lock.contactor.is_closed:
                return False
        return True

    def _change(self):  # HOT
        """Return how urgently the image on flash wants to be replaced."""
        if self._is_refused:
            return _FAULT
        change = _NOTHING
        count = len(self._locks)
        for idx in range(count):
            latch = self._locks[idx].latch
            at = _HEAD_LEN + idx * _ROW_LEN
            if self._image_buf[at] != latch.kept_reason() + 1:
                return _FAULT
            counts_at = _HEAD_LEN + count * _ROW_LEN + 2 * idx
            for value in latch.counts:
                if self._u16(counts_at) != value:
                    return _FAULT
                counts_at += 2 * count
            if self._u16(at + 1) | self._u16(at + 3) << 16 != self.closings(idx):
                change = _CLOSINGS
        return change

    def _save(self, now_ms):
        self._fill()
        self._saved_at_ms = now_ms
        self._has_saved = True
        self._is_refused = self._pair.save(self._image_buf, self._len) != OK
        if self._is_refused:
            self._events.add(EV_FLASH_ERROR, self._pair.errno)

    def _fill(self):
        count = len(self._locks)
        for idx in range(count):
            latch = self._locks[idx].latch
            at = _HEAD_LEN + idx * _ROW_LEN
            self._image_buf[at] = latch.kept_reason() + 1
            closings = self.closings(idx)
            self._put_u16(at + 1, closings & 0xFFFF)
            self._put_u16(at + 3, closings >> 16)
            counts_at = _HEAD_LEN + count * _ROW_LEN + 2 * idx
            for value in latch.counts:
                self._put_u16(counts_at, value)
                counts_at += 2 * count

    def _u16(self, at):  # HOT
        return self._image_buf[at] | self._image_buf[at + 1] << 8

    def _put_u16(self, at, value):
        self._image_buf[at] = value & 0xFF
        self._image_buf[at + 1] = value >> 8
