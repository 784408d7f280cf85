"""FakePn532Chip: a PN532 at byte level, and its two faces to a bus, I2C and UART.

Answers are made beforehand, so that the heap tests see only what the driver allocates.
"""

ACK_FRAME = bytes.fromhex("0000FF00FF00")
ERROR_FRAME = bytes.fromhex("0000FF01FF7F8100")
_LIST = 0x4A
_SAM = 0x14


def frame(data):
    """Return a normal information frame around data (TFI first)."""
    length = len(data)
    head = bytes([0, 0, 0xFF, length, -length & 0xFF])
    return head + data + bytes([-sum(data) & 0xFF, 0])


def card_answer(uid):
    """Return the answer to InListPassiveTarget with that card, None: with no card."""
    if uid is None:
        return frame(bytes([0xD5, 0x4B, 0]))
    head = bytes([0xD5, 0x4B, 1, 1, 0x00, 0x44, 0x00, len(uid)])
    return frame(head + uid)


class FakePn532Chip:
    """Remembers the commands it got in `history`, the first history_max of them."""

    def __init__(self, history_max=100):
        self.history = []
        self._history_max = history_max
        self.commands = 0  # good ones
        self.nacks = 0
        self.bad_frames = 0  # of the host
        self.is_dead = False  # no supply
        self.is_stuck = False  # the bus hangs: every transfer fails
        self.is_awake = False
        self.is_configured = False
        self.busy = 0  # looks at it until an answer is ready
        self.spoil = 0  # answers that will be spoiled
        self.answers = {
            _SAM: frame(b"\xd5\x15"),
            0x02: frame(bytes.fromhex("D50332010607")),
            0x12: frame(b"\xd5\x13"),
            0x32: frame(b"\xd5\x33"),
            _LIST: card_answer(None),
        }
        self._spoilt = bytes.fromhex("0000FF03FDD54B00E100")
        self._last = b""
        self.out = [b"", b""]  # frames to be fetched
        self._busy_left = 0

    def show(self, uid):
        """Put a card on the reader, None: take it away."""
        self.answers[_LIST] = card_answer(uid)

    def power_cycle(self):
        """Lose everything the host has set up."""
        self.is_awake = False
        self.is_configured = False
        self.out[0] = self.out[1] = b""

    def hear(self, buf):
        """Take what the host has sent."""
        if self.is_dead:
            return
        if buf == ACK_FRAME:
            self.out[0] = self.out[1] = b""
        elif len(buf) == 6 and buf[3] == 0xFF and buf[4] == 0:
            self.nacks += 1
            self._queue(b"", self._last)
        elif len(buf) >= 9:
            self._take_command(buf)

    def next_frame(self):
        """Return the frame the host would get now, b"" while there is none."""
        if self.is_dead:
            return b""
        if self.out[0]:
            return self.out[0]
        if self._busy_left > 0:
            self._busy_left -= 1
            return b""
        return self.out[1]

    def fetched(self):
        """The host has read the next frame."""
        if self.out[0]:
            self.out[0] = b""
        else:
            self.out[1] = b""

    def _take_command(self, buf):
        length = buf[3]
        total = 0
        for i in range(length + 1):
            total += buf[5 + i]
        is_good = (length + buf[4]) & 0xFF == 0 and total & 0xFF == 0 and buf[5] == 0xD4
        if not is_good:
            self.bad_frames += 1
            return
        code = buf[6]
        self.commands += 1
        if len(self.history) < self._history_max:
            self.history.append(bytes(buf))
        answer = self.answers.get(code, ERROR_FRAME)
        if code == _SAM:
            self.is_configured = True
        elif code == _LIST and not self.is_configured:
            answer = b""  # its field is off: it never finds anything
        self._last = answer
        if self.spoil:
            self.spoil -= 1
            answer = self._spoilt
        self._queue(ACK_FRAME, answer)

    def _queue(self, ack, answer):
        self.out[0] = ack
        self.out[1] = answer
        self._busy_left = self.busy


class FakePn532I2c:
    """The chip on an I2C bus: being addressed wakes it; a read begins with the status."""

    def __init__(self, chip):
        self.chip = chip
        self.bytes_moved = 0  # since the test last set it to 0, addresses counted

    def writeto(self, address, buf):
        self._begin(address, len(buf))
        if self.chip.is_awake:
            self.chip.hear(buf)
        self.chip.is_awake = True  # what wakes it is lost
        return len(buf)

    def readfrom_into(self, address, buf):
        self._begin(address, len(buf))
        frame_now = self.chip.next_frame()
        buf[0] = 1 if frame_now else 0
        if len(buf) == 1:
            return
        for i in range(1, len(buf)):
            buf[i] = frame_now[i - 1] if i <= len(frame_now) else 0xAA
        self.chip.fetched()

    def _begin(self, address, count):
        self.bytes_moved += 1 + count
        if self.chip.is_stuck:
            raise OSError(110)
        if self.chip.is_dead or address != 0x24:
            raise OSError(19)


class FakePn532Uart:
    """The chip on a UART: asleep until two 55 came; ACK and answer follow each other."""

    def __init__(self, chip):
        self.chip = chip
        self.baud_hz = 0
        self.blocked = 0  # reads of more than was there: a real UART would wait
        self.arrived_len = 1_000  # how much of a frame has come over the line so far
        self.junk = b""  # what the line brings before the frame
        self._taken_len = 0

    def init(self, baudrate):
        self.baud_hz = baudrate

    def write(self, buf):
        if self.chip.is_stuck:
            raise OSError(5)
        if buf[0] == 0x55 and buf[1] == 0x55 and not self.chip.is_dead:
            self.chip.is_awake = True
        elif self.chip.is_awake:
            self.chip.hear(buf)
            self._taken_len = 0
        return len(buf)

    def any(self):
        if self.chip.is_stuck:
            raise OSError(5)
        if self.junk:
            return len(self.junk)
        return max(0, min(len(self.chip.next_frame()), self.arrived_len) - self._taken_len)

    def readinto(self, buf, nbytes):
        source = self.junk or self.chip.out[0] or self.chip.out[1]
        at = 0 if self.junk else self._taken_len
        got_len = min(nbytes, len(source) - at)
        if got_len < nbytes:
            self.blocked += 1
        if got_len <= 0:
            return None
        for i in range(got_len):
            buf[i] = source[at + i]
        if self.junk:
            self.junk = self.junk[got_len:]
        else:
            self._taken_len += got_len
            if self._taken_len == len(source):
                self.chip.fetched()
                self._taken_len = 0
        return got_len
