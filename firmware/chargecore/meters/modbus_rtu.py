"""ModbusRtu: one request at a time as master of a Modbus RTU line, in steps that never wait.

Called by: meters.block_cycle. The bus is a machine.UART or alike: write(buf), any(),
readinto(buf, len) and init(baudrate=...), 8N1, made with timeout=0 and a receive buffer of 256.
The direction of an RS-485 transceiver is best the bus's own matter (UART hardware, or a
transceiver that does it alone). A bus with `de_pin` (value(level), 1 = send) and txdone() has it
moved here: up with the request, down with the first poll that finds the line empty. The meter
answers after 3.5 characters, 4 ms at 9600 Bd, so such a line wants a poll every 2 ms (`poll_ms`),
and a pass that takes longer costs a reply: it counts as silent or garbled and is asked for again.
The pin never stays up: at the reply's deadline, and when the bus raises, it goes down.
An OSError of the bus is silence.
Heap: none after __init__, as far as the bus has none.
Source: evse-hardware.md §6 for the line settings; frame and CRC as pymodbus speaks them.
"""

import micropython
from micropython import const

from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.meters.line_bytes import copy_bytes, drop_bytes, find_pair

# What poll() says.
PENDING = 0  # nothing new
DONE = 1  # the reply's data begins at reply_buf[data_at]
E_SILENT = -1  # not one byte came
E_GARBLED = -2  # bytes came, but no whole reply of that device with a good CRC
E_EXCEPTION = -3  # the device refuses: exception_code

_REQUEST_LEN = const(8)
_REPLY_MAX = const(192)  # the longest is 165: 80 registers
_CHUNK_MAX = const(64)
_CHUNKS = const(4)  # per poll: 256 bytes, as much as came in 267 ms at 9600 Bd
_OVERHEAD_LEN = const(5)  # address, function, length, CRC
_EXCEPTION_BIT = const(0x80)
_LATENCY_MS = const(200)  # our choice: how long a device may think
_GAP_BITS_X1000 = const(38_500)  # 3.5 characters of 11 bits between two frames, in ms * Bd
_POLL_MS = const(100)  # how often poll() is wanted
_POLL_DE_MS = const(2)
_BITS_X1000 = const(10_000)  # per character on the line, in ms * Bd


@micropython.viper
def crc16_modbus(buf: ptr8, start: int, end: int) -> int:  # HOT  # noqa: F821
    """Return the CRC of buf[start:end]: polynomial 0xA001 reflected, start value 0xFFFF."""
    crc = 0xFFFF
    i = start
    while i < end:
        # Eight bits at once: each set bit of the byte adds 0xC0 shifted to its place, and an odd
        # number of them the ends of the polynomial. test_modbus_rtu compares it with bit by bit.
        byte = (crc ^ int(buf[i])) & 0xFF
        crc = (crc >> 8) ^ (byte << 6) ^ (byte << 7)
        byte ^= byte >> 4
        if (0x6996 >> (byte & 0xF)) & 1:
            crc ^= 0xC001
        i += 1
    return crc & 0xFFFF


class ModbusRtu:
    """Reads registers. Full buffer: the oldest bytes go, counted in `noise`."""

    def __init__(self, bus, clock, baud_hz):
        self._bus = bus
        self._de_pin = getattr(bus, "de_pin", None)
        if self._de_pin is not None:
            self._de_pin.value(0)
        self.poll_ms = _POLL_MS if self._de_pin is None else _POLL_DE_MS
        self.reply_buf = bytearray(_REPLY_MAX)
        self._request_buf = bytearray(_REQUEST_LEN)
        self._chunk_buf = bytearray(_CHUNK_MAX)
        self.data_at = 0  # where the data of the newest reply begins
        self.exception_code = 0  # of the newest refusal
        self.answers = 0  # good replies
        self.silent = 0  # requests on which no byte came
        self.garbled = 0  # requests on which bytes, but no good reply came
        self.exceptions = 0  # requests the device refused
        self.noise = 0  # bytes that belonged to no reply
        self.is_busy = False  # a request waits for its reply
        self._is_sending = False  # de_pin is up
        self._reply_len = 0
        self._wanted_len = 0  # length of the whole reply
        self._gap_until_ms = clock.ticks_ms()
        self._deadline_ms = self._gap_until_ms
        self._baud_hz = 0
        self.set_baud(baud_hz)

    def set_baud(self, baud_hz):  # HOT
        """Use that rate from the next request on. Heap: what the bus needs for it."""
        if baud_hz != self._baud_hz:
            self._baud_hz = baud_hz
            self._bus.init(baudrate=baud_hz)

    def is_ready(self, now_ms):  # HOT
        """Tell whether a request may be sent: none is open and the line was quiet for a gap."""
        return not self.is_busy and ticks_diff(now_ms, self._gap_until_ms) >= 0

    def request(self, address, function, register, count, now_ms):  # HOT
        """Ask for count registers, function 3 or 4. Return whether it was sent: see is_ready()."""
        if not self.is_ready(now_ms):
            return False
        self._fill(address, function, register, count)
        self._drop_input()
        self._wanted_len = _OVERHEAD_LEN + 2 * count
        line_ms = (_REQUEST_LEN + self._wanted_len) * _BITS_X1000 // self._baud_hz
        self._deadline_ms = ticks_add(now_ms, line_ms + _LATENCY_MS)
        self.is_busy = True
        self._send()
        return True

    def _send(self):  # HOT
        if self._de_pin is not None:
            self._is_sending = True
            self._de_pin.value(1)
        try:
            self._bus.write(self._request_buf)  # a short write is a request nobody answers
        except OSError:
            self._listen()

    def _listen(self):  # HOT
        if self._is_sending:
            self._is_sending = False
            self._de_pin.value(0)

    def _is_sent(self):  # HOT
        try:
            return self._bus.txdone()
        except OSError:
            return True

    def poll(self, now_ms):  # HOT
        """Collect what has arrived. Return PENDING, DONE or E_*, at once in any case."""
        if not self.is_busy:
            return PENDING
        if self._is_sending and self._is_sent():
            self._listen()
        if self._collect():  # first: the reply may be there although this poll comes late
            code = self._find_reply()
            if code != PENDING:
                return self._finish(code, now_ms)
        if ticks_diff(now_ms, self._deadline_ms) < 0:
            return PENDING
        if self._reply_len == 0:
            self.silent += 1
            return self._finish(E_SILENT, now_ms)
        self.garbled += 1
        self.noise += self._reply_len
        return self._finish(E_GARBLED, now_ms)

    def _finish(self, code, now_ms):  # HOT
        self.is_busy = False
        self._listen()
        self._gap_until_ms = ticks_add(now_ms, _GAP_BITS_X1000 // self._baud_hz + 2)
        return code

    def _fill(self, address, function, register, count):  # HOT
        # 0   1   2    3    4    5    6    7
        # 01  04  00   46   00   06   91   DD
        # id  fc  register  count     crc, low byte first
        buf = self._request_buf
        buf[0] = address
        buf[1] = function
        buf[2] = register >> 8
        buf[3] = register & 0xFF
        buf[4] = count >> 8
        buf[5] = count & 0xFF
        crc = crc16_modbus(buf, 0, 6)
        buf[6] = crc & 0xFF
        buf[7] = crc >> 8

    def _drop_input(self):  # HOT
        """Forget late replies and noise, so that they are not taken for the next reply."""
        for _ in range(_CHUNKS):
            got_len = self._read_chunk()
            if got_len == 0:
                break
            self.noise += got_len
        self._reply_len = 0

    def _read_chunk(self):  # HOT
        try:
            ready_len = min(self._bus.any(), _CHUNK_MAX)
            if ready_len <= 0:
                return 0
            return self._bus.readinto(self._chunk_buf, ready_len) or 0  # None: nothing after all
        except OSError:
            return 0

    def _collect(self):  # HOT
        """Append what the bus has. Return whether there was anything."""
        has_new = False
        for _ in range(_CHUNKS):
            got_len = self._read_chunk()
            if got_len == 0:
                break
            has_new = True
            self._append(got_len)
        return has_new

    def _append(self, got_len):  # HOT
        """Append the chunk. Full buffer: its oldest bytes go."""
        dropped_len = self._reply_len + got_len - _REPLY_MAX
        if dropped_len > 0:
            drop_bytes(self.reply_buf, dropped_len, self._reply_len)
            self._reply_len -= dropped_len
            self.noise += dropped_len
        copy_bytes(self.reply_buf, self._reply_len, self._chunk_buf, got_len)
        self._reply_len += got_len

    def _find_reply(self):  # HOT
        """Look for the reply at every place: noise may stand before and behind it."""
        address, function = self._request_buf[0], self._request_buf[1]
        buf = self.reply_buf
        end = self._reply_len - _OVERHEAD_LEN + 2
        at = find_pair(buf, 0, end, address << 8 | function)
        while at >= 0:
            if buf[at + 1] & _EXCEPTION_BIT:
                if self._is_whole(at, _OVERHEAD_LEN):
                    self.exception_code = buf[at + 2]
                    self.exceptions += 1
                    return E_EXCEPTION
            elif buf[at + 2] == self._wanted_len - _OVERHEAD_LEN:
                if self._is_whole(at, self._wanted_len):
                    self.data_at = at + 3
                    self.answers += 1
                    return DONE
            at = find_pair(buf, at + 1, end, address << 8 | function)
        return PENDING

    def _is_whole(self, at, frame_len):  # HOT
        end = at + frame_len
        if end > self._reply_len:
            return False
        crc = crc16_modbus(self.reply_buf, at, end - 2)
        if self.reply_buf[end - 2] != crc & 0xFF or self.reply_buf[end - 1] != crc >> 8:
            return False
        self.noise += self._reply_len - frame_len
        return True
