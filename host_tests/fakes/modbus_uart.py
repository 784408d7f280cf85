"""FakeModbusUart: a UART with one Modbus device behind it that knows whole replies.

Replies are made beforehand, so that the heap tests see only what the driver allocates.
"""

from chargecore.meters.modbus_rtu import crc16_modbus


def with_crc(frame):
    """Return the frame and its CRC, low byte first."""
    crc = crc16_modbus(frame, 0, len(frame))
    return frame + bytes([crc & 0xFF, crc >> 8])


class DirectionPin:
    """1 = the transceiver sends."""

    def __init__(self):
        self.level = None  # None: nobody has set it
        self.rises = 0

    def value(self, level):
        if level and not self.level:
            self.rises += 1
        self.level = level


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
        self.calls = 0  # of any(), readinto() and write()
        self.bytes_read = 0
        self.is_broken = False  # every call raises OSError
        self._reply = b""
        self._taken_len = 0

    def add_de_pin(self):
        """Be behind a transceiver with a direction pin."""
        self.de_pin = DirectionPin()
        self.is_sending = False  # the last bit is not on the line yet

    def txdone(self):
        if self.is_broken:
            raise OSError(5)
        return not self.is_sending

    def _call(self):
        self.calls += 1
        if self.is_broken:
            raise OSError(5)

    def init(self, baudrate):
        if self.baud_hz != baudrate and len(self.rates) < self._rates_max:
            self.rates.append(baudrate)
        self.baud_hz = baudrate

    def write(self, buf):
        self._call()
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
        self._call()
        return self._waiting()

    def _waiting(self):
        return max(0, min(len(self._reply), self.arrived_len) - self._taken_len)

    def readinto(self, buf, nbytes):
        self._call()
        if nbytes > self._waiting():
            self.blocked += 1
        got_len = min(nbytes, self._waiting())
        if got_len == 0:
            return None
        for i in range(got_len):
            buf[i] = self._reply[self._taken_len + i]
        self._taken_len += got_len
        self.bytes_read += got_len
        return got_len
