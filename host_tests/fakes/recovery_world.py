"""RecoveryWorld: connectors on a real outbox, over boots and power cuts."""

from chargecore.station.connector import Connector
from chargecore.station.link import Link
from chargecore.station.metering import Metering
from chargecore.station.recorder import Recorder
from chargecore.station.recovery import Recovery
from chargecore.station.stop_reasons import STOP_POWER_LOSS
from chargecore.station.transaction import Transaction
from chargecore.store.records import Record
from chargecore.store.state import STATE_LEN, StateStore
from fakes.controller import FakeController
from fakes.outbox_world import OutboxWorld
from fakes.station_meter import FakeStationMeter
from fakes.station_world import tag
from fakes.storage import FakeStorage


class RecoveryWorld(OutboxWorld):
    """`boot()` builds the station anew; `run_ms` steps connectors and recovery as Station does."""

    connector_count = 2

    def __init__(self, flash=None):
        self.storage = FakeStorage()
        self.reason = STOP_POWER_LOSS  # what the board says of the boot
        self.meters = [FakeStationMeter() for _ in range(self.connector_count)]
        super().__init__(flash=flash)

    def boot(self, is_time_known=True):
        """Cut the supply and come back. The meters keep counting."""
        pending = super().boot(is_time_known)
        self.state = StateStore("state", STATE_LEN, self.events)
        self.state._pair = self.storage
        self.state.load()
        recorder = Recorder(self.outbox, self.clock)
        self.controllers = []
        self.connectors = []
        for idx in range(self.connector_count):
            self._add(idx + 1, self.meters[idx], recorder)
        self.recovery = Recovery(
            self.outbox,
            recorder,
            self.connectors,
            self.state,
            self.config,
            self.events,
            self.reason,
        )
        return pending

    def _add(self, connector_id, meter, recorder):
        controller = FakeController()
        metering = Metering(
            connector_id, meter, controller, recorder, Link(), self.config, self.clock
        )
        transaction = Transaction(recorder, self.outbox, self.events)
        connector = Connector(
            connector_id, controller, transaction, metering, self.config, self.clock, self.events
        )
        connector.limit_ma = 16_000
        self.controllers.append(controller)
        self.connectors.append(connector)

    def run_ms(self, duration_ms):
        """Let time pass in steps of 50 ms."""
        for _ in range(duration_ms // 50):
            now_ms = self.pass_ms(50)
            for connector in self.connectors:
                connector.step(now_ms)
            self.recovery.step(now_ms)

    def charge(self, connector_id=1, text="TAG1"):
        """Plug in, present a card, charge."""
        controller = self.controllers[connector_id - 1]
        controller.plug()
        self.connectors[connector_id - 1].authorize(tag(text), tag(""), 2)
        self.run_ms(100)
        controller.charge()
        self.run_ms(100)

    def written(self):
        """Return copies of all records on flash, in order."""
        found = []
        for seq in self.numbers():
            record = Record()
            self.journal.read(seq, record)
            found.append(record)
        return found
