"""BlockCycle: reads the register blocks of one Modbus meter in turn and finds its baud rate.

Called by: the Modbus drivers, with every poll. Never: blocks. Heap: none after __init__, as far as
the bus has none; a change of the rate, when nobody answers, is the bus's init().
"""

from micropython import const

from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.meters.modbus_rtu import DONE, E_EXCEPTION, PENDING, ModbusRtu

NOTHING = -1  # no new block

_READ_INPUT = const(4)  # FC04: all meters of this package keep their values in input registers
_PERIOD_MS = const(500)  # from cycle to cycle, and from one failed attempt to the next
_FAILURES = const(2)  # in a row, then the next baud rate


class BlockCycle:
    """blocks: pairs (first register, count). rates_hz: baud rates, the likeliest first."""

    def __init__(self, bus, clock, address, blocks, rates_hz):
        self._address = address
        self._blocks = blocks
        self._rates_hz = rates_hz
        self.line = ModbusRtu(bus, clock, rates_hz[0])
        self.failures = 0  # requests without a good reply
        self._block_idx = 0  # the one that is asked for, or is next
        self._rate_idx = 0
        self._missed = 0  # requests in a row at this rate that nobody answered
        self._due_ms = clock.ticks_ms()

    @property
    def baud_hz(self):
        """Return the rate in use, or under trial."""
        return self._rates_hz[self._rate_idx]

    def poll(self, now_ms):  # HOT
        """Return the index of the block that has just arrived, or NOTHING."""
        arrived_idx = NOTHING
        code = self.line.poll(now_ms)
        if code == DONE:
            self._missed = 0
            arrived_idx = self._block_idx
            self._block_idx = (arrived_idx + 1) % len(self._blocks)
        elif code != PENDING:
            self._fail(code)
        self._ask(now_ms)
        return arrived_idx

    def _fail(self, code):  # HOT
        self.failures += 1
        self._block_idx = 0
        if code == E_EXCEPTION:  # it understands us: the rate is right
            self._missed = 0
            return
        self._missed += 1
        if self._missed >= _FAILURES:
            self._missed = 0
            self._rate_idx = (self._rate_idx + 1) % len(self._rates_hz)
            self.line.set_baud(self.baud_hz)

    def _ask(self, now_ms):  # HOT
        if self._block_idx == 0 and ticks_diff(now_ms, self._due_ms) < 0:
            return
        block = self._blocks[self._block_idx]
        if not self.line.request(self._address, _READ_INPUT, block[0], block[1], now_ms):
            return
        if self._block_idx == 0:
            self._due_ms = ticks_add(now_ms, _PERIOD_MS)
