"""WIRING_FAULTS: what --wiring-fault knows: a mistake of copper, and the step that finds it.

Each is one or more faults of the simulator's plant (boards/host); the firmware knows nothing of
them. The sentence that each leads to is tested in host_tests/bench.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class WiringFault:
    """faults: {kind of the control socket: its number fields}."""

    text: str
    step: str
    faults: dict = field(default_factory=dict)


def _fault(text, step, kind, **value):
    return WiringFault(text, step, {kind: value})


WIRING_FAULTS = {
    "adc-swapped": _fault("pins of pilot sense and proximity swapped", "2", "adc_swapped"),
    "bolt-switch-open": _fault("wire of the lock's end switch open", "16", "lock_feedback_lost"),
    "coil-boot-pulse": _fault(
        "coil at a pin that is high for 80 ms at boot", "1", "coil_boot_pulse", ms=80
    ),
    "coil-driver-shorted": _fault("Q1 shorted: the coil is always driven", "1", "coil_stuck"),
    "coil-open": _fault("wire of the coil open", "17", "coil_open"),
    "contactor-slow": _fault(
        "diode across the coil: opens 60 ms late", "17", "contactor_slow", ms=60
    ),
    "contactor-welded": WiringFault("main contacts welded", "1a"),
    "cp-open": _fault("wire from the board to CP of the socket open", "4", "cp_open"),
    "dead-man-bridged": _fault("one-shot bridged: Q2 is always on", "23", "dead_man_stuck"),
    "dead-man-open": _fault("wire of the dead man open: Q2 is never on", "17", "dead_man_open"),
    "diode-missing": _fault("EV box without its diode", "7", "diode_short"),
    "divider-off": _fault("divider of the pilot sense 10 % low", "2", "cp_divider", permille=900),
    "earth-missing": _fault("PE not connected", "1a", "pe_lost"),
    "feedback-inverted": _fault("auxiliary contact of the other kind", "1a", "feedback_inverted"),
    "feedback-open": _fault("wire of the auxiliary contact open", "17", "feedback_open"),
    "lock-reversed": _fault("wires of the lock's motor swapped", "16", "lock_reversed"),
    "meter-silent": _fault("A and B of the meter's bus swapped", "21", "meter_silent"),
    "no-minus-rail": _fault("-12 V of the pilot missing", "3", "rail_minus", mv=0),
    "pp-no-pull-up": _fault("pull-up of the proximity contact missing", "14", "pp_no_pull_up"),
    "pwm-2khz": _fault("pilot at 2 kHz", "6", "pwm_hz", hz=2_000),
    "pwm-inverted": _fault("pilot stage turns the PWM round", "2", "pwm_inverted"),
    "rcd-open": _fault("wire of the residual-current monitor open", "1a", "rcd_open"),
    "rcd-test-dead": _fault("wire of the monitor's test winding open", "19", "rcd_test_dead"),
    "source-resistor": _fault("1.2 kOhm in place of 1 kOhm at CP", "5", "cp_source", ohm=1_200),
    "stop-loop-open": _fault("stop loop not connected", "1a", "estop"),
    "temperature-open": _fault("wire of the temperature sensor open", "20", "temp_open"),
}


def kinds_of(names):
    """Return the kinds of the plant that hands must leave alone."""
    return {kind for name in names for kind in WIRING_FAULTS[name].faults}


def wire(sim, names, is_active=True):
    """Build the faults into the plant, or repair them."""
    for name in names:
        if name == "contactor-welded":
            sim.do("weld", connector=1, active=is_active)
        for kind, value in WIRING_FAULTS[name].faults.items():
            sim.do("fault", connector=1, kind=kind, active=is_active, **value)
