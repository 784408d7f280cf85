"""SimulatedMeter: the driver of the host board's meter, a bus with one number per register.

Called by: the scheduler (poll), station (attributes). Keeps the protocol of the package.
Never: blocks; a register that does not answer is unknown, not zero. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.meters.readings import Readings

# The register map, one row of numbers per quantity.
REG_VOLTAGE_DV = const(0)  # 0..2: L1..L3
REG_CURRENT_MA = const(3)  # 3..5
REG_POWER_W = const(6)  # 6..8
REG_IMPORT_WH = const(9)
REG_EXPORT_WH = const(10)
REG_FREQUENCY_CHZ = const(11)
REG_POWER_FACTOR_PERMILLE = const(12)
REG_TEMPERATURE_DC = const(13)

_PERIOD_MS = const(200)


class SimulatedMeter:
    """bus has read_register(number) -> int, or None when nobody answers."""

    def __init__(self, bus, clock, phases):
        self._read_register = bus.read_register
        self.phases = phases
        self.voltage_dv = [None, None, None]
        self.current_ma = [None, None, None]
        self.power_w = [None, None, None]
        self.import_wh = None
        self.export_wh = None
        self.frequency_chz = None
        self.power_factor_permille = None
        self.temperature_dc = None
        self.fresh = False
        self.backwards = 0  # readings of import_wh that were refused
        self.silent = 0  # polls that nobody answered
        self._due_ms = clock.ticks_ms()
        self._readings = Readings(self, clock)

    def age_ms(self, now_ms):  # HOT
        """Return the age of import_wh, None when it was never read."""
        return self._readings.age_ms(now_ms)

    def poll(self, now_ms):  # HOT
        """Read all registers once in 200 ms; let old values become unknown."""
        if ticks_diff(now_ms, self._due_ms) < 0:
            return
        self._due_ms = ticks_add(now_ms, _PERIOD_MS)
        try:
            self._read_all(now_ms)
        except OSError:
            self.silent += 1
        self._readings.grow_old(now_ms)

    def _read_all(self, now_ms):  # HOT
        read = self._read_register
        register_wh = read(REG_IMPORT_WH)
        if register_wh is None:
            self.silent += 1
            return
        self._readings.take_answer(now_ms)
        self._readings.take_register(register_wh, now_ms)
        for i in range(self.phases):
            self.voltage_dv[i] = read(REG_VOLTAGE_DV + i)
            self.current_ma[i] = read(REG_CURRENT_MA + i)
            self.power_w[i] = read(REG_POWER_W + i)
        self.export_wh = read(REG_EXPORT_WH)
        self.frequency_chz = read(REG_FREQUENCY_CHZ)
        self.power_factor_permille = read(REG_POWER_FACTOR_PERMILLE)
        self.temperature_dc = read(REG_TEMPERATURE_DC)
