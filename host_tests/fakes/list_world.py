"""ListWorld: a ListFile and its ListUpdate in a folder, driven with texts."""

from chargecore.base.codes import E_BUSY, OK
from chargecore.station.id_tag import IdTag
from chargecore.store.list_file import (
    PARENT,
    PARENT_LEN,
    STATUS,
    TAG_LEN,
    ListFile,
    get_expiry,
)
from chargecore.store.list_update import ListUpdate


def tag(text):
    """Return an IdTag with that text."""
    made = IdTag()
    data = text.encode()
    made.set(data, 0, len(data))
    return made


class ListWorld:
    """Entries are (text, status, expiry_s, parent text), or (text,) to remove one."""

    def __init__(self, folder, count_max=1000):
        self.path = folder + "/list"
        self.count_max = count_max
        self.file = ListFile(self.path)
        self.code = self.file.load()
        self.update = ListUpdate(self.file, self.path)
        self.steps = 0  # of the last update

    def start(self, is_full, version, entries):
        """Say everything. Return OK or E_IO."""
        update = self.update
        code = update.begin()
        for entry in sorted(entries, key=lower_text):
            if code != OK:
                return code
            if len(entry) == 1:
                code = update.remove(tag(entry[0]))
            else:
                text, status, expiry_s, parent = entry
                code = update.add(tag(text), status, expiry_s, tag(parent))
        return update.start(is_full, version, self.count_max) if code == OK else code

    def send(self, is_full, version, entries):
        """Update the list to the end. Return what the last step did."""
        code = self.start(is_full, version, entries)
        self.steps = 0
        if code == OK:
            code = E_BUSY
        while code == E_BUSY:
            code = self.update.step()
            self.steps += 1
        return code

    def entry(self, text):
        """Return what the list says of a tag, None when it is not listed."""
        if self.file.find(tag(text)) != OK:
            return None
        return _entry_of(self.file.record_buf)

    def entries(self):
        """Return all entries in their order."""
        buf = bytearray(48)
        found = []
        for number in range(self.file.count):
            self.file.read(number, buf)
            found.append(_entry_of(buf))
        return found


def lower_text(entry):
    """Return what entries are sorted by."""
    return entry[0].lower().encode()


def _entry_of(buf):
    return (
        bytes(buf[: buf[TAG_LEN]]).decode(),
        buf[STATUS],
        get_expiry(buf),
        bytes(buf[PARENT : PARENT + buf[PARENT_LEN]]).decode(),
    )
