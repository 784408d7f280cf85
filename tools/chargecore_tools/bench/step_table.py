"""STEPS: the walk-through, in the order in which it is done.

Numbers are those of evse-hardware.md §7. Steps 19 and 20 come before 17: nothing closes before the
residual-current monitor is tested and the temperature known (R3, R8).
"""

from chargecore_tools.bench import part_contactor, part_inputs, part_mains, part_pilot, part_rest
from chargecore_tools.bench.step import Step

PART_MAINS = 2

_PILOT = ("2", "3", "6", "7", "8")
_CLOSES = (*_PILOT, "1", "1a", "11", "12", "14", "16", "19", "20")
_DMM, _SCOPE, _BOX = "multimeter", "oscilloscope", "EV box"
_IEC_1 = "IEC 61851-1 Annex A (evse-hardware.md §1.1)"


def _row(number, action, title, expect, source, minutes, needs=(), **more):
    return Step(number, 1, title, expect, source, action, minutes, needs, **more)


def _mains(number, action, title, expect, source, minutes, needs=("24",), **more):
    more.setdefault("instruments", ("voltage tester", _BOX))
    return Step(number, PART_MAINS, title, expect, source, action, minutes, needs, **more)


STEPS = (
    _row(
        *("1", part_rest.power_up, "Power up, nothing connected"),
        *("coil's pin low throughout the boot", "R55, evse-hardware.md §7.1", 5),
        instruments=(_SCOPE,),
    ),
    _row(
        *("1a", part_rest.inputs, "Inputs at rest"),
        *("stop loop, earth, monitor healthy; contactor open, bolt back", "R4, R5, R12", 2),
    ),
    _row(
        *("2", part_pilot.idle_high, "Pilot at +12 V (X1)"),
        *("11.4 to 12.6 V, ripple 100 mVpp, ADC within 0.5 V", _IEC_1, 3, ("1",)),
        instruments=(_DMM, _SCOPE),
    ),
    _row(
        *("3", part_pilot.idle_low, "Pilot at -12 V (F)"),
        *("-11.4 to -12.6 V, ADC within 0.5 V", _IEC_1, 1, ("2",)),
        instruments=(_DMM,),
    ),
    _row(
        *("4", part_pilot.calibration, "Calibration of the pilot's ADC"),
        *("gain within 5 %, then ADC within 0.2 V", "evse-hardware.md §1.4", 4, ("2", "3")),
        instruments=(_DMM, _BOX),
    ),
    _row(
        *("5", part_pilot.source_resistance, "Source resistance of the pilot"),
        *("970 to 1030 Ohm", _IEC_1, 2, ("2",)),
        instruments=(_DMM, "1 kOhm 1 %"),
    ),
    _row(
        *("6", part_pilot.duty_sweep, "Frequency and duty, five offers"),
        *("1000 Hz +-20; high time +-10 us; mean 24 D - 12 V", "IEC 61851-1 Table A.7", 8, ("3",)),
        instruments=(_SCOPE, _DMM),
    ),
    _row(
        *("7", part_pilot.state_b, "EV box in B"),
        *("9 V +-0.5, -11.4 V or less, state B, edges below 10 us", _IEC_1, 3, ("3",)),
        instruments=(_BOX, _SCOPE),
    ),
    _row(
        *("8", part_pilot.state_c, "EV box in C"),
        *("6 V +-0.5, state C, contactor open", _IEC_1, 1, ("7",)),
        instruments=(_BOX,),
    ),
    _row(
        *("9", part_pilot.state_d, "EV box in D"),
        *("2.9 V +-0.4, state D, ventilation refused", "F3", 1, ("7",)),
        instruments=(_BOX,),
    ),
    _row(
        *("10", part_pilot.corners, "Corner resistors"),
        *("1870, 4610 Ohm: B; 612, 1254 Ohm: C; no other state in 60 s", "F12", 6, ("7", "8")),
        instruments=(_BOX, "resistors"),
    ),
    _row(
        *("11", part_pilot.diode_short, "Diode bridged"),
        *("-8.8 V in B, -5.6 V in C, noticed", "R2, F5", 2, ("7", "8")),
        instruments=(_BOX,),
    ),
    _row(
        *("12", part_pilot.pilot_short, "80 Ohm from CP to PE"),
        *("0.8 V, state E", "IEC 61851-1 A.4.9, F4", 1, ("7",)),
        instruments=(_BOX,),
    ),
    _row(
        *("13", part_pilot.earth_off, "PE lead off"),
        *("never B, C or D", "R22", 1, ("7",)),
        instruments=(_BOX,),
    ),
    _row(
        *("14", part_inputs.proximity, "Proximity contact"),
        *("open 3.3 V; 1500, 680, 220, 100 Ohm: 13, 20, 32, 63 A; short: fault", "R7, F28", 6),
        needs=("7",),
        fitted="pp",
        instruments=("PP resistors",),
    ),
    _row(
        *("15", part_inputs.type_1, "Type 1 plug"),
        *("reference only", "evse-hardware.md §7.15", 0),
        fitted="type_1",
    ),
    _row(
        *("16", part_inputs.lock, "Lock, three times, then blocked"),
        *("feedback within 1 s; blocked: fault", "R6, F30", 4),
        fitted="lock",
    ),
    _row(
        *("19", part_inputs.residual_current, "Test of the residual-current monitor"),
        *("trips within 1 s, releases within 3 s; sensor or wire off: noticed", "R3, F21, F22", 5),
        ("1a",),
        fitted="rcd_test",
    ),
    _row(
        *("20", part_inputs.temperature, "Temperature sensor"),
        *("plausible, rises; open or shorted: fault", "R8, F33", 4),
        fitted="temperature",
    ),
    _row(
        *("17", part_contactor.ten_times, "Contactor, unloaded, ten times"),
        *("feedback closed within 100 ms, open within 50 ms", "R20, R36", 5, _CLOSES),
        instruments=("coil's supply", _BOX),
    ),
    _row(
        *("18", part_contactor.feedback_faults, "Feedback pulled, then bridged"),
        *("does not stay closed, fault", "R4, R24, R36, F25", 4, ("17",)),
    ),
    _row(
        *("23", part_contactor.kill, "Kill test with the coil energised"),
        *("no feeding: 200 ms; nobody asks: by itself; no supply: at once", "R56, R59, F38", 6),
        ("17",),
        instruments=(_SCOPE, _BOX),
    ),
    _row(
        *("21", part_inputs.meter, "Meter"),
        *("answers; 0 V or mains, no current", "R33, F36", 2),
    ),
    _row(
        *("22", part_inputs.reader_and_lamp, "Card reader and lamp"),
        *("a card's number; red, green, blue", "evse-hardware.md §7.22", 2),
    ),
    _mains(
        *("24", part_mains.dead_outlet, "Dead outlet in A and B"),
        *("below 50 V", "evse-hardware.md §7.24", 3, ("17", "18", "23")),
    ),
    _mains(
        *("25", part_mains.live_outlet, "Live outlet in C"),
        *("230 V +-10 % on every phase, meter within 1 %", "evse-hardware.md §7.25", 5),
    ),
    _mains(
        *("26", part_mains.car_lets_go, "C to B"),
        *("dead within 100 ms of the edge at CP", "IEC 61851-1 Table A.6, 7 and 8.1", 3),
        instruments=(_SCOPE, _BOX),
    ),
    _mains(
        *("27", part_mains.unplugged, "C to unplugged"),
        *("dead within 100 ms of the edge at CP", "IEC 61851-1 Table A.6, 2.2", 3),
        instruments=(_SCOPE, _BOX),
    ),
    _mains(
        *("28", part_mains.stubborn_car, "Offer ends, EV box stays in C"),
        *("open after 6 to 7 s", "IEC 61851-1 Table A.6, 10.2; R30", 2),
    ),
    _mains(
        *("29", part_mains.residual_current, "Residual current"),
        *("30 mA: 300 ms; 150 mA: 40 ms (external); DC ramp: 3 to 6 mA", "R21; IEC 62955", 8),
        instruments=("RCD tester", _BOX),
    ),
    _mains(
        *("30", part_mains.over_current, "Load above the offer"),
        *("open, by the curve", "R26, R32, F34", 3, ("25",)),
        instruments=("load of 10 A", _BOX),
    ),
    _mains(
        *("31", part_mains.mains_cycle, "Mains off and on in C"),
        *("open until all is tested and somebody asks", "F40", 4),
    ),
    _mains(
        *("32", part_mains.half_an_hour, "Half an hour at rated current"),
        *("stays closed; rise of the terminals recorded", "evse-hardware.md §7.32", 35, ("25",)),
        instruments=("rated load", "thermometer"),
    ),
)
