"""Mfrc522Registers: the registers of an MFRC522 over SPI.

Called by: Mfrc522. The bus is a machine.SPI or alike, mode 0, 10 MHz at most:
write_readinto(out_buf, in_buf); cs_pin: value(level), 0 selects the chip.
Heap: none after __init__, as far as the bus has none.
Source: MFRC522 data sheet rev 3.8 §8.1.2.3: address byte, highest bit 1 = read, address in bits
6 to 1.
"""

from micropython import const

_READ = const(0x80)


class Mfrc522Registers:
    """Reads and writes one register at a time."""

    def __init__(self, spi, cs_pin):
        self._spi = spi
        self._cs_pin = cs_pin
        self._out_buf = bytearray(2)
        self._in_buf = bytearray(2)
        cs_pin.value(1)

    def read(self, register):  # HOT
        """Return the register. Errors: OSError when the bus fails."""
        return self._transfer(_READ | register << 1, 0)

    def write(self, register, value):  # HOT
        """Set the register. Errors: OSError when the bus fails."""
        self._transfer(register << 1, value)

    def _transfer(self, first, second):  # HOT
        self._out_buf[0] = first
        self._out_buf[1] = second
        self._cs_pin.value(0)
        try:
            self._spi.write_readinto(self._out_buf, self._in_buf)
        finally:
            self._cs_pin.value(1)
        return self._in_buf[1]
