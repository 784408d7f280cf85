"""Pzem: the driver of the PZEM-004T v3, one phase, over its 5 V serial port.

Called by: the scheduler (poll), station (attributes). Keeps the protocol of the package.
Never: blocks; never resets the energy (function 0x42). Heap: none after __init__.
Source: evse-hardware.md §6: Modbus 9600 8N1, FC04 0x0000, 10 registers.
"""

from micropython import const

from chargecore.meters.block_cycle import NOTHING, BlockCycle
from chargecore.meters.readings import Readings

# 0     2     4     6     8     10    12    14    16    18
# 08FC  3E80  0000  8FC0  0000  04D2  0000  01F4  0064  0000
# V/10  A/1000      W/10        Wh          Hz/10 PF    alarm   pairs: low register first
_BLOCKS = ((0x0000, 10),)
_OFF_VOLTAGE = const(0)
_OFF_CURRENT = const(2)
_OFF_POWER = const(6)
_OFF_ENERGY = const(10)
_OFF_FREQUENCY = const(14)
_OFF_POWER_FACTOR = const(16)
_HIGH_MAX = const(0x3FFF)  # beyond that the pair would leave the small-int range

_RATES_HZ = (9_600,)
_ADDRESS = const(1)  # [M] as delivered: the facts name no address


class Pzem:
    """bus: see meters.modbus_rtu."""

    def __init__(self, bus, clock, address=_ADDRESS):
        self.phases = 1
        self.voltage_dv = [None, None, None]
        self.current_ma = [None, None, None]
        self.power_w = [None, None, None]
        self.import_wh = None
        self.export_wh = None  # it counts one way only
        self.frequency_chz = None
        self.power_factor_permille = None
        self.temperature_dc = None  # it has none
        self.fresh = False
        self.backwards = 0  # readings of import_wh that were refused
        self.cycle = BlockCycle(bus, clock, address, _BLOCKS, _RATES_HZ)
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
        if self.cycle.poll(now_ms) != NOTHING:
            self._take_values(now_ms)
            self._readings.take_answer(now_ms)
        self._readings.grow_old(now_ms)

    def _word(self, offset):  # HOT
        line = self.cycle.line
        at = line.data_at + offset
        return line.reply_buf[at] << 8 | line.reply_buf[at + 1]

    def _pair(self, offset):  # HOT
        high = self._word(offset + 2)
        return None if high > _HIGH_MAX else high << 16 | self._word(offset)

    def _take_values(self, now_ms):  # HOT
        power_dw = self._pair(_OFF_POWER)
        self.voltage_dv[0] = self._word(_OFF_VOLTAGE)
        self.current_ma[0] = self._pair(_OFF_CURRENT)
        self.power_w[0] = None if power_dw is None else (power_dw + 5) // 10
        self.frequency_chz = self._word(_OFF_FREQUENCY) * 10
        factor_permille = self._word(_OFF_POWER_FACTOR) * 10
        self.power_factor_permille = None if factor_permille > 1000 else factor_permille
        register_wh = self._pair(_OFF_ENERGY)
        if register_wh is not None:
            self._readings.take_register(register_wh, now_ms)
