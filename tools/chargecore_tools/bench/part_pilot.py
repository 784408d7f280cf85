"""Steps 2 to 13: the control pilot, from the rails to every state. No contactor closes."""

_DMM = (11_400, 12_600)
_UNCALIBRATED_MV = 500  # more is a wrong divider and no tolerance: evse/calibration_file.py
_CALIBRATED_MV = 200
_CENTRE_UV, _GAIN_UV_PER_V = 1_300_000, 88_000
_FULL_SCALE_MV = 20_000  # at the pilot this is the end of the ADC
# The largest first: a lower offer acts at once, a higher one 5 s later.
_SWEEP = ((80_000, 960), (51_000, 850), (32_000, 533), (16_000, 267), (6_000, 100))
_OFFER_MA = 16_000
_CORNER_MS = 60_000
_QUICK_MS = 3_000


def idle_high(t):
    """+12 V, and the ADC sees it."""
    t.pilot("x1")
    dmm_mv = t.read("cp_dmm_mv")
    t.check("CP to PE", dmm_mv, *_DMM, "mV", lambda: _why_level(t, dmm_mv, "+12 V", "78L12"))
    ripple = "Ripple on +12 V: C of the regulator 78L12, or the converter's switching."
    t.check("ripple", t.read("cp_ripple_mv"), None, 100, "mV", ripple)
    _compare(t, dmm_mv, "pilot_high_mv", _UNCALIBRATED_MV)


def idle_low(t):
    """-12 V, and the ADC sees it."""
    t.pilot("f")
    dmm_mv = t.read("cp_dmm_mv")
    t.check(
        *("CP to PE", dmm_mv, -_DMM[1], -_DMM[0], "mV"),
        lambda: _why_level(t, dmm_mv, "-12 V", "79L12"),
    )
    _compare(t, dmm_mv, "pilot_low_mv", _UNCALIBRATED_MV)
    t.pilot("x1")


def calibration(t):
    """Three points; then the ADC agrees with the multimeter."""
    points = []
    for mode, name in (("x1", "pilot_high_mv"), ("f", "pilot_low_mv")):
        t.pilot(mode)
        points.append([t.settled()[name], t.read("cp_dmm_mv")])
    t.do("ev_box", state="B")
    t.pilot("x1")
    seen, dmm_mv = t.settled(), t.read("cp_dmm_mv")
    points.append([seen["pilot_high_mv"], dmm_mv])
    t.rest()
    t.check(
        *("CP to PE with the EV box in B", dmm_mv, 8_300, 9_700, "mV"),
        lambda: _why_unseen(t, seen),
    )
    t.settled(1_500)
    kept = t.order("calibrate", points=points)
    t.check(
        *("calibration refused (0 = kept)", kept["code"], 0, 0, ""),
        "The three points are on no line that parts within their tolerance make: divider R6, R7, "
        f"R8 at {t.pins.short('PILOT_SENSE')}, or a reading typed wrong. Repeat the step.",
    )
    t.note("gain", kept["gain_uv_per_v"], "uV per V")
    t.note("centre", kept["centre_uv"], "uV")
    for mode, name in (("f", "pilot_low_mv"), ("x1", "pilot_high_mv")):
        t.pilot(mode)
        _compare(t, t.read("cp_dmm_mv"), name, _CALIBRATED_MV)


def source_resistance(t):
    """R5 is 1 kOhm."""
    t.pilot("x1")
    open_mv = t.read("cp_dmm_mv")
    t.do("plain_resistor", ohm=1_000)
    t.board.wait(600)
    loaded_mv = t.read("cp_dmm_mv")
    t.rest()
    ohm = None
    if open_mv is not None and loaded_mv:
        ohm = 1_000 * (open_mv - loaded_mv) // loaded_mv
    t.check(
        *("source resistance", ohm, 970, 1_030, "Ohm"),
        f"The pilot's source is {ohm} Ohm: R5 (1 kOhm 1 %) between the stage U2 and CP is another "
        "one, or something else hangs at CP: surge protection D5, a second board, moisture.",
    )


def duty_sweep(t):
    """1 kHz, and the high time of five offers."""
    pin = t.pins.whole("PILOT_PWM")
    for offer_ma, high_us in _SWEEP:
        t.pilot("pwm", offer_ma)
        amps = f"{offer_ma // 1000} A"
        hz = t.read("cp_hz")
        t.check(
            *(f"frequency, {amps}", hz, 980, 1_020, "Hz"),
            f"The pilot runs at {hz} Hz in place of 1000: {pin} shares its timer with another "
            "PWM, or a port has chosen another divider. Look at the pins of lamp and coil drive.",
        )
        t.check(
            *(f"high time, {amps}", t.read("cp_high_us"), high_us - 10, high_us + 10, "us"),
            f"The duty at CP is not what was written to {pin}: slow edges (R3, R4 at U2), a stage "
            "that turns it round, or a board that rounds up (evse/lower_pwm.py).",
        )
        mean_mv = 24 * high_us - 12_000
        t.check(
            *(f"mean, {amps}", t.read("cp_dmm_mv"), mean_mv - 400, mean_mv + 400, "mV"),
            "The mean does not fit the duty: one of the rails gives way while the pilot switches.",
        )
    t.pilot("x1")


def state_b(t):
    """A car that is there: 9 V, diode, edges."""
    seen = _with_box(t, "B")
    t.check("high level", seen["pilot_high_mv"], 8_500, 9_500, "mV", lambda: _why_unseen(t, seen))
    low_mv = seen["pilot_low_mv"]
    t.check("low level", low_mv, None, -11_400, "mV", lambda: _why_half(t, low_mv))
    t.equals("state", seen["pilot_state"], "B", lambda: _why_unseen(t, seen))
    t.equals("diode seen", seen["diode_ok"], True, lambda: _why_half(t, low_mv))
    t.check(
        *("rise time", t.read("cp_rise_us"), None, 9, "us"),
        "The edges are slow: capacitor at CP too large (3.1 nF at most with the cable), or U2 "
        "too slow for 24 V.",
    )


def state_c(t):
    """A car that asks: 6 V, and nothing closes without permission."""
    seen = _with_box(t, "C")
    t.check("high level", seen["pilot_high_mv"], 5_500, 6_500, "mV", lambda: _why_unseen(t, seen))
    t.equals("state", seen["pilot_state"], "C", lambda: _why_unseen(t, seen))
    _stays_open(t, seen)


def state_d(t):
    """A car that wants ventilation: 3 V, refused."""
    seen = _with_box(t, "D")
    t.check("high level", seen["pilot_high_mv"], 2_500, 3_300, "mV", lambda: _why_unseen(t, seen))
    t.equals("state", seen["pilot_state"], "D", lambda: _why_unseen(t, seen))
    t.note("reason", seen["fault_reason"])
    look = "The interlock does not refuse ventilation: the firmware on the board is not this one."
    t.equals("refused", seen["fault"] != 0, True, look)
    _stays_open(t, seen)


def corners(t):
    """The corner resistors of B and C, with no wrong state in a minute each."""
    for ohm, state in ((1_870, "B"), (4_610, "B"), (612, "C"), (1_254, "C")):
        t.do("resistor", ohm=ohm, state=state)
        t.pilot("pwm", _OFFER_MA)
        t.board.wait(1_500)
        seen = t.watched(_QUICK_MS if t.is_quick else _CORNER_MS)
        span = f"{seen['high_min_mv']} to {seen['high_max_mv']} mV"
        t.note(f"{ohm} Ohm: high level", span)
        t.equals(
            *(f"{ohm} Ohm: states seen", seen["states"], state),
            f"With {ohm} Ohm the pilot was {span}, and states {seen['states']} were decoded: "
            "calibrate again (step 4); noise: shield of the cable, ground of the divider, C5.",
        )


def diode_short(t):
    """A bridged diode is seen in B and in C."""
    for state, mv in (("B", -8_800), ("C", -5_600)):
        t.do("ev_box", state=state)
        t.do("diode_short")
        t.pilot("pwm", _OFFER_MA)
        seen = t.settled(1_000)
        t.do("diode_short_off")
        t.check(
            *(f"low level in {state}", seen["pilot_low_mv"], mv - 500, mv + 500, "mV"),
            "The low half does not move when the diode is bridged: the button of the EV box does "
            "nothing, or it bridges something else.",
        )
        t.equals(
            *(f"diode seen in {state}", seen["diode_ok"], False),
            "A bridged diode is taken for a good one: calibrate again (step 4).",
        )


def pilot_short(t):
    """80 Ohm from CP to PE are state E."""
    t.do("ev_box", state="B")
    t.pilot("pwm", _OFFER_MA)
    t.do("cp_short")
    seen = t.settled(1_000)
    t.do("cp_short_off")
    look = (
        "80 Ohm from CP to PE are not seen: the button's resistor, or CP is open behind the ADC."
    )
    t.check("high level", seen["pilot_high_mv"], 400, 1_200, "mV", look)
    t.equals("state", seen["pilot_state"], "E", look)


def earth_off(t):
    """Without PE there is no car."""
    t.do("ev_box", state="C")
    t.pilot("pwm", _OFFER_MA)
    t.do("pe_off")
    t.board.wait(1_000)
    seen = t.watched(1_000)
    t.do("pe_on")
    is_seen = any(state in "BCD" for state in seen["states"])
    t.equals(
        *(f"car seen without PE (states {seen['states']})", is_seen, False),
        "A car is seen although PE is open: the pilot finds a second way back, through a shield, "
        "a metal case, or the ground of the oscilloscope.",
    )


def _with_box(t, state):
    """Return what is measured with the EV box in a state and 16 A offered."""
    t.do("ev_box", state=state)
    t.pilot("pwm", _OFFER_MA)
    return t.settled(1_500)


def _stays_open(t, seen):
    look = f"{t.pins.short('CONTACTOR_COIL')} is on without a permission: stop, and report this."
    t.equals("coil", seen["driven"], 0, look)


def _compare(t, dmm_mv, name, limit_mv):
    """Check the ADC against the multimeter."""
    seen_mv = t.settled()[name]
    t.note("the ADC says", seen_mv, "mV")
    off_mv = None if dmm_mv is None else seen_mv - dmm_mv
    t.check(
        *("ADC minus multimeter", off_mv, -limit_mv, limit_mv, "mV"),
        lambda: _why_adc(t, seen_mv, dmm_mv),
    )


def _why_level(t, dmm_mv, wanted, regulator):
    pin = t.pins.whole("PILOT_PWM")
    if dmm_mv is not None and abs(dmm_mv) > 9_000 and (dmm_mv < 0) != (wanted[0] == "-"):
        return (
            f"The tool has asked for {wanted} and the pilot is at the other rail: the stage turns "
            f"{pin} round. Inputs + and - of U2 swapped, or an inverting driver."
        )
    return (
        f"{wanted} of the pilot is not there (CP at {dmm_mv} mV): regulator {regulator} and the "
        f"converter of +-15 V, supply pins of U2, then {pin} at U2."
    )


def _why_adc(t, seen_mv, dmm_mv):
    sense, other = t.pins.whole("PILOT_SENSE"), t.pins.whole("PROXIMITY_SENSE")
    if seen_mv > _FULL_SCALE_MV:
        return (
            f"The ADC sees 3.3 V while the pilot is at {dmm_mv} mV: {sense} and {other} are "
            "swapped, or R6 of the divider is shorted."
        )
    seen_uv = _CENTRE_UV + seen_mv * _GAIN_UV_PER_V // 1_000
    true_uv = _CENTRE_UV + dmm_mv * _GAIN_UV_PER_V // 1_000
    percent = (seen_uv - true_uv) * 100 // true_uv if true_uv else 0
    return (
        f"The ADC sees {seen_mv} mV where the multimeter says {dmm_mv} mV: the divider R6, R7, R8 "
        f"at {sense} is off by {percent} %: a wrong value, or a joint."
    )


def _why_unseen(t, seen):
    if seen["pilot_high_mv"] > 11_000:
        return (
            "The EV box is not seen, the pilot stays at 12 V: wire from R5 to CP of the socket or "
            "cable open, or no PE between board and socket."
        )
    return (
        f"The pilot is at {seen['pilot_high_mv']} mV, {seen['pilot_low_mv']} mV (state "
        f"{seen['pilot_state']}): resistors of the EV box, or calibrate again (step 4)."
    )


def _why_half(t, low_mv):
    return (
        f"The negative half is {low_mv} mV in place of -12 V with a car plugged: the diode of the "
        "EV box is missing, bridged or the wrong way round. With another box the same: -12 V "
        "(79L12) gives way under load."
    )
