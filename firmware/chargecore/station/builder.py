"""build(): the station core, from drivers and stores. Called by: main.py, once per boot."""

from micropython import const

from chargecore.base.boot_causes import CAUSE_POWER
from chargecore.station.auth_cache import AuthCache
from chargecore.station.authorizer import Authorizer
from chargecore.station.cache_keeper import CacheKeeper
from chargecore.station.connector import Connector
from chargecore.station.link import Link
from chargecore.station.metering import Metering
from chargecore.station.no_security_desk import NoSecurityDesk
from chargecore.station.recorder import Recorder
from chargecore.station.recovery import Recovery
from chargecore.station.station import Station
from chargecore.station.stop_reasons import STOP_POWER_LOSS, STOP_REBOOT
from chargecore.station.swipe_desk import SwipeDesk
from chargecore.station.transaction import Transaction

_CACHE_TAGS = const(40)


class Core:
    """What the protocol adapter needs of the station, by name."""

    def __init__(self, station, authorizer, recorder, link, reset_cause):
        self.station = station
        self.authorizer = authorizer
        self.recorder = recorder
        self.link = link
        self.reset_cause = reset_cause  # CAUSE_*: why this boot happened
        self.security = NoSecurityDesk()  # until ocpp16.security puts a SecurityDesk there
        self.credentials = None  # of TLS, store.credentials; made by ocpp16.security
        self.access = None  # ocpp16.SecurityProfile; made by ocpp16.security
        self.kept_time = None  # store.kept_time; made by ocpp16.secure_channel
        # What Firmware Management needs beside them; main.py sets it, as far as there is any.
        self.slots = None  # copies of the application: store.app_slots
        self.scheduler = None
        self.safety = None  # SafetyStep
        self.tamper = None  # input of the lid: value() is 1 while it is open


def build(
    controllers, meters, reader, outbox, state, cards, config, clock, events, cause=CAUSE_POWER
):
    """Return the Core. controllers and meters go by connector; outbox.start() has run.

    cards: VersionPair that keeps the authorization cache. cause: why this boot happened, CAUSE_*,
    which names the end of a session that it finds open.
    """
    link = Link()
    recorder = Recorder(outbox, clock)
    cache = AuthCache(_CACHE_TAGS)
    authorizer = Authorizer(len(controllers), cache, link, config, clock, events)
    connectors = []
    for idx, controller in enumerate(controllers):
        metering = Metering(idx + 1, meters[idx], controller, recorder, link, config, clock)
        transaction = Transaction(recorder, outbox, events)
        connectors.append(
            Connector(idx + 1, controller, transaction, metering, config, clock, events)
        )
    desk = SwipeDesk(connectors, authorizer, config, events)
    reason = STOP_POWER_LOSS if cause == CAUSE_POWER else STOP_REBOOT
    recovery = Recovery(outbox, recorder, connectors, state, config, events, reason)
    keeper = CacheKeeper(cache, cards, connectors, config, events)
    supervision = None
    if config.supervisor_timeout_s:
        from chargecore.station.supervision import Supervision

        supervision = Supervision(config, link, clock, events)
    station = Station(
        connectors,
        desk,
        reader,
        recovery,
        keeper,
        outbox,
        state,
        link,
        config,
        clock,
        events,
        supervision,
    )
    return Core(station, authorizer, recorder, link, cause)
