"""Cse7766: the driver of the one-phase metering chip CSE7766, which talks all the time at 4800 Bd.

Called by: the scheduler (poll), station (attributes). Keeps the protocol of the package.
Never: blocks; sends anything; counts energy it has no proof of. Heap: none after __init__, but for
a save of the register (energy_counter) and what the bus needs.
The bus is a machine.UART or alike, as in modbus_rtu: any(), readinto(buf, len), init(...), receive
buffer of 256. Only its receiver is wired.
Source: evse-hardware.md §6 for the line; the frame from ChipSea's data sheet of the CSE7766, "UART
communication", as the open drivers of ESPHome and Tasmota read it:

   0  1   2  3  4   5  6  7   8  9 10  11 12 13  14 15 16  17 18 19  20  21 22  23
  55 5A  02 F7 60  00 03 4D  00 40 10  00 04 01  51 A6 58  00 05 A3  71  01 02  69
  state  V coef    V cycle   A coef    A cycle   W coef    W cycle  adj CF      sum
         194400    845       16400     1025      5351000   1443         258
  high byte first; sum = low byte of the sum of bytes 2..22

  state 55 = measures; AA = never calibrated, the coefficients mean nothing;
        F. = bit 3 voltage, bit 2 current, bit 1 power cycle too long to be measured (that is, the
        quantity is about 0), bit 0 coefficients damaged
  adj   bit 6 voltage, bit 5 current, bit 4 power: this cycle is a whole one. While the bit is 0
        the register shows how long the cycle has lasted so far: the value is at most coef/cycle
  V = coef / cycle          194400 / 845   = 230.06
  A = coef / cycle          16400 / 1025   = 16.000
  W = coef / cycle          5351000 / 1443 = 3708
  one step of CF = coef of power in W us   = 5.351 Ws, 673 of them are a Wh; CF wraps at 2^16
Values are rounded to the nearest unit of the package; energy keeps its rest and loses nothing.
"""

import micropython
from micropython import const

from chargecore.base.ticks import ticks_diff
from chargecore.meters.energy_counter import EnergyCounter
from chargecore.meters.line_bytes import copy_bytes, drop_bytes
from chargecore.meters.readings import Readings

_FRAME_LEN = const(24)
_STATE_GOOD = const(0x55)
_STATE_RAW = const(0xAA)
_LONG_VOLTAGE = const(8)
_LONG_CURRENT = const(4)
_LONG_POWER = const(2)
_BAD_COEFFICIENTS = const(1)
_AT_VOLTAGE = const(2)
_AT_CURRENT = const(8)
_AT_POWER = const(14)
_AT_ADJ = const(20)  # CF follows it
_WHOLE_VOLTAGE = const(0x40)
_WHOLE_CURRENT = const(0x20)
_WHOLE_POWER = const(0x10)

_BAUD_HZ = const(4_800)
_CHUNK_MAX = const(32)
_CHUNKS = const(3)  # per poll: 96 bytes, as much as comes in 220 ms
_INPUT_MAX = const(96 + 23)  # those, and the start of a frame from before
_VOLTAGE_MAX_DV = const(10_000)  # beyond these a frame is nonsense, and products leave 2^30
_CURRENT_MAX_MA = const(100_000)
_POWER_MAX_W = const(100_000)
_UWH_PER_WH = const(1_000_000)
_WUS_PER_UWH = const(3_600)  # W us
# The most that can have flowed per ms: 20 kW, 80 A at 250 V. A step of CF beyond that is a chip
# that has started anew, not energy.
_UWH_PER_MS = const(5_556)
_CF_MAX_MS = const(40_000)  # CF wraps in 47 s at 32 A: behind this much silence nobody can tell


@micropython.viper
def find_frame(buf: ptr8, at: int, end: int) -> int:  # HOT  # noqa: F821
    """Return where in buf[at:end] a frame with a good sum begins.

    -1 - n when there is none: one that is not whole yet can begin at n, or behind it.
    """
    while at + 24 <= end:
        state = int(buf[at])
        if (state == 0x55 or state == 0xAA or state >= 0xF0) and int(buf[at + 1]) == 0x5A:
            total = 0
            i = at + 2
            while i < at + 23:
                total += int(buf[i])
                i += 1
            if (total & 0xFF) == int(buf[i]):
                return at
        at += 1
    return -1 - at


def ratio(coefficient, cycle, digits):  # HOT
    """Return coefficient / cycle times 10^digits, to the nearest; digit by digit below 2^28.

    Range: both 24 bit, digits 0..3. -1 when cycle is 0 or the result is beyond 10^6.
    """
    if cycle == 0:
        return -1
    quotient = coefficient // cycle
    rest = coefficient % cycle
    for _ in range(digits):
        if quotient > 100_000:
            return -1
        rest *= 10
        quotient = quotient * 10 + rest // cycle
        rest %= cycle
    if 2 * rest >= cycle:
        quotient += 1
    return quotient if quotient <= 1_000_000 else -1


class Cse7766:
    """bus: see above. pair: VersionPair for the register."""

    def __init__(self, bus, clock, pair, events):
        bus.init(baudrate=_BAUD_HZ, bits=8, parity=0, stop=1)
        self._bus = bus
        self._chunk_buf = bytearray(_CHUNK_MAX)
        self._input_buf = bytearray(_INPUT_MAX)
        self._input_len = 0
        self._frame_at = 0  # the frame that is being taken, in _input_buf
        self.phases = 1
        self.voltage_dv = [None, None, None]
        self.current_ma = [None, None, None]
        self.power_w = [None, None, None]
        self.import_wh = None
        self.export_wh = None  # it counts one way only
        self.frequency_chz = None  # it has none
        self.power_factor_permille = None
        self.temperature_dc = None  # it has none
        self.fresh = False
        self.backwards = 0  # its register is the driver's own: stays 0
        self.silent = 0  # frames with a state that says: no values
        self.noise = 0  # bytes that belonged to no frame
        self._counter = EnergyCounter(pair, clock, events, _UWH_PER_WH)
        self._readings = Readings(self, clock)
        self._cf = -1  # of the newest frame, -1 = none yet
        self._cf_at_ms = clock.ticks_ms()
        self._rest_wus = 0  # W us that do not make a uWh yet
        self.commit = self._counter.commit
        self.raise_to = self._counter.raise_to

    def age_ms(self, now_ms):  # HOT
        """Return the age of import_wh, None when it was never read."""
        return self._readings.age_ms(now_ms)

    def poll(self, now_ms):  # HOT
        """Take the frames that have arrived; let old values be forgotten."""
        for _ in range(_CHUNKS):
            got_len = self._read_chunk()
            if got_len == 0:
                break
            copy_bytes(self._input_buf, self._input_len, self._chunk_buf, got_len)
            self._input_len += got_len
        self._take_frames(now_ms)
        self._readings.grow_old(now_ms)
        self._counter.keep(now_ms)

    def _read_chunk(self):  # HOT
        try:
            ready_len = min(self._bus.any(), _CHUNK_MAX)
            if ready_len <= 0:
                return 0
            return self._bus.readinto(self._chunk_buf, ready_len) or 0
        except OSError:
            return 0  # as good as silence

    def _take_frames(self, now_ms):  # HOT
        """Take every whole frame; keep what may be the start of the next."""
        at = 0
        found_at = find_frame(self._input_buf, 0, self._input_len)
        while found_at >= 0:
            self.noise += found_at - at
            self._frame_at = found_at
            self._take(now_ms)
            at = found_at + _FRAME_LEN
            found_at = find_frame(self._input_buf, at, self._input_len)
        rest_at = -1 - found_at
        self.noise += rest_at - at
        drop_bytes(self._input_buf, rest_at, self._input_len)
        self._input_len -= rest_at

    def _u24(self, at):  # HOT
        buf = self._input_buf
        at += self._frame_at
        return buf[at] << 16 | buf[at + 1] << 8 | buf[at + 2]

    def _take(self, now_ms):  # HOT
        state = self._input_buf[self._frame_at]
        flags = 0 if state == _STATE_GOOD else state & 0x0F
        if state == _STATE_RAW or flags & _BAD_COEFFICIENTS:
            self.silent += 1
            self._cf = -1
            return
        self._take_values(flags)
        self._readings.take_answer(now_ms)
        self._count(now_ms)
        self._readings.take_register(self._counter.register_wh, now_ms)

    def _take_values(self, flags):  # HOT
        power_w = 0
        if not flags & _LONG_POWER:
            power_w = self._value(_AT_POWER, _WHOLE_POWER, 0, self.power_w[0], _POWER_MAX_W)
        voltage_dv = None  # a voltage too low to be measured is not one to tell
        if not flags & _LONG_VOLTAGE:
            known = self.voltage_dv[0]
            voltage_dv = self._value(_AT_VOLTAGE, _WHOLE_VOLTAGE, 1, known, _VOLTAGE_MAX_DV)
        current_ma = 0 if flags & _LONG_POWER else None  # alone it contradicts the power
        if not flags & _LONG_CURRENT:
            known = self.current_ma[0]
            current_ma = self._value(_AT_CURRENT, _WHOLE_CURRENT, 3, known, _CURRENT_MAX_MA)
        self.power_w[0] = power_w
        self.voltage_dv[0] = voltage_dv
        self.current_ma[0] = current_ma
        self.power_factor_permille = None
        if power_w and voltage_dv and current_ma:
            apparent_va = voltage_dv * current_ma // 10_000
            if apparent_va:
                self.power_factor_permille = min(power_w * 1000 // apparent_va, 1000)

    def _value(self, at, whole_bit, digits, known, highest):  # HOT
        """Return what a coefficient and its cycle say; no more than that while it still lasts."""
        value = ratio(self._u24(at), self._u24(at + 3), digits)
        if value < 0 or value > highest:
            value = None
        if self._input_buf[self._frame_at + _AT_ADJ] & whole_bit:
            return value
        if known is None or value is None:
            return known
        return min(known, value)

    def _count(self, now_ms):  # HOT
        """Count the steps of CF since the frame before."""
        cf = self._u24(_AT_ADJ) & 0xFFFF
        steps = (cf - self._cf) & 0xFFFF
        gap_ms = ticks_diff(now_ms, self._cf_at_ms)
        is_first = self._cf < 0
        self._cf = cf
        self._cf_at_ms = now_ms
        if is_first or not 0 <= gap_ms <= _CF_MAX_MS:
            return
        # steps * coefficient has 40 bits: in two parts of 29.
        coefficient = self._u24(_AT_POWER)
        wus = steps * (coefficient % _WUS_PER_UWH) + self._rest_wus
        uwh = steps * (coefficient // _WUS_PER_UWH) + wus // _WUS_PER_UWH
        # Frames come together when a poll was late: at least the time between two is allowed.
        if uwh > (gap_ms + 1_000) * _UWH_PER_MS:
            return
        self._rest_wus = wus % _WUS_PER_UWH
        self._counter.add(uwh, now_ms)
