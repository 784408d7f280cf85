"""build(): the OCPP 1.6 side of a station, made from its parts. Called by: main.py, once per boot.

What main.py passes, all of it made before:
  network      net.builder's: connection, channel (its WebSocket), backoff, liveness; build()
               configures the connection and sets its callbacks, main.py calls start() and
               schedules liveness.poll, which polls the connection
  reader       JsonReader for the rx buffer of the channel: 400 tokens, 12 levels
  core         station.builder's: station, authorizer, recorder, link
  outbox       the one that the recorder writes to
  stores       store.builder's: settings over key_table.rows_of(), state; build() sets the
               on_change of settings
  config       the StationConfig that settings writes to
  clock, events, random_bits
What main.py does with the result: schedule poll every 20 ms or so, after liveness.poll; nothing
else. `boot`, `data_transfer` and `rpc` of it are for the control socket.
A profile that is not in config.profiles is not imported: its calls are answered NotSupported.
Each has one object, made by build() of its module, with
  actions      tuple of (action, field table, handler), answered while it is loaded
  sources      tuple of objects with poll_call(now_ms): what it sends by itself, once accepted
  poll(now_ms) once per pass, connected or not; HOT
  dropped()    the connection is gone, and with it every answer that was owed
Errors: ConfigError when the station file cannot be connected with.
"""

from chargecore.ocpp16 import memory, tables
from chargecore.ocpp16.adapter import Ocpp16
from chargecore.ocpp16.authorize import Authorize
from chargecore.ocpp16.boot import Boot
from chargecore.ocpp16.configuration import Configuration
from chargecore.ocpp16.connection_keys import ConnectionKeys
from chargecore.ocpp16.data_transfer import DataTransfer
from chargecore.ocpp16.heartbeat import Heartbeat
from chargecore.ocpp16.presence import Presence
from chargecore.ocpp16.requests import Requests
from chargecore.ocpp16.status_notification import StatusNotification
from chargecore.ocpp16.transactions import Transactions
from chargecore.station.config import PROFILE_TLS
from chargecore.wire.rpc import Rpc


def build(network, reader, core, outbox, stores, config, clock, events, random_bits):
    """Return the Ocpp16 of the station, connected to everything."""
    channel, connection, backoff = network.channel, network.connection, network.backoff
    station, authorizer, recorder, link = core.station, core.authorizer, core.recorder, core.link
    settings, state = stores.settings, stores.state
    mark = memory.installation(state, random_bits)
    rpc = Rpc(channel, reader, clock, events, random_bits, mark)
    boot = Boot(rpc, config, settings, clock, events, random_bits)
    heartbeat = Heartbeat(rpc, config, clock, events)
    status_notification = StatusNotification(rpc, station, outbox, config, clock, events)
    requests = Requests(rpc, station, boot, config, clock)
    configuration = Configuration(rpc, settings, config, events)
    data_transfer = DataTransfer(rpc, config)
    triggers = boot, heartbeat, status_notification, station, recorder, config, clock
    trigger = _load_trigger(rpc, *triggers)
    actions = _core_actions(requests, configuration, data_transfer)
    triggered = () if trigger is None else (trigger,)
    if config.has_profile(b"RemoteTrigger"):
        actions += ((b"TriggerMessage", tables.TRIGGER_MESSAGE, trigger.handle),)
    profiles = _load_profiles(rpc, requests, core, outbox, stores, config, clock, events)
    files = _load_files(rpc, network, trigger, core, outbox, stores, config, clock, events)
    profiles += files
    parts = requests, trigger, files, core, stores, config, clock, events, random_bits
    profiles += _security(rpc, network, *parts)
    # Statuses before the queue (B2); a driver at the reader waits for Authorize; a long queue must
    # not hold up Heartbeat (B12), so it comes last.
    sources = (status_notification,) + triggered
    for profile in profiles:
        actions = profile.actions + actions  # the first counts: a profile may know more of it
        sources += profile.sources
    sources += (Authorize(rpc, authorizer, config), heartbeat, data_transfer)
    sources += (Transactions(rpc, outbox, station, authorizer, config, clock),)
    who = (boot, heartbeat, status_notification, requests, trigger)
    presence = Presence(*who, authorizer, connection, network.liveness, state, link)
    _secure_channel(network, core, stores, config, clock, events)
    keys = connection, channel, backoff, settings, config
    _apply_keys(ConnectionKeys(*keys), core.access, configuration)
    who_sends = sources, triggered, profiles
    ocpp = Ocpp16(rpc, boot, data_transfer, requests, presence, *who_sends, actions, events)
    connection.set_callbacks(ocpp.opened, ocpp.closed)
    return ocpp


def _load_trigger(rpc, boot, heartbeat, status_notification, station, recorder, config, clock):
    """Return the RemoteTrigger, or None when neither of the calls that need it is loaded."""
    if not (config.has_profile(b"RemoteTrigger") or config.has_security):
        return None
    from chargecore.ocpp16.remote_trigger import RemoteTrigger

    parts = boot, heartbeat, status_notification, station, recorder, config, clock
    return RemoteTrigger(rpc, *parts)


def _load_profiles(rpc, requests, core, outbox, stores, config, clock, events):
    """Return the object of each loaded profile beyond Core, RemoteTrigger apart."""
    profiles = []
    if config.has_profile(b"LocalAuthListManagement"):
        from chargecore.ocpp16.local_list import build as build_local_list

        profiles.append(build_local_list(rpc, core, stores, config, clock, events))
    if config.has_profile(b"Reservation"):
        from chargecore.ocpp16.reservation import build as build_reservation

        parts = core, outbox, stores, config, clock, events
        profiles.append(build_reservation(requests, *parts))
    if config.has_profile(b"SmartCharging"):
        from chargecore.ocpp16.smart_charging import build as build_smart

        profiles.append(build_smart(rpc, requests, core, stores, config, clock, events))
    return profiles


def _load_files(rpc, network, trigger, core, outbox, stores, config, *parts):
    """Return the FileDesk and what needs it, if anything does; TriggerMessage asks it, too."""
    has_profile = config.has_profile(b"FirmwareManagement")
    if not (has_profile or config.has_security):
        return ()
    from chargecore.ocpp16.file_desk import FileDesk

    files = FileDesk(rpc, network, core, outbox, stores, config, *parts)
    if trigger is not None:
        trigger.files = files
    if not has_profile:
        return (files,)
    from chargecore.ocpp16.firmware_management import build as build_firmware

    return files, build_firmware(rpc, files, core, config)


def _security(rpc, network, requests, trigger, files, core, stores, config, *parts):
    """Return what the security whitepaper adds, if it is loaded."""
    if not config.has_security:
        return ()
    from chargecore.ocpp16.security import build as build_security

    parts = (core, stores, config) + parts
    return build_security(rpc, network, requests, trigger, files[0], *parts)


def _apply_keys(keys, access, configuration):
    """Configure the connection; SecurityProfile judges and follows what changes of its keys."""
    if access is not None:
        configuration.set_judge(access.judge)
        keys.set_watcher(access)
    keys.apply()


def _secure_channel(network, core, stores, config, *parts):
    """Let the connection use TLS, if it ever may."""
    if config.has_security or config.security_profile >= PROFILE_TLS:
        from chargecore.ocpp16.secure_channel import build as build_secure_channel

        build_secure_channel(network, core, stores, config, *parts)


def _core_actions(requests, configuration, data_transfer):
    """Return (action, field table, handler) of the Core profile."""
    return (
        (b"ChangeAvailability", tables.CHANGE_AVAILABILITY, requests.change_availability),
        (b"ChangeConfiguration", tables.CHANGE_CONFIGURATION, configuration.change),
        (b"ClearCache", tables.NOTHING, requests.clear_cache),
        (b"DataTransfer", tables.DATA_TRANSFER, data_transfer.handle),
        (b"GetConfiguration", tables.GET_CONFIGURATION, configuration.get),
        (b"RemoteStartTransaction", tables.REMOTE_START, requests.remote_start),
        (b"RemoteStopTransaction", tables.REMOTE_STOP, requests.remote_stop),
        (b"ReserveNow", tables.RESERVE_NOW, requests.reject),
        (b"Reset", tables.RESET, requests.reset),
        (b"UnlockConnector", tables.UNLOCK_CONNECTOR, requests.unlock),
    )
