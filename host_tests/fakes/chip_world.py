"""ChipWorld: a car, a cable, a contactor and a monitor around the pins of a FakeChip.

Called by: the tests of boards/. The physics is that of boards/host; what it sees are GPIO numbers
of the board's own pins.py, so a signal at the wrong pin is a station that does not charge.
"""

from boards.host.one_shot import OneShot
from boards.host.plant import Plant
from boards.host.sim_adc import SimAdc
from boards.host.sim_voltage import FULL_SCALE_UV, SimVoltage

PASS_MS = 10


class _View:
    """One pin as the plant sees it: `level`; inverted for a normally closed contact."""

    def __init__(self, chip, row, is_inverted=False):
        self._chip = chip
        self._number = row[0] if row is not None else None
        self._flip = 1 if is_inverted else 0
        self.idle_level = 0

    @property
    def level(self):
        if self._number is None:
            return self.idle_level
        return self._chip.level(self._number) ^ self._flip

    @level.setter
    def level(self, level):
        if self._number is None:
            self.idle_level = level
        else:
            self._chip.set_level(self._number, level ^ self._flip)


class _Hw:
    """The bundle of the plant."""

    def __init__(self, chip, pins):
        def view(name, is_inverted=False):
            return _View(chip, getattr(pins, name, None), is_inverted)

        self.coil_pin = view("CONTACTOR_COIL")
        self.feedback_pin = view("CONTACTOR_FEEDBACK", True)
        self.rcd_pin = view("RCD_TRIP")
        self.rcd_test_pin = view("RCD_TEST")
        self.lock_a_pin = view("LOCK_MOTOR_A")
        self.lock_b_pin = view("LOCK_MOTOR_B")
        self.lock_feedback_pin = view("LOCK_FEEDBACK")
        self.pilot_pwm = chip.pwms[pins.PILOT_PWM[0]]
        self.pilot_adc = SimAdc(0)
        self.stage_adc = SimAdc(1)
        self.pp_adc = SimVoltage(2, FULL_SCALE_UV) if hasattr(pins, "PROXIMITY_SENSE") else None
        self.temp_adc = SimVoltage(3, FULL_SCALE_UV // 2)


class _MeterStore:
    """Nothing is kept."""

    def load(self):
        return 0

    def save(self, value_wh):
        pass


class _Always:
    """The enable of the coil where the PIO program is all there is."""

    is_on = True

    def step(self, dt_ms):
        pass


class ChipWorld:
    """plug(), unplug(), and time that passes with every idle() of the board."""

    def __init__(self, chip, pins, board):
        self.chip = chip
        self.board = board
        self._pins = pins
        self._hw = hw = _Hw(chip, pins)
        self.one_shot = OneShot(0) if hasattr(pins, "DEAD_MAN") else _Always()
        self.plant = Plant(hw, self.one_shot, _MeterStore(), 3)
        chip.set_level(pins.EMERGENCY_STOP[0], 1)
        if hasattr(pins, "LID"):
            chip.set_level(pins.LID[0], 0)
        if hasattr(pins, "EARTH_PRESENT"):
            chip.set_level(pins.EARTH_PRESENT[0], 1)
        self._wire_adcs()
        self.coil_history = []  # (elapsed ms, level) of each change
        self.elapsed_ms = 0
        self._level = 0
        self.on_pass = None  # the test's turn
        chip.on_idle = self.pass_time

    def _wire_adcs(self):
        rows = (
            ("PILOT_SENSE", self._hw.pilot_adc),
            ("STAGE_SENSE", self._hw.stage_adc),
            ("PROXIMITY_SENSE", self._hw.pp_adc),
            ("TEMPERATURE_SENSE", self._hw.temp_adc),
        )
        for name, source in rows:
            row = getattr(self._pins, name, None)
            if row is None:
                continue
            self.chip.adc_sources[row[0]] = source
            if 0 <= row[0] - 26 < 3:
                self.chip.values[row[0] - 26] = _sampled(source)

    def plug(self, amps=16):
        """Put a car in that asks by itself once current is offered."""
        self.plant.car.plug(True, amps * 1000, 3)
        self.plant.pilot_changed()

    def pass_time(self):
        """Let one pass go by."""
        chip = self.chip
        if self.one_shot.__class__ is OneShot:
            self.one_shot.value(chip.level(self._pins.DEAD_MAN[0]))
        for program in chip.programs:
            program.pass_us(PASS_MS * 1000)
        self.plant.step(PASS_MS)
        self.one_shot.step(PASS_MS)
        if chip.programs:
            chip.skip(PASS_MS * 1_000_000 // chip.conversion_ns)
        else:
            chip.wait_us(PASS_MS * 1000)
        self.elapsed_ms += PASS_MS
        level = chip.level(self._pins.CONTACTOR_COIL[0])
        if level != self._level:
            self._level = level
            self.coil_history.append((self.elapsed_ms, level))
        if self.on_pass is not None:
            self.on_pass(self)


def _sampled(source):
    """Return what the ADC of an RP2 makes of a source, by the number of the conversion."""
    return lambda _number: min(source.read_uv() * 4096 // 3_300_000, 4095)
