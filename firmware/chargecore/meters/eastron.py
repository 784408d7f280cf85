"""Eastron: the driver of SDM120, SDM230 (one phase) and SDM630 (three) over Modbus RTU.

Called by: the scheduler (poll), station (attributes). Keeps the protocol of the package.
Never: blocks; a reading that is no number is unknown. Heap: none after __init__.
Source: evse-hardware.md §6, table "Eastron, FC04": float32, big-endian, high word first.
"""

from micropython import const

from chargecore.meters.block_cycle import NOTHING, BlockCycle
from chargecore.meters.float32 import NO_NUMBER, scaled
from chargecore.meters.readings import Readings

# L1 of the SDM630 stands where the SDM120 and SDM230 have their only phase: one map for all.
# The registers of L2 and L3 are read on the one-phase meters, too, and not looked at: [M] that
# these answer for registers they do not have. One that refuses stays unknown, and `exceptions`
# of the line counts it. (first register, count), none longer than the 80 registers of the facts:
_BLOCKS = ((0x0000, 0x18), (0x0046, 6))
_PHASES_BLOCK = const(0)

# Bytes from the start of the block; L2 and L3 follow at 4 and 8.
_OFF_VOLTAGE = const(0x00)  # 0x0000 V
_OFF_CURRENT = const(0x0C)  # 0x0006 A
_OFF_POWER = const(0x18)  # 0x000C W
# [M] VA: the facts have 0x0012 from memory, not from a source. Only the power factor hangs on it.
_OFF_APPARENT = const(0x24)
_OFF_FREQUENCY = const(0x00)  # 0x0046 Hz; [M] on the SDM120 and SDM230
_OFF_IMPORT = const(0x04)  # 0x0048 kWh
_OFF_EXPORT = const(0x08)  # 0x004A kWh
_FLOAT_LEN = const(4)

_RATES_HZ = (9_600, 2_400)  # newer units, then older SDM120
_ADDRESS = const(1)  # as delivered
_POWER_MAX_W = const(300_000)  # beyond that a sum times 1000 would leave the small-int range


def _magnitude(value):  # HOT
    return None if value == NO_NUMBER else abs(value)


def _unsigned(value):  # HOT
    return value if value >= 0 else None


class Eastron:
    """bus: see meters.modbus_rtu. A single-phase model has phases 1.

    baud_hz: the one rate to use; None: 9600, then 2400, and so on, until the meter answers.
    """

    def __init__(self, bus, clock, phases, address=_ADDRESS, baud_hz=None):
        self.phases = phases
        self.voltage_dv = [None, None, None]
        self.current_ma = [None, None, None]
        self.power_w = [None, None, None]
        self.import_wh = None
        self.export_wh = None
        self.frequency_chz = None
        self.power_factor_permille = None
        self.temperature_dc = None  # these meters have none
        self.fresh = False
        self.backwards = 0  # readings of import_wh that were refused
        rates_hz = _RATES_HZ if baud_hz is None else (baud_hz,)
        self.cycle = BlockCycle(bus, clock, address, _BLOCKS, rates_hz)
        self.poll_ms = self.cycle.line.poll_ms
        self._readings = Readings(self, clock)

    @property
    def silent(self):
        """Return how many requests had no good reply."""
        return self.cycle.failures

    def age_ms(self, now_ms):  # HOT
        """Return the age of import_wh, None when it was never read."""
        return self._readings.age_ms(now_ms)

    def poll(self, now_ms):  # HOT
        """Move the exchange with the meter on by what has arrived; let old values be forgotten."""
        block_idx = self.cycle.poll(now_ms)
        if block_idx == _PHASES_BLOCK:
            self._take_phases()
        elif block_idx != NOTHING:
            self._take_registers(now_ms)
            self._readings.take_answer(now_ms)
        self._readings.grow_old(now_ms)

    def _number(self, offset, scale):  # HOT
        line = self.cycle.line
        return scaled(line.reply_buf, line.data_at + offset, scale)

    def _take_phases(self):  # HOT
        for i in range(self.phases):
            at = _FLOAT_LEN * i
            power_w = self._number(_OFF_POWER + at, 1)
            self.voltage_dv[i] = _unsigned(self._number(_OFF_VOLTAGE + at, 10))
            # Without a sign: a meter wired the other way round still tells how much flows.
            self.current_ma[i] = _magnitude(self._number(_OFF_CURRENT + at, 1000))
            self.power_w[i] = None if power_w == NO_NUMBER else power_w
        self.power_factor_permille = self._power_factor()

    def _power_factor(self):  # HOT
        """Return active by apparent power; without apparent power it is unknown, not zero."""
        total_w = 0
        total_va = 0
        for i in range(self.phases):
            power_w = self.power_w[i]
            apparent_va = _magnitude(self._number(_OFF_APPARENT + _FLOAT_LEN * i, 1))
            if power_w is None or apparent_va is None:
                return None
            total_w += min(abs(power_w), _POWER_MAX_W)
            total_va += min(apparent_va, _POWER_MAX_W)
        if total_va == 0:
            return None
        return min(total_w * 1000 // total_va, 1000)

    def _take_registers(self, now_ms):  # HOT
        self.frequency_chz = _unsigned(self._number(_OFF_FREQUENCY, 100))
        self.export_wh = _unsigned(self._number(_OFF_EXPORT, 1000))
        register_wh = self._number(_OFF_IMPORT, 1000)
        if register_wh >= 0:
            self._readings.take_register(register_wh, now_ms)
