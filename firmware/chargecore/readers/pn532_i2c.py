"""Pn532I2c: the frames of a PN532 on I2C.

Called by: Pn532. The bus is a machine.I2C or alike, 100 to 400 kHz, made with a timeout of some
milliseconds (the chip stretches the clock): writeto(address, buf), readfrom_into(address, buf).
A poll moves 53 bytes at most, addresses counted: 4.8 ms at 100 kHz, 1.2 ms at 400 kHz.
Heap: none after __init__, but for the exception of a bus that fails.
Source: PN532 User Manual (UM0701-02) §6.2.4: every read begins with a status byte, bit 0 = ready.
"""

from micropython import const

from chargecore.base.codes import E_IO, OK
from chargecore.readers.pn532_frame import Pn532Frames

_ADDRESS = const(0x24)  # evse-hardware.md §6; 48 and 49 on the wire
_READY = const(0x01)
_ACK_LEN = const(7)  # with the status
# The longest that Pn532 asks for: a card with 10 bytes of UID, 8 more of data, 7 around, status.
_RESPONSE_LEN = const(26)
_ACK_FRAME = b"\x00\x00\xff\x00\xff\x00"


class Pn532I2c:
    """`frames` holds what the newest read brought. `errors` counts transfers that failed."""

    def __init__(self, bus):
        self._bus = bus
        self.frames = Pn532Frames()
        self._status_buf = bytearray(1)
        self._ack_mv = memoryview(self.frames.buf)[:_ACK_LEN]
        self._response_mv = memoryview(self.frames.buf)[:_RESPONSE_LEN]
        self.errors = 0

    def wake(self):  # HOT
        """Wake the chip and give up the command it is at: an ACK does both."""
        return self.send(_ACK_FRAME)

    def send(self, frame):  # HOT
        """Send a frame. Return OK or E_IO."""
        self.frames.begin(0)
        try:
            self._bus.writeto(_ADDRESS, frame)
        except OSError:
            self.errors += 1
            return E_IO
        return OK

    def receive(self, is_ack_due):  # HOT
        """Fetch what the chip has to say. Return OK, also when that is nothing, or E_IO."""
        self.frames.begin(0)
        try:
            self._bus.readfrom_into(_ADDRESS, self._status_buf)
            if not self._status_buf[0] & _READY:
                return OK
            view = self._ack_mv if is_ack_due else self._response_mv
            self._bus.readfrom_into(_ADDRESS, view)
        except OSError:
            self.errors += 1
            return E_IO
        self.frames.begin(_ACK_LEN if is_ack_due else _RESPONSE_LEN)
        return OK
