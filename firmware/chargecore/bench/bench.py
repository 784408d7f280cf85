"""Bench: board -> pins, pilot, interlock, sensors, meter and reader; no station, no network.

Called by: the service console of a chip (tools/chargecore_tools/bench/on_device.py), sim_main with
--bench. Every contactor hangs on its interlock as in a station, and on the permission of the bench
besides. Whatever ends it, ends it with open contactors.
Heap: texts of requests and answers; the safety step takes none.
"""

import gc

from micropython import const

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.base.scheduler import Scheduler
from chargecore.bench.orders import Orders
from chargecore.bench.watch import Watch
from chargecore.evse import calibration_file
from chargecore.evse.controller import EvseController
from chargecore.evse.manual_pilot import ManualPilot
from chargecore.meters import models as meters
from chargecore.readers import models as readers
from chargecore.safety.bench_permission import BenchPermission
from chargecore.safety.dead_man import DeadMan
from chargecore.safety.reasons import OPEN_SHUTDOWN
from chargecore.safety.safety_step import SafetyStep
from chargecore.safety.watchdog import Watchdog
from chargecore.store.version_pair import VersionPair

_EVENTS = const(48)
_ENTRIES = const(34)  # of the scheduler: 15 connectors at most, two each, clock and reader
_OFFER_MA = const(
    32_000
)  # what a car simulator is offered at most; the cable's resistor limits it


class Bench:
    """Everything that runs, by name; `orders` answers requests."""

    def __init__(self, board):
        self.board = board
        self.clock = clock = Clock(board.ticks_ms, 0)
        self.events = events = EventLog(clock, _EVENTS)
        self.has_lock = has_lock = board.config.get("cable", "socket") == "socket"
        self.controllers = []
        for hw in board.connectors:
            number = len(self.controllers) + 1
            controller = EvseController(hw, has_lock, clock, events, number)
            controller.interlock.bench = BenchPermission()
            controller.manual = ManualPilot()
            controller.set_offer_ma(_OFFER_MA)
            self.controllers.append(controller)
        # No watchdog: it could not be stopped when the console is needed; the dead man is enough.
        guards = DeadMan(board.dead_man_pin), Watchdog(None)
        self.safety = SafetyStep(self.controllers, *guards, clock, events)
        self.phases = board.config.get("phases", 3)
        self._equip(board)
        self._schedule()
        self.orders = [Orders(self, idx) for idx in range(len(self.controllers))]
        self.is_over = False  # set by whoever serves it

    def _equip(self, board):
        """Make the drivers, and let the pilots be calibrated as they are in the station."""
        clock, events = self.clock, self.events
        self.meters = []
        self.pairs = []  # VersionPair of each calibration
        for idx, row in enumerate(board.config["connectors"]):
            name = board.flash_root + "/pilot_" + str(idx + 1)
            self.pairs.append(VersionPair(name))
            controller = self.controllers[idx]
            calibration_file.load(controller.sense, self.pairs[idx], events, idx + 1)
            bus = board.connectors[idx].meter_bus
            kept = self, events, idx + 1
            self.meters.append(meters.make(row, bus, clock, self.phases, *kept))
            controller.set_meter(self.meters[idx])
            if controller.sensors.proximity is not None:
                controller.sensors.proximity.is_single_phase = self.phases == 1
        self.reader = readers.make(board.config.get("reader"), board.reader_bus, clock)

    def pair(self, name):
        """Return the VersionPair of a meter that counts itself: its register is not touched."""
        return VersionPair(self.board.flash_root + "/bench_" + name)

    def _schedule(self):
        safety = self.safety
        scheduler = Scheduler(self.clock, _ENTRIES, safety.step, safety.on_failure, self.events)
        scheduler.add("clock", self.clock.poll, 100, 1)
        self.watches = []
        for hw, controller in zip(self.board.connectors, self.controllers):
            bolt_pin = hw.lock_feedback_pin if self.has_lock else None
            self.watches.append(Watch(controller, bolt_pin))
        for watch, meter in zip(self.watches, self.meters):
            scheduler.add("watch", watch.step, 2, 2)
            scheduler.add("meter", meter.poll, getattr(meter, "poll_ms", 100), 5)
        if self.reader is not None:
            scheduler.add("reader", self.reader.poll, 50, 10)
        self.scheduler = scheduler

    def answer(self, request, number=1):
        """Return the answer to a request about a connector."""
        if not 1 <= number <= len(self.orders):
            return {"ok": False, "error": "no such connector"}
        return self.orders[number - 1].answer(request)


def run(board, serve=None):
    """Run the bench until the board stops it or somebody sets `is_over` of board.bench.

    serve: bound method called once per pass: who brings the requests, where the board has nobody.
    """
    board.bench = bench = Bench(board)
    gc.collect()
    try:
        while board.is_running and not bench.is_over:
            bench.scheduler.step(board.ticks_ms())
            if serve is not None:
                serve()
            board.idle()
    finally:
        bench.safety.open_all(OPEN_SHUTDOWN)
        board.bench = None
