"""SecurityLog: the security events on flash, in a ring of blocks; the oldest block goes first.

Called by: station.SecurityDesk (append, what is to be told), SecurityReport (reading).
An entry whose append() returned OK is on flash, whole, whatever cut comes; one that was cut is
never returned. What the server has not heard yet is carried over when its block goes: _WAITING
events at most, and half a block of them; `lost` counts the others.
Each block begins with a header: 0 magic  2 layout  3 spare  4 generation u32  8 crc16 of 0..7
Behind it entries (security_entry.py) up to the first byte that is erased. One block is always
free, so that the carrying is over before the old block goes.
Heap: 2.5 KiB at start; opening files when it reads or writes.
"""

from array import array

from micropython import const

from chargecore.base.checksum import crc16
from chargecore.base.codes import E_EMPTY, E_FULL, E_IO, OK
from chargecore.base.events import EV_FLASH_ERROR
from chargecore.store.boot_times import BootTimes
from chargecore.store.security_entry import ERASED, HEAD_LEN, SecurityEntry

_HEADER_LEN = const(10)
_MAGIC = const(0x4C)  # "L"
_LAYOUT = const(1)
_WAITING = const(48)  # events that can wait for the server
_FIELDS = const(3)  # of one that waits: number, generation, offset
_PART = const(32)


class SecurityLog:
    """flash: as flash_files.py, three blocks or more. first() and next() go from the oldest on."""

    def __init__(self, flash, events):
        self._flash = flash
        self._events = events
        count = flash.block_count
        self._header_buf = bytearray(_HEADER_LEN)
        self._part_buf = bytearray(_PART)
        self._scratch = SecurityEntry()
        self._generations = array("i", [0] * count)  # 0: free
        self._newest = -1  # block that takes entries
        self._end = 0  # of what is in it; block_size: it takes no more
        self._waiting = array("i", [0] * (_WAITING * _FIELDS))  # by number
        self.waiting = 0  # events the server has not heard of
        self.boots = BootTimes()
        self.last_seq = 0  # number of the newest event
        self.done_seq = 0  # everything up to here is told, as flash knows it
        self.lost = 0  # events that had no room to wait

    def mount(self):
        """Find out what is on flash."""
        newest = 0
        for block in range(self._flash.block_count):
            generation = self._read_header(block)
            self._generations[block] = generation
            if generation > newest:
                newest = generation
                self._newest = block
        entry = self._scratch
        has_entry = self.first(entry)
        while has_entry:
            self._learn(entry, entry.generation, entry.next_at - entry.length)
            has_entry = self.next(entry)
        self._drop_told()
        if self._newest >= 0:
            self._end = self._find_end()

    # ---- reading ----

    def first(self, entry):
        """Load the oldest entry. Return False when there is none."""
        entry.generation = 0
        entry.next_at = self._flash.block_size
        return self.next(entry)

    def next(self, entry):
        """Load the one behind it, and skip what is damaged. Return False behind the last."""
        while True:
            block = self._block_of(entry.generation)
            if block >= 0 and self._load(block, entry.next_at, entry):
                return True
            generation = self._generation_after(entry.generation)
            if generation == 0:
                return False
            entry.generation = generation
            entry.next_at = _HEADER_LEN

    def load_waiting(self, entry):
        """Load the oldest event the server has not heard of. Return OK, E_EMPTY or E_IO."""
        while self.waiting:
            block = self._block_of(self._waiting[1])
            entry.generation = self._waiting[1]
            if block >= 0 and self._load(block, self._waiting[2], entry):
                return OK
            self._forget(0)  # it cannot be read any more
            self.lost += 1
        return E_EMPTY

    def told(self, seq):
        """The server has heard of everything up to that number. For good with the next append."""
        if seq > self.done_seq:
            self.done_seq = seq
            self._drop_told()

    def _load(self, block, at, entry):
        """Load the entry at an offset. Return False when there is none, or a damaged one."""
        flash = self._flash
        room = flash.block_size - at
        if room < HEAD_LEN or flash.read(block, at, memoryview(entry.buf)[:HEAD_LEN]) != OK:
            return False
        length = entry.begin()
        if not 0 < length <= room:
            return False
        rest = memoryview(entry.buf)[HEAD_LEN:length]
        if flash.read(block, at + HEAD_LEN, rest) != OK or not entry.read():
            return False
        entry.next_at = at + length
        return True

    # ---- writing ----

    def append(self, entry):
        """Write an entry that is ready in its buf. Return OK, E_FULL or E_IO: nothing was taken.

        It must carry done_seq.
        """
        code = self._make_room(entry.length)
        if code == OK:
            code = self._program(entry)
        return code

    def _make_room(self, length):
        flash = self._flash
        if self._newest >= 0 and self._free_block() < 0:
            self._recycle()  # a cut came between
        if self._newest < 0 or self._end + length > flash.block_size:
            code = self._begin_block()
            if code != OK:
                return code
            self._recycle()
        return OK if self._end + length <= flash.block_size else E_FULL

    def _program(self, entry):
        at = self._end
        length = entry.length
        block = self._newest
        if self._flash.program(block, at, memoryview(entry.buf)[:length]) != OK:
            self._events.add(EV_FLASH_ERROR, self._flash.errno)
            self._end = self._flash.block_size  # nobody knows what it wrote
            return E_IO
        self._end = at + length
        self._learn(entry, self._generations[block], at)
        return OK

    def _begin_block(self):
        """Let a free block become the newest one."""
        flash = self._flash
        block = self._free_block()
        if block < 0:
            return E_FULL
        generation = self._generations[self._newest] + 1 if self._newest >= 0 else 1
        header_buf = self._header_buf
        header_buf[0] = header_buf[1] = _MAGIC
        header_buf[2] = _LAYOUT
        header_buf[3] = 0
        for i in range(4):
            header_buf[4 + i] = generation >> 8 * i & 0xFF
        total = crc16(header_buf, 0, 8)
        header_buf[8] = total & 0xFF
        header_buf[9] = total >> 8
        if flash.erase(block) != OK or flash.program(block, 0, header_buf) != OK:
            self._events.add(EV_FLASH_ERROR, flash.errno)
            return E_IO
        self._generations[block] = generation
        self._newest = block
        self._end = _HEADER_LEN
        return OK

    def _recycle(self):
        """When no block is free: carry over what waits in the oldest, and free it."""
        if self._free_block() >= 0:
            return
        oldest = self._generation_after(0)
        entry = self._scratch
        half = self._flash.block_size // 2
        i = 0
        while i < self.waiting:
            if self._waiting[i * _FIELDS + 1] != oldest:
                i += 1
            elif self._end <= half and self._carry(i, entry):
                i += 1
            else:
                self._forget(i)
                self.lost += 1
        block = self._block_of(oldest)
        if self._flash.erase(block) != OK:
            self._events.add(EV_FLASH_ERROR, self._flash.errno)
        self._generations[block] = 0

    def _carry(self, i, entry):
        """Copy what waits in place i to the newest block. Return True when that is done."""
        block = self._block_of(self._waiting[i * _FIELDS + 1])
        if not self._load(block, self._waiting[i * _FIELDS + 2], entry):
            return False
        return self._program(entry) == OK

    # ---- what is where ----

    def _learn(self, entry, generation, at):
        """Take note of an entry on flash."""
        self.boots.see_at(entry.boot, entry.uptime_s, entry.wall_s)
        self.last_seq = max(self.last_seq, entry.seq, entry.done_seq)
        self.done_seq = max(self.done_seq, entry.done_seq)
        if entry.code and entry.is_sent and entry.seq > self.done_seq:
            self._wait(entry.seq, generation, at)

    def _wait(self, seq, generation, at):
        """Put an event into the list, in order; one that was carried over has a new place."""
        waiting = self._waiting
        i = self.waiting
        while i and waiting[(i - 1) * _FIELDS] >= seq:
            i -= 1
        if i == self.waiting or waiting[i * _FIELDS] != seq:
            if self.waiting == _WAITING:
                self.lost += 1
                if i == 0:
                    return  # older than all that wait
                self._forget(0)
                i -= 1
            for k in range(self.waiting * _FIELDS - 1, i * _FIELDS - 1, -1):
                waiting[k + _FIELDS] = waiting[k]
            self.waiting += 1
        waiting[i * _FIELDS] = seq
        waiting[i * _FIELDS + 1] = generation
        waiting[i * _FIELDS + 2] = at

    def _forget(self, i):
        self.waiting -= 1
        for k in range(i * _FIELDS, self.waiting * _FIELDS):
            self._waiting[k] = self._waiting[k + _FIELDS]

    def _drop_told(self):
        while self.waiting and self._waiting[0] <= self.done_seq:
            self._forget(0)

    def _block_of(self, generation):
        """Return the block of that generation, or -1."""
        if generation:
            for block in range(len(self._generations)):
                if self._generations[block] == generation:
                    return block
        return -1

    def _generation_after(self, generation):
        """Return the lowest generation above that one, 0: there is none."""
        found = 0
        for other in self._generations:
            if other > generation and (found == 0 or other < found):
                found = other
        return found

    def _free_block(self):
        """Return a block without a generation, or -1; behind the newest, to spread wear."""
        count = len(self._generations)
        for i in range(1, count + 1):
            block = (self._newest + i) % count
            if self._generations[block] == 0:
                return block
        return -1

    def _read_header(self, block):
        """Return the generation of a block, 0 when it is none of ours."""
        header_buf = self._header_buf
        if self._flash.read(block, 0, header_buf) != OK:
            return 0
        total = header_buf[8] | header_buf[9] << 8
        if header_buf[0] != _MAGIC or header_buf[1] != _MAGIC or header_buf[2] != _LAYOUT:
            return 0
        if crc16(header_buf, 0, 8) != total:
            return 0
        return (
            header_buf[4] | header_buf[5] << 8 | header_buf[6] << 16 | (header_buf[7] & 0x3F) << 24
        )

    def _find_end(self):
        """Return where the newest block goes on; block_size when a cut has left something."""
        flash = self._flash
        entry = self._scratch
        block = self._newest
        entry.next_at = _HEADER_LEN
        while self._load(block, entry.next_at, entry):
            pass
        part_mv = memoryview(self._part_buf)
        for at in range(entry.next_at, flash.block_size, _PART):
            part = part_mv[: min(_PART, flash.block_size - at)]
            if flash.read(block, at, part) != OK:
                return flash.block_size
            for byte in part:
                if byte != ERASED:
                    return flash.block_size
        return entry.next_at
