"""main.py: wiring only: board -> objects -> scheduler, in a loop that ends with open contactors.

Called by: MicroPython behind boot.py; on a PC by boards/host/sim_main.py. The one place that knows
every package. What a board has to offer is written in boards/README.md.
"""

import gc

from micropython import const

from chargecore.base.boot_causes import CAUSE_POWER
from chargecore.base.clock import Clock
from chargecore.base.errors import ConfigError
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_BOOT
from chargecore.base.scheduler import Scheduler
from chargecore.evse import calibration_file
from chargecore.evse.controller import EvseController
from chargecore.meters import models as meters
from chargecore.net import builder as net
from chargecore.ocpp16 import builder as ocpp16
from chargecore.ocpp16.key_table import rows_of
from chargecore.readers import models as readers
from chargecore.safety.dead_man import DeadMan
from chargecore.safety.reasons import OPEN_SHUTDOWN
from chargecore.safety.safety_step import SafetyStep
from chargecore.safety.watchdog import Watchdog
from chargecore.station import builder as station
from chargecore.station.config import StationConfig
from chargecore.station.station import RESET_OWN
from chargecore.store import builder as store
from chargecore.wire.json_reader import JsonReader
from chargecore.wire.outbox import Outbox

STOPPED = const(0)  # run() ended because the board does not want to go on
RESTART = const(1)  # run() ended because a reset is due

_EVENTS = const(96)  # kept in the log
_TIDY_B = const(16_384)  # collect that often while building: what stays lies close together
_ENTRIES = const(24)  # of the scheduler: 15 meters, and one of everything else


class App:
    """Everything that runs, by name. Errors: ConfigError naming a field of the station file."""

    def __init__(self, board):
        """Build from the pins outwards: every coil is off before anything else exists."""
        self.clock = clock = Clock(board.ticks_ms, 0)
        self.events = events = EventLog(clock, _EVENTS)
        has_lock = board.config.get("cable", "socket") == "socket"
        self.controllers = controllers = []
        for hw in board.connectors:
            controllers.append(EvseController(hw, has_lock, clock, events, len(controllers) + 1))
        guards = DeadMan(board.dead_man_pin), Watchdog(board.watchdog)
        self.safety = SafetyStep(controllers, *guards, clock, events)
        self.config = StationConfig()
        self.config.load(board.config)
        if getattr(board, "slots", None) is not None and board.slots.version:
            self.config.firmware_version = board.slots.version  # what runs is no wish
        self._open_stores(board)
        self.kept_events = self._kept_events(board)
        self._build_station(board)
        self._connect(board)
        self._schedule()
        self._light_up(board)

    def _open_stores(self, board):
        clock, events, config = self.clock, self.events, self.config
        place = board.flash_root, board.journal_flash
        presets = board.config.get("settings")
        if presets is not None and not isinstance(presets, dict):
            raise ConfigError("settings")
        self.stores = store.build(*place, rows_of(config, presets), config, presets, events)
        clock.boot_number = self.stores.state.next_boot()
        events.add(EV_BOOT, clock.boot_number, board.reset_cause)
        parts = self.stores, self.controllers, events, clock
        self.memory = store.build_safety_memory(*parts, board.reset_cause == CAUSE_POWER)
        self.outbox = Outbox(self.stores.journal, clock, events, config)
        self.outbox.start()

    def _kept_events(self, board):
        """Return what keeps the log of a board that wants that; None: nobody does."""
        if not getattr(board, "keeps_events", False):
            return None
        from chargecore.store.kept_events import KeptEvents

        parts = self.events, self.stores.pair("events"), self.controllers
        kept_events = KeptEvents(*parts, board.ticks_ms())
        kept_events.load()
        return kept_events

    def _build_station(self, board):
        clock, events, config = self.clock, self.events, self.config
        drivers = self.meters = []
        for hw, row in zip(board.connectors, board.config["connectors"]):
            kept = self.stores, events, len(drivers) + 1
            drivers.append(meters.make(row, hw.meter_bus, clock, config.phases, *kept))
        for idx in range(len(drivers)):
            controller = self.controllers[idx]
            controller.configure(config)
            controller.set_meter(drivers[idx])
            pair = self.stores.pair("pilot_" + str(idx + 1))
            calibration_file.load(controller.sense, pair, events, idx + 1)
        reader = readers.make(board.config.get("reader"), board.reader_bus, clock)
        ports = self.controllers, drivers, reader
        kept = self.outbox, self.stores.state, self.stores.cards
        self.core = station.build(*ports, *kept, config, clock, events, board.reset_cause)
        self.core.slots = getattr(board, "slots", None)
        self.core.safety = self.safety
        self.core.tamper = getattr(board, "tamper_pin", None)
        self.station = self.core.station
        self.connectors = self.station.connectors

    def _connect(self, board):
        clock, events, config, bits = self.clock, self.events, self.config, board.random_bits
        self.network = network = net.build(board, clock, events)
        self.connection = network.connection
        parts = network, JsonReader(), self.core, self.outbox
        self.ocpp = ocpp16.build(*parts, self.stores, config, clock, events, bits)

    def _schedule(self):
        safety = self.safety
        scheduler = Scheduler(self.clock, _ENTRIES, safety.step, safety.on_failure, self.events)
        scheduler.add("clock", self.clock.poll, 100, 1)
        for meter in self.meters:
            scheduler.add("meter", meter.poll, getattr(meter, "poll_ms", 100), 5)
        scheduler.add("connection", self.network.liveness.poll, 10, 20)
        scheduler.add("ocpp", self.ocpp.poll, 10, 20)
        scheduler.add("station", self.station.step, 50, 20)
        scheduler.add("safety memory", self.memory.poll, 1_000, 20)
        if self.core.kept_time is not None:
            scheduler.add("kept time", self.core.kept_time.poll, 60_000, 50)
        self.network.guard = scheduler.guard
        self.scheduler = self.core.scheduler = scheduler
        if self.kept_events is not None:
            scheduler.add("kept events", self.kept_events.poll, 1_000, 100)
        slots = self.core.slots
        if slots is not None and slots.is_trial:
            from chargecore.station.trial import Trial

            trial = Trial(slots, self.controllers, scheduler, self.station, self.events)
            scheduler.add("trial", trial.step, 1_000, 20)

    def _light_up(self, board):
        model = board.config.get("lamp")
        if model is not None:
            from chargecore.indicators import builder as indicators

            parts = self.connectors, self.core.link, self.events
            lamps = indicators.build(model, board.connectors, *parts)
            self.scheduler.add("lamps", lamps.step, 50, 2)


def run(board):
    """Run the station until the board stops it or a reset is due. Return STOPPED or RESTART.

    Whatever ends it, an exception included, ends it with every contactor open.
    """
    gc.threshold(_TIDY_B)
    board.app = app = App(board)
    gc.collect()
    gc.threshold(-1)
    try:
        app.connection.start()
        scheduler, liveness = app.scheduler, app.network.liveness
        while board.is_running:
            scheduler.step(board.ticks_ms())
            if app.station.is_reset_due:
                meters.commit(app.meters)
                app.memory.flush(board.ticks_ms())
                app.core.security.flush()
                if app.kept_events is not None:
                    app.kept_events.save()
                return RESTART
            if (scheduler.needs_reset or liveness.needs_reset) and not app.station.is_charging():
                app.station.request_reset(RESET_OWN, board.ticks_ms())
            board.idle()
        return STOPPED
    finally:
        app.safety.open_all(OPEN_SHUTDOWN)


if __name__ == "__main__":
    from board import Board

    from chargecore.base.start import start

    start(Board, run)
