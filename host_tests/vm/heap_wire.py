"""JSON reader, writer, times and field tables with the heap locked, and counted."""

import sys
import unittest
from array import array

from chargecore.base.codes import (
    E_LENGTH,
    E_MISSING,
    E_RANGE,
    E_SYNTAX,
    E_TOO_DEEP,
    E_TOO_MANY,
    E_TYPE,
    E_UNKNOWN_FIELD,
    OK,
)
from chargecore.wire import fields
from chargecore.wire.call_error import code_for
from chargecore.wire.fields import OPTIONAL, REQUIRED
from chargecore.wire.iso_time import parse_time
from chargecore.wire.json_reader import JsonReader
from chargecore.wire.json_writer import JsonWriter
from heap import growth, locked

COVERS = (
    "chargecore.wire.call_error.code_for",
    "chargecore.wire.field_check.check",
    "chargecore.wire.field_check._null",
    "chargecore.wire.field_check._signed",
    "chargecore.wire.field_check._value",
    "chargecore.wire.field_check._escaped_word",
    "chargecore.wire.field_check._any",
    "chargecore.wire.iso_time._split",
    "chargecore.wire.iso_time._instant_day",
    "chargecore.wire.iso_time._offset_s",
    "chargecore.wire.iso_time._fraction_end",
    "chargecore.wire.iso_time.parse_time",
    "chargecore.wire.iso_time.put_time",
    "chargecore.wire.json_put.put",
    "chargecore.wire.json_put.put_special",
    "chargecore.wire.json_put.spill",
    "chargecore.wire.json_put.put_number",
    "chargecore.wire.json_reader.JsonReader.parse",
    "chargecore.wire.json_reader.JsonReader.clear",
    "chargecore.wire.json_reader.JsonReader.fail",
    "chargecore.wire.json_reader.JsonReader.kind",
    "chargecore.wire.json_reader.JsonReader.count",
    "chargecore.wire.json_reader.JsonReader.next",
    "chargecore.wire.json_reader.JsonReader.first",
    "chargecore.wire.json_reader.JsonReader.item",
    "chargecore.wire.json_reader.JsonReader.find",
    "chargecore.wire.json_reader.JsonReader.equals",
    "chargecore.wire.json_reader.JsonReader.equals_ci",
    "chargecore.wire.json_reader.JsonReader.word_index",
    "chargecore.wire.json_reader.JsonReader._escaped_word",
    "chargecore.wire.json_reader.JsonReader.copy_text",
    "chargecore.wire.json_reader.JsonReader.char_count",
    "chargecore.wire.json_reader.JsonReader.is_uri",
    "chargecore.wire.json_reader.JsonReader.int_value",
    "chargecore.wire.json_reader.JsonReader.scaled_value",
    "chargecore.wire.json_reader.JsonReader.time_value",
    "chargecore.wire.json_reader.JsonReader.time_clamped",
    "chargecore.wire.json_reader.JsonReader.clamp_time",
    "chargecore.wire.json_reader.JsonReader.raw_time",
    "chargecore.wire.json_reader.JsonReader.bool_value",
    "chargecore.wire.json_reader.JsonReader._wrong_kind",
    "chargecore.wire.json_reader.JsonReader.plain_len",
    "chargecore.wire.json_text.utf8_end",
    "chargecore.wire.json_text.hex4",
    "chargecore.wire.json_text.special_end",
    "chargecore.wire.json_text.escape_value",
    "chargecore.wire.json_text.put_utf8",
    "chargecore.wire.json_text.decode",
    "chargecore.wire.json_text.char_count",
    "chargecore.wire.json_text.is_same",
    "chargecore.wire.json_text.is_same_ci",
    "chargecore.wire.json_text.whole_number",
    "chargecore.wire.json_text.exponent",
    "chargecore.wire.json_text.scaled_number",
    "chargecore.wire.json_tokens._digits_end",
    "chargecore.wire.json_tokens._number_end",
    "chargecore.wire.json_tokens._literal_kind",
    "chargecore.wire.json_tokens.scan",
    "chargecore.wire.json_writer.JsonWriter.begin",
    "chargecore.wire.json_writer.JsonWriter.length",
    "chargecore.wire.json_writer.JsonWriter.filled",
    "chargecore.wire.json_writer.JsonWriter.open_object",
    "chargecore.wire.json_writer.JsonWriter.close_object",
    "chargecore.wire.json_writer.JsonWriter.open_array",
    "chargecore.wire.json_writer.JsonWriter.close_array",
    "chargecore.wire.json_writer.JsonWriter.key",
    "chargecore.wire.json_writer.JsonWriter.text",
    "chargecore.wire.json_writer.JsonWriter.member",
    "chargecore.wire.json_writer.JsonWriter.text_range",
    "chargecore.wire.json_writer.JsonWriter.raw",
    "chargecore.wire.json_writer.JsonWriter.raw_range",
    "chargecore.wire.json_writer.JsonWriter.time",
    "chargecore.wire.json_writer.JsonWriter._copy",
    "chargecore.wire.json_writer.JsonWriter.fixed",
    "chargecore.wire.json_writer.JsonWriter.fixed_text",
    "chargecore.wire.json_writer.JsonWriter.int_text",
    "chargecore.wire.json_writer.JsonWriter.boolean",
    "chargecore.wire.json_writer.JsonWriter.null",
    "chargecore.wire.json_writer.JsonWriter.int",
)

# A board makes an object of 16 bytes of a number beyond 2^30, which it gives back.
_LEAST = -0x7FFFFFFF - 1 if sys.maxsize >> 32 else -0x3FFFFFFF - 1
_TEXT = (
    b'{"int":%d,"nine":123456789,"dec":-16.25e1,"t":true,"f":false,"n":null,'
    b'"word":"Soft","esc":"S\\u006fft\\n\\u00e4\\ud83d\\ude00\xc3\xa4","list":["a","b\\u0062"],'
    b'"time":"2026-11-24T11:00:00.250+01:00","etime":"2026-11-24T10:00:00\\u005a",'
    b'"late":"2099-01-01T00:00:00Z","uri":"ws://x","\\u006bey":{"in":[{"x":1},{"x":2}]}}' % _LEAST
)
_WORDS = (b"Hard", b"Soft")
_BAD = (
    (b"[1,2", E_SYNTAX),
    (b'{"a" 1}', E_SYNTAX),
    (b"[01]", E_SYNTAX),
    (b"[1.]", E_SYNTAX),
    (b"[trxe]", E_SYNTAX),
    (b'["\\ud8"]', E_SYNTAX),
    (b'["\xc3"]', E_SYNTAX),
    (b"[[[[[1]]]]]", E_TOO_DEEP),
    (b"[1,2,3,4,5,6,7,8,9]", E_TOO_MANY),
)
_ITEM = ((b"x", fields.F_INT, REQUIRED, 0, 9),)
_ROWS = (
    (b"int", fields.F_INT, REQUIRED, _LEAST, 100),
    (b"nine", fields.F_INT, OPTIONAL, 0, 999999999),
    (b"dec", fields.F_DECIMAL, REQUIRED, 1, -100000, 100000),
    (b"t", fields.F_BOOL, OPTIONAL),
    (b"f", fields.F_BOOL, OPTIONAL),
    (b"n", fields.F_INT, OPTIONAL, 0, 1),
    (b"word", fields.F_WORD, REQUIRED, _WORDS),
    (b"esc", fields.F_TEXT, REQUIRED, 20),
    (b"list", fields.F_ARRAY_TEXT, REQUIRED, 5),
    (b"time", fields.F_TIME, REQUIRED),
    (b"etime", fields.F_TIME, REQUIRED),
    (b"late", fields.F_TIME, REQUIRED),
    (b"uri", fields.F_URI, REQUIRED, 20),
    (b"key", fields.F_OBJECT, REQUIRED, ((b"in", fields.F_ARRAY_OBJECT, REQUIRED, _ITEM, 4),)),
    (b"any", fields.F_ANY, OPTIONAL),
    (b"free", fields.F_OBJECT_ANY, OPTIONAL),
)
_TABLE = fields.table(_ROWS)
_SMALL = fields.table(
    (
        (b"a", fields.F_INT, OPTIONAL, 0, 9),
        (b"s", fields.F_TEXT, OPTIONAL, 2),
        (b"w", fields.F_WORD, OPTIONAL, _WORDS),
        (b"l", fields.F_ARRAY_OBJECT, OPTIONAL, _ITEM, 1),
        (b"o", fields.F_OBJECT_ANY, OPTIONAL),
        (b"r", fields.F_INT, REQUIRED, 0, 9),
    )
)
_REFUSED = (
    (b'{"r":1,"a":10}', E_RANGE),
    (b'{"r":1,"a":"x"}', E_TYPE),
    (b'{"r":1,"a":1,"a":1}', E_SYNTAX),
    (b'{"r":1,"s":"abc"}', E_LENGTH),
    (b'{"r":1,"w":"\\u0053oft"}', OK),
    (b'{"r":1,"w":"S\\u0066"}', E_RANGE),
    (b'{"r":1,"l":[{"x":1},{"x":1}]}', E_TOO_MANY),
    (b'{"r":1,"o":{"any":[1]}}', OK),
    (b'{"r":1,"o":7}', E_TYPE),
    (b'{"r":1,"b":7}', E_UNKNOWN_FIELD),
    (b"{}", E_MISSING),
    (b"null", E_MISSING),
)


class ReaderTest(unittest.TestCase):
    def setUp(self):
        self.reader = JsonReader()
        self.dst_buf = bytearray(200)

    def read_all(self):
        """Use every accessor, the failing ways, too. Return a sum, so that a mistake shows."""
        reader = self.reader
        if reader.parse(_TEXT, len(_TEXT)) != OK:
            return -1
        total = reader.int_value(reader.find(0, b"int"), _LEAST, 0) - _LEAST
        total += reader.int_value(reader.find(0, b"nine"), 0, 999999999)
        total += reader.scaled_value(reader.find(0, b"dec"), 1)
        total += reader.bool_value(reader.find(0, b"t")) + reader.bool_value(reader.find(0, b"f"))
        total += reader.word_index(reader.find(0, b"word"), _WORDS)
        esc = reader.find(0, b"esc")
        total += reader.char_count(esc) + reader.copy_text(esc, self.dst_buf, 20)
        items = reader.find(0, b"list")
        total += reader.count(items) + reader.first(items) + reader.next(reader.item(items, 0))
        total += reader.equals(reader.item(items, 1), b"bb") + reader.equals_ci(items + 1, b"A")
        total += reader.time_value(reader.find(0, b"time")) + reader.time_ms
        total += reader.time_value(reader.find(0, b"etime"))
        total += reader.time_clamped(reader.find(0, b"late")) // 2
        total += reader.is_uri(reader.find(0, b"uri")) + reader.kind(reader.find(0, b"key"))
        reader.word_index(esc, _WORDS)  # E_RANGE
        reader.bool_value(-6)
        reader.time_value(0)
        total += reader.error
        reader.clear()
        return total

    def test_reads_with_every_accessor(self):
        expected = self.read_all()
        with locked():
            total = self.read_all()

        self.assertEqual(total, expected)
        self.assertTrue(total > 800_000_000)
        self.assertEqual(growth(self.read_all, 50), 0)

    def test_refuses_what_is_no_json(self):
        reader = JsonReader(8, 4)
        codes = array("i", [0] * len(_BAD))
        with locked():
            for i in range(len(_BAD)):
                codes[i] = reader.parse(_BAD[i][0], len(_BAD[i][0]))

        self.assertEqual(list(codes), [row[1] for row in _BAD])

    def test_reads_times_of_every_form(self):
        out = array("i", [0] * 7)
        texts = (
            b"2024-01-01T00:00:00Z",
            b"2024-01-01T00:00:00",
            b"2024-01-01t00:00:00.123456+00:00",
            b"2023-01-01T00:00:00Z",
            b"2024-02-30T00:00:00Z",
            b"2024-01-01T00:00:00+0",
            b"2024-01-01T00:00:00.Z",
            b"yesterday",
        )
        found = array("i", [0] * len(texts))
        with locked():
            for i in range(len(texts)):
                found[i] = parse_time(texts[i], 0, len(texts[i]), out)

        self.assertEqual(list(found), [0, 0, 0, -2, -1, -1, -1, -1])


class FieldsTest(unittest.TestCase):
    def setUp(self):
        self.reader = JsonReader()

    def check_all(self):
        """Check the message that fits and those that do not. Return how many gave their code."""
        reader = self.reader
        if reader.parse(_TEXT, len(_TEXT)) != OK or fields.check(reader, 0, _TABLE) != OK:
            return -1
        good = 1
        for text, code in _REFUSED:
            reader.parse(text, len(text))
            if fields.check(reader, 0, _SMALL) == code:
                good += 1
            code_for(code)
        return good

    def test_checks_every_type_and_every_violation(self):
        self.check_all()
        with locked():
            good = self.check_all()

        self.assertEqual(good, 1 + len(_REFUSED))
        self.assertEqual(growth(self.check_all, 50), 0)


class WriterTest(unittest.TestCase):
    def write(self, w):
        """Call everything there is."""
        w.open_object()
        w.key(b"a")
        w.open_array()
        w.int(_LEAST)
        w.fixed(-5, 3)
        w.fixed_text(163, 1)
        w.int_text(7)
        w.boolean(True)
        w.null()
        w.text(b"plain")
        w.text(b'"\\\n\x01\xc3\xa4\xff')
        w.text_range(b"xxabcxx", 2, 5)
        w.raw(b"[1]")
        w.raw_range(b"xx[2]xx", 2, 5)
        w.time(91447200)
        w.time(91447200, 25)
        w.close_array()
        w.member(b"b", b"c")
        w.member(b"d", b"\n")
        w.close_object()

    def write_windows(self):
        """Write the message through every window. Return its length."""
        w = self.writer
        at = 0
        length = 1
        while at < length:
            w.begin(at)
            self.write(w)
            length = w.length
            at += w.filled
        return length

    def test_writes_windows_of_every_size(self):
        lengths = set()
        for size in (1, 7, 64, 512):
            self.writer = JsonWriter(bytearray(size))
            with locked():
                length = self.write_windows()
            lengths.add(length)
            self.assertEqual(growth(self.write_windows, 3), 0)

        self.assertEqual(len(lengths), 1)


if __name__ == "__main__":
    unittest.main()
