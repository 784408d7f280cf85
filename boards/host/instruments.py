"""readings(): what multimeter, oscilloscope and voltage tester show at the simulated board.

Called by: the control command `probe`. They hang at the wires, not at the firmware: where the two
disagree, one of them is wrong. Heap: a dict.
"""

from boards.host.meter_model import VOLTAGE_DV

COIL_MV = 12_000  # supply of the coil
_FULL = 65_535
_RISE_US = 2  # of a driver stage that is all right


def readings(board, idx):
    """Return the readings at one connector; times in ms since the boot, None where nothing was."""
    hw, plant = board.connectors[idx], board.plants[idx]
    pwm = hw.pilot_pwm
    duty = pwm.duty
    is_static = duty in (0, _FULL)
    hz = pwm.real_hz or pwm.freq_hz
    high_mv, low_mv = plant.seen_high_mv, plant.seen_low_mv
    is_live = plant.contactor.is_closed
    return {
        "cp_high_mv": high_mv,
        "cp_low_mv": low_mv,
        "cp_dc_mv": (high_mv * duty + low_mv * (_FULL - duty)) // _FULL,
        "cp_ripple_mv": 0,
        "cp_hz": 0 if is_static else hz,
        "cp_high_us": 0 if is_static else (duty * 1_000_000 // _FULL + hz // 2) // hz,
        "cp_rise_us": _RISE_US,
        "coil_line_ms": plant.coil_line_ms,
        "coil_max_mv": COIL_MV if plant.had_coil else 0,
        "pulled_in": plant.contactor.is_closed or _opened_after_ms(plant) is not None,
        "contacts_closed": is_live,
        "bolt_out": plant.lock.is_locked,
        "outlet_dv": VOLTAGE_DV if is_live else 0,
        "opened_after_ms": _opened_after_ms(plant),
        "current_ma": plant.meter.current_ma,
        "power_w": plant.meter.power_w,
        "lamp": list(hw.lamp_bus.colour),
        "simulated_ms": board.clock.elapsed_ms,
    }


def _opened_after_ms(plant):
    """Return the time from the last hand at it to the last move of the contacts; None: none."""
    if plant.switched_at_ms is None or plant.touched_at_ms is None:
        return None
    took_ms = plant.switched_at_ms - plant.touched_at_ms
    return took_ms if took_ms >= 0 else None
