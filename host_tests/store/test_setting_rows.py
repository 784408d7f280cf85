"""SettingRows: tables of settings, packed, and read as if they were not."""

import unittest

from chargecore.base.codes import E_UNKNOWN_KEY
from chargecore.store.setting_rows import (
    REBOOT,
    RO,
    RW,
    T_BOOL,
    T_INT,
    T_TEXT,
    WO,
    SettingRows,
    is_same,
    pack,
)

TABLE = (
    (b"Delta", T_INT, 1, 518_400, RW, 300, "delta_s"),
    (b"Enabled", T_BOOL, 0, 1, RW | REBOOT, False, "is_enabled"),
    (b"List", T_TEXT, 0, 500, RO, b"Energy.Active.Import.Register", "measurands"),
    (b"Nothing", T_TEXT, 0, 8, WO, b"", "nothing"),
    (b"Zulu", T_INT, 0, 1_000_000, RW, None, "zulu_wh"),
)
OTHER = ((b"alpha", T_INT, 8, 8, RO, 8, "alpha"), (b"MIKE", T_BOOL, 0, 1, RW, True, "mike"))


class Words:
    def __init__(self):
        self.written = []

    def text_range(self, buf, start, end):
        self.written.append(bytes(buf[start:end]))


def columns_of(rows, row):
    what = rows.name(row), rows.kind(row), rows.low(row), rows.high(row), rows.access(row)
    return what + (rows.default(row), rows.attribute(row))


class SettingRowsTest(unittest.TestCase):
    def test_reads_every_column_as_it_was_written(self):
        rows = SettingRows(pack(TABLE))

        self.assertEqual(rows.count, len(TABLE))
        for row in range(rows.count):
            with self.subTest(key=TABLE[row][0]):
                self.assertEqual(columns_of(rows, row), TABLE[row])
                self.assertIs(type(rows.default(row)), type(TABLE[row][5]))

    def test_puts_several_tables_into_one_alphabetical_order(self):
        rows = SettingRows(pack(TABLE), pack(()), pack(OTHER))
        wanted = sorted(TABLE + OTHER, key=lambda row: row[0].lower())

        self.assertEqual([columns_of(rows, row) for row in range(rows.count)], wanted)

    def test_finds_a_key_in_any_case_inside_a_buffer(self):
        rows = SettingRows(pack(TABLE), pack(OTHER))

        for text, name in ((b"..eNABLED..", b"Enabled"), (b"..mike..", b"MIKE")):
            row = rows.find(text, 2, len(text) - 2)
            self.assertEqual(rows.name(row), name)

    def test_knows_no_key_that_is_longer_shorter_or_none(self):
        rows = SettingRows(pack(TABLE))

        for key in (b"", b"Delta2", b"Zul", b"D\x05lta", b"Enable$"):
            with self.subTest(key=key):
                self.assertEqual(rows.find(key, 0, len(key)), E_UNKNOWN_KEY)

    def test_writes_the_key_as_the_standard_spells_it(self):
        rows = SettingRows(pack(TABLE), pack(OTHER))
        words = Words()
        for row in range(rows.count):
            rows.render_name(words, row)

        self.assertEqual(words.written, [rows.name(row) for row in range(rows.count)])

    def test_compares_letters_alone_without_their_case(self):
        self.assertTrue(is_same(b"xTrUex", 1, 5, b"true"))
        self.assertFalse(is_same(b"a[", 0, 2, b"a{"))
        self.assertFalse(is_same(b"true", 0, 3, b"true"))


if __name__ == "__main__":
    unittest.main()
