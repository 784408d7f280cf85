"""FileJobs: upload and update together, while one of them has something to do.

Called by: ocpp16.file_desk, which loads this module with all it needs when a server asks, and
unloads it when it is over: 30 KiB of heap on the 64-bit VM that nobody needs otherwise.
"""

from chargecore.station.upload import Upload


class FileJobs:
    """`update` is None on a board without slots."""

    def __init__(self, transfer, memory, news, core, outbox, stores, config, clock, events):
        self._parts = core, outbox, stores, config, clock, events
        self.upload = Upload(transfer, news, events)
        self.update = None
        slots = core.slots
        if slots is not None:
            from chargecore.store.bundle_writer import BundleWriter

            if config.has_security:
                from chargecore.station.signed_update import SignedUpdate as Update
            else:
                from chargecore.station.update import Update

            files = slots.files()
            parts = transfer, slots, files, BundleWriter(slots, files), memory
            self.update = Update(*parts, core, stores, news, clock, events)

    def report(self):
        """Return what makes the file of a diagnostics log."""
        from chargecore.station.report import Report

        return Report(*self._parts)

    def security_report(self):
        """Return what makes the file of the security log."""
        from chargecore.station.security_report import SecurityReport

        core, config, clock = self._parts[0], self._parts[3], self._parts[4]
        return SecurityReport(core.security, config, clock)

    def poll(self, now_ms):  # HOT
        """Go on with both."""
        self.upload.poll(now_ms)
        if self.update is not None:
            self.update.poll(now_ms)

    @property
    def are_idle(self):  # HOT
        """Whether both have nothing to do."""
        return not self.upload.is_busy and (self.update is None or self.update.is_idle)
