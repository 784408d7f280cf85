"""SettingRows: what tables of settings declare, row by row, read out of one text per table.

Made by: the protocol's key_table, of what pack() makes of a table; an image holds that ready-made.
Never: knows a value; Settings does. As tuples the rows of Core take 7 KB of heap, packed 0.6 KB.
Heap: three small arrays; name() and a default that is a text make a bytes object.
"""

from array import array

from micropython import const

from chargecore.base.codes import E_UNKNOWN_KEY

T_BOOL = const(0)
T_INT = const(1)
T_TEXT = const(2)  # checked and taken by target.set_text(attribute, value)

RO = const(0)
RW = const(1)
WO = const(2)  # never reported
REBOOT = const(4)  # added to RW or WO: a new value acts after the next boot

# A packed row: 0     1       2       3         7          11            12
#               size  type    access  lowest    highest    has default   length of the key, key,
# and the default: 4 bytes of a number, or a text up to the end of the row. Little endian.
_TYPE_AT = const(1)
_ACCESS_AT = const(2)
_LOW_AT = const(3)
_HIGH_AT = const(7)
_DEFAULT_AT = const(11)
_LEN_AT = const(12)
_KEY_AT = const(13)


def pack(rows):
    """Return (bytes, attributes) of rows (key, type, low, high, access, default, attribute).

    A row takes at most 255 bytes.
    """
    body = bytearray()
    for key, kind, low, high, access, default, _ in rows:
        part = bytes((kind, access)) + _le(low) + _le(high)
        part += bytes((default is not None, len(key))) + key
        if default is not None:
            part += default if kind == T_TEXT else _le(int(default))
        body += bytes((len(part) + 1,)) + part
    return bytes(body), tuple(row[6] for row in rows)


def _le(number):
    return bytes((number >> shift) & 0xFF for shift in (0, 8, 16, 24))


class SettingRows:
    """The rows of several packed tables in alphabetical order."""

    def __init__(self, *tables):
        self._bodies = tuple(table[0] for table in tables)
        self._attributes = tuple(table[1] for table in tables)
        found = []
        for i in range(len(tables)):
            body = tables[i][0]
            at = n = 0
            while at < len(body):
                key = body[at + _KEY_AT : at + _KEY_AT + body[at + _LEN_AT]]
                found.append((key.lower(), i, n, at))
                at += body[at]
                n += 1
        if len(tables) > 1:
            found.sort()
        self.count = len(found)
        self._table_idx = bytes(row[1] for row in found)
        self._row_idx = bytes(row[2] for row in found)  # in its table
        self._at = array("H", [row[3] for row in found])

    def find(self, buf, start, end):  # HOT
        """Return the row whose key is buf[start:end], upper or lower case, or E_UNKNOWN_KEY."""
        for row in range(self.count):
            body = self._bodies[self._table_idx[row]]
            at = self._at[row]
            if is_same(buf, start, end, body, at + _KEY_AT, body[at + _LEN_AT]):
                return row
        return E_UNKNOWN_KEY

    def name(self, row):
        """Return the key as the standard spells it."""
        at = self._at[row] + _KEY_AT
        return self._bodies[self._table_idx[row]][at : at + self._byte(row, _LEN_AT)]

    def render_name(self, w, row):  # HOT
        """Write the key as a JSON text."""
        at = self._at[row] + _KEY_AT
        w.text_range(self._bodies[self._table_idx[row]], at, at + self._byte(row, _LEN_AT))

    def kind(self, row):  # HOT
        """Return T_BOOL, T_INT or T_TEXT."""
        return self._byte(row, _TYPE_AT)

    def access(self, row):  # HOT
        """Return RO, RW or WO, with REBOOT added to it."""
        return self._byte(row, _ACCESS_AT)

    def low(self, row):  # HOT
        """Return the lowest value, or the length of the shortest text."""
        return self._number(row, self._at[row] + _LOW_AT)

    def high(self, row):  # HOT
        """Return the highest value, or the length of the longest text."""
        return self._number(row, self._at[row] + _HIGH_AT)

    def attribute(self, row):  # HOT
        """Return the name of the target's attribute."""
        return self._attributes[self._table_idx[row]][self._row_idx[row]]

    def default(self, row):
        """Return what a station starts with; None: as its hardware is."""
        if not self._byte(row, _DEFAULT_AT):
            return None
        body = self._bodies[self._table_idx[row]]
        at = self._at[row]
        value_at = at + _KEY_AT + body[at + _LEN_AT]
        if body[at + _TYPE_AT] == T_TEXT:
            return body[value_at : at + body[at]]
        number = self._number(row, value_at)
        return number == 1 if body[at + _TYPE_AT] == T_BOOL else number

    def _byte(self, row, place):  # HOT
        return self._bodies[self._table_idx[row]][self._at[row] + place]

    def _number(self, row, at):  # HOT
        body = self._bodies[self._table_idx[row]]
        return body[at] | body[at + 1] << 8 | body[at + 2] << 16 | body[at + 3] << 24


def is_same(buf, start, end, text, text_at=0, text_len=-1):  # HOT
    """Return True when buf[start:end] is a text, or that part of one, in upper or lower case."""
    length = end - start
    if length != (len(text) if text_len < 0 else text_len):
        return False
    for i in range(length):
        a = buf[start + i]
        b = text[text_at + i]
        if a != b:
            if a ^ b != 0x20 or not 0x61 <= a | 0x20 <= 0x7A:
                return False
    return True
