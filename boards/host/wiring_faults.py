"""WiringFaults: what goes wrong when a board is wired, one row per kind: the bench has to find it.

Called by: FaultSwitch, which has the faults that come with age. Source: evse-hardware.md §7, and
what boards/README.md asks of the circuits.
"""


class WiringFaults:
    """`actions` is {kind: function(is_active, value)} of one connector."""

    def __init__(self, hw, plant):
        self._hw = hw
        self._plant = plant
        self.actions = {
            "adc_swapped": self._adc_swapped,
            "coil_boot_pulse": self._coil_boot_pulse,
            "coil_stuck": self._coil_stuck,
            "cp_divider": self._cp_divider,
            "cp_source": self._cp_source,
            "dead_man_open": self._dead_man_open,
            "dead_man_stuck": self._dead_man_stuck,
            "feedback_inverted": self._feedback_inverted,
            "lock_reversed": self._lock_reversed,
            "pp_no_pull_up": self._pp_no_pull_up,
            "pwm_hz": self._pwm_hz,
            "pwm_inverted": self._pwm_inverted,
            "rcd_bridged": self._rcd_bridged,
        }

    def _adc_swapped(self, is_active, _value):
        self._plant.is_adc_swapped = is_active
        if not is_active:
            self._plant.proximity.unswap()

    def _coil_boot_pulse(self, is_active, ms):
        self._plant.boot_pulse_ms = ms if is_active else 0

    def _coil_stuck(self, is_active, _value):
        self._plant.is_driver_shorted = is_active

    def _cp_divider(self, is_active, permille):
        self._hw.pilot_adc.scale_permille = permille if is_active else 1000

    def _cp_source(self, is_active, ohm):
        self._plant.pilot.set_source_ohm(ohm if is_active else 0)

    def _dead_man_open(self, is_active, _value):
        self._plant.one_shot.is_wire_open = is_active

    def _dead_man_stuck(self, is_active, _value):
        self._plant.one_shot.is_shorted = is_active

    def _feedback_inverted(self, is_active, _value):
        self._plant.contactor.is_inverted = is_active

    def _lock_reversed(self, is_active, _value):
        self._plant.lock.is_reversed = is_active

    def _pp_no_pull_up(self, is_active, _value):
        self._plant.proximity.has_pull_up = not is_active
        self._plant.proximity.update()

    def _pwm_hz(self, is_active, hz):
        self._hw.pilot_pwm.real_hz = hz if is_active else 0

    def _pwm_inverted(self, is_active, _value):
        self._hw.pilot_pwm.invert(is_active)

    def _rcd_bridged(self, is_active, _value):
        self._plant.is_rcd_bridged = is_active
