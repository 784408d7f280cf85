"""Records: the 64-byte layout of everything the station must not forget, and its byte accessors.

Called by: journal, compactor and their parts here, outbox, station, adapters.
Never: knows a protocol. Whoever changes anything here makes a new layout, see layout.py.
Numbers are little-endian; u32 fields stay below 2^30, so that a board makes no heap int of them;
i32 fields hold what a server chose and may leave that range.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.checksum import crc16

RECORD_LEN = const(64)

REC_START = const(1)  # a transaction began
REC_METER = const(2)  # one instant of a meter
REC_STOP = const(3)  # a transaction ended
REC_TX_ID = const(4)  # the server's answer to a start: its transaction id
REC_DONE = const(5)  # everything up to a sequence number is delivered
REC_BOOT_TIME = const(6)  # the wall time of a boot became known
REC_PARKED = const(7)  # a message was given up

# 0    1         2     4    8         12      16  20           24..61   62
# kind connector boot  seq  uptime_s  wall_s  tx  register_wh  payload  crc
OFF_KIND = const(0)
OFF_CONNECTOR = const(1)
OFF_BOOT = const(2)  # u16
OFF_SEQ = const(4)  # u32, given by the journal
OFF_UPTIME_S = const(8)  # u32
OFF_WALL_S = const(12)  # i32, WALL_UNKNOWN when not known then
OFF_TX = const(16)  # u32, local number of the transaction, 0 = none
OFF_REGISTER_WH = const(20)  # u32
REGISTER_UNKNOWN_WH = const(0x3FFFFFFF)  # in OFF_REGISTER_WH: the meter was silent
OFF_CRC = const(62)  # u16 over bytes 0..61

START_ID_LEN = const(24)
START_ID_TAG = const(25)  # up to 20 bytes
START_FLAGS = const(45)
START_FLAG_RESERVATION = const(1)
START_RESERVATION_ID = const(48)  # i32

METER_CONTEXT = const(24)  # CONTEXT_*
METER_FLAGS = const(25)
METER_FLAG_SEND = const(1)  # leaves as MeterValues
METER_FLAG_DATA = const(2)  # kept for transactionData
METER_SEND_MASK = const(26)  # u32, bits of station.measurands
METER_STOP_MASK = const(30)  # u32
METER_READINGS = const(34)  # 14 x u16

STOP_ID_LEN = const(24)  # 0 = the unit stopped it itself
STOP_ID_TAG = const(25)
STOP_REASON = const(45)  # station.stop_reasons

TX_ID_VALUE = const(24)  # i32
TX_ID_FLAGS = const(28)
TX_ID_FLAG_KNOWN = const(1)

DONE_SEQ = const(24)  # u32, the newest record the server has taken or that was parked

# Connector, transaction and register are the message's, the instant is that of the parking.
PARKED_SEQ = const(24)  # u32, number of the message
PARKED_KIND = const(28)  # REC_START, REC_METER or REC_STOP
PARKED_KIND_UNKNOWN = const(0)
PARKED_WHY = const(29)  # store.parked.WHY_*
PARKED_ATTEMPTS = const(30)  # u16
PARKED_COUNT = const(32)  # u32, messages given up so far, this one included; 0 = not known
PARKED_BOOT = const(36)  # u16, when the message was made, as in its own record
PARKED_UPTIME_S = const(38)  # u32
PARKED_WALL_S = const(42)  # i32

BOOT_TIME_BOOT = const(24)  # u16
BOOT_TIME_OFFSET_S = const(28)  # i32, wall time at uptime 0

# Every kind but REC_METER, which has no room: what REC_DONE says, carried along. 0 = nothing.
OFF_DONE_SEQ = const(54)  # u32

# Source: M4 of the behaviour rules (OCPP 1.6), in its order.
CONTEXT_INTERRUPTION_BEGIN = const(0)
CONTEXT_INTERRUPTION_END = const(1)
CONTEXT_OTHER = const(2)
CONTEXT_SAMPLE_CLOCK = const(3)
CONTEXT_SAMPLE_PERIODIC = const(4)
CONTEXT_TRANSACTION_BEGIN = const(5)
CONTEXT_TRANSACTION_END = const(6)
CONTEXT_TRIGGER = const(7)

_ERASED = b"\xff" * RECORD_LEN


class Record:
    """One record in its buffer. Offsets are the OFF_, START_, METER_, ... constants above."""

    def __init__(self, buf=None):
        self.buf = bytearray(RECORD_LEN) if buf is None else buf

    def clear(self, kind, connector_id):  # HOT
        """Make it an empty record of that kind."""
        buf = self.buf
        for i in range(RECORD_LEN):
            buf[i] = 0
        buf[OFF_KIND] = kind
        buf[OFF_CONNECTOR] = connector_id

    def stamp(self, boot_number, uptime_s, wall_s):  # HOT
        """Set when it happened; wall_s may be WALL_UNKNOWN."""
        self.put_u16(OFF_BOOT, boot_number)
        self.put_u32(OFF_UPTIME_S, uptime_s)
        self.put_i32(OFF_WALL_S, wall_s)

    def seal(self, seq):  # HOT
        """Set sequence number and checksum: the last thing before it is written."""
        self.put_u32(OFF_SEQ, seq)
        self.put_u16(OFF_CRC, crc16(self.buf, 0, OFF_CRC))

    def is_valid(self):  # HOT
        """Return True when the checksum fits and a kind is set."""
        buf = self.buf
        if not buf[OFF_KIND]:
            return False
        return crc16(buf, 0, OFF_CRC) == buf[OFF_CRC] | buf[OFF_CRC + 1] << 8

    def is_erased(self):  # HOT
        """Return True when nothing was ever written there."""
        return self.buf == _ERASED

    def copy_from(self, other):  # HOT
        """Become a copy of another record."""
        buf = self.buf
        other_buf = other.buf
        for i in range(RECORD_LEN):
            buf[i] = other_buf[i]

    def u8(self, at):  # HOT
        """Return the byte at offset `at`."""
        return self.buf[at]

    def put_u8(self, at, value):  # HOT
        """Set the byte at offset `at`."""
        self.buf[at] = value

    def u16(self, at):  # HOT
        """Return the two bytes at offset `at`."""
        buf = self.buf
        return buf[at] | buf[at + 1] << 8

    def put_u16(self, at, value):  # HOT
        """Set the two bytes at offset `at`."""
        buf = self.buf
        buf[at] = value & 0xFF
        buf[at + 1] = value >> 8 & 0xFF

    def u32(self, at):  # HOT
        """Return the four bytes at offset `at`. Range: below 2^30, upper two bits not read."""
        buf = self.buf
        return buf[at] | buf[at + 1] << 8 | buf[at + 2] << 16 | (buf[at + 3] & 0x3F) << 24

    def put_u32(self, at, value):  # HOT
        """Set the four bytes at offset `at`. Range: 0..2^30-1."""
        buf = self.buf
        buf[at] = value & 0xFF
        buf[at + 1] = value >> 8 & 0xFF
        buf[at + 2] = value >> 16 & 0xFF
        buf[at + 3] = value >> 24 & 0x3F

    def i32(self, at):  # HOT
        """Return the signed four bytes at offset `at`.

        Heap: none within +-2^30; beyond that, a heap int on a 32-bit board.
        """
        buf = self.buf
        high = buf[at + 3]
        if high & 0x80:
            high -= 256
        return high << 24 | buf[at + 2] << 16 | buf[at + 1] << 8 | buf[at]

    def put_i32(self, at, value):  # HOT
        """Set the signed four bytes at offset `at`. Range: -2^31..2^31-1."""
        buf = self.buf
        buf[at] = value & 0xFF
        buf[at + 1] = value >> 8 & 0xFF
        buf[at + 2] = value >> 16 & 0xFF
        buf[at + 3] = value >> 24 & 0xFF

    def put_text(self, len_at, text_buf, text_len):  # HOT
        """Set a text: its length at len_at, its bytes from len_at + 1 on. Range: 0..20 bytes."""
        buf = self.buf
        if text_len > 20:
            text_len = 20
        buf[len_at] = text_len
        for i in range(text_len):
            buf[len_at + 1 + i] = text_buf[i]
