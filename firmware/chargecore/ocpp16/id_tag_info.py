"""IdTagInfo: the idTagInfo object of an answer, read into fixed fields. Heap: none after __init__.

Read field by field and leniently: an answer with an odd expiry date still says Accepted, and
treating it as no answer would send StartTransaction twice (OCPP 1.6 §7.27).
"""

from micropython import const

from chargecore.base.codes import E_MISSING, E_RANGE, OK
from chargecore.ocpp16.words import TAG_STATUS
from chargecore.station.auth_cache import NO_EXPIRY
from chargecore.station.id_tag import ID_TAG_MAX, IdTag
from chargecore.wire.json_reader import T_OBJECT, T_STRING

_DATE_MAX = const(40)  # characters of a dateTime with fraction and offset, generously
_YEAR = b"\x02\x00\x02\x04"  # the digits of 2024, where the station's wall time begins


class IdTagInfo:
    """`status` (TAG_*), `expiry_s` (wall seconds or NO_EXPIRY), `parent` (IdTag, maybe empty)."""

    def __init__(self):
        self.status = 0
        self.expiry_s = NO_EXPIRY
        self.parent = IdTag()
        self._date_buf = bytearray(4 * _DATE_MAX)

    def read(self, reader, holder_idx):  # HOT
        """Read holder_idx["idTagInfo"]. Return OK, E_MISSING, E_RANGE when it is unusable."""
        idx = reader.find(holder_idx, b"idTagInfo")
        if idx < 0:
            return E_MISSING
        if reader.kind(idx) != T_OBJECT:
            return E_RANGE
        status_idx = reader.find(idx, b"status")
        if status_idx < 0:
            return E_RANGE
        reader.clear()
        self.status = reader.word_index(status_idx, TAG_STATUS)
        if reader.error != OK:
            return E_RANGE
        self._read_expiry(reader, reader.find(idx, b"expiryDate"))
        read_id_tag(reader, reader.find(idx, b"parentIdTag"), self.parent)
        return OK

    def _read_expiry(self, reader, idx):  # HOT
        self.expiry_s = NO_EXPIRY
        if idx < 0 or reader.kind(idx) != T_STRING:
            return
        reader.clear()
        expiry_s = reader.time_value(idx)
        if reader.error == OK:
            self.expiry_s = expiry_s
        elif self._is_before_2024(reader, idx):
            self.expiry_s = 0
        reader.clear()

    def _is_before_2024(self, reader, idx):  # HOT
        """Return True for a year in the past; a date beyond 2057 counts as no expiry."""
        buf = self._date_buf
        if reader.copy_text(idx, buf, _DATE_MAX) < 4:
            return False
        for i in range(4):
            digit = buf[i] - 0x30
            if not 0 <= digit <= 9:
                return False
            if digit != _YEAR[i]:
                return digit < _YEAR[i]
        return False


def read_id_tag(reader, idx, tag):  # HOT
    """Read a string token into an IdTag, which is empty for anything but 1..20 bytes."""
    length = reader.copy_text(idx, tag.buf, ID_TAG_MAX)
    tag.length = length if 0 < length <= ID_TAG_MAX else 0
