"""A Modbus server of pymodbus on one end of a pty, and the other end as a UART for the drivers."""

import asyncio
import fcntl
import os
import pty
import struct
import termios
import threading
import time
import tty

from pymodbus.datastore import (
    ModbusDeviceContext,
    ModbusSequentialDataBlock,
    ModbusServerContext,
)
from pymodbus.server import ModbusSerialServer

_SPEEDS = {termios.B2400: 2_400, termios.B9600: 9_600}
_REGISTERS = 0x60


class PtyUart:
    """What machine.UART has, on the master side of a pty.

    A pty carries bytes at any rate. So that a wrong rate is one, the server's own setting of the
    terminal is compared, and bytes of another rate arrive as garbage, as on a wire.
    """

    def __init__(self, master_fd):
        self._fd = master_fd
        self.baud_hz = 0
        self.rates = []
        self.spoil = None  # function(reply) -> bytes that arrive instead
        self._input = bytearray()
        os.set_blocking(master_fd, False)

    def init(self, baudrate):
        self.baud_hz = baudrate
        self.rates.append(baudrate)

    def _is_rate_right(self):
        return _SPEEDS.get(termios.tcgetattr(self._fd)[5]) == self.baud_hz

    def write(self, buf):
        data = bytes(buf) if self._is_rate_right() else bytes(b ^ 0xA5 for b in buf)
        return os.write(self._fd, data)

    def any(self):
        waiting = struct.unpack("i", fcntl.ioctl(self._fd, termios.FIONREAD, b"\0" * 4))[0]
        if waiting:
            data = os.read(self._fd, waiting)
            self._input += self.spoil(data) if self.spoil else data
        return len(self._input)

    def readinto(self, buf, nbytes):
        assert nbytes <= len(self._input), "a real UART would wait for more"
        buf[:nbytes] = self._input[:nbytes]
        del self._input[:nbytes]
        return nbytes


class PtyClock:
    """Real milliseconds, wrapped as the firmware has them."""

    def ticks_ms(self):
        return time.monotonic_ns() // 1_000_000 & 0x3FFFFFFF


class ModbusBench:
    """Server and UART. words: {first register: list of words} of the input registers."""

    def __init__(self, words, baud_hz=9_600, device_id=1):
        self._master_fd, self._slave_fd = pty.openpty()
        tty.setraw(self._slave_fd)
        self.block = ModbusSequentialDataBlock(1, [0] * _REGISTERS)
        self.set_words(words)
        self._context = ModbusServerContext(
            {device_id: ModbusDeviceContext(ir=self.block)}, single=False
        )
        self._options = {"port": os.ttyname(self._slave_fd), "baudrate": baud_hz}
        self.uart = PtyUart(self._master_fd)
        self.clock = PtyClock()
        self.polls = 0
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._started.wait(10), "the Modbus server does not start"

    def set_words(self, words):
        for register, values in words.items():
            self.block.setValues(register + 1, values)

    def _serve(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run_server())

    async def _run_server(self):
        self._server = ModbusSerialServer(
            self._context, ignore_missing_devices=True, **self._options
        )
        await self._server.serve_forever(background=True)
        self._stop = asyncio.Event()
        self._started.set()
        await self._stop.wait()
        await self._server.shutdown()

    def run_until(self, meter, is_done, limit_s=8.0):
        """Poll the meter every 5 ms until is_done(). Return whether it came to that in time."""
        end_s = time.monotonic() + limit_s
        while time.monotonic() < end_s:
            meter.poll(self.clock.ticks_ms())
            self.polls += 1
            if is_done():
                return True
            time.sleep(0.005)
        return False

    def close(self):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        os.close(self._master_fd)
        os.close(self._slave_fd)


def float_words(*values):
    """Return float32 values as registers, high word first."""
    data = struct.pack(f">{len(values)}f", *values)
    return list(struct.unpack(f">{len(data) // 2}H", data))
