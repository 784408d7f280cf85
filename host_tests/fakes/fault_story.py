"""FaultStory: one row of the fault list, told on a whole station, with every output checked.

A story charges, breaks something, measures how long the outputs take, and looks at all of them at
once: check_outputs() has no defaults, so no story can leave one out.
Runs on both interpreters. F numbers: docs/safety.md.
"""

import unittest

from chargecore.base.events import (
    EV_CONTACTOR_CLOSED,
    EV_CONTACTOR_OPENED,
    EV_FAULT,
    EV_TX_STOPPED,
    text_of,
)
from fakes.story_world import StoryWorld

_ENDS_S = 10
FINE_MS = 5  # the pass while times are measured
X1 = 65_535  # duties
PWM_6A = 6_553
PWM_16A = 17_476
_LOW_MV = -12_000

# (coil, main contacts)
ON = ("on", "closed")
OFF = ("off", "open")
# (duty, higher level in mV, lower one), as a voltmeter sees the pilot
A = (X1, 12_000, 12_000)
B1 = (X1, 9_000, 9_000)
C1 = (X1, 6_000, 6_000)
D1 = (X1, 2_900, 2_900)
F = (0, _LOW_MV, _LOW_MV)
B2 = (PWM_16A, 9_000, _LOW_MV)
C2 = (PWM_16A, 6_000, _LOW_MV)
# (lock motor, bolt)
LOCKED = ("rest", "locked")
FREE = ("rest", "free")
_NEAR_MV = 100
_FIRST_EVENT = EV_CONTACTOR_CLOSED  # below it: boot and scheduler
_LAST_EVENT = 59  # above it: the network


class FaultStory(unittest.TestCase):
    """Base of the fault stories; `world` is made by make() or charging()."""

    def setUp(self):
        self.world = None
        self.world_class = StoryWorld
        self._seen = 0  # events looked at so far

    # ---- before the fault ----

    def boot(self, site=None, **fields):
        """Build a station that has just begun to run; its server is not there yet."""
        presets = {"MeterValueSampleInterval": "0", "LocalPreAuthorize": "true"}
        presets.update(fields.pop("presets", {}))
        fields.setdefault("max_current", 16)
        self.world = self.world_class(fields, presets=presets, site=site)
        return self.world

    def make(self, **fields):
        """Boot a station whose server is there; nothing is sampled, so that told() stays short."""
        self.boot(**fields).boot()
        self.world.run_s(4)
        self.forget()
        return self.world

    def plugged(self, amps=16, **fields):
        """Bring the station to B1: a car that takes so many A, and no card yet."""
        world = self.make(**fields)
        world.plug(amps=amps)
        world.run_s(4)
        self.forget()
        return world

    def offering(self, **fields):
        """Bring the station to B2: current is offered, the car does not ask."""
        world = self.plugged(**fields)
        world.ev("B")
        world.card()
        world.run_s(3)
        self.assertEqual(world.see(), ("open", world.offer_a(), 0, "locked", "Preparing"))
        self.assertTrue(world.offer_a() > 0)
        self.forget()
        return world

    def charging(self, run_s=20, is_auto=False, **fields):
        """Bring the station to C2, for longer than an early trip of the RCD is early.

        is_auto: the car goes on answering the pilot; else it stays in C until the story moves it.
        """
        world = self.plugged(**fields)
        world.card()
        world.run_s(4 + run_s)
        self.assertEqual(world.see()[0], "closed")
        self.assertEqual(world.status_word(), "Charging")
        if not is_auto:
            world.ev("C")
        world.run_s(1)
        self.forget()
        return world

    def reboot(self, cause):
        """Let the chip restart, for CAUSE_*; the server is not there yet. Return the new world."""
        self.world = self.world.reboot(cause)
        self._seen = 0
        return self.world

    def forget(self):
        """Let the next look begin here."""
        self.world.told()
        self._seen = self.world.events.total

    # ---- times ----

    def until(self, condition, limit_ms, what):
        """Run in short passes until condition(). Return the ms it took; fail beyond limit_ms."""
        world = self.world
        began_ms = world.time.elapsed_ms
        while not condition():
            took_ms = world.time.elapsed_ms - began_ms
            self.assertTrue(took_ms < limit_ms, "no {} in {} ms".format(what, took_ms))
            world.step(FINE_MS)
        return world.time.elapsed_ms - began_ms

    def opens_within(self, coil_ms, dead_ms):
        """Demand coil and main contacts off that long after now. Return the coil's time."""
        world = self.world
        plant = world.site.plants[0]
        began_ms = world.time.elapsed_ms
        took_ms = self.until(self.is_coil_off, coil_ms, "coil off")
        left_ms = dead_ms - (world.time.elapsed_ms - began_ms)
        self.until(lambda: not plant.contactor.is_closed, left_ms, "open contacts")
        return took_ms

    def stays_open(self, run_s):
        """Demand that the coil stays off for that long, the server is told nothing new."""
        closings = self.world.controllers[0].contactor.closings
        ends_s = min(run_s, _ENDS_S)  # looked at closely: the first and the last seconds
        self.world.run_s(ends_s)
        if run_s > 2 * ends_s:
            self.world.skip_s(run_s - 2 * ends_s)
        self.world.run_s(max(0, min(run_s - ends_s, ends_s)))
        self.assertEqual(self.world.controllers[0].contactor.closings, closings)
        self.assertTrue(self.is_coil_off())

    def is_coil_off(self):
        return self.world.site.hws[0].coil_pin.level == 0

    def is_coil_on(self):
        return self.world.site.hws[0].coil_pin.level == 1

    def is_faulted(self):
        return self.world.controllers[0].fault != 0

    def is_clear(self):
        return self.world.controllers[0].fault == 0

    # ---- all outputs ----

    def check_outputs(self, *, power, pilot, lock, ocpp, reason, events, told):
        """Check every output of the connector, and all that happened since the last look.

        power: (coil, main contacts). pilot: (duty, higher mV, lower mV). lock: (motor, bolt).
        ocpp: (status, errorCode). reason: OPEN_*. events: (EV_*, its second number), in order.
        told: what the server was told, in any order: two calls of one moment may swap.
        """
        world = self.world
        plant = world.site.plants[0]
        coil = "on" if world.site.hws[0].coil_pin.level else "off"
        contacts = "closed" if plant.contactor.is_closed else "open"
        self.assertEqual((coil, contacts), power)
        self.check_pilot(*pilot)
        self.assertEqual(self.lock_words(), lock)
        self.assertEqual((world.status_word(), world.error_word()), ocpp)
        self.assertEqual(world.controllers[0].open_reason, reason)
        self.assertEqual(self.take_events(), list(events))
        self.assertEqual(sorted(world.told()), sorted(told))

    def check_ended(self, *, pilot, lock, error, reason, fault, before, stop):
        """As check_outputs(), for a session that a fault has ended and that stays ended.

        before: what was logged before the contactor opened. stop: reason of StopTransaction.
        """
        self.check_outputs(
            power=OFF,
            pilot=pilot,
            lock=lock,
            ocpp=("Faulted", error),
            reason=reason,
            events=list(before)
            + [(EV_CONTACTOR_OPENED, reason), (EV_FAULT, fault), (EV_TX_STOPPED, 1)],
            told=["1 Faulted " + error, "Stop 101 " + stop],
        )

    def check_pilot(self, duty, high_mv, low_mv):
        """Check the duty, and both levels within 0.1 V."""
        plant = self.world.site.plants[0]
        seen = (self.world.site.hws[0].pilot_pwm.duty, plant.seen_high_mv, plant.seen_low_mv)
        is_near = abs(seen[1] - high_mv) <= _NEAR_MV and abs(seen[2] - low_mv) <= _NEAR_MV
        wanted = (duty, high_mv, low_mv)
        self.assertTrue(seen[0] == duty and is_near, "{} is not {}".format(seen, wanted))

    def lock_words(self):
        """Return (what the motor does, where the bolt is)."""
        hw = self.world.site.hws[0]
        lock = self.world.site.plants[0].lock
        motor = ("back", "rest", "out")[1 + hw.lock_a_pin.level - hw.lock_b_pin.level]
        return (motor, "locked" if lock.is_locked else "free" if lock.is_free else "between")

    def take_events(self):
        """Return (code, b) of what was logged since the last look, network and boot left out."""
        log = self.world.events
        self.assertTrue(log.oldest() <= self._seen, "the log lost events of this story")
        rows = []
        for number in range(self._seen, log.total):
            code = log.field(number, 0)
            if _FIRST_EVENT <= code <= _LAST_EVENT:
                rows.append((code, log.field(number, 2)))
        self._seen = log.total
        return rows

    def event_texts(self):
        """Return all events that are left in the log as sentences, for a story that fails."""
        log = self.world.events
        rows = range(log.oldest(), log.total)
        return [text_of(log.field(n, 0), log.field(n, 1), log.field(n, 2)) for n in rows]
