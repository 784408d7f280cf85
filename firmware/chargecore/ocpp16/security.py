"""build(): what the security whitepaper adds, for builder.py, when station.json has `security`.

Each part is a file of its own that gives an object in the form of a profile (builder.py): actions,
sources, poll(now_ms), dropped(). Not loaded: none of this is imported, its keys are unknown, its
actions are answered NotSupported. Source: OCPP 1.6 security whitepaper ed.3. Heap: the parts'.
"""

from micropython import const

from chargecore.ocpp16.certificate_keeper import CertificateKeeper
from chargecore.ocpp16.certificates import Certificates
from chargecore.ocpp16.extended_trigger import ExtendedTrigger
from chargecore.ocpp16.secure_channel import open_credentials
from chargecore.ocpp16.security_events import SecurityEvents
from chargecore.ocpp16.security_profile import SecurityProfile
from chargecore.ocpp16.sign_certificate import SignCertificate
from chargecore.station.security_desk import SecurityDesk
from chargecore.station.security_watch import SecurityWatch
from chargecore.store.former_access import FormerAccess
from chargecore.store.security_log import SecurityLog

_LOG_BLOCKS = const(4)  # 16 KiB of flash: some 200 events


def build(rpc, network, requests, trigger, files, core, stores, config, *parts):
    """Return the parts as a tuple; core.security and core.credentials are there from here on.

    trigger: RemoteTrigger, which is loaded with security, too. files: FileDesk. parts: clock,
    events, random_bits.
    """
    clock, events, random_bits = parts
    log = SecurityLog(stores.blocks("security", _LOG_BLOCKS), events)
    desk = core.security = SecurityDesk(log, core.station.connectors, clock, events)
    open_credentials(core, stores, config, clock, events)
    watch = SecurityWatch(core, stores.settings, config, clock, events)
    access = core.access = _access(rpc, network.connection, core, stores, config, events)
    told = SecurityEvents(rpc, desk, watch, config, clock, events)
    sign = SignCertificate(rpc, core.credentials, config, clock)
    moved = _files(rpc, files, core, config, clock)
    extended = ExtendedTrigger(rpc, trigger, moved, sign, config)
    parts = core.credentials, sign, network.connection, core.station
    keeper = CertificateKeeper(*parts, config, clock)
    certificates = Certificates(rpc, core, config, clock)
    return (told,) + moved + (access, extended, keeper, certificates)


def _access(rpc, connection, core, stores, config, events):
    """Return what raises the profile and changes the password."""
    former = FormerAccess(stores.pair("former"), events)
    former.load()
    return SecurityProfile(rpc, connection, core, stores.settings, former, config, events)


def _files(rpc, files, core, config, clock):
    """Return what brings logs, and installs signed firmware."""
    from chargecore.ocpp16.log_upload import LogUpload

    logs = LogUpload(rpc, files)
    if not config.has_profile(b"FirmwareManagement"):
        return (logs,)
    from chargecore.ocpp16.signed_updates import SignedUpdates

    return logs, SignedUpdates(rpc, files, core, clock)
