"""Steps 14 to 16, 19 to 22: cable, lock, residual current, temperature, meter, reader and lamp."""

# Ohm: limits in mV at 3.3 V over 1 kOhm, rating of the cable in mA (evse-hardware.md §8, bands)
_CABLES = (
    (1_500, 1_900, 2_060, 13_000),
    (680, 1_270, 1_410, 20_000),
    (220, 560, 640, 32_000),
    (100, 270, 330, 63_000),
)
_SINGLE_PHASE_MA = 70_000
_PROMPT_MS = 1_000  # a fault without load has to last for half a second
_STALE_MS = 7_000  # a sensor that says nothing is a fault after 5 s
_METER_MS = 5_000  # both speeds are tried
_LAMPS = (("red", [255, 0, 0]), ("green", [0, 255, 0]), ("blue", [0, 0, 255]))


def proximity(t):
    """The resistor in the plug is read as the current it stands for."""
    t.rest()
    mv = t.settled()["pp_mv"]
    t.check("open: voltage", mv, 3_150, 3_350, "mV", lambda: _why_open(t, mv))
    for ohm, low_mv, high_mv, cable_ma in _CABLES:
        t.do("cable", ohm=ohm)
        seen = t.settled(1_000)
        t.check(
            *(f"{ohm} Ohm: voltage", seen["pp_mv"], low_mv, high_mv, "mV"),
            f"{ohm} Ohm are read as {seen['pp_ohm']} Ohm at {t.pins.whole('PROXIMITY_SENSE')}: "
            "the pull-up R12 is not 1 kOhm, a contact has resistance, or its wire is open.",
        )
        if cable_ma == 63_000 and t.board.facts["phases"] == 1:
            cable_ma = _SINGLE_PHASE_MA
        t.equals(
            *(f"{ohm} Ohm: cable, mA", seen["cable_ma"], cable_ma),
            "The voltage is right, the rating is not: the firmware on the board is not this one.",
        )
        t.do("unplug")
        t.board.wait(800)
    t.do("pp_short")
    seen = t.settled(1_500)
    t.do("pp_short_off")
    look = f"A short from PP to PE is not seen at {t.pins.whole('PROXIMITY_SENSE')}."
    t.check("short: voltage", seen["pp_mv"], None, 180, "mV", look)
    t.equals("short: cable, mA", seen["cable_ma"], 0, look)


def _why_open(t, mv):
    pin = t.pins.whole("PROXIMITY_SENSE")
    if mv is not None and mv < 400:
        return (
            f"{pin} is at {mv} mV with nothing plugged: the pull-up R12 (1 kOhm to +3.3 V) is "
            "missing, or the contact touches PE."
        )
    return f"{pin} is at {mv} mV in place of 3.3 V: R12 at another supply, or a load at the wire."


def type_1(t):
    """Reference only: a Type 1 plug has a switch, which this firmware does not read."""
    t.note("reference", "150 Ohm latched, 480 Ohm with the button pressed")


def lock(t):
    """Out and back three times, then blocked."""
    t.rest()
    for number in (1, 2, 3):
        asked = t.order("lock")
        seen, _ = t.until(lambda seen: seen["locked"] or seen["lock_failed"], 6_000)
        is_out = t.read("bolt_out")
        why_not = _why_bolt(t, is_out)
        took_ms = t.between(asked["at_ms"], seen["bolt_at_ms"]) if seen["locked"] else None
        t.check(f"{number}: locked after", took_ms, 0, 1_000, "ms", why_not)
        t.equals(f"{number}: bolt out", is_out, 1, lambda: _why_switch(t))
        asked = t.order("unlock")
        seen, _ = t.until(lambda seen: not seen["lock_feedback"], 3_000)
        is_back = not seen["lock_feedback"]
        took_ms = t.between(asked["at_ms"], seen["bolt_at_ms"]) if is_back else None
        look = f"The bolt does not come back: {t.pins.whole('LOCK_MOTOR_B')}, or it is jammed."
        t.check(f"{number}: unlocked after", took_ms, 0, 2_000, "ms", look)
    t.board.wait(1_000)
    t.do("bolt_blocked")
    t.order("lock")
    seen, _ = t.until(lambda seen: seen["lock_failed"], 8_000)
    t.do("bolt_free")
    t.equals("blocked bolt is a fault", seen["lock_failed"], True, lambda: _why_switch(t))
    t.restart()


def _why_bolt(t, is_out):
    if is_out:
        return (
            f"The bolt is out and {t.pins.whole('LOCK_FEEDBACK')} does not say so: wire of the "
            "end switch open, or the switch out of place."
        )
    return (
        f"The bolt has not gone out. It moved the wrong way: the motor's wires, that is "
        f"{t.pins.short('LOCK_MOTOR_A')} and {t.pins.short('LOCK_MOTOR_B')}, are swapped. It did "
        "not move: supply of the bridge U3."
    )


def _why_switch(t):
    return f"{t.pins.whole('LOCK_FEEDBACK')} says locked whatever the bolt does: switch bridged."


def residual_current(t):
    """The monitor trips on its test current, releases, and its absence is noticed."""
    t.rest()
    seen = _test_monitor(t)
    trip_ms = seen["rcd_trip_ms"] if seen["rcd_trip_ms"] >= 0 else None
    release_ms = seen["rcd_release_ms"] if seen["rcd_release_ms"] >= 0 else None
    t.check("trips after", trip_ms, 0, 1_000, "ms", lambda: _why_no_trip(t))
    look = (
        f"The monitor stays tripped after the test current: {t.pins.whole('RCD_TEST')} stays on, "
        "or the monitor latches and wants a reset by hand: not one for this firmware."
    )
    t.check("releases after", release_ms, 0, 3_000, "ms", look)
    t.equals("self-test passed", seen["rcd_test_passed"], True, look)
    t.do("rcd_sensor_off")
    seen = _test_monitor(t)
    t.do("rcd_sensor_on")
    look = "The test passes without the sensor: the test current goes round it, not through it."
    t.equals("without sensor: passed", seen["rcd_test_passed"], False, look)
    pin = t.pins.short("RCD_TRIP")
    t.do("rcd_wire_off", pin=pin)
    level = t.settled(200)["rcd"]
    t.do("rcd_wire_on", pin=pin)
    look = f"{t.pins.whole('RCD_TRIP')} says healthy with its wire pulled: pull-down R10 missing."
    t.equals("wire pulled: healthy", level, 0, look)
    t.restart()


def _test_monitor(t):
    t.order("mark")
    t.order("rcd_test")
    t.board.wait(200)
    return t.until(lambda seen: seen["rcd_test_passed"] or seen["fault"], 6_000)[0]


def _why_no_trip(t):
    return (
        "The test current does not trip the monitor: wire of the test winding open, "
        f"{t.pins.whole('RCD_TEST')}, Q3 and R18 in series with it; or the sensor's plug is out."
    )


def temperature(t):
    """Plausible, and rising; a wire that is open or shorted is unknown, and a fault."""
    t.rest()
    dc = t.settled(1_000)["temperature_dc"]
    pin = t.pins.whole("TEMPERATURE_SENSE")
    t.check(
        *("temperature", dc, -200, 600, "0.1 C"),
        f"No plausible temperature at {pin}: a wire of the NTC is open (3.3 V at the pin) or both "
        "touch (0 V); another value than 10 kOhm B 3950; R14 missing.",
    )
    t.do("temperature_warm")
    warm_dc = t.settled(3_000)["temperature_dc"]
    t.do("temperature_cool")
    rise_dc = None if warm_dc is None else warm_dc - dc
    look = f"The sensor at {pin} does not feel your fingers: a fixed resistor, or another place."
    t.check("rise", rise_dc, 5, None, "0.1 C", look)
    for action, name in (("temperature_off", "wire open"), ("temperature_short", "shorted")):
        t.do(action)
        t.board.wait(_PROMPT_MS)
        seen, _ = t.until(lambda seen: seen["temperature_dc"] is None, _STALE_MS)
        look = f"A sensor that is {name} is not noticed at {pin}: it is another one's wire."
        t.equals(f"{name}: temperature known", seen["temperature_dc"] is not None, False, look)
        t.equals(f"{name}: fault", seen["fault"] != 0, True, look)
    t.do("temperature_on")
    t.restart()


def meter(t):
    """It answers, with a voltage that is none or the mains', and no current."""
    t.rest()
    kind = t.board.facts["meter"]
    seen, _ = t.until(lambda seen: seen["register_wh"] is not None, _METER_MS)
    t.note("meter", kind)
    phases = t.board.facts["phases"]
    if kind == "s0":
        t.note("register", seen["register_wh"], "Wh")
        return
    if kind != "ct":
        for phase in range(phases):
            volts = seen["volts_dv"][phase]
            is_dead = volts is not None and volts < 500
            low_dv, high_dv = (0, 500) if is_dead else (2_070, 2_530)
            t.check(
                *(f"L{phase + 1}: voltage", volts, low_dv, high_dv, "0.1 V"),
                lambda: _why_silent(t, kind),
            )
    for phase in range(phases):
        look = "A current without a load: current transformer of another phase or another ratio."
        t.check(f"L{phase + 1}: current", seen["amps_ma"][phase], 0, 200, "mA", look)


def _why_silent(t, kind):
    return (
        f"The meter {kind} does not answer, or says nonsense: A and B of the RS-485 line swapped, "
        f"{t.pins.short('METER_TX')} and {t.pins.short('METER_RX')} crossed, no supply, or "
        "another address or speed (meter_address, meter_baud in station.json)."
    )


def reader_and_lamp(t):
    """A card is read, and the lamp has the colours it is told."""
    if t.has("reader"):
        t.order("mark")
        t.do("card")
        seen, _ = t.until(lambda seen: seen["card"], 3_000)
        t.note("card", seen["card"])
        look = f"No card was read: {t.pins.whole('READER_A')}, {t.pins.whole('READER_B')}, supply."
        t.equals("card read", bool(seen["card"]), True, look)
    if t.has("lamp"):
        for name, colour in _LAMPS:
            t.order("lamp", colour=colour)
            t.board.wait(100)
            look = f"The lamp is not {name}: order of the colours, {t.pins.whole('LAMP_DATA')}."
            t.equals(f"lamp {name}", t.read(f"lamp_{name}"), 1, look)
        t.order("lamp", colour=[0, 0, 0])
