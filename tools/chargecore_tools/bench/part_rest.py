"""Steps 1 and 1a: the board at rest, nothing plugged. Found here, it costs nothing."""


def power_up(t):
    """The coil's pin stays low from power-on until somebody asks."""
    pin = t.pins
    t.note("reset cause", t.board.facts["reset_cause"])
    high_ms = t.read("coil_high_ms", pin=pin.short("CONTACTOR_COIL"))
    t.check(
        "coil's pin high during the boot",
        high_ms,
        0,
        0,
        "ms",
        lambda: (
            f"{pin.whole('CONTACTOR_COIL')} was high although nobody has asked. All the time: "
            "Q1 or its driver is shorted, or the wire is at 3.3 V. For a moment: a strapping "
            "pin, or the pull-down of 10 kOhm at the gate of Q1 is missing."
        ),
    )


def inputs(t):
    """Every contact says healthy and open."""
    t.do("unplug")
    seen = t.settled()
    pin = t.pins
    t.equals(
        "stop loop",
        seen["estop"],
        1,
        f"{pin.whole('EMERGENCY_STOP')} reads open: button pressed, door open, or a wire of the "
        "loop to +3.3 V broken. Measure 3.3 V at the pin with the loop closed.",
    )
    if t.has("earth"):
        t.equals(
            "earth monitor",
            seen["earth"],
            1,
            f"{pin.whole('EARTH_PRESENT')} says that there is no protective earth: PE wire at the "
            "monitor or at the socket missing, or the wire from its contact broken.",
        )
    t.equals(
        "residual-current monitor",
        seen["rcd"],
        1,
        f"{pin.whole('RCD_TRIP')} reads tripped: the monitor has no supply, its contact to +3.3 V "
        "or the wire to the pin is open, or it has tripped and wants a reset.",
    )
    t.equals("contactor's feedback", seen["feedback"], 0, lambda: _why_feedback(t))
    if t.has("lock"):
        t.equals(
            "end switch of the lock",
            seen["lock_feedback"],
            0,
            f"{pin.whole('LOCK_FEEDBACK')} says that the bolt is out while it is back: end switch "
            "bridged, or a normally closed one.",
        )


def _why_feedback(t):
    """The feedback says closed and nothing has closed it."""
    pin = t.pins.whole("CONTACTOR_FEEDBACK")
    if t.read("pole_closed"):
        return (
            "The contactor is closed with its coil off: contacts welded or blocked, or Q1 or its "
            f"wiring energises the coil. {t.pins.short('CONTACTOR_COIL')} is low. Do not go on."
        )
    return (
        f"{pin} says closed while the poles are open: a normally open contact in place of the "
        "normally closed one (or the other way round), or the wire to the pin is broken."
    )
