"""Pn532: the card reader chip PN532, asked for cards in steps that never wait.

Called by: Station. Keeps the protocol of the package; the link is Pn532I2c or Pn532Uart.
Only ISO/IEC 14443 type A: what charging cards are. Heap: none after __init__.
Source: PN532 User Manual (UM0701-02) §7.2.9, §7.3.1, §7.3.5; evse-hardware.md §6.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.readers.card_gate import UID_TEXT_MAX, CardGate
from chargecore.readers.pn532_frame import ACK, E_GARBLED, NOTHING, RESPONSE

# Index: step. The first three make it ready, the last is repeated for ever.
_COMMANDS = (
    # SAMConfiguration: normal mode, no time-out of it, the IRQ pin is not used
    b"\x00\x00\xff\x05\xfb\xd4\x14\x01\x14\x00\x03\x00",
    # GetFirmwareVersion
    b"\x00\x00\xff\x02\xfe\xd4\x02\x2a\x00",
    # SetParameters: no automatic RATS, so that answers stay short and phones stay calm
    b"\x00\x00\xff\x03\xfd\xd4\x12\x00\x1a\x00",
    # RFConfiguration, MaxRetries: look for a card twice, then say that there is none. A card that
    # was found the time before may take one of the two to come to.
    b"\x00\x00\xff\x06\xfa\xd4\x32\x05\xff\x01\x01\xf4\x00",
    # InListPassiveTarget: one card, 106 kbit/s type A
    b"\x00\x00\xff\x04\xfc\xd4\x4a\x01\x00\xe1\x00",
)
_ANSWERS = b"\x15\x03\x13\x33\x4b"  # command + 1
_NACK_FRAME = b"\x00\x00\xff\xff\x00\x00"
_STEP_WAKE = const(-1)
_STEP_VERSION = const(1)
_STEP_LIST = const(4)
_IC = const(0x32)  # PN532, in the answer to GetFirmwareVersion

# D5 4B 01 01 00 44 00 07 04 A1 B2 C3 D4 E5 F6
#       |  |  sens  |  |  uid                      sens, sel: kind of card
#       |  target   |  uid length
#       number      sel
_OFF_NUMBER = const(2)
_OFF_UID_LEN = const(7)
_OFF_UID = const(8)

_FRAMES_PER_POLL = const(3)  # ACK, answer, and one more for what a line may have made up
_ACK_MS = const(100)  # the chip needs 15 ms at most; ours is two polls
_ANSWER_MS = const(500)
_SCAN_MS = const(200)  # our choice: from answer to next look
_RETRY_MS = const(500)
_MISSES = const(3)  # in a row, then the reader counts as silent


class Pn532:
    """`silent`, `garbled` and `refused` count commands that failed; each makes a new start."""

    def __init__(self, link, clock):
        self._link = link
        self._frames = link.frames
        self.uid_text_buf = bytearray(UID_TEXT_MAX)
        self.uid_len = 0
        self.has_card = False
        self.connector = 0
        self.is_silent = False
        self.version = 0  # of the chip's firmware, 0x106 = 1.6; 0 = not known yet
        self.silent = 0  # commands without an answer, or with a bus that failed
        self.garbled = 0  # commands with an answer that was not good, twice
        self.refused = 0  # commands that the chip did not understand
        self._gate = CardGate(self)
        self._step = _STEP_WAKE  # index of the command at work, or next
        self._is_waiting = False
        self._is_ack_due = False
        self._is_repeated = False  # the answer has been asked for once more
        self._misses = 0  # failures since the last answer of a card search
        self._at_ms = clock.ticks_ms()  # deadline while waiting, else when the next command is due

    def release(self):  # HOT
        """Let go of the card."""
        self.has_card = False
        self.uid_len = 0

    def poll(self, now_ms):  # HOT
        """Fetch what the chip has said, send what is next."""
        self._gate.step(now_ms)
        if self._is_waiting:
            self._listen(now_ms)
        if not self._is_waiting and ticks_diff(now_ms, self._at_ms) >= 0:
            self._send(now_ms)

    def _send(self, now_ms):  # HOT
        if self._step == _STEP_WAKE:
            self._step = 0
            self._link.wake()  # its oscillator takes 2 ms: the command goes out with the next poll
            return
        self._is_waiting = True
        self._is_ack_due = True
        self._is_repeated = False
        self._at_ms = ticks_add(now_ms, _ACK_MS)
        if self._link.send(_COMMANDS[self._step]) != OK:
            self.silent += 1
            self._fail(now_ms)

    def _listen(self, now_ms):  # HOT
        for _ in range(_FRAMES_PER_POLL):
            kind = self._frames.take()
            if kind == NOTHING:
                if self._link.receive(self._is_ack_due) != OK:
                    self.silent += 1
                    self._fail(now_ms)
                    return
                kind = self._frames.take()
            if kind == NOTHING:
                break
            if kind != ACK:
                self._take(kind, now_ms)
                return
            self._is_ack_due = False
            self._at_ms = ticks_add(now_ms, _ANSWER_MS)
        if ticks_diff(now_ms, self._at_ms) >= 0:
            self.silent += 1
            self._fail(now_ms)

    def _take(self, kind, now_ms):  # HOT
        """Act on a frame that is no ACK."""
        if kind == RESPONSE and not self._is_ack_due:
            self._take_answer(now_ms)
        elif kind == E_GARBLED and not self._is_ack_due and not self._is_repeated:
            self._is_repeated = True
            self._at_ms = ticks_add(now_ms, _ANSWER_MS)
            if self._link.send(_NACK_FRAME) != OK:
                self.silent += 1
                self._fail(now_ms)
        else:
            if kind == RESPONSE or kind == E_GARBLED:
                self.garbled += 1
            else:
                self.refused += 1
            self._fail(now_ms)

    def _take_answer(self, now_ms):  # HOT
        frames = self._frames
        buf, at, step = frames.buf, frames.data_at, self._step
        is_good = buf[at + 1] == _ANSWERS[step]
        if is_good and step == _STEP_VERSION:
            is_good = frames.data_len >= 6 and buf[at + 2] == _IC
            if is_good:
                self.version = buf[at + 3] << 8 | buf[at + 4]
        elif is_good and step == _STEP_LIST:
            is_good = self._take_list(buf, at, frames.data_len, now_ms)
        if not is_good:
            self.garbled += 1
            self._fail(now_ms)
            return
        self._is_waiting = False
        self._at_ms = now_ms
        if step < _STEP_LIST:
            self._step = step + 1
        else:
            self._at_ms = ticks_add(now_ms, _SCAN_MS)
            self._misses = 0
            self.is_silent = False

    def _take_list(self, buf, at, data_len, now_ms):  # HOT
        """Hand on the card of an answer. Return False when it makes no sense."""
        if data_len <= _OFF_NUMBER:
            return False
        if buf[at + _OFF_NUMBER] == 0:
            return True
        if data_len <= _OFF_UID_LEN:
            return False
        uid_len = buf[at + _OFF_UID_LEN]
        if uid_len not in (4, 7, 10) or data_len < _OFF_UID + uid_len:
            return False
        self._gate.see(buf, at + _OFF_UID, uid_len, now_ms)
        return True

    def _fail(self, now_ms):  # HOT
        """Begin anew, in a while: the chip may have been reset, or the bus be stuck."""
        self._is_waiting = False
        self._step = _STEP_WAKE
        self._at_ms = ticks_add(now_ms, _RETRY_MS)
        self._misses += 1
        if self._misses >= _MISSES:
            self._misses = _MISSES
            self.is_silent = True
