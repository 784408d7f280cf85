"""InterlockStory: a rig, the truth about it, and events in any order (F42).

An event is (kind, value) or ("fault", (kind, value), is_active); any list of them is a story.
Runs on both interpreters.
"""

from chargecore.evse.pilot_sense import CENTRE_UV
from chargecore.meters.simulated import SimulatedMeter
from chargecore.safety.bench_permission import BenchPermission
from fakes.evse_rig import EvseRig
from fakes.interlock_truth import InterlockTruth

FINE_MS = 10  # the pass while something has just happened
COARSE_MS = 50  # the pass when all has settled: below the gap that is late (R57)
_SETTLE_MS = 200
_EMERGENCY = 16  # OPEN_RESET
_UV_PER_MV = 88
_STATIC = 65_536  # the SimAdc's duty of a pilot at +12 V

FAULTS = (
    ("diode_short", 0),
    ("cp_pe_short", 0),
    ("cp_open", 0),
    ("cp_adc_stuck", 6_000),
    ("cp_adc_stuck", 9_000),
    ("cp_adc_stuck", 22_000),
    ("rail_minus", -9_000),
    ("pe_lost", 0),
    ("feedback_open", 0),
    ("feedback_closed", 0),
    ("contactor_slow", 150),
    ("coil_open", 0),
    ("rcd_open", 0),
    ("estop", 0),
    ("lock_feedback_lost", 0),
    ("GroundFailure", 0),
    ("OverVoltage", 0),
    ("WeakSignal", 0),
    ("pp_open", 0),
    ("pp_short", 0),
    ("pp_ohm", 1_500),
    ("pp_ohm", 100),
    ("temp_dc", 650),
    ("temp_dc", 800),
    ("temp_open", 0),
    ("temp_silent", 0),
    ("over_current", 20_000),
    ("over_current", 40_000),
    ("rail_plus", 10_000),
    ("rcd_slow", 2_000),
    ("rcd_test_dead", 0),
)
# Healed, they still keep the contactor open for longer than a heal takes, or for good.
LASTING = (("temp_dc", 800), ("rcd_test_dead", 0))
WAITS_MS = (0, 10, 20, 30, 50, 80, 120, 300, 700, 1_500, 6_500, 6_500)
STALLS_MS = (50, 100, 150, 400)

# kind, weight, values
_KINDS = (
    ("ev", 6, "ABCCCCDEF"),
    ("fault", 8, None),
    ("allow", 2, (True, True, False)),
    ("offer", 2, (0, 5_900, 6_000, 16_000, 63_000)),
    ("available", 2, (True, True, False)),
    ("rcd", 2, (True, False)),
    ("jam", 1, (True, False)),
    ("lock", 2, (True, True, False)),
    ("stall", 2, STALLS_MS),
    ("open", 1, (0,)),
    ("heal", 5, (0,)),
    ("boot", 1, (0,)),
)
_DECK = tuple(row for row in _KINDS for _ in range(row[1]))
# What a bench asks for besides. The permission lasts for so many ms, or is given back.
_BENCH_KINDS = (
    ("permit", 12, (200, 1_000, 3_000, 10_000)),
    ("end", 2, (0,)),
    ("revoke", 2, (0,)),
)
_BENCH_DECK = _DECK + tuple(row for row in _BENCH_KINDS for _ in range(row[1]))
_END_MS = 7_000


class QuickSense:
    """PilotSense without the reads: the levels that a burst would find. Its own tests cover it."""

    def __init__(self, adc):
        self._adc = adc
        self.high_mv = 0
        self.low_mv = 0

    def read(self, is_wide):
        adc = self._adc
        high_uv = adc._high_uv if adc._duty else adc._low_uv
        low_uv = adc._high_uv if adc._duty == _STATIC else adc._low_uv
        self.high_mv = (high_uv - CENTRE_UV) // _UV_PER_MV
        self.low_mv = (low_uv - CENTRE_UV) // _UV_PER_MV


def random_event(dice, deck=_DECK):
    """Return an event drawn with the dice."""
    kind, _weight, values = dice.pick(deck)
    if kind == "fault":
        return (kind, dice.pick(FAULTS), dice.below(2) == 1)
    return (kind, dice.pick(values))


def random_sequence(dice):
    """Return 2 to 12 times (event, wait in ms)."""
    return [(random_event(dice), dice.pick(WAITS_MS)) for _ in range(2 + dice.below(11))]


def random_bench_sequence(dice):
    """Return 2 to 12 times (event, wait in ms) of a bench: requests for it mixed in."""
    count = 2 + dice.below(11)
    return [(random_event(dice, _BENCH_DECK), dice.pick(WAITS_MS)) for _ in range(count)]


class InterlockStory:
    """Begins in C2 with a closed contactor. Every pass is looked at."""

    def __init__(self):
        self.rig = rig = EvseRig(pass_ms=FINE_MS)
        rig.keeps_history = False
        self.truth = InterlockTruth(rig)
        self._active = []  # kinds of the faults that are set
        self._meter = SimulatedMeter(rig.plant.meter, rig.clock, 3)
        self._equip()

    def charge(self):
        """Bring the rig to C2, looked at from the first pass after the boot."""
        self.wait(3_200)
        self.act(("ev", "B"))
        self.act(("lock", True))
        self.act(("allow", True))
        self.wait(1_000)
        self.act(("ev", "C"))
        self.wait(2_000)
        return self

    def enter_bench(self):
        """Make a bench of it, permitted for ten seconds; the contactor stays as it is."""
        self.rig.interlock.bench = BenchPermission()
        self.act(("permit", 10_000))
        return self

    def play(self, sequence):
        """Let (event, wait in ms) happen one after the other, and a moment more."""
        for event, wait_ms in sequence:
            self.act(event)
            self.wait(wait_ms)
        self.wait(200)

    def wait(self, wait_ms):
        """Let time pass, in longer passes once it is quiet."""
        fine_ms = min(wait_ms, _SETTLE_MS)
        self._run(fine_ms, FINE_MS)
        self._run(wait_ms - fine_ms, COARSE_MS)

    def act(self, event):
        """Let one event happen."""
        kind, value = event[0], event[1]
        rig = self.rig
        if kind == "ev":
            rig.ev(value)
        elif kind == "fault":
            self._fault(value, event[2])
        elif kind == "rcd":
            rig.plant.rcd.has_residual = value
        elif kind == "jam":
            rig.plant.lock.is_jammed = value
        elif kind == "stall":
            rig.is_stalled = True
            self._run(value, FINE_MS)
            rig.is_stalled = False
        elif kind == "heal":
            self._heal()
        elif kind == "boot":
            self._boot()
        elif kind in ("permit", "end", "revoke"):
            self._ask_bench(kind, value)
        else:
            self._command(kind, value)

    def _run(self, wait_ms, pass_ms):
        rig, look = self.rig, self.truth.look
        rig.pass_ms = pass_ms
        poll, ticks_ms = self._meter.poll, rig.clock.ticks_ms
        for _ in range(wait_ms // pass_ms):
            if not rig.is_stalled:
                poll(ticks_ms())
            rig.one_pass()
            look()

    def _command(self, kind, value):
        controller, truth = self.rig.controller, self.truth
        if kind == "allow":
            truth.allowed = value
            controller.allow(value)
        elif kind == "offer":
            truth.limit_ma = value
            controller.set_offer_ma(value)
        elif kind == "available":
            truth.available = value
            controller.set_available(value)
        elif kind == "lock":
            (controller.lock_cable if value else controller.unlock_cable)()
        else:
            controller.emergency_open(_EMERGENCY)

    def _ask_bench(self, kind, value):
        """Grant, end or revoke; after a boot it is a bench again as soon as somebody asks."""
        rig, truth = self.rig, self.truth
        if rig.interlock.bench is None:
            if kind != "permit":
                return
            rig.interlock.bench = BenchPermission()
        bench, now_ms = rig.interlock.bench, rig.clock.elapsed_ms
        is_given = truth.bench_until_ms is not None and now_ms < truth.bench_until_ms
        if kind == "permit":
            bench.grant(value, rig.clock.ticks_ms())
            truth.bench_until_ms = now_ms + value
            truth.is_bench_ending = False
        elif kind == "revoke":
            bench.revoke()
            truth.bench_until_ms = now_ms
        elif is_given and not truth.is_bench_ending:
            bench.end(rig.clock.ticks_ms())
            truth.bench_until_ms = now_ms + _END_MS
            truth.is_bench_ending = True

    def _fault(self, row, is_active):
        kind, value = row
        self.rig.fault(kind, is_active, value)
        if is_active and kind not in self._active:
            self._active.append(kind)
        elif not is_active and kind in self._active:
            self._active.remove(kind)
        if kind == "cp_adc_stuck":
            self.truth.stuck_mv = value if is_active else None

    def _heal(self):
        """Take every cause away, pull the cable, and begin anew."""
        for kind in list(self._active):
            self._fault((kind, 0), False)
        plant = self.rig.plant
        plant.rcd.has_residual = False
        plant.lock.is_jammed = False
        self.rig.unplug()
        self.wait(1_200)
        self.rig.ev("C")
        self._command("lock", True)
        for kind, value in (("allow", True), ("offer", 16_000), ("available", True)):
            self._command(kind, value)

    def _boot(self):
        """A reset of the chip: every output falls back, the firmware begins anew."""
        rig = self.rig
        rig.one_shot.reset()
        rig.hw.reset()
        rig.boot()
        self._equip()
        self.truth.boot()

    def _equip(self):
        """Give the controller its meter, and a sense that costs little time."""
        controller = self.rig.controller
        controller.set_meter(self._meter)
        controller.sense = QuickSense(self.rig.hw.pilot_adc)
