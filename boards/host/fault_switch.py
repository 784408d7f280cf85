"""FaultSwitch: one row per fault kind of the control socket, and what it does to the plant.

Called by: the control socket's `fault`, `rcd`, `weld` and `lock` commands.
Source: design section 4 (kinds), evse-hardware.md §8.2 (what they stand for).
"""

from boards.host.pilot_network import RAIL_MV
from boards.host.proximity_network import CABLE_OHM
from boards.host.thermometer import TEMPERATURE_DC
from boards.host.wiring_faults import WiringFaults
from chargecore.safety import faults

# The error codes of StatusNotification; NoError is not a fault.
_ERROR_CODES = (
    ("ConnectorLockFailure", faults.FAULT_CONNECTOR_LOCK),
    ("EVCommunicationError", faults.FAULT_EV_COMMUNICATION),
    ("GroundFailure", faults.FAULT_GROUND),
    ("HighTemperature", faults.FAULT_HIGH_TEMPERATURE),
    ("InternalError", faults.FAULT_INTERNAL),
    ("LocalListConflict", faults.FAULT_LOCAL_LIST),
    ("OtherError", faults.FAULT_OTHER),
    ("OverCurrentFailure", faults.FAULT_OVER_CURRENT),
    ("OverVoltage", faults.FAULT_OVER_VOLTAGE),
    ("PowerMeterFailure", faults.FAULT_POWER_METER),
    ("PowerSwitchFailure", faults.FAULT_POWER_SWITCH),
    ("ReaderFailure", faults.FAULT_READER),
    ("ResetFailure", faults.FAULT_RESET),
    ("UnderVoltage", faults.FAULT_UNDER_VOLTAGE),
    ("WeakSignal", faults.FAULT_WEAK_SIGNAL),
)

# kind: field it needs (None: only `active`), lowest and highest value.
FIELDS = {
    "cp_adc_stuck": ("mv", -14_773, 22_727),  # 0 V and 3.3 V at the ADC pin
    "cp_noise": ("mv", 0, 5_000),
    "rail_plus": ("mv", 0, 15_000),
    "rail_minus": ("mv", -15_000, 0),
    "contactor_slow": ("ms", 0, 10_000),
    "pp_ohm": ("ohm", 0, 1_000_000),
    "rcd_slow": ("ms", 0, 60_000),
    "temp_dc": ("dc", -1_000, 2_000),
    "over_current": ("ma", 0, 200_000),
    "loop_block": ("ms", 0, 60_000),
    "cp_divider": ("permille", 500, 1_500),
    "cp_source": ("ohm", 100, 10_000),
    "pwm_hz": ("hz", 100, 10_000),
    "coil_boot_pulse": ("ms", 1, 10_000),
}

# A tethered cable has no contact to break.
_OF_THE_SOCKET = ("pp_open", "pp_short", "pp_ohm", "pp_no_pull_up", "adc_swapped")


class FaultSwitch:
    """Sets and clears the faults of one connector. hw and plant are that connector's."""

    def __init__(self, hw, plant):
        self._hw = hw
        self._plant = plant
        self._actions = {
            "diode_short": self._diode_short,
            "cp_pe_short": self._cp_pe_short,
            "cp_open": self._cp_open,
            "pe_lost": self._pe_lost,
            "cp_adc_stuck": self._cp_adc_stuck,
            "cp_noise": self._cp_noise,
            "rail_plus": self._rail_plus,
            "rail_minus": self._rail_minus,
            "feedback_open": self._feedback_open,
            "feedback_closed": self._feedback_closed,
            "contactor_slow": self._contactor_slow,
            "coil_open": self._coil_open,
            "rcd_open": self._rcd_open,
            "rcd_test_dead": self._rcd_test_dead,
            "rcd_stuck": self._rcd_stuck,
            "rcd_slow": self._rcd_slow,
            "pp_open": self._pp_open,
            "pp_short": self._pp_short,
            "pp_ohm": self._pp_ohm,
            "temp_dc": self._temperature,
            "temp_open": self._temp_open,
            "temp_short": self._temp_short,
            "temp_silent": self._temp_silent,
            "meter_silent": self._meter_silent,
            "meter_backwards": self._meter_backwards,
            "over_current": self._over_current,
            "estop": self._estop,
            "lock_feedback_lost": self._lock_feedback_lost,
        }
        self._actions.update(WiringFaults(hw, plant).actions)

    def knows(self, kind):
        """Tell whether kind can be set here."""
        return kind in self._actions or self._line_of(kind) != faults.FAULT_NONE

    def is_fitted(self, kind):
        """Tell whether what kind breaks is there with this kind of cable."""
        return self._plant.proximity.is_fitted or kind not in _OF_THE_SOCKET

    def set(self, kind, is_active, value):
        """Set or clear a known kind; value is the number of its field, 0 when it has none."""
        action = self._actions.get(kind)
        if action is None:
            self._hw.aux_fault.set(self._line_of(kind), is_active)
        else:
            action(is_active, value)
            self._plant.pilot_changed()
            self._plant.step(0)

    def _line_of(self, kind):
        for name, line in _ERROR_CODES:
            if name == kind:
                return line
        return faults.FAULT_NONE

    def _diode_short(self, is_active, _value):
        self._plant.pilot.is_diode_shorted = is_active

    def _cp_pe_short(self, is_active, _value):
        self._plant.pilot.is_cp_shorted = is_active

    def _cp_open(self, is_active, _value):
        self._plant.pilot.is_cp_open = is_active

    def _cp_adc_stuck(self, is_active, mv):
        self._plant.is_adc_stuck = is_active
        self._plant.adc_stuck_mv = mv

    def _cp_noise(self, is_active, mv):
        self._hw.pilot_adc.set_noise(mv if is_active else 0)

    def _rail_plus(self, is_active, mv):
        self._plant.pilot.rail_plus_mv = mv if is_active else RAIL_MV

    def _rail_minus(self, is_active, mv):
        self._plant.pilot.rail_minus_mv = mv if is_active else -RAIL_MV

    def _feedback_open(self, is_active, _value):
        self._plant.contactor.stuck_feedback = 0 if is_active else -1

    def _feedback_closed(self, is_active, _value):
        self._plant.contactor.stuck_feedback = 1 if is_active else -1

    def _contactor_slow(self, is_active, ms):
        self._plant.contactor.extra_ms = ms if is_active else 0

    def _coil_open(self, is_active, _value):
        self._plant.contactor.is_coil_open = is_active

    def _rcd_open(self, is_active, _value):
        self._plant.rcd.is_wire_open = is_active

    def _rcd_test_dead(self, is_active, _value):
        self._plant.rcd.is_test_dead = is_active

    def _rcd_stuck(self, is_active, _value):
        self._plant.rcd.is_stuck = is_active

    def _rcd_slow(self, is_active, ms):
        self._plant.rcd.extra_ms = ms if is_active else 0

    def _pe_lost(self, is_active, _value):
        self._hw.pe_pin.level = 0 if is_active else 1
        self._plant.pilot.is_pe_lost = is_active

    def _pp_open(self, is_active, _value):
        self._plant.proximity.is_open = is_active
        self._plant.proximity.update()

    def _pp_short(self, is_active, _value):
        self._plant.proximity.is_shorted = is_active
        self._plant.proximity.update()

    def _pp_ohm(self, is_active, ohm):
        self._plant.proximity.cable_ohm = ohm if is_active else CABLE_OHM
        self._plant.proximity.update()

    def _temperature(self, is_active, dc):
        self._plant.thermometer.temperature_dc = dc if is_active else TEMPERATURE_DC
        self._plant.thermometer.update()

    def _temp_open(self, is_active, _value):
        self._plant.thermometer.is_open = is_active
        self._plant.thermometer.update()

    def _temp_short(self, is_active, _value):
        self._plant.thermometer.is_shorted = is_active
        self._plant.thermometer.update()

    def _temp_silent(self, is_active, _value):
        self._plant.thermometer.is_silent = is_active
        self._plant.thermometer.update()

    def _meter_silent(self, is_active, _value):
        self._plant.meter.is_silent = is_active

    def _meter_backwards(self, is_active, _value):
        self._plant.meter.is_backwards = is_active

    def _over_current(self, is_active, ma):
        self._plant.car.forced_ma = ma if is_active else 0

    def _estop(self, is_active, _value):
        self._hw.estop_pin.level = 0 if is_active else 1

    def _lock_feedback_lost(self, is_active, _value):
        self._plant.lock.is_feedback_lost = is_active
