"""Steps 24 to 32: with mains, through a fused test panel, by a qualified person only."""

_OFFER_MA = 6_000
_LOAD_A = 10
_LONG_MS = 1_800_000
_QUICK_MS = 20_000
_DEAD_V = 50
_CLOSE_MS = 40_000


def dead_outlet(t):
    """No voltage in A and B."""
    t.rest()
    t.do("mains_on")
    for state in ("A", "B"):
        if state == "B":
            t.do("ev_box", state="B")
            t.pilot("auto")
        look = "The outlet is live with an open contactor: mains off, look for a bridge past it."
        t.check(f"outlet in {state}", t.read("outlet_v"), 0, _DEAD_V - 1, "V", look)


def live_outlet(t):
    """Voltage in C on every phase, and the meter agrees."""
    t.do("ev_box", state="C")
    t.close(_CLOSE_MS)
    for phase in range(1, t.board.facts["phases"] + 1):
        t.permit()
        volts = t.read(f"outlet_l{phase}_v")
        seen, _ = t.hold(1_500)
        look = f"L{phase} is not there at the outlet: pole of the contactor, fuse, terminal."
        t.check(f"L{phase} to N", volts, 207, 253, "V", look)
        metered = seen["volts_dv"][phase - 1]
        if metered is not None:
            look = f"The meter sees another voltage at L{phase}: voltage taps swapped, ratio."
            low_dv, high_dv = volts * 10 * 99 // 100, -(-volts * 10 * 101 // 100)
            t.check(f"L{phase}: meter", metered, low_dv, high_dv, "0.1 V", look)
    t.open()


def car_lets_go(t):
    """C to B: dead within 100 ms of the edge."""
    _dead_within(t, "ev_box", state="B")


def unplugged(t):
    """C to unplugged: the same."""
    _dead_within(t, "unplug")


def _dead_within(t, action, **how):
    t.do("ev_box", state="C")
    t.close(_CLOSE_MS)
    t.permit()
    t.do(action, **how)
    t.board.wait(500)
    look = "The contactor opens too late: diode D2 at the coil, relay in between (docs/safety.md)."
    t.check("dead after the edge", t.read("dead_after_ms"), 0, 100, "ms", look)
    t.rest()


def stubborn_car(t):
    """The offer ends and the car stays in C: open under load after 6 to 7 s."""
    t.do("ev_box", state="C")
    t.close(_CLOSE_MS)
    ended = t.order("end")
    seen, _ = t.until(lambda seen: not seen["driven"], 9_000)
    took_ms = None if seen["driven"] else t.between(ended["at_ms"], seen["opened_at_ms"])
    look = "A car that ignores the end is cut off too early or too late: report this."
    t.check("open after the end", took_ms, 6_000, 7_000, "ms", look)
    t.note("reason", seen["open_reason"])
    t.rest()


def residual_current(t):
    """30 mA AC here; 150 mA and the DC ramp are the external device's."""
    t.do("ev_box", state="C")
    t.close(_CLOSE_MS)
    t.permit()
    t.do("rcd_residual")
    tripped_ms = t.read("rcd_30_ma_ms")
    seen = t.settled(300)
    t.do("rcd_residual_off")
    look = f"30 mA do not open it: monitor, its sensor, {t.pins.whole('RCD_TRIP')}."
    t.check("30 mA AC: dead after", tripped_ms, 0, 300, "ms", look)
    t.equals("reason", seen["open_reason"], "OPEN_RCD", look)
    look = "The residual-current device of the supply is not fit for this outlet: replace it."
    _check_if_read(t, "150 mA AC: external device", "rcd_150_ma_ms", (0, 40, "ms"), look)
    look = "The DC threshold is outside of IEC 62955: monitor or residual-current device."
    _check_if_read(t, "DC ramp: trips at", "rcd_dc_ua", (3_000, 6_000, "uA"), look)
    t.restart()
    t.rest()


def _check_if_read(t, name, instrument, limits, look):
    """Check what a tester shows; nothing is claimed where there was none."""
    value = t.read(instrument)
    if value is None:
        t.note(name, "not measured")
    else:
        t.check(name, value, *limits, look)


def over_current(t):
    """A load above the offer ends it, by the curve."""
    t.order("offer", ma=_OFFER_MA)
    t.do("ev_box", state="C")
    t.close(_CLOSE_MS)
    t.hold(6_000)  # the curve begins 5 s after a change of the offer
    t.do("load", amps=_LOAD_A)
    seen, _ = t.hold(40_000, lambda seen: not seen["driven"])
    t.do("load_off")
    t.order("offer", ma=32_000)
    look = f"{_LOAD_A} A at an offer of 6 A go on: the meter's current transformers are not there."
    t.equals("open", seen["driven"], 0, look)
    t.equals("fault", seen["fault_reason"], "OPEN_OVER_CURRENT", look)
    t.restart()
    t.rest()


def mains_cycle(t):
    """Mains away and back in C: safe, tested, and closed again only when all is well."""
    t.do("ev_box", state="C")
    t.close(_CLOSE_MS)
    t.do("mains_cycle")
    t.board.restart(True)
    seen = t.settled()
    look = "It is closed after the supply has come back, and nobody has asked: report this."
    t.equals("closed when the supply is back", seen["driven"] or seen["feedback"], 0, look)
    seen = t.close(_CLOSE_MS)
    t.equals("self-test passed before it closed", seen["self_tested"], True, look)
    t.rest()


def half_an_hour(t):
    """Rated current; the terminals' rise of temperature is recorded."""
    t.do("ev_box", state="C")
    t.close(_CLOSE_MS)
    t.do("load", amps=t.board.facts.get("max_current", 32))
    long_ms = _QUICK_MS if t.is_quick else _LONG_MS
    seen, ended_ms = t.hold(long_ms, lambda seen: not seen["driven"])
    t.note("time under load", long_ms // 1_000, "s")
    t.note("temperature at the sensor", seen["temperature_dc"], "0.1 C")
    t.note("rise of the hottest terminal", t.read("rise_k"), "K")
    t.do("load_off")
    look = f"It has opened after {ended_ms} ms: {seen['open_reason']}, docs/why_it_opened.md."
    t.equals("closed to the end", ended_ms is None, True, look)
    t.rest()
