"""Plant: everything around one connector: pilot, car, cable, contactor, RCD, lock, meter, heat.

Called by: the board, each pass (step) and at every PWM write (pilot_changed).
Never: knows the firmware; it sees pins and is seen through pins.
Heap: none after __init__.
"""

from boards.host.car import Car
from boards.host.contactor_model import ContactorModel
from boards.host.lock_model import LockModel
from boards.host.meter_model import MeterModel
from boards.host.pilot_network import PilotNetwork, conductance_of, load_of
from boards.host.proximity_network import ProximityNetwork
from boards.host.rcd_model import RcdModel
from boards.host.thermometer import Thermometer


class Plant:
    """The physics of one connector. hw is its bundle of pins, one_shot the shared coil enable."""

    def __init__(self, hw, one_shot, meter_store, phases):
        self._hw = hw
        self.one_shot = one_shot
        self.car = Car()
        self.pilot = PilotNetwork()
        self.proximity = ProximityNetwork(hw.pp_adc)
        self.contactor = ContactorModel(hw.feedback_pin)
        self.rcd = RcdModel(hw.rcd_pin, hw.rcd_test_pin)
        self.lock = LockModel(hw.lock_a_pin, hw.lock_b_pin, hw.lock_feedback_pin)
        self.meter = MeterModel(meter_store, phases)
        self.thermometer = Thermometer(hw.temp_adc, self.meter)
        self.is_driver_shorted = False  # wiring fault: the coil's own transistor conducts
        self.is_rcd_bridged = False  # wiring fault: the RCD's contact is not in the coil's chain
        self.boot_pulse_ms = 0  # wiring fault: the coil's pin is high for so long at every boot
        self.is_adc_swapped = False  # wiring fault: pilot and proximity at each other's pins
        self.coil_line_ms = 0  # since the boot: the coil's driver was on
        self._pulse_left_ms = 0
        self.is_adc_stuck = False  # fault: the ADC answers adc_stuck_mv whatever the pilot does
        self.adc_stuck_mv = 0
        self.elapsed_ms = 0  # simulated time since the start
        self.switched_at_ms = None  # elapsed_ms when the main contacts moved last; None: never
        self.touched_at_ms = None  # elapsed_ms when somebody laid hands on it last
        self.had_coil = False  # the coil was powered since then
        self.duty_at_ms = None  # elapsed_ms when the pilot's duty changed last
        self._duty_u16 = hw.pilot_pwm.duty
        hw.pilot_pwm.on_change = self.pilot_changed
        self.pilot_changed()
        self.step(0)

    def step(self, dt_ms):
        """Let dt_ms pass."""
        duty_u16 = self._hw.pilot_pwm.duty
        contactor = self.contactor
        self.elapsed_ms += dt_ms
        if self.is_line_on():
            self.coil_line_ms += dt_ms
        self._pulse_left_ms = max(self._pulse_left_ms - dt_ms, 0)
        self.rcd.step(dt_ms)
        was_closed = contactor.is_closed
        has_coil = self.has_coil()
        if has_coil:
            self.had_coil = True
        contactor.step(dt_ms, has_coil)
        if contactor.is_closed != was_closed:
            self.switched_at_ms = self.elapsed_ms
        self.lock.step(dt_ms)
        self._move_cable()
        seen_u16 = 0 if self.pilot.is_car_off else duty_u16
        if self.car.step(dt_ms, seen_u16, contactor.is_closed):
            self.pilot_changed()
        self.meter.step(dt_ms, self.car.drawn_ma, self.car.phases)

    def has_coil(self):
        """Tell whether the coil is powered: pin, one-shot and RCD contact in series."""
        has_rcd = self.is_rcd_bridged or not self.rcd.is_tripped
        return self.is_line_on() and self.one_shot.is_on and has_rcd

    def is_line_on(self):
        """Tell whether the coil's driver conducts, as an oscilloscope there would."""
        is_pulse = self._pulse_left_ms > 0
        return self._hw.coil_pin.level == 1 or self.is_driver_shorted or is_pulse

    def touch(self):
        """Somebody lays hands on it: what happens from here on is their doing."""
        self.touched_at_ms = self.elapsed_ms
        self.had_coil = False

    def begin_boot(self):
        """The chip starts: from here on the coil's pin is looked at."""
        self.coil_line_ms = 0
        self._pulse_left_ms = self.boot_pulse_ms

    def _move_cable(self):
        """Put the plug into the socket with the car's cable; the bolt holds it there."""
        proximity = self.proximity
        has_cable = self.car.has_cable
        if has_cable != proximity.is_inserted and (has_cable or self.lock.is_free):
            proximity.is_inserted = has_cable
            proximity.update()
            if self.is_adc_swapped:
                self.pilot_changed()

    def pilot_changed(self):
        """Compute the pilot levels anew, after the car, the PWM or a fault changed them."""
        pilot = self.pilot
        car = self.car
        state = car.state
        pilot.load = conductance_of(car.ohm) if car.ohm else load_of(state)
        pilot.is_dead_shorted = state == "E"
        pilot.is_held_low = state == "F"
        pilot.update()
        duty_u16 = self._hw.pilot_pwm.duty
        if duty_u16 != self._duty_u16:
            self._duty_u16 = duty_u16
            self.duty_at_ms = self.elapsed_ms
        self._hw.stage_adc.set_levels(duty_u16, pilot.rail_plus_mv, pilot.rail_minus_mv)
        adc = self._hw.pilot_adc
        if self.is_adc_swapped:
            mean_mv = (pilot.high_mv * duty_u16 + pilot.low_mv * (65535 - duty_u16)) // 65535
            seen_mv = self.proximity.swap(mean_mv)
            adc.set_levels(0, seen_mv, seen_mv)
        elif self.is_adc_stuck:
            adc.set_levels(0, self.adc_stuck_mv, self.adc_stuck_mv)
        else:
            adc.set_levels(duty_u16, pilot.high_mv, pilot.low_mv)

    @property
    def seen_high_mv(self):
        """Return the higher level a voltmeter sees at the pilot pin now."""
        return self.pilot.low_mv if self._hw.pilot_pwm.duty == 0 else self.pilot.high_mv

    @property
    def seen_low_mv(self):
        """Return the lower level a voltmeter sees at the pilot pin now."""
        return self.pilot.high_mv if self._hw.pilot_pwm.duty == 65535 else self.pilot.low_mv
