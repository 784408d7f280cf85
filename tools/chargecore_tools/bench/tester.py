"""Tester: what a step works with: the board, the person, limits, and the pins' names.

Called by: the steps. Owns: the readings of the step that runs. It closes nothing: permit() asks
for R59 again and again, and who stops asking has an open contactor within HOLD_MS.
"""

import threading
from contextlib import contextmanager

from chargecore_tools.bench.blocks import words_of
from chargecore_tools.bench.errors import OrderRefused, StepFailed
from chargecore_tools.bench.result import FAIL, Reading
from chargecore_tools.device.errors import DeviceError

HOLD_MS = 4_000
_ASK_S = 1
_ENDS = ("open", "end", "pilot", "stall")
_TICKS = 0x3FFFFFFF
_OFFER_MS = 8_000
_SETTLE_MS = 600  # the decoder takes 500 ms to believe a request


class Tester:
    """One per session. is_quick shortens the long waits; the report says so."""

    def __init__(self, board, person, pins, is_quick=False):
        self.board = board
        self._person = person
        self.pins = pins
        self.is_quick = is_quick
        self.readings = []
        self._has_locked = False  # the bolt may hold the plug
        self._is_wanted = False  # the contactor is to stay closed

    # ---- the person ----

    def do(self, action, **how):
        """Let the person do something at the wires."""
        with self._asking():
            self._person.do(action, **how)

    def read(self, name, **how):
        """Return what an instrument shows; None: the person cannot say."""
        with self._asking():
            return self._person.read(name, **how)

    @contextmanager
    def _asking(self):
        """Ask for the permission while a person works at a closed contactor (R59)."""
        if not (self._is_wanted and self._person.is_slow):
            yield
            return
        is_over = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(is_over,), daemon=True)
        keeper.start()
        try:
            yield
        finally:
            is_over.set()
            keeper.join()

    def _keep(self, is_over):
        try:
            while not is_over.is_set():
                self.permit()
                is_over.wait(_ASK_S)
        except (OrderRefused, OSError, DeviceError):
            pass  # what comes next tells it

    # ---- the board ----

    def order(self, op, **fields):
        """Give the bench an order. Return its answer. Errors: OrderRefused."""
        if op == "lock":
            self._has_locked = True
        elif op in _ENDS:
            self._is_wanted = False
        return self.board.ask(op, **fields)

    def has(self, part):
        """Tell whether a part is fitted."""
        return bool(self.board.facts["fitted"].get(part))

    def pilot(self, mode, offer_ma=0):
        """Drive the pilot, and wait until it is seen."""
        self.order("pilot", mode=mode, ma=offer_ma)
        if mode == "pwm":  # after 3 s of X1, and 5 s after a change of the offer
            self.until(lambda seen: seen["offered_ma"] == offer_ma, _OFFER_MS)
        self.board.wait(_SETTLE_MS)

    def settled(self, wait_ms=_SETTLE_MS):
        """Return what the board measures after a while."""
        self.board.wait(wait_ms)
        return self.order("measure")

    def watched(self, wait_ms):
        """Return what the board measures, with the extremes of wait_ms."""
        self.order("mark")
        return self.settled(wait_ms)

    @staticmethod
    def between(begin_ms, end_ms):
        """Return the ms between two instants of the board, whose ticks wrap."""
        return (end_ms - begin_ms) & _TICKS

    def until(self, has_come, limit_ms, keep=None):
        """Measure until has_come(seen), limit_ms at most. Return (seen, ms) or (seen, None).

        keep: called before every measuring.
        """
        begin_ms = None
        while True:
            if keep is not None:
                keep()
            seen = self.order("measure")
            begin_ms = seen["at_ms"] if begin_ms is None else begin_ms
            took_ms = self.between(begin_ms, seen["at_ms"])
            if has_come(seen):
                return seen, took_ms
            if took_ms >= limit_ms:
                return seen, None
            self.board.wait(20)

    # ---- the contactor: R59, and nothing else ----

    def permit(self):
        """Ask for the contactor, for HOLD_MS."""
        self.order("permit", ms=HOLD_MS)

    def close(self, limit_ms=20_000):
        """Ask until it is closed. Return what is measured then. Errors: StepFailed."""
        self.pilot("auto")
        if self.has("lock"):
            self.order("lock")
        seen, took_ms = self.until(_is_closed_or_stuck, limit_ms, self.permit)
        if took_ms is not None and _is_closed(seen):
            self._is_wanted = True
            return seen
        self.fail("contactor closed", seen["feedback"], 1, why_not_closed(self, seen))
        return None

    def hold(self, hold_ms, has_ended=lambda seen: False):
        """Keep asking. Return (seen, ms) of the end, or (seen, None) after hold_ms."""
        return self.until(has_ended, hold_ms, self.permit)

    def open(self):
        """Take the permission back, and wait until the feedback says open."""
        self.order("open")
        return self.until(lambda seen: not seen["feedback"], 1_000)[0]

    def give_up(self):
        """Take the permission back whatever has happened; a board that is gone has opened."""
        try:
            self.order("open")
        except (OrderRefused, OSError, DeviceError):
            pass

    def recover(self):
        """Begin anew after a failure, so that the next step is not blamed for it."""
        try:
            self.restart()
            self.rest()
        except OrderRefused:
            pass  # then the next step says so

    def rest(self):
        """Leave everything as before the step: nothing plugged, +12 V, no fault latched."""
        self.order("open")
        if self._has_locked:  # whose motor is unproven is not moved: it might lock
            self._has_locked = False
            self.order("unlock")
        self.do("unplug")
        self.pilot("x1")
        if self.settled(1_500)["fault"]:
            self.restart()

    def restart(self):
        """Let the firmware of the bench begin anew, and wait for its self-test."""
        self.board.restart(False)
        self.until(lambda seen: seen["self_tested"] or seen["fault"], 6_000)

    # ---- verdicts ----

    def note(self, name, value, unit=""):
        """Record a value without limits."""
        self.readings.append(Reading(name, value, unit=unit))

    def check(self, name, value, low, high, unit, look):
        """Record a value. Errors: StepFailed with the sentence when it is outside its limits.

        None, low or high, is no limit; a value of None is outside of every limit.
        """
        reading = Reading(name, value, low, high, unit)
        self.readings.append(reading)
        is_good = value is not None
        is_good = is_good and (low is None or value >= low) and (high is None or value <= high)
        if not is_good:
            reading.verdict = FAIL
            raise StepFailed(look() if callable(look) else look)

    def equals(self, name, value, wanted, look):
        """Record a value that has to be `wanted`."""
        reading = Reading(name, value, wanted, wanted)
        self.readings.append(reading)
        if value != wanted:
            reading.verdict = FAIL
            raise StepFailed(look() if callable(look) else look)

    def fail(self, name, value, wanted, look):
        """Record a value that is wrong. Errors: StepFailed."""
        self.readings.append(Reading(name, value, wanted, wanted, verdict=FAIL))
        raise StepFailed(look)


def _is_closed(seen):
    return bool(seen["driven"] and seen["feedback"])


def _is_closed_or_stuck(seen):
    return _is_closed(seen) or seen["fault"] != 0


def why_not_closed(tester, seen):
    """Return where to look when the contactor has been asked for and is not closed."""
    pin = tester.pins
    reason = seen["fault_reason"]
    if reason == "OPEN_NOT_CLOSING":
        return _why_nothing_moved(tester)
    if reason is not None:
        return f"The interlock has latched {reason}: docs/why_it_opened.md says what that is."
    return (
        f"The interlock does not close: {words_of(seen['blocked_by'])}. "
        f"The coil at {pin.short('CONTACTOR_COIL')} has not been switched on."
    )


def _why_nothing_moved(tester):
    """The coil was switched on for 200 ms and the feedback stayed open: try again, with eyes."""
    pin = tester.pins
    tester.rest()
    tester.do("coil_meter")
    tester.do("ev_box", state="C")
    tester.pilot("auto")
    if tester.has("lock"):
        tester.order("lock")
    tester.until(lambda seen: seen["fault"], 20_000, tester.permit)
    coil_mv = tester.read("coil_mv")
    tester.order("open")
    tester.note("voltage at the coil", coil_mv, "mV")
    if coil_mv is not None and coil_mv < 6_000:
        return (
            f"No voltage at the coil while {pin.short('CONTACTOR_COIL')} is on: something in its "
            f"chain is open. First Q2 and what keeps it alive, {pin.whole(alive(tester))}; then "
            "the monitor's contact, the stop loop, Q1."
        )
    if tester.read("pulled_in"):
        return (
            f"The contactor has closed, {pin.whole('CONTACTOR_FEEDBACK')} does not say so: the "
            "wire of the auxiliary contact is open, or it is a contact of another kind."
        )
    return (
        "The coil has its voltage and nothing moves: wire at A1 or A2 of the contactor open, "
        "a coil for another voltage, or a blocked contactor."
    )


def alive(tester):
    """Return the signal that keeps Q2 alive on this board."""
    return "COIL_TONE" if tester.pins.has("COIL_TONE") else "DEAD_MAN"
