"""Sensors: what a board measures besides the pilot: cable, temperature, supply of the pilot.

Called by: EvseController before every step of the interlock, whose inputs it writes.
Never: decides. What is not fitted stays at the interlock's healthy defaults, and costs no heap.
Heap: none after __init__, but for an OSError of an ADC.
"""

from micropython import const

from chargecore.evse.pilot_drive import OFFER_NARROW_MA
from chargecore.evse.pilot_supply import PilotSupply
from chargecore.evse.proximity import Proximity
from chargecore.evse.temperature import Temperature

_SAMPLES_MASK = const(0x1FFFFFFF)


class Sensors:
    """hw: see the package. has_socket False: the cable is tethered, its contact is not read."""

    def __init__(self, hw, has_socket, clock):
        pp_adc, temp_adc, stage_adc = hw.pp_adc, hw.temp_adc, hw.stage_adc
        self.proximity = Proximity(pp_adc) if has_socket and pp_adc is not None else None
        self.temperature = Temperature(temp_adc, clock) if temp_adc is not None else None
        self._supply = PilotSupply(stage_adc) if stage_adc is not None else None
        self.meter = None  # protocol in chargecore.meters; None: the current is not known

    def step(self, interlock, drive, pilot_state, now_ms):  # HOT
        """Read what is due and write the interlock's inputs."""
        proximity = self.proximity
        if proximity is not None:
            proximity.poll(pilot_state)
            interlock.is_pp_ok = proximity.is_ok
        temperature = self.temperature
        if temperature is not None:
            temperature.step(now_ms)
            is_hot = temperature.is_too_hot
            interlock.is_too_hot = is_hot
            interlock.is_temperature_known = temperature.is_known
            interlock.is_temperature_ok = temperature.temperature_dc is not None and not is_hot
        supply = self._supply
        if supply is not None:
            is_wide = drive.offered_ma > OFFER_NARROW_MA
            supply.step(not drive.is_low, drive.is_low or drive.is_pwm_on, is_wide)
            interlock.is_supply_ok = supply.is_ok
        if self.meter is not None:
            self._take_current(interlock)

    def limit_ma(self, limit_ma):  # HOT
        """Return what cable and temperature leave of limit_ma."""
        if self.proximity is not None:
            limit_ma = min(limit_ma, self.proximity.cable_ma)
        if self.temperature is not None:
            limit_ma = self.temperature.limit_ma(limit_ma)
        return limit_ma

    def _take_current(self, interlock):  # HOT
        """Pass on the worst phase. A meter forgets its current when it is silent (2 s)."""
        worst_ma = None
        for phase_ma in self.meter.current_ma:
            if phase_ma is not None and (worst_ma is None or abs(phase_ma) > worst_ma):
                worst_ma = abs(phase_ma)
        interlock.current_ma = worst_ma
        if worst_ma is not None:
            interlock.sample_count = (interlock.sample_count + 1) & _SAMPLES_MASK
