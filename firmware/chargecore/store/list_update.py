"""ListUpdate: makes the next list of a ListFile, in steps that are short enough for a pass.

Called by: station.LocalList: begin(), add() and remove() in the order of compare(), start(), then
step() until it has an answer. Until the last step the list before is in force, and a cut of the
supply leaves it so; behind it the new one is.
A step writes 0.75 KiB, or opens, closes or removes a file, so that no more than a block is erased
between two passes: a contactor may be closed (R57).
Heap: 0.3 KiB at start; three open files while it runs.
"""

import os

from micropython import const

from chargecore.base.codes import E_BUSY, E_FULL, E_IO, OK
from chargecore.store.list_file import (
    PARENT,
    PARENT_LEN,
    RECORD_LEN,
    REMOVAL,
    STATUS,
    SUM_AT_START,
    SUM_LEN,
    TAG_LEN,
    TRAILER_LEN,
    chain,
    compare,
    put_expiry,
)

_PER_STEP = const(16)
_OPENING = const(0)  # what the next step does
_MERGING = const(1)
_TIDYING = const(2)


class ListUpdate:
    """`is_running` from begin() until step() has an answer."""

    def __init__(self, list_file, path):
        self._list = list_file
        self._side_path = path + ".new"  # what the message said, sorted
        self._new_buf = bytearray(SUM_LEN + RECORD_LEN)
        self._new_mv = memoryview(self._new_buf)[SUM_LEN:]
        self._old_buf = bytearray(SUM_LEN + RECORD_LEN)
        self._old_mv = memoryview(self._old_buf)[SUM_LEN:]
        self.is_running = False
        self._stage = _OPENING
        self._side_file = None
        self._out_file = None
        self._version = 0  # of the list in the making
        self._count_max = 0
        self._count = 0  # written so far
        self._total = 0  # their sum
        self._old_number = 0  # next record of the list before
        self._new_left = 0  # records of the message that are not read yet
        self._has_old = False  # _old_buf holds one that is not written yet
        self._has_new = False
        self.errno = 0  # of the last OSError

    # ---- what the message says ----

    def begin(self):
        """Begin an update. Return OK or E_IO."""
        try:
            self._side_file = open(self._side_path, "wb")
        except OSError as error:
            self.errno = error.errno
            return self._fail()
        self.is_running = True
        self._new_left = 0
        return OK

    def add(self, tag, status, expiry_s, parent):
        """Add or replace a card. Return OK or E_IO."""
        return self._note(tag, status, expiry_s, parent, 0)

    def remove(self, tag):
        """Remove a card; one that is not listed is no mistake. Return OK or E_IO."""
        return self._note(tag, 0, -1, None, 1)

    def _note(self, tag, status, expiry_s, parent, removal):
        record = self._new_mv
        for i in range(RECORD_LEN):
            record[i] = 0
        for i in range(tag.length):
            record[i] = tag.buf[i]
        record[TAG_LEN] = tag.length
        if parent is not None:
            for i in range(parent.length):
                record[PARENT + i] = parent.buf[i]
            record[PARENT_LEN] = parent.length
        record[STATUS] = status
        record[REMOVAL] = removal
        put_expiry(record, expiry_s)
        self._new_left += 1
        try:
            if self._side_file.write(record) == RECORD_LEN:
                return OK
        except OSError as error:
            self.errno = error.errno
        return self._fail()

    def start(self, is_full, version, count_max):
        """All is said: full replaces the list, else it is changed. Return OK or E_IO."""
        self._stage = _OPENING
        self._version = version
        self._count_max = count_max
        self._count = 0
        self._total = SUM_AT_START
        self._old_number = self._list.count if is_full else 0
        self._has_old = False
        self._has_new = False
        try:
            file = self._side_file
            self._side_file = None  # first: a close that fails must not be tried again
            file.close()
            self._side_file = open(self._side_path, "rb")
        except OSError as error:
            self.errno = error.errno
            return self._fail()
        return OK

    # ---- once per pass ----

    def step(self):  # HOT
        """Go on. Return E_BUSY, OK when the new list is in force and durable, E_FULL or E_IO."""
        code = E_BUSY
        try:
            if self._stage == _OPENING:
                self._open()
            elif self._stage == _MERGING:
                code = self._merge_some()
            else:
                self._tidy()
                code = OK
        except OSError as error:
            self.errno = error.errno
            code = E_IO
        if code != OK and code != E_BUSY:
            self.drop()
        return code

    def _open(self):
        self._out_file = open(self._list.next_path, "wb")
        self._stage = _MERGING

    def _merge_some(self):  # HOT
        for _ in range(_PER_STEP):
            code = self._merge()
            if code == OK:
                return self._commit()
            if code != E_BUSY:
                return code
        return E_BUSY

    def _merge(self):  # HOT
        """Take the lower card of the two lists. Return E_BUSY, OK when both are through, or E_."""
        if not self._has_old and self._old_number < self._list.count:
            if self._list.read(self._old_number, self._old_mv) != OK:
                self.errno = self._list.errno
                return E_IO
            self._old_number += 1
            self._has_old = True
        if not self._has_new and self._new_left:
            if self._side_file.readinto(self._new_mv) != RECORD_LEN:
                return E_IO
            self._new_left -= 1
            self._has_new = True
        if not self._has_old and not self._has_new:
            return OK
        return self._take_lower()

    def _take_lower(self):  # HOT
        old, new = self._old_mv, self._new_mv
        order = 1
        if not self._has_new:
            order = -1
        elif self._has_old:
            order = compare(old, old[TAG_LEN], new, new[TAG_LEN])
        if order <= 0:
            self._has_old = False
        if order < 0:
            return self._put(self._old_buf, old)
        self._has_new = False
        return E_BUSY if new[REMOVAL] else self._put(self._new_buf, new)

    def _put(self, buf, record_mv):  # HOT
        if self._count == self._count_max:
            return E_FULL
        self._total = chain(buf, self._total)
        self._count += 1
        return E_BUSY if self._out_file.write(record_mv) == RECORD_LEN else E_IO

    def _commit(self):
        """Write the trailer: from then on the new list counts. Return E_BUSY or E_IO."""
        source = self._list
        out_file = self._out_file
        self._out_file = None
        try:
            written = out_file.write(source.trailer(self._version, self._count, self._total))
        finally:
            out_file.close()
        if written != TRAILER_LEN or source.adopt_next(self._version, self._count) != OK:
            self.errno = source.errno
            return E_IO
        self._stage = _TIDYING
        return E_BUSY

    # ---- the end ----

    def drop(self):
        """Give up: the list before stays in force."""
        out_file = self._out_file
        self._out_file = None
        _close(out_file)
        _remove(self._list.next_path)
        self._tidy()

    def _tidy(self):
        side_file = self._side_file
        self._side_file = None
        _close(side_file)
        _remove(self._side_path)
        self.is_running = False

    def _fail(self):
        self.drop()
        return E_IO


def _close(file):
    try:
        if file is not None:
            file.close()
    except OSError:
        pass  # what it held is given up anyway


def _remove(path):
    try:
        os.remove(path)
    except OSError:
        pass  # it is not there, or stays: without a trailer it counts for nothing
