"""ConsolePort: what MicroPython's console is to ConsoleWriter: a stream and select.poll().

Called by: the tests of boards/shared, on both interpreters. `reads` says whether somebody takes
what is sent; `room` is what fits until then. A write without room takes WAIT_MS, as with USB.
"""

WAIT_MS = 500  # MICROPY_HW_USB_CDC_TX_TIMEOUT


class ConsolePort:
    """tells: poll() knows whether there is room; False: it always says yes (ESP32-S3)."""

    def __init__(self, clock, tells=True):
        self._clock = clock
        self._tells = tells
        self._found = ((self, 4),)
        self.heard = bytearray()
        self.reads = True
        self.room = 256
        self.waits = 0  # writes that had to wait
        self.polls = 0

    def ipoll(self, timeout_ms):
        """Return what is ready."""
        self.polls += 1
        return self._found if not self._tells or self.reads or self.room else ()

    def write(self, buf, offset, count):
        """Take bytes, as MicroPython's streams do: buffer, offset, length."""
        if not self.reads:
            if self.room < count:
                self.waits += 1
                self._clock.advance_ms(WAIT_MS)
                return 0
            self.room -= count
        self.heard.extend(bytes(buf[offset : offset + count]))
        return count

    def lines(self):
        """Return what was heard, line by line."""
        return str(bytes(self.heard), "ascii").split("\r\n")
