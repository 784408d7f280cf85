"""Wiegand: a reader that sends each card once, as 26 or 34 pulses on two lines.

Called by: Station; the pins' interrupts. Keeps the protocol of the package.
The id is what stands between the two parity bits, as hex digits: facility and card number of 26
bits as 6 digits, the 4 bytes of 34 bits as 8. Many readers send a UID of 4 bytes that way, some
with the bytes turned round: what arrives first comes first.
Heap: none after __init__; the two interrupt functions may run in a hard interrupt.
Source: evse-hardware.md §6: low pulses of some 50 us, 1 to 2 ms apart; parity as the manuals of
readers print it (CDVI DGLIMWLC p.5, Civintec CN56 §6.4).
"""

from micropython import const

from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.readers.card_gate import UID_TEXT_MAX, CardGate

_RING_LEN = const(64)  # bits; a power of two
_RING_MASK = const(63)
_COUNT_MASK = const(0xFFFF)  # of bits that ever came: wraps long before a small int ends
_QUIET_MS = const(25)  # evse-hardware.md §6: the frame is over
_BITS_26 = const(26)
_BITS_34 = const(34)
# Our choice: a line that stays low is a cut wire or a reader without supply.
_STUCK_MS = const(1000)


class Wiegand:
    """`garbled` counts frames of another length, `parity` frames with a wrong parity bit.

    bus: d0_pin and d1_pin, inputs with pull-up, and irq_options: what pin.irq() gets beside
    handler and trigger, {"hard": True} where the chip can.
    """

    def __init__(self, bus, clock):
        self._d0_pin = bus.d0_pin
        self._d1_pin = bus.d1_pin
        self._ticks_ms = clock.ticks_ms
        self.uid_text_buf = bytearray(UID_TEXT_MAX)
        self._ring_buf = bytearray(_RING_LEN)
        self._data_buf = bytearray(_RING_LEN // 8)
        self.uid_len = 0
        self.has_card = False
        self.connector = 0
        self.is_silent = False
        self.garbled = 0
        self.parity = 0
        self._gate = CardGate(self)
        self._put_count = 0  # bits that came; written by the interrupts only
        self._bit_at_ms = clock.ticks_ms()  # when the newest came; written by the interrupts only
        self._got_count = 0  # bits that poll() has used up
        self._stuck_at_ms = ticks_add(clock.ticks_ms(), _STUCK_MS)  # low until then: silent
        for pin, handler in ((bus.d0_pin, self._zero_isr), (bus.d1_pin, self._one_isr)):
            pin.irq(handler=handler, trigger=pin.IRQ_FALLING, **bus.irq_options)

    def release(self):  # HOT
        """Let go of the card."""
        self.has_card = False
        self.uid_len = 0

    def poll(self, now_ms):  # HOT
        """Take the frame that is complete; look after the lines."""
        self._gate.step(now_ms)
        # In this order: a bit that comes between the two lines makes the frame look unfinished.
        put_count = self._put_count
        is_quiet = ticks_diff(now_ms, self._bit_at_ms) >= _QUIET_MS
        if put_count != self._got_count and is_quiet:
            bits_len = (put_count - self._got_count) & _COUNT_MASK
            if bits_len == _BITS_26 or bits_len == _BITS_34:
                self._take(bits_len, now_ms)
            else:
                self.garbled += 1
            self._got_count = put_count
        if self._d0_pin.value() and self._d1_pin.value():
            self._stuck_at_ms = ticks_add(now_ms, _STUCK_MS)
            self.is_silent = False
        elif ticks_diff(now_ms, self._stuck_at_ms) >= 0:
            self._stuck_at_ms = now_ms
            self.is_silent = True

    def _zero_isr(self, _pin):  # HOT
        put_count = self._put_count
        self._ring_buf[put_count & _RING_MASK] = 0
        self._put_count = (put_count + 1) & _COUNT_MASK
        self._bit_at_ms = self._ticks_ms()

    def _one_isr(self, _pin):  # HOT
        put_count = self._put_count
        self._ring_buf[put_count & _RING_MASK] = 1
        self._put_count = (put_count + 1) & _COUNT_MASK
        self._bit_at_ms = self._ticks_ms()

    def _take(self, bits_len, now_ms):  # HOT
        # 1 00010110 01101010 00110111 0
        # p facility card number       p    even over the first half, odd over the second
        half_len = bits_len // 2
        if self._ones(0, half_len) & 1 or not self._ones(half_len, bits_len) & 1:
            self.parity += 1
            return
        data_len = (bits_len - 2) // 8
        for i in range(data_len):
            byte = 0
            for bit in range(8 * i + 1, 8 * i + 9):
                byte = byte << 1 | self._bit(bit)
            self._data_buf[i] = byte
        self._gate.see(self._data_buf, 0, data_len, now_ms)

    def _bit(self, idx):  # HOT
        return self._ring_buf[(self._got_count + idx) & _RING_MASK]

    def _ones(self, start, end):  # HOT
        count = 0
        for idx in range(start, end):
            count += self._bit(idx)
        return count
