"""Room: sees to it that records fit into the journal, and remembers when they cannot.

Called by: Outbox, Progress. A try to compact reads the whole journal, so one that failed is not
repeated before something was delivered, or flash that refused works again.
Heap: none after __init__, but for the carrier's files.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.base.events import EV_OUTBOX_FULL

_RESERVE = const(24)  # records kept free for stops and answers when starts and samples are refused


class Room:
    """`reserve` records are left for what may not be refused."""

    def __init__(self, journal, compactor, events):
        self._journal = journal
        self._compactor = compactor
        self._events = events
        self.reserve = min(_RESERVE, journal.record_room // 8)
        self._is_full = False  # the last try failed, with this much delivered
        self._full_done_seq = 0
        self._tidied_done_seq = -1  # the last tidy() found nothing more to give back

    def make(self, wanted, done_seq):  # HOT
        """Return True when that many records fit, after compaction if need be."""
        journal = self._journal
        journal.mark = done_seq
        if journal.room() >= wanted:
            return True
        if wanted > 1 and self._is_known_full(done_seq):
            return False
        while journal.room() < wanted:
            if self._compactor.make_room(done_seq, True) != OK:
                if not self._is_full:
                    self._events.add(EV_OUTBOX_FULL, journal.record_room - journal.room())
                self._is_full = True
                self._full_done_seq = done_seq
                return False
        self._is_full = False
        return True

    def _is_known_full(self, done_seq):  # HOT
        """Return True when the last try failed and nothing was delivered or given back since."""
        if not self._is_full or self._full_done_seq != done_seq:
            return False
        return not self._journal.revive()

    def tidy(self, done_seq):  # HOT
        """Give one block back while nobody waits, so that no erase is needed during a session.

        Thins nothing. Returns at once while a whole block of room is left.
        """
        journal = self._journal
        if journal.room() >= journal.blocks.slot_count + self.reserve:
            return
        if self._tidied_done_seq == done_seq:
            return
        journal.mark = done_seq
        if self._compactor.make_room(done_seq, False) != OK:
            self._tidied_done_seq = done_seq
