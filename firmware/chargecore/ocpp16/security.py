"""build(): what the security whitepaper adds, for builder.py, when station.json has `security`.

Each part is a file of its own that gives an object in the form of a profile (builder.py): actions,
sources, poll(now_ms), dropped(). Not loaded: none of this is imported, its keys are unknown, its
actions are answered NotSupported. Source: OCPP 1.6 security whitepaper ed.3. Heap: the parts'.
"""

from micropython import const

from chargecore.ocpp16.security_events import SecurityEvents
from chargecore.station.security_desk import SecurityDesk
from chargecore.station.security_watch import SecurityWatch
from chargecore.store.builder import build_credentials
from chargecore.store.security_log import SecurityLog

_LOG_BLOCKS = const(4)  # 16 KiB of flash: some 200 events


def build(rpc, network, requests, trigger, files, core, stores, config, *parts):
    """Return the parts as a tuple; core.security and core.credentials are there from here on.

    trigger: RemoteTrigger, or None when that profile is not loaded. files: FileDesk. parts: clock,
    events, random_bits.
    """
    clock, events, random_bits = parts
    log = SecurityLog(stores.blocks("security", _LOG_BLOCKS), events)
    desk = core.security = SecurityDesk(log, core.station.connectors, clock, events)
    core.credentials = build_credentials(stores, config, clock, events)
    watch = SecurityWatch(core, stores.settings, config, clock, events)
    return (SecurityEvents(rpc, desk, watch, config, clock, events),) + _files(
        rpc, files, core, config, clock
    )


def _files(rpc, files, core, config, clock):
    """Return what brings logs, and installs signed firmware."""
    from chargecore.ocpp16.log_upload import LogUpload

    logs = LogUpload(rpc, files)
    if not config.has_profile(b"FirmwareManagement"):
        return (logs,)
    from chargecore.ocpp16.signed_updates import SignedUpdates

    return logs, SignedUpdates(rpc, files, core, clock)
