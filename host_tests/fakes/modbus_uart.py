"""FakeModbusUart: a UART with one Modbus device behind it that knows whole replies.

Replies are made beforehand, so that the heap tests see only what the driver allocates.
"""

from chargecore.meters.modbus_rtu import crc16_modbus


def with_crc(frame):
    """Return the frame and its CRC, low byte first."""
    crc = crc16_modbus(frame, 0, len(frame))
    return frame + bytes([crc & 0xFF, crc >> 8])


class FakeModbusUart:
    """Answers at once with replies[first register]. Remembers requests and baud rates."""

    def __init__(self, rate_hz=None, rates_max=50):
        self.replies = {}
        self.rate_hz = rate_hz  # of the device; None: it understands any
        self.requests = 0
        self.request_buf = bytearray(8)  # the newest
        self.baud_hz = 0
        self.rates = []  # the first rates_max changes
        self._rates_max = rates_max
        self.is_silent = False
        self.arrived_len = 1_000  # how much of a reply has come over the line so far
        self.blocked = 0  # reads of more than was there: a real UART would wait
        self._reply = b""
        self._taken_len = 0

    def init(self, baudrate):
        if self.baud_hz != baudrate and len(self.rates) < self._rates_max:
            self.rates.append(baudrate)
        self.baud_hz = baudrate

    def write(self, buf):
        for i in range(8):
            self.request_buf[i] = buf[i]
        self.requests += 1
        self._taken_len = 0
        self._reply = b""
        is_heard = self.rate_hz is None or self.rate_hz == self.baud_hz
        if is_heard and not self.is_silent:
            self._reply = self.replies.get(buf[2] << 8 | buf[3], b"")
        return 8

    def send(self, data):
        """Put bytes on the line without a request."""
        self._reply = data
        self._taken_len = 0

    def any(self):
        return max(0, min(len(self._reply), self.arrived_len) - self._taken_len)

    def readinto(self, buf, nbytes):
        if nbytes > self.any():
            self.blocked += 1
        got_len = min(nbytes, self.any())
        if got_len == 0:
            return None
        for i in range(got_len):
            buf[i] = self._reply[self._taken_len + i]
        self._taken_len += got_len
        return got_len
