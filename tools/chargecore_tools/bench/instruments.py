"""What the person at the bench is asked to read, by name: the question, and the unit of a number.

The answer is a whole number in that unit; "yes_no" is 1 or 0. `simulated_person` has the same.
"""

# name: (question, unit)
INSTRUMENTS = {
    "coil_high_ms": (
        "Oscilloscope at {pin}, single shot, board off and on: how long was it high?",
        "ms",
    ),
    "cp_dmm_mv": ("Multimeter, DC, from CP to PE", "mV"),
    "cp_ripple_mv": ("Oscilloscope, AC, CP to PE: ripple, peak to peak", "mV"),
    "cp_hz": ("Oscilloscope or frequency meter at CP", "Hz"),
    "cp_high_us": ("Oscilloscope at CP: time above 0 V in one period", "us"),
    "cp_rise_us": ("Oscilloscope at CP: rise time, 10 to 90 %", "us"),
    "pole_closed": ("Ohmmeter across one main pole, coil off: is it closed", "yes_no"),
    "coil_mv": ("Multimeter at the coil, A1 to A2: highest value of that try", "mV"),
    "pulled_in": ("Has the contactor pulled in for a moment", "yes_no"),
    "bolt_out": ("Is the bolt of the lock fully out", "yes_no"),
    "lamp_red": ("Is the lamp red", "yes_no"),
    "lamp_green": ("Is the lamp green", "yes_no"),
    "lamp_blue": ("Is the lamp blue", "yes_no"),
    "dropped_ms": ("Time from the cut of the supply to the contactor's click", "ms"),
    "outlet_v": ("Two-pole voltage tester at the outlet, highest of all pairs", "V"),
    "outlet_l1_v": ("Voltmeter at the outlet, L1 to N", "V"),
    "outlet_l2_v": ("Voltmeter at the outlet, L2 to N", "V"),
    "outlet_l3_v": ("Voltmeter at the outlet, L3 to N", "V"),
    "dead_after_ms": ("Oscilloscope: from the edge at CP to the dead outlet", "ms"),
    "rcd_30_ma_ms": ("RCD tester, 30 mA AC: tripping time", "ms"),
    "rcd_150_ma_ms": ("RCD tester, 150 mA AC, the external device: tripping time", "ms"),
    "rcd_dc_ua": ("RCD tester, DC ramp: current at which it trips", "uA"),
    "rise_k": ("Thermometer: rise of the hottest terminal in that time", "K"),
}
