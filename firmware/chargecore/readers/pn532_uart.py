"""Pn532Uart: the frames of a PN532 on its high speed UART, 115200 Bd 8N1.

Called by: Pn532. The bus is a machine.UART or alike, made with timeout=0 and a receive buffer of
64 at least: write(buf), any(), readinto(buf, len), init(baudrate=...).
Heap: none after __init__, as far as the bus has none.
Source: PN532 User Manual (UM0701-02) §7.2.11 for the way out of low power; evse-hardware.md §6.
"""

from micropython import const

from chargecore.base.codes import E_IO, OK
from chargecore.readers.pn532_frame import Pn532Frames

_BAUD_HZ = const(115_200)
_CHUNK_MAX = const(32)
_CHUNKS = const(8)  # thrown away before a command: the whole receive buffer
# Two 55 wake it, the rest is the time its oscillator takes: 1.4 ms at this rate.
_WAKE_UP = b"\x55\x55\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"


class Pn532Uart:
    """`frames` collects what has arrived. `errors` counts transfers that failed."""

    def __init__(self, bus):
        self._bus = bus
        self.frames = Pn532Frames()
        self._chunk_buf = bytearray(_CHUNK_MAX)
        self.errors = 0
        bus.init(baudrate=_BAUD_HZ)

    def wake(self):  # HOT
        """Wake the chip."""
        return self.send(_WAKE_UP)

    def send(self, frame):  # HOT
        """Send a frame; what came before it is no answer to it. Return OK or E_IO."""
        frames = self.frames
        try:
            for _ in range(_CHUNKS):
                frames.noise += self._read_chunk()
            frames.begin(0)
            self._bus.write(frame)  # a short write is a command nobody answers
        except OSError:
            return self._failed()
        return OK

    def receive(self, _is_ack_due):  # HOT
        """Fetch what has arrived. Return OK, also when that is nothing, or E_IO."""
        try:
            got_len = self._read_chunk()
        except OSError:
            return self._failed()
        for i in range(got_len):
            self.frames.append(self._chunk_buf[i])
        return OK

    def _failed(self):  # HOT
        self.errors += 1
        return E_IO

    def _read_chunk(self):  # HOT
        ready_len = min(self._bus.any(), _CHUNK_MAX)
        if ready_len <= 0:
            return 0
        return self._bus.readinto(self._chunk_buf, ready_len) or 0  # None: nothing after all
