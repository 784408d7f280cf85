"""build(): settings, state, cards and journal in one folder of flash. Called by: main.py."""

from micropython import const

from chargecore.base.events import EV_PRESETS_REFUSED
from chargecore.store.flash_files import FlashFiles
from chargecore.store.journal import Journal
from chargecore.store.safety_memory import SafetyMemory
from chargecore.store.settings import Settings
from chargecore.store.state import STATE_LEN, StateStore
from chargecore.store.version_pair import VersionPair

_BLOCK_SIZE = const(4096)  # erase block
_BLOCKS = const(16)  # of the journal: 64 KiB


class Stores:
    """What is kept over a power cut, by name."""

    def __init__(self, state, settings, journal, cards=None, root_path=""):
        self._root_path = root_path
        self.state = state
        self.settings = settings
        self.journal = journal
        self.cards = cards  # VersionPair of the authorization cache

    def path(self, name):
        """Return the path for files of that name."""
        return self._root_path + "/" + name

    def pair(self, name):
        """Return a VersionPair of that name for whoever keeps a small table of his own."""
        return VersionPair(self.path(name))

    def blocks(self, name, count):
        """Return erase blocks of that name, in files, for whoever keeps a log of his own."""
        return FlashFiles(self._root_path, _BLOCK_SIZE, count, name)


def build(root_path, flash, rows, config, presets, events):
    """Return the Stores in root_path, loaded; the journal is mounted by the outbox.

    flash: the board's own for the journal, or None: it is kept in files.
    rows: the SettingRows; their defaults are written to config. presets: {key: text} of the maker,
    or None.
    """
    if flash is None:
        flash = FlashFiles(root_path, _BLOCK_SIZE, _BLOCKS)
    state = StateStore(root_path + "/state", STATE_LEN, events)
    state.load()
    settings = Settings(rows, config, VersionPair(root_path + "/settings"), events)
    refused = settings.force_all(presets or {})
    if refused:
        events.add(EV_PRESETS_REFUSED, refused)
    settings.load()
    cards = VersionPair(root_path + "/cards")
    return Stores(state, settings, Journal(flash, events), cards, root_path)


def build_credentials(stores, config, clock, events):
    """Return the Credentials of the station, over a keystore of its own."""
    from chargecore.store.credentials import Credentials
    from chargecore.store.keystore import Keystore

    keystore = Keystore(stores.path("cert"), stores.pair("keystore"), events)
    keystore.load()
    return Credentials(keystore, clock, config.verify_csms_host)


def build_safety_memory(stores, controllers, events, clock, is_power_cycle):
    """Return the SafetyMemory of all connectors; permanent faults are in force again."""
    locks = [controller.interlock for controller in controllers]
    memory = SafetyMemory(stores.pair("safety"), locks, events, clock)
    memory.load(is_power_cycle)
    return memory
