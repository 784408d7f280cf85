"""Mfrc522: the card reader chip MFRC522 (RC522 modules), asked for cards in steps.

Called by: Station. Keeps the protocol of the package; no step waits for the air, each begins an
exchange with the card or takes the outcome of the one before. A poll makes 23 register accesses
of two bytes at most.
Two cards at once are not told apart: none is read, `collisions` counts it. Which of two cards in
a purse is to pay is not for the reader to say. Heap: none after __init__.
Source: MFRC522 data sheet rev 3.8 ch. 9 and 10; ISO/IEC 14443-3 §6; evse-hardware.md §6.
"""

from micropython import const

from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.readers.card_gate import UID_TEXT_MAX, CardGate

# Registers, data sheet ch. 9.
_COMMAND = const(0x01)
_COM_IRQ = const(0x04)
_ERROR = const(0x06)
_FIFO_DATA = const(0x09)
_FIFO_LEVEL = const(0x0A)
_BIT_FRAMING = const(0x0D)
_TX_CONTROL = const(0x14)
_VERSION = const(0x37)

# Commands, data sheet table 149.
_IDLE = const(0x00)
_TRANSCEIVE = const(0x0C)
_SOFT_RESET = const(0x0F)

_POWER_DOWN = const(0x10)  # CommandReg: the oscillator is not up yet
_IRQ_RX = const(0x20)  # ComIrqReg
_IRQ_TIMER = const(0x01)  # ComIrqReg: nobody answered
_IRQ_CLEAR = const(0x7F)
_ERR_COLLISION = const(0x08)  # ErrorReg
_ERR_OTHER = const(0x13)  # ErrorReg: BufferOvfl, ParityErr, ProtocolErr
_FLUSH = const(0x80)  # FIFOLevelReg
_START_SEND = const(0x80)  # BitFramingReg
_SHORT_FRAME = const(7)  # BitFramingReg: bits of the last byte that are sent
_ANTENNA_ON = const(0x03)  # TxControlReg: TX1 and TX2

# 0x91 and 0x92 are NXP's, 0x90 is Philips'; 0x88 is the FM17522, which many modules carry.
_VERSIONS = b"\x91\x92\x88\x90"
# Register, value. The timer gives up 5 ms after the last bit sent: 13.56 MHz / (2 * 169 + 1) =
# 40 kHz, times 200; a card answers within 0.1 ms.
_SETTINGS = (
    b"\x12\x00"  # TxModeReg: 106 kbit/s
    b"\x13\x00"  # RxModeReg
    b"\x24\x26"  # ModWidthReg: as after a reset
    b"\x2a\x80"  # TModeReg: the timer starts with the end of transmission
    b"\x2b\xa9"  # TPrescalerReg
    b"\x2c\x00\x2d\xc8"  # TReloadReg
    b"\x15\x40"  # TxASKReg: 100 % modulation
    b"\x11\x3d"  # ModeReg: CRC of ISO/IEC 14443
    b"\x14\x83"  # TxControlReg: antenna on
)

# Commands to the card, ISO/IEC 14443-3 §6.4.
_WUPA = const(0x52)
_HLTA = const(0x50)
_SELECT = b"\x93\x95\x97"  # index: cascade level
_NVB_ANTICOLLISION = const(0x20)
_NVB_SELECT = const(0x70)
_CASCADE_TAG = const(0x88)
_SAK_CASCADE = const(0x04)

# What the step machine is at.
_RESET = const(0)
_SETUP = const(1)  # waits for the reset to be over
_REST = const(2)  # until the next look for a card
_WOKEN = const(3)  # WUPA was sent
_ASKED = const(4)  # the part of the UID that belongs to this cascade level was asked for
_SELECTED = const(5)  # that part was selected
_HALTED = const(6)  # HLTA was sent: no answer is the right one

_FIFO_MAX = const(10)
_START_MS = const(200)  # our choice: for the oscillator
_AIR_MS = const(100)  # our choice: the timer of the chip ends every exchange after 5 ms
_SCAN_MS = const(200)
_RETRY_MS = const(500)
_MISSES = const(3)  # in a row, then the reader counts as silent


def crc_a(buf, start, end):  # HOT
    """Return the CRC_A of buf[start:end], ISO/IEC 14443-3 §6.2.4; low byte first on the air."""
    crc = 0x6363
    for i in range(start, end):
        byte = (buf[i] ^ crc) & 0xFF
        byte = (byte ^ byte << 4) & 0xFF
        crc = crc >> 8 ^ byte << 8 ^ byte << 3 ^ byte >> 4
    return crc & 0xFFFF


class Mfrc522:
    """`silent` counts failures of chip or bus, `garbled` answers of cards that have an error."""

    def __init__(self, registers, clock):
        self._registers = registers
        self.uid_text_buf = bytearray(UID_TEXT_MAX)
        self._fifo_buf = bytearray(_FIFO_MAX)
        self._uid_buf = bytearray(10)
        self.uid_len = 0
        self.has_card = False
        self.connector = 0
        self.is_silent = False
        self.version = 0  # VersionReg, 0 = not known yet
        self.silent = 0
        self.garbled = 0
        self.collisions = 0  # times two cards answered at once
        self._gate = CardGate(self)
        self._step = _RESET
        self._level = 0  # cascade level, 0..2
        self._got_len = 0  # bytes of the UID so far
        self._misses = 0  # failures since the last exchange that ended
        self._at_ms = clock.ticks_ms()  # when the step is due, or has to be over

    def release(self):  # HOT
        """Let go of the card."""
        self.has_card = False
        self.uid_len = 0

    def poll(self, now_ms):  # HOT
        """Take the outcome of the last exchange, begin the next."""
        self._gate.step(now_ms)
        step = self._step
        is_due = ticks_diff(now_ms, self._at_ms) >= 0
        try:
            if step >= _WOKEN:
                self._listen(is_due, now_ms)
            elif step == _SETUP:
                self._set_up(is_due, now_ms)
            elif not is_due:
                return
            elif step == _RESET:
                self._registers.write(_COMMAND, _SOFT_RESET)
                self._step = _SETUP
                self._at_ms = ticks_add(now_ms, _START_MS)
            else:
                self._look(now_ms)
        except OSError:
            self._fail(now_ms)

    def _set_up(self, is_late, now_ms):  # HOT
        registers = self._registers
        if registers.read(_COMMAND) & _POWER_DOWN:
            if is_late:
                self._fail(now_ms)
            return
        for i in range(0, len(_SETTINGS), 2):
            registers.write(_SETTINGS[i], _SETTINGS[i + 1])
        self._look(now_ms)

    def _look(self, now_ms):  # HOT
        """See whether the chip is well, and call for a card."""
        registers = self._registers
        version = registers.read(_VERSION)
        # A chip that lost its supply for a moment answers, but its field is off.
        if version not in _VERSIONS or registers.read(_TX_CONTROL) & _ANTENNA_ON != _ANTENNA_ON:
            self._fail(now_ms)
            return
        self.version = version
        self._fifo_buf[0] = _WUPA
        self._say(_WOKEN, 1, _SHORT_FRAME, now_ms)

    def _say(self, step, length, bits, now_ms):  # HOT
        """Send fifo_buf, of the last byte only `bits`, 0 = all; `step` waits for the answer."""
        registers = self._registers
        registers.write(_COMMAND, _IDLE)
        registers.write(_COM_IRQ, _IRQ_CLEAR)
        registers.write(_FIFO_LEVEL, _FLUSH)
        for i in range(length):
            registers.write(_FIFO_DATA, self._fifo_buf[i])
        # StartSend does not clear itself: left set, the command would send at once.
        registers.write(_BIT_FRAMING, bits)
        registers.write(_COMMAND, _TRANSCEIVE)
        registers.write(_BIT_FRAMING, _START_SEND | bits)
        self._step = step
        self._at_ms = ticks_add(now_ms, _AIR_MS)

    def _listen(self, is_late, now_ms):  # HOT
        """Take the answer of the card, if it is there."""
        registers = self._registers
        irq = registers.read(_COM_IRQ)
        if irq & (_IRQ_RX | _IRQ_TIMER):
            self._misses = 0
            self.is_silent = False
        if irq & _IRQ_RX:
            errors = registers.read(_ERROR)
            count = registers.read(_FIFO_LEVEL)
            length = min(count, _FIFO_MAX)
            for i in range(length):
                self._fifo_buf[i] = registers.read(_FIFO_DATA)
            self._take(errors, count, now_ms)
        elif irq & _IRQ_TIMER:
            # A card that was taken away, or never there, or does as it was told.
            self._rest(now_ms)
        elif is_late:
            self._fail(now_ms)

    def _take(self, errors, length, now_ms):  # HOT
        step = self._step
        if step == _WOKEN:  # two kinds of cards may collide here already: see what they say next
            self._level = 0
            self._got_len = 0
            self._ask(now_ms)
            return
        if errors & _ERR_COLLISION:
            self.collisions += 1
            self._rest(now_ms)
            return
        is_good = not errors & _ERR_OTHER
        if is_good and step == _ASKED:
            is_good = self._take_part(length, now_ms)
        elif is_good and step == _SELECTED:
            is_good = self._take_sak(length, now_ms)
        else:
            is_good = False
        if not is_good:
            self.garbled += 1
            self._rest(now_ms)

    def _ask(self, now_ms):  # HOT
        self._fifo_buf[0] = _SELECT[self._level]
        self._fifo_buf[1] = _NVB_ANTICOLLISION
        self._say(_ASKED, 2, 0, now_ms)

    def _take_part(self, length, now_ms):  # HOT
        """Select what the card has said: four bytes and their exclusive or."""
        buf = self._fifo_buf
        if length != 5 or buf[0] ^ buf[1] ^ buf[2] ^ buf[3] ^ buf[4]:
            return False
        # 93 70  88 04 A1 B2 9F  xx xx
        # sel nvb  part     bcc  crc_a
        uid_buf, got_len = self._uid_buf, self._got_len
        first = 1 if buf[0] == _CASCADE_TAG and self._level < 2 else 0
        for i in range(first, 4):
            uid_buf[got_len] = buf[i]
            got_len += 1
        self._got_len = got_len
        for i in range(5):
            buf[6 - i] = buf[4 - i]
        buf[0] = _SELECT[self._level]
        buf[1] = _NVB_SELECT
        self._put_crc(7)
        self._say(_SELECTED, 9, 0, now_ms)
        return True

    def _take_sak(self, length, now_ms):  # HOT
        """Go on with the next cascade level, or hand on the UID and send the card to sleep."""
        buf = self._fifo_buf
        if length != 3 or crc_a(buf, 0, 1) != buf[1] | buf[2] << 8:
            return False
        level, got_len = self._level, self._got_len
        is_cut = got_len == 3 * (level + 1)  # every part so far began with the cascade tag
        if bool(buf[0] & _SAK_CASCADE) != is_cut:
            return False
        if is_cut:
            self._level = level + 1
            self._ask(now_ms)
            return True
        self._gate.see(self._uid_buf, 0, got_len, now_ms)
        buf[0] = _HLTA
        buf[1] = 0
        self._put_crc(2)
        self._say(_HALTED, 4, 0, now_ms)
        return True

    def _put_crc(self, at):  # HOT
        crc = crc_a(self._fifo_buf, 0, at)
        self._fifo_buf[at] = crc & 0xFF
        self._fifo_buf[at + 1] = crc >> 8

    def _rest(self, now_ms):  # HOT
        self._step = _REST
        self._at_ms = ticks_add(now_ms, _SCAN_MS)

    def _fail(self, now_ms):  # HOT
        """Begin anew, in a while."""
        self.silent += 1
        self._step = _RESET
        self._at_ms = ticks_add(now_ms, _RETRY_MS)
        self._misses += 1
        if self._misses >= _MISSES:
            self._misses = _MISSES
            self.is_silent = True
