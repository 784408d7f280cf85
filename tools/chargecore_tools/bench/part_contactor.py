"""Steps 17, 18, 23: the contactor, unloaded and without mains, through R59 alone."""

from chargecore_tools.bench.tester import alive

_TIMES = 10
_PAUSE_MS = 5_000  # R11: asking during that time is of no use
_PULL_MS = 25_000


def ten_times(t):
    """Close and open ten times."""
    t.rest()
    t.do("coil_supply_on")
    t.do("ev_box", state="C")
    t.order("mark")
    for _ in range(_TIMES):
        t.close(_PULL_MS)
        seen = t.open()
        t.board.wait(_PAUSE_MS)
    t.equals("closed", seen["feedback_closings"], _TIMES, "The feedback has missed a closing.")
    slow = "The contactor is slow: voltage of the coil's supply under load, economiser, or a relay"
    t.check("feedback closed after, least", seen["close_min_ms"], 0, 100, "ms", slow + ".")
    t.check("feedback closed after, most", seen["close_max_ms"], 0, 100, "ms", slow + ".")
    t.check("feedback open after, least", seen["open_min_ms"], 0, 50, "ms", slow + ".")
    t.check(
        *("feedback open after, most", seen["open_max_ms"], 0, 50, "ms"),
        slow + " in between. A plain diode across the coil keeps it in: D2 must be a 12 V one.",
    )


def feedback_faults(t):
    """Pulled, then bridged: neither goes unnoticed."""
    pin = t.pins.short("CONTACTOR_FEEDBACK")
    look = f"The interlock takes no notice of {t.pins.whole('CONTACTOR_FEEDBACK')}."
    for action, name in (("feedback_off", "pulled"), ("feedback_bridged", "says closed")):
        t.do("ev_box", state="C")
        t.do(action, pin=pin)
        t.pilot("auto")
        if t.has("lock"):
            t.order("lock")
        seen, _ = t.until(lambda seen: seen["fault"], 12_000, t.permit)
        t.note(f"{name}: fault", seen["fault_reason"])
        wanted = ("OPEN_NOT_CLOSING", "OPEN_WELDED", "OPEN_FEEDBACK_LOST")
        t.equals(f"{name}: noticed", seen["fault_reason"] in wanted, True, look)
        t.equals(f"{name}: coil", seen["driven"], 0, look)
        t.do("feedback_on", pin=pin)
        t.restart()
        t.rest()


def kill(t):
    """Whatever stops asking or feeding, the contactor opens."""
    t.do("ev_box", state="C")
    t.close(_PULL_MS)
    stood = t.order("stall", ms=500)
    keeper = t.pins.whole(alive(t))
    t.check(
        *("firmware stands still: open after", stood["dropped_after_ms"], 0, 200, "ms"),
        f"The coil stays on while nothing feeds its one-shot. {keeper}: Q2 bridged, the one-shot "
        "bridged or of too long a time (R56: 200 ms), or the coil wired past it.",
    )
    t.rest()
    t.do("ev_box", state="C")
    t.close(_PULL_MS)
    asked = t.order("permit", ms=1_000)
    seen, _ = t.until(lambda seen: not seen["driven"], 3_000)
    took_ms = None if seen["driven"] else t.between(asked["at_ms"], seen["opened_at_ms"])
    look = "The permission of the bench does not run out: stop, and report this."
    t.check("nobody asks any more: open after", took_ms, 0, 1_500, "ms", look)
    t.equals("reason", seen["open_reason"], "OPEN_BENCH", look)
    t.rest()
    t.do("ev_box", state="C")
    t.close(_PULL_MS)
    t.do("supply_cycle")
    dropped_ms = t.read("dropped_ms")
    look = "The contactor outlives the board's supply: the coil's chain is not switched by Q2."
    t.check("supply pulled: open after", dropped_ms, 0, 200, "ms", look)
    t.board.restart(True)
    seen = t.settled()
    t.equals("closed after the supply is back", seen["driven"] or seen["feedback"], 0, look)
    t.rest()
