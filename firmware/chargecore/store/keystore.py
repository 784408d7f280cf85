"""Keystore: certificates and keys as files, and one index in two versions that says what counts.

Called by: Credentials, and the certificate messages of the protocol packages.
Never: looks into a certificate, hands a private key to anybody but Credentials' TLS.
A file is written before the index names it and removed behind it, so that a power cut at any flash
operation leaves what was there before or all of what is new. What no index names goes at the next
boot. Heap: the index, 0.4 KiB; a file while it is read, opening one while it is written.
"""

import os

from micropython import const

from chargecore.base.checksum import crc16
from chargecore.base.codes import E_EMPTY, E_FULL, E_IO, E_MISSING, OK
from chargecore.base.events import EV_FLASH_ERROR, EV_KEYSTORE_LOST

KIND_NONE = const(0)
KIND_SERVER_ROOT = const(1)  # CentralSystemRootCertificate
KIND_MAKER_ROOT = const(2)  # ManufacturerRootCertificate
KIND_STATION = const(3)  # our private key and the certificates for it, see pack()
KIND_PENDING = const(4)  # a key pair whose certificate has not come yet

FLAG_ASKED = const(1)  # KIND_STATION: a server has taken a request to renew it

ROOTS_MAX = const(10)  # CertificateStoreMaxLength
# A label, see label_of(): 0 name hash  64 key hash  128 length of serial  129 serial
HASH_LEN = const(64)
SERIAL_AT = const(129)
LABEL_LEN = const(169)  # a serial number has 20 bytes at most (RFC 5280 §4.1.2.2)

# The index. 0 order u32  4 mark of 4 bytes per preset, then per file:
# 0 kind  1 flags  2 length u16  4 crc16 u16  6 crc16 of the label u16  8 order u32
# 12 not before i32  16 not after i32
_PRESETS = const(4)
_MARK_LEN = const(4)
_HEAD_LEN = const(20)
_ROW_LEN = const(20)
ROWS = const(16)  # files: the roots and a fallback, three chains, two pending keys
_FLAGS = const(1)
_LENGTH = const(2)
_SUM = const(4)
_LABEL_SUM = const(6)
_ORDER = const(8)
_NOT_BEFORE = const(12)
_NOT_AFTER = const(16)


class Keystore:
    """Files by row, 0..ROWS - 1; `changes` counts every change of what is in force."""

    def __init__(self, path, pair, events):
        self._path = path
        self._pair = pair
        self._events = events
        self._buf = bytearray(_HEAD_LEN + ROWS * _ROW_LEN)
        self.changes = 0

    def load(self):
        """Read the index and remove what it does not name. Damaged for good: it is empty, told."""
        code = self._pair.load(self._buf)
        if code < 0:
            self._clear()
            if code != E_EMPTY:
                self._events.add(EV_KEYSTORE_LOST, code)
        elif self._pair.is_old:
            self._events.add(EV_KEYSTORE_LOST, 0)
        for row in range(ROWS):
            if self.kind(row) == KIND_NONE:
                self._remove(row)

    def _clear(self):
        for i in range(len(self._buf)):
            self._buf[i] = 0

    # ---- what is there ----

    def kind(self, row):
        """Return the KIND_ of a row."""
        return self._buf[_HEAD_LEN + row * _ROW_LEN]

    def rows(self, kind):
        """Return the rows of a kind, the newest first."""
        found = [row for row in range(ROWS) if self.kind(row) == kind]
        found.sort(key=self._order_of, reverse=True)
        return found

    def count_of_roots(self):
        """Return how many roots of both kinds are installed."""
        return len(self.rows(KIND_SERVER_ROOT)) + len(self.rows(KIND_MAKER_ROOT))

    def not_before_s(self, row):
        """Return the first second of validity, since 2024, negative before."""
        return self._get(row, _NOT_BEFORE, 4)

    def not_after_s(self, row):
        """Return the last second of validity."""
        return self._get(row, _NOT_AFTER, 4)

    def has_flag(self, row, flag):
        """Return whether a FLAG_ is set."""
        return self._get(row, _FLAGS, 1) & flag != 0

    def _order_of(self, row):
        return self._get(row, _ORDER, 4)

    # ---- reading ----

    def read(self, row):
        """Return the contents of a row, without the label; None when flash lost it."""
        data = self._read_at(row, 0, self._get(row, _LENGTH, 2))
        return self._checked(row, data, _SUM)

    def label(self, row):
        """Return the label of a root, as label_of() made it; None when flash lost it."""
        data = self._read_at(row, self._get(row, _LENGTH, 2), LABEL_LEN)
        return self._checked(row, data, _LABEL_SUM)

    def find(self, kind, data):
        """Return the row of that kind with these contents, or E_MISSING."""
        for row in self.rows(kind):
            if self._get(row, _LENGTH, 2) == len(data) and self.read(row) == data:
                return row
        return E_MISSING

    def _read_at(self, row, at, length):
        try:
            with open(self._name(row), "rb") as file:
                file.seek(at)
                return file.read(length)
        except OSError as error:
            self._events.add(EV_FLASH_ERROR, error.errno)
            return b""

    def _checked(self, row, data, at):
        if data and crc16(data, 0, len(data)) == self._get(row, at, 2):
            return data
        self._events.add(EV_KEYSTORE_LOST, row + 1)
        return None

    # ---- changing ----

    def put(self, kind, data, label, not_before_s, not_after_s, drops=()):
        """Add contents of a kind, and drop other rows with the same stroke. Return the row.

        label: of a root, label_of(); b"" else. Errors: E_FULL, E_IO; then nothing has changed.
        """
        row = self._free_row()
        if row < 0:
            return row
        try:
            with open(self._name(row), "wb") as file:
                file.write(data)
                file.write(label)
        except OSError as error:
            self._events.add(EV_FLASH_ERROR, error.errno)
            self._remove(row)
            return E_IO
        order = self._i32(0) + 1
        self._put_at(0, order, 4)
        self._put(row, 0, kind, 1)
        self._put(row, _FLAGS, 0, 1)
        self._put(row, _LENGTH, len(data), 2)
        self._put(row, _SUM, crc16(data, 0, len(data)), 2)
        self._put(row, _LABEL_SUM, crc16(label, 0, len(label)), 2)
        self._put(row, _ORDER, order, 4)
        self._put(row, _NOT_BEFORE, not_before_s, 4)
        self._put(row, _NOT_AFTER, not_after_s, 4)
        code = self._save(drops)
        if code != OK:
            self._remove(row)
            return code
        return row

    def drop(self, drops):
        """Forget rows, all or none. Return OK or E_IO."""
        return self._save(drops) if drops else OK

    def set_flag(self, row, flag):
        """Set a FLAG_ of a row. Return OK or E_IO."""
        self._put(row, _FLAGS, self._get(row, _FLAGS, 1) | flag, 1)
        return self._save(())

    def preset(self, idx):
        """Return the mark that set_preset() kept for what the maker gave as preset idx, 0..3."""
        at = _PRESETS + _MARK_LEN * idx
        return bytes(self._buf[at : at + _MARK_LEN])

    def set_preset(self, idx, mark):
        """Keep a mark of 4 bytes: this preset has been taken. Return OK or E_IO."""
        at = _PRESETS + _MARK_LEN * idx
        self._buf[at : at + _MARK_LEN] = mark
        return self._save(())

    def _save(self, drops):
        """Make the index in RAM count, without the rows in drops. Errors: E_IO, as it was."""
        for row in drops:
            self._put(row, 0, KIND_NONE, 1)
        code = self._pair.save(self._buf, len(self._buf))
        if code != OK:
            self._events.add(EV_FLASH_ERROR, self._pair.errno)
            if self._pair.load(self._buf) < 0:
                self._clear()
            return E_IO
        for row in drops:
            self._remove(row)
        self.changes += 1
        return OK

    def _free_row(self):
        for row in range(ROWS):
            if self.kind(row) == KIND_NONE:
                return row
        return E_FULL

    def _name(self, row):
        return "{}{:02d}".format(self._path, row)

    def _remove(self, row):
        try:
            os.remove(self._name(row))
        except OSError:
            pass  # it is not there, or the next boot tries again

    def _get(self, row, at, size):
        at += _HEAD_LEN + row * _ROW_LEN
        if size == 1:
            return self._buf[at]
        if size == 2:
            return self._buf[at] | self._buf[at + 1] << 8
        return self._i32(at)

    def _i32(self, at):
        buf = self._buf
        high = buf[at + 3]
        return buf[at] | buf[at + 1] << 8 | buf[at + 2] << 16 | (high - (high << 1 & 0x100)) << 24

    def _put(self, row, at, value, size):
        self._put_at(_HEAD_LEN + row * _ROW_LEN + at, value, size)

    def _put_at(self, at, value, size):
        for i in range(size):
            self._buf[at + i] = value >> 8 * i & 0xFF


def label_of(name_hash, key_hash, serial):
    """Return the label of a root: SHA-256 of issuer name and key and its serial number, in hex.

    It is what GetInstalledCertificateIds tells and DeleteCertificate asks for, so that neither
    needs a look into the certificate.
    """
    spare = LABEL_LEN - SERIAL_AT - len(serial)
    return name_hash + key_hash + bytes((len(serial),)) + serial + bytes(spare)


def pack(key, chain):
    """Return the contents of KIND_STATION: the key, then its certificates, leaf first."""
    packed = bytearray()
    for part in [key] + chain:
        packed += bytes((len(part) & 0xFF, len(part) >> 8)) + part
    return packed


def unpack(packed):
    """Return the parts that pack() put together."""
    parts = []
    at = 0
    while at + 2 <= len(packed):
        end = at + 2 + (packed[at] | packed[at + 1] << 8)
        parts.append(packed[at + 2 : end])
        at = end
    return parts
