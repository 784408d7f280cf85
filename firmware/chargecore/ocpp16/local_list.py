"""Local Auth List Management: SendLocalList and GetLocalListVersion.

SendLocalList is checked as a whole first; what it says is then sorted into a file and merged with
the list in steps, and answered when the new list is in force and durable. A connection that is
lost meanwhile changes nothing of that. Of a card that one message names twice the last entry
counts. A second update while one is under way has Failed.
Source: OCPP 1.6 §5.10, §5.15, §3.5.2, errata 3.52; A9 to A11 of the behaviour rules.
Heap: the tables and 100 bytes at start; an update opens files.
"""

from array import array

from micropython import const

from chargecore.base.codes import E_BUSY, E_CORRUPT, E_RANGE, OK
from chargecore.base.events import EV_LIST_OLD
from chargecore.ocpp16.id_tag_info import IdTagInfo, read_id_tag
from chargecore.ocpp16.keys_local_list import ENTRIES_MAX
from chargecore.ocpp16.tables import NOTHING
from chargecore.ocpp16.words import TAG_STATUS
from chargecore.station.id_tag import IdTag
from chargecore.station.local_list import LocalList
from chargecore.store.list_file import ListFile, compare
from chargecore.store.list_update import ListUpdate
from chargecore.wire.fields import (
    F_ARRAY_OBJECT,
    F_INT,
    F_OBJECT,
    F_TEXT,
    F_TIME,
    F_WORD,
    OPTIONAL,
    REQUIRED,
    table,
)
from chargecore.wire.json_reader import T_OBJECT, T_STRING

_VERSION_MAX = 0x7FFFFFFF  # heap-ok: read once, while the table is compiled
_TYPE_WORDS = (b"Differential", b"Full")
_FULL = const(1)  # place in _TYPE_WORDS
_VERSION = const(0)  # places in reader.values
_LIST = const(1)
_TYPE = const(3)

_SEND_LOCAL_LIST = table(
    (
        # 0 and -1 mean something else in GetLocalListVersion (errata 3.52).
        (b"listVersion", F_INT, REQUIRED, 1, _VERSION_MAX),
        (
            b"localAuthorizationList",
            F_ARRAY_OBJECT,
            OPTIONAL,
            (
                (b"idTag", F_TEXT, REQUIRED, 20),
                (
                    b"idTagInfo",
                    F_OBJECT,
                    OPTIONAL,
                    (
                        (b"expiryDate", F_TIME, OPTIONAL),
                        (b"parentIdTag", F_TEXT, OPTIONAL, 20),
                        (b"status", F_WORD, REQUIRED, TAG_STATUS),
                    ),
                ),
            ),
            ENTRIES_MAX,
        ),
        (b"updateType", F_WORD, REQUIRED, _TYPE_WORDS),
    )
)


def build(rpc, core, stores, config, clock, events):
    """Return the LocalListCalls; the list of the flash is loaded and known to the authorizer."""
    path = stores.path("list")
    file = ListFile(path)
    if file.load() == E_CORRUPT:
        events.add(EV_LIST_OLD, file.version, file.count)
    update = ListUpdate(file, path)
    local_list = LocalList(file, update, core.station, config, clock, events)
    core.authorizer.local_list = local_list
    return LocalListCalls(rpc, local_list, config)


class LocalListCalls:
    """Handlers of the two calls."""

    def __init__(self, rpc, local_list, config):
        self._rpc = rpc
        self._list = local_list
        self._config = config
        self._info = IdTagInfo()
        self._tag = IdTag()
        self._other = IdTag()
        self._order = array("H", bytearray(2 * ENTRIES_MAX))  # tokens of the entries, sorted
        self._order_len = 0
        self._is_owed = False  # the update under way waits for its answer
        self._render_status = self.render_status
        self._render_version = self.render_version
        self.sources = ()
        self.actions = (
            (b"GetLocalListVersion", NOTHING, self.get_version),
            (b"SendLocalList", _SEND_LOCAL_LIST, self.send),
        )

    # ---- GetLocalListVersion ----

    def get_version(self, reader, payload_idx):  # HOT
        """Answer with the version: 0 for an empty list, -1 for one that is switched off."""
        self._rpc.reply(self._render_version, self._list.version)

    def render_version(self, w, version):  # HOT
        """Write {"listVersion": version}."""
        w.open_object()
        w.key(b"listVersion")
        w.int(version)
        w.close_object()

    # ---- SendLocalList ----

    def send(self, reader, payload_idx):
        """Answer SendLocalList at once when it cannot be, else when it is done."""
        values = reader.values
        list_idx, version = values[_LIST], values[_VERSION]
        is_full = values[_TYPE] == _FULL
        if reader.count(list_idx) > self._config.send_local_list_max:
            self._rpc.reply_error(b"OccurenceConstraintViolation", b"SendLocalListMaxLength")
            return
        if is_full and not self._has_all_infos(reader, list_idx):
            self._rpc.reply_error(b"OccurenceConstraintViolation", b"idTagInfo")
            return
        word = self._refusal(is_full, version)
        if word is None and self._begin(reader, list_idx, is_full, version) != OK:
            word = b"Failed"
        if word is None:
            self._is_owed = True
        else:
            self._rpc.reply(self._render_status, word)

    def _refusal(self, is_full, version):
        """Return the status of an update that is not even tried, or None."""
        local_list = self._list
        if not self._config.local_auth_list_enabled:
            return b"NotSupported"
        if local_list.update.is_running:
            return b"Failed"
        if not is_full and version <= local_list.version:
            return b"VersionMismatch"
        return None

    def _begin(self, reader, list_idx, is_full, version):
        """Check the entries, write them to flash, begin to merge. Return OK or E_."""
        update = self._list.update
        code = self._sort(reader, list_idx)
        if code == OK:
            code = update.begin()
        if code != OK:
            return code
        for i in range(self._order_len):
            code = self._note(reader, self._order[i])
            if code != OK:
                return code
        code = update.start(is_full, version, self._config.local_auth_list_max_length)
        if code == OK:
            code = self._rpc.defer()
            if code != OK:  # another answer is owed already
                update.drop()
        return code

    def _note(self, reader, entry_idx):
        update = self._list.update
        self._read_tag(reader, entry_idx, self._tag)
        if not _has_info(reader, entry_idx):
            return update.remove(self._tag)
        info = self._info
        info.read(reader, entry_idx)
        return update.add(self._tag, info.status, info.expiry_s, info.parent)

    # ---- the entries of a message ----

    def _has_all_infos(self, reader, list_idx):
        """Return whether every entry has what a Full update needs (OCPP 1.6 §7.1)."""
        entry_idx = reader.first(list_idx)
        for _ in range(reader.count(list_idx)):
            if not _has_info(reader, entry_idx):
                return False
            entry_idx = reader.next(entry_idx)
        return True

    def _sort(self, reader, list_idx):
        """Put the entries in order into _order. Return OK, E_RANGE for one that cannot be held."""
        self._order_len = 0
        entry_idx = reader.first(list_idx)
        for _ in range(reader.count(list_idx)):
            self._read_tag(reader, entry_idx, self._tag)
            if not self._tag.length or not self._has_room_for_parent(reader, entry_idx):
                return E_RANGE
            self._insert(reader, entry_idx)
            entry_idx = reader.next(entry_idx)
        return OK

    def _has_room_for_parent(self, reader, entry_idx):
        """Return False for a parent of more than 20 bytes: letters outside ASCII (A7)."""
        info_idx = reader.find(entry_idx, b"idTagInfo")
        parent_idx = reader.find(info_idx, b"parentIdTag")
        if reader.kind(parent_idx) != T_STRING or not reader.char_count(parent_idx):
            return True
        read_id_tag(reader, parent_idx, self._other)
        return self._other.length > 0

    def _insert(self, reader, entry_idx):
        """Find the place of the entry with _tag by bisection; a later one replaces its like."""
        order_buf = self._order
        tag, other = self._tag, self._other
        low = 0
        high = self._order_len
        while low < high:
            middle = (low + high) >> 1
            self._read_tag(reader, order_buf[middle], other)
            order = compare(other.buf, other.length, tag.buf, tag.length)
            if order == 0:
                order_buf[middle] = entry_idx
                return
            if order < 0:
                low = middle + 1
            else:
                high = middle
        for i in range(self._order_len, low, -1):
            order_buf[i] = order_buf[i - 1]
        order_buf[low] = entry_idx
        self._order_len += 1

    def _read_tag(self, reader, entry_idx, tag):
        read_id_tag(reader, reader.find(entry_idx, b"idTag"), tag)

    # ---- once per pass ----

    def poll(self, now_ms):  # HOT
        """Go on with the update, and answer when it is done."""
        local_list = self._list
        local_list.watch()
        if not local_list.update.is_running:
            return
        code = local_list.step()
        if code == E_BUSY:
            return
        if self._is_owed:
            self._is_owed = False
            word = b"Accepted" if code == OK else b"Failed"
            self._rpc.reply_deferred(self._render_status, word)

    def dropped(self):  # HOT
        """The connection is gone: the update goes on, its answer goes nowhere."""
        self._is_owed = False

    def render_status(self, w, word):  # HOT
        """Write {"status": word}."""
        w.open_object()
        w.key(b"status")
        w.text(word)
        w.close_object()


def _has_info(reader, entry_idx):
    """Return whether an entry has an idTagInfo; null is none (J9 of the rules)."""
    return reader.kind(reader.find(entry_idx, b"idTagInfo")) == T_OBJECT
