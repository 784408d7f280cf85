"""CoilGuard: the driver of one state machine that runs coil_guard_program, and the coil it holds.

Called by: Contactor (value, as a coil pin), GuardFeed (feed), GuardedTrip. Made by guards.py.
Never: raises the pin. It puts words into the program's queue; only the program sets pins.
Closing takes both: the request of the contactor, and a word at the end of a safety step. Opening
takes the request alone, or no words, or a trip. Heap: none after __init__.
"""

from micropython import const

_QUEUE = const(4)  # words; a put into a full queue would wait for ever
_OFF = const(0)  # this word switches off


class CoilGuard:
    """A coil output whose level Python may lower, and only request to be raised."""

    def __init__(self, machine, trip_pin, registers, flag_address, flag, passes):
        self._put = machine.put
        self._tx_fifo = machine.tx_fifo
        self._trip_value = trip_pin.value
        self._registers = registers  # machine.mem32
        self._flag_address = flag_address  # IRQ register of the PIO: a set flag = tripped
        self._flag = flag
        self._passes = passes  # word of one feed: how long the coil stays on without the next
        self.has_request = False  # the contactor asks for the coil
        self.feeds = 0  # wraps at 2^29
        registers[flag_address] = flag  # whatever an earlier run has left

    def value(self, level=None):  # HOT
        """Request the coil (1), or switch it off (0): within ten cycles. Return the request.

        A request that is new clears an earlier trip, if the input is healthy again. A repeated one
        does not: who wants the coil back after a trip must have let go of it.
        """
        if level is None:
            return 1 if self.has_request else 0
        if level:
            if not self.has_request and self._trip_value():
                self._registers[self._flag_address] = self._flag  # write 1 to clear
            self.has_request = True
            return None
        self.has_request = False
        if self._tx_fifo() < _QUEUE:  # full only while tripped or stopped
            self._put(_OFF)
        return None

    def feed(self):  # HOT
        """Keep the coil on for one more dead-man time, or switch it on, if it is wanted.

        Only into an empty queue: words that pile up would be a permission kept for later.
        """
        if self.has_request and self._tx_fifo() == 0 and not self.is_tripped():
            self._put(self._passes)
            self.feeds = (self.feeds + 1) & 0x1FFFFFFF

    def is_tripped(self):  # HOT
        """Tell whether the program has dropped the coil by itself and waits to be cleared."""
        return self._registers[self._flag_address] & self._flag != 0
