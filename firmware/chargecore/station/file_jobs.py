"""FileJobs: upload and update together, while one of them has something to do.

Called by: firmware_management, which loads this module with all it needs when a server asks, and
unloads it when it is over: 30 KiB of heap on the 64-bit VM that nobody needs otherwise.
"""

from chargecore.station.diagnostics import Diagnostics
from chargecore.station.report import Report


class FileJobs:
    """`update` is None on a board without slots."""

    def __init__(self, transfer, memory, news, core, outbox, stores, config, clock, events):
        report = Report(core, outbox, stores, config, clock, events)
        self.diagnostics = Diagnostics(transfer, report, news, events)
        self.update = None
        slots = core.slots
        if slots is not None:
            from chargecore.station.update import Update
            from chargecore.store.bundle_writer import BundleWriter

            files = slots.files()
            parts = transfer, slots, files, BundleWriter(slots, files), memory
            self.update = Update(*parts, core.station, stores.state, news, clock, events)

    def poll(self, now_ms):  # HOT
        """Go on with both."""
        self.diagnostics.poll(now_ms)
        if self.update is not None:
            self.update.poll(now_ms)

    @property
    def are_idle(self):  # HOT
        """Whether both have nothing to do."""
        return not self.diagnostics.is_busy and (self.update is None or self.update.is_idle)
