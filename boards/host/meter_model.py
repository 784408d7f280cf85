"""MeterModel: an energy meter that integrates the power really drawn, and its register bus.

Called by: the plant, each pass; the firmware's meter driver through read_register().
Its register survives power cuts as a real meter's does: it is kept in a file, written at each Wh.
Heap: none after __init__.
"""

from array import array

from micropython import const

REG_VOLTAGE_DV = const(0)  # 0..2: L1..L3, tenth volt
REG_CURRENT_MA = const(3)  # 3..5
REG_POWER_W = const(6)  # 6..8
REG_IMPORT_WH = const(9)
REG_EXPORT_WH = const(10)
REG_FREQUENCY_CHZ = const(11)  # hundredth hertz
REG_POWER_FACTOR_PERMILLE = const(12)
REG_TEMPERATURE_DC = const(13)  # tenth degree Celsius
REG_COUNT = const(14)

VOLTAGE_DV = const(2_300)
FREQUENCY_CHZ = const(5_000)
POWER_FACTOR_PERMILLE = const(990)
TEMPERATURE_DC = const(250)
_MW_MS_PER_MWH = const(3_600_000)


class MeterModel:
    """Three-phase meter: registers, and mWh accumulated below them.

    store keeps the register over power cuts: load() -> Wh, save(wh). phases is how many are wired.
    """

    def __init__(self, store, phases):
        self._store = store
        self.phases = phases
        self._registers = array("i", [0] * REG_COUNT)
        self._rest_mw_ms = 0  # energy below one mWh
        self._rest_mwh = 0  # energy below one Wh, 0..999
        self.is_silent = False  # fault: nobody answers on the bus
        self.is_backwards = False  # fault: the register counts down
        self.has_temperature = True  # fault temp_open: the sensor is gone
        self._registers[REG_IMPORT_WH] = store.load()
        self._registers[REG_FREQUENCY_CHZ] = FREQUENCY_CHZ
        self._registers[REG_POWER_FACTOR_PERMILLE] = POWER_FACTOR_PERMILLE
        self._registers[REG_TEMPERATURE_DC] = TEMPERATURE_DC
        for phase in range(phases):
            self._registers[REG_VOLTAGE_DV + phase] = VOLTAGE_DV

    def read_register(self, number):
        """Return the value of a register, or None when the meter does not answer."""
        if self.is_silent or not 0 <= number < REG_COUNT:
            return None
        if number == REG_TEMPERATURE_DC and not self.has_temperature:
            return None
        return self._registers[number]

    def step(self, dt_ms, current_ma, car_phases):
        """Let dt_ms pass while current_ma flows in each of the car's phases."""
        registers = self._registers
        power_mw = 0
        for phase in range(self.phases):
            phase_ma = current_ma if phase < car_phases else 0
            # dV * mA // 1000 is 0.1 W; times permille // 10 is mW of active power.
            phase_mw = VOLTAGE_DV * phase_ma // 1000 * POWER_FACTOR_PERMILLE // 10
            registers[REG_CURRENT_MA + phase] = phase_ma
            registers[REG_POWER_W + phase] = (phase_mw + 500) // 1000
            power_mw += phase_mw
        if power_mw:
            self._integrate(power_mw * dt_ms)

    def set_temperature(self, temperature_dc):
        """Set the temperature register, in tenths of a degree."""
        self._registers[REG_TEMPERATURE_DC] = temperature_dc

    @property
    def power_w(self):
        """Return the power of all phases."""
        registers = self._registers
        return registers[REG_POWER_W] + registers[REG_POWER_W + 1] + registers[REG_POWER_W + 2]

    @property
    def current_ma(self):
        """Return the current of the first phase."""
        return self._registers[REG_CURRENT_MA]

    @property
    def import_wh(self):
        """Return the energy register."""
        return self._registers[REG_IMPORT_WH]

    def _integrate(self, energy_mw_ms):
        rest_mw_ms = self._rest_mw_ms + energy_mw_ms
        self._rest_mw_ms = rest_mw_ms % _MW_MS_PER_MWH
        rest_mwh = self._rest_mwh + rest_mw_ms // _MW_MS_PER_MWH
        if rest_mwh >= 1000:
            step_wh = rest_mwh // 1000
            rest_mwh %= 1000
            registers = self._registers
            if self.is_backwards:
                step_wh = -min(step_wh, registers[REG_IMPORT_WH])
            registers[REG_IMPORT_WH] += step_wh
            self._store.save(registers[REG_IMPORT_WH])
        self._rest_mwh = rest_mwh
