"""fields: what each type takes, and the code of each violation."""

import unittest

from chargecore.base.codes import (
    E_LENGTH,
    E_MISSING,
    E_RANGE,
    E_SYNTAX,
    E_TOO_MANY,
    E_TYPE,
    E_UNKNOWN_FIELD,
    OK,
)
from chargecore.base.errors import ConfigError
from chargecore.wire import fields
from chargecore.wire.call_error import code_for, code_number
from chargecore.wire.fields import ABSENT, OPTIONAL, REQUIRED
from chargecore.wire.iso_time import TIME_BEFORE
from chargecore.wire.json_reader import T_ARRAY, T_OBJECT, T_STRING, JsonReader

_INT_MIN = -0x7FFFFFFF - 1
_INT_MAX = 0x7FFFFFFF


class FieldCase(unittest.TestCase):
    """Helpers; holds no test of its own."""

    def setUp(self):
        self.reader = JsonReader()

    def check(self, rows, text):
        """Return what check() says about the text."""
        self.assertEqual(self.reader.parse(text, len(text)), OK)
        return fields.check(self.reader, 0, fields.table(rows))

    def one(self, text, what, *limits):
        """Return the value of a single member, or (code,) when it is refused."""
        rows = ((b"first", fields.F_ANY, OPTIONAL), (b"x", what, REQUIRED) + limits)
        code = self.check(rows, b'{"x":' + text + b"}")
        return self.reader.values[1] if code == OK else (code,)


class TypeTest(FieldCase):
    def test_int(self):
        for text, value in (
            (b"0", 0),
            (b"-5", -5),
            (b"999999999", 999999999),
            (b"2147483647", _INT_MAX),
            (b"-2147483648", _INT_MIN),
            (b"2147483648", (E_RANGE,)),
            (b"-2147483649", (E_RANGE,)),
            (b"1.0", (E_TYPE,)),
            (b"1e1", (E_TYPE,)),
            (b'"1"', (E_TYPE,)),
            (b"true", (E_TYPE,)),
            (b"[]", (E_TYPE,)),
        ):
            self.assertEqual(self.one(text, fields.F_INT, _INT_MIN, _INT_MAX), value)
        for text, value in ((b"-3", -3), (b"7", 7), (b"-4", (E_RANGE,)), (b"8", (E_RANGE,))):
            self.assertEqual(self.one(text, fields.F_INT, -3, 7), value)

    def test_decimal(self):
        for text, value in (
            (b"16", 160),
            (b"16.04", 160),
            (b"-1.5", -15),
            (b"1.5e1", 150),
            (b"0.0000000001", 0),
            (b"0.00", 0),
            (b"1000.0", 10000),
            (b"1000.1", (E_RANGE,)),
            (b"-10.1", (E_RANGE,)),
            (b"1e20", (E_RANGE,)),
            (b'"16"', (E_TYPE,)),
            (b"true", (E_TYPE,)),
            (b"{}", (E_TYPE,)),
        ):
            self.assertEqual(self.one(text, fields.F_DECIMAL, 1, -100, 10000), value)
        self.assertEqual(self.one(b"16.9", fields.F_DECIMAL, 0, 0, 100), 16)
        self.assertEqual(self.one(b"1.23456789", fields.F_DECIMAL, 3, 0, 10000), 1234)

    def test_text(self):
        for text in (b'""', b'"abcd"', b'"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"', b'"\\u00e4\\n\\"x"'):
            idx = self.one(text, fields.F_TEXT, 4)
            self.assertEqual(self.reader.kind(idx), T_STRING)
        self.assertEqual(self.one(b'"abcde"', fields.F_TEXT, 4), (E_LENGTH,))
        self.assertEqual(self.one(b'"\\u00e4bcde"', fields.F_TEXT, 4), (E_LENGTH,))
        for text in (b"1", b"true", b"[]", b"{}"):
            self.assertEqual(self.one(text, fields.F_TEXT, 4), (E_TYPE,))

    def test_word(self):
        words = (b"Hard", b"Soft", b"Softer")
        for text, value in (
            (b'"Hard"', 0),
            (b'"Softer"', 2),
            (b'"S\\u006fft"', 1),
            (b'"soft"', (E_RANGE,)),
            (b'"Soften"', (E_RANGE,)),
            (b'"S\\u006f"', (E_RANGE,)),
            (b'""', (E_RANGE,)),
            (b"1", (E_TYPE,)),
            (b"[]", (E_TYPE,)),
        ):
            self.assertEqual(self.one(text, fields.F_WORD, words), value)

    def test_time(self):
        for text, value in (
            (b'"2024-01-01T00:00:07Z"', 7),
            (b'"2024-01-01T00:00:0\\u0037Z"', 7),
            (b'"1999-01-01T00:00:00Z"', 0),
            (b'"2099-01-01T00:00:00Z"', 1073001599),
            (b'"soon"', (E_RANGE,)),
            (b'"so\\u006fn"', (E_RANGE,)),
            (b"7", (E_TYPE,)),
            (b"{}", (E_TYPE,)),
        ):
            self.assertEqual(self.one(text, fields.F_TIME), value)

    def test_instant_of_any_year(self):
        for text in (b'"2013-01-01T08:00:00+01:00"', b'"0001-01-01T0\\u0030:00:00Z"'):
            idx = self.one(text, fields.F_INSTANT)
            self.assertEqual(self.reader.raw_time(idx), TIME_BEFORE)
        for text, code in (
            (b'"soon"', E_RANGE),
            (b'"2013-01-01"', E_RANGE),
            (b"7", E_TYPE),
            (b"[]", E_TYPE),
            (b"true", E_TYPE),
        ):
            self.assertEqual(self.one(text, fields.F_INSTANT), (code,))

    def test_bool(self):
        for text, value in (
            (b"true", 1),
            (b"false", 0),
            (b"1", (E_TYPE,)),
            (b'"true"', (E_TYPE,)),
        ):
            self.assertEqual(self.one(text, fields.F_BOOL), value)

    def test_uri(self):
        for text in (b'"ftp://x/y"', b'"f\\u0074p:x"'):
            self.assertEqual(self.reader.kind(self.one(text, fields.F_URI, 20)), T_STRING)
        for text, code in (
            (b'"no scheme"', E_RANGE),
            (b'""', E_RANGE),
            (b'"ftp://a-very-long-host"', E_LENGTH),
            (b"1", E_TYPE),
        ):
            self.assertEqual(self.one(text, fields.F_URI, 20), (code,))

    def test_object_any(self):
        idx = self.one(b'{"a":[{"b":1}]}', fields.F_OBJECT_ANY)
        self.assertEqual((self.reader.kind(idx), self.reader.count(idx)), (T_OBJECT, 1))
        for text in (b"[]", b"1", b'"x"', b"true"):
            self.assertEqual(self.one(text, fields.F_OBJECT_ANY), (E_TYPE,))

    def test_array_text(self):
        idx = self.one(b'["a","bc","\\u00e4\\u00e4"]', fields.F_ARRAY_TEXT, 2)
        self.assertEqual((self.reader.kind(idx), self.reader.count(idx)), (T_ARRAY, 3))
        self.assertEqual(self.reader.count(self.one(b"[]", fields.F_ARRAY_TEXT, 2)), 0)
        for text, code in (
            (b'["a","abc"]', E_LENGTH),
            (b'["a",1]', E_TYPE),
            (b'["a",null]', E_TYPE),
            (b'["a",["b"]]', E_TYPE),
            (b'"a"', E_TYPE),
            (b"{}", E_TYPE),
        ):
            self.assertEqual(self.one(text, fields.F_ARRAY_TEXT, 2), (code,))

    def test_any(self):
        for text in (b"1", b'"x"', b"[[1]]", b'{"a":{}}', b"true"):
            idx = self.one(text, fields.F_ANY)
            self.assertTrue(idx > 0)


class MemberTest(FieldCase):
    rows = (
        (b"a", fields.F_INT, REQUIRED, 0, 9),
        (b"b", fields.F_INT, OPTIONAL, 0, 9),
        (b"ab", fields.F_TEXT, OPTIONAL, 9),
    )

    def values(self, text):
        """Return the values, or the code."""
        code = self.check(self.rows, text)
        return list(self.reader.values[:2]) if code == OK else code

    def test_takes_members_in_any_order(self):
        self.assertEqual(self.values(b'{"a":1,"b":2,"ab":""}'), [1, 2])
        self.assertEqual(self.values(b'{"ab":"","b":2,"a":1}'), [1, 2])
        self.assertEqual(self.values(b'{"b":2,"ab":"","a":1}'), [1, 2])

    def test_takes_null_and_absence_for_the_same(self):
        self.assertEqual(self.values(b'{"a":1,"b":null}'), [1, ABSENT])
        self.assertEqual(self.values(b'{"a":1}'), [1, ABSENT])
        self.assertEqual(self.values(b'{"a":null}'), E_MISSING)
        self.assertEqual(self.values(b"{}"), E_MISSING)

    def test_forgets_the_values_of_the_message_before(self):
        self.values(b'{"a":1,"b":2}')

        self.assertEqual(self.values(b'{"a":3}'), [3, ABSENT])

    def test_refuses_members_that_the_message_does_not_have(self):
        for text in (
            b'{"a":1,"c":2}',
            b'{"a":1,"A":2}',
            b'{"a":1,"":2}',
            b'{"a":1,"abc":2}',
            b'{"a":1,"c":null}',
            b'{"a":1,"' + b"x" * 300 + b'\\n":1}',
        ):
            self.assertEqual(self.values(text), E_UNKNOWN_FIELD)

    def test_refuses_a_member_that_comes_twice(self):
        self.assertEqual(self.values(b'{"a":1,"a":1}'), E_SYNTAX)
        self.assertEqual(self.values(b'{"a":1,"\\u0061":1}'), E_SYNTAX)
        self.assertEqual(self.values(b'{"a":1,"a":null}'), E_SYNTAX)

    def test_knows_a_name_with_escapes(self):
        self.assertEqual(self.values(b'{"\\u0061":1,"\\u0062":2}'), [1, 2])

    def test_reports_the_first_violation(self):
        self.assertEqual(self.values(b'{"b":10,"c":1}'), E_RANGE)
        self.assertEqual(self.values(b'{"c":1,"b":10}'), E_UNKNOWN_FIELD)

    def test_takes_null_for_an_object_without_members(self):
        self.assertEqual(self.check(self.rows, b"null"), E_MISSING)
        self.assertEqual(self.check(self.rows[1:], b"null"), OK)
        self.assertEqual(list(self.reader.values[:2]), [ABSENT, ABSENT])
        self.assertEqual(self.check((), b"null"), OK)

    def test_refuses_what_is_no_object(self):
        for text in (b"[]", b"1", b'"a"', b'"\\n"', b"1.5", b"true"):
            self.assertEqual(self.check(self.rows, text), E_TYPE)

    def test_refuses_a_token_that_is_not_there(self):
        self.reader.parse(b"{}", 2)
        table = fields.table(())

        self.assertEqual(fields.check(self.reader, E_MISSING, table), E_MISSING)
        self.assertEqual(fields.check(self.reader, 1, table), E_MISSING)

    def test_takes_nothing_when_there_is_nothing_to_take(self):
        self.assertEqual(self.check((), b"{}"), OK)
        self.assertEqual(self.check((), b'{"a":1}'), E_UNKNOWN_FIELD)

    def test_checks_a_table_of_28_rows(self):
        rows = [(b"m%d" % i, fields.F_INT, REQUIRED, 0, 99) for i in range(28)]
        text = b"{" + b",".join([b'"m%d":%d' % (i, i) for i in range(27, -1, -1)]) + b"}"

        self.assertEqual(self.check(rows, text), OK)
        self.assertEqual(list(self.reader.values[:28]), list(range(28)))
        self.assertEqual(self.check(rows, text.replace(b'"m27":27,', b"")), E_MISSING)


class NestedTest(FieldCase):
    period = (
        (b"start", fields.F_INT, REQUIRED, 0, 99),
        (b"limit", fields.F_DECIMAL, REQUIRED, 1, 0, 1000),
        (b"phases", fields.F_INT, OPTIONAL, 1, 3),
    )
    schedule = (
        (b"unit", fields.F_WORD, REQUIRED, (b"A", b"W")),
        (b"periods", fields.F_ARRAY_OBJECT, REQUIRED, period, 50),
    )
    rows = (
        (b"id", fields.F_INT, REQUIRED, 0, 9),
        (b"schedule", fields.F_OBJECT, OPTIONAL, schedule),
        (b"level", fields.F_INT, OPTIONAL, 0, 9),
    )

    def test_puts_the_rows_of_an_object_behind_its_own(self):
        text = b'{"id":1,"level":3,"schedule":{"periods":[],"unit":"W"}}'

        self.assertEqual(self.check(self.rows, text), OK)
        values = self.reader.values
        self.assertEqual(values[0], 1)
        self.assertEqual(self.reader.kind(values[1]), T_OBJECT)
        self.assertEqual(values[2], 1)
        self.assertEqual(self.reader.kind(values[3]), T_ARRAY)
        self.assertEqual(values[5], 3)

    def test_leaves_the_rows_of_an_absent_object_absent(self):
        self.check(self.rows, b'{"id":1,"schedule":{"periods":[],"unit":"W"}}')
        self.assertEqual(self.check(self.rows, b'{"id":1}'), OK)

        self.assertEqual(list(self.reader.values[:6]), [1] + [ABSENT] * 5)

    def test_puts_the_values_of_items_one_behind_the_other(self):
        text = (
            b'{"id":1,"schedule":{"unit":"A","periods":[{"start":0,"limit":16},'
            b'{"limit":6.5,"start":9,"phases":3},{"start":10,"limit":0}]},"level":2}'
        )

        self.assertEqual(self.check(self.rows, text), OK)
        values = self.reader.values
        at = values[4]
        expected = [0, 160, ABSENT, 9, 65, 3, 10, 0, ABSENT]
        self.assertEqual(list(values[at : at + 9]), expected)
        self.assertEqual(values[5], 2)

    def test_keeps_no_values_of_items_when_there_is_no_room_for_all(self):
        for count, is_kept in ((40, True), (41, False)):
            items = b",".join([b'{"start":1,"limit":1}'] * count)
            text = b'{"schedule":{"unit":"A","periods":[' + items + b']},"level":2,"id":1}'

            self.assertEqual(self.check(self.rows, text), OK)
            self.assertEqual(self.reader.count(self.reader.values[3]), count)
            self.assertEqual(self.reader.values[4] != ABSENT, is_kept)
            self.assertEqual(self.reader.values[5], 2)

    def test_reports_violations_inside(self):
        head = b'{"id":1,"schedule":{"unit":"A","periods":['
        for items, code in (
            (b'{"start":1,"limit":1},{"start":1}', E_MISSING),
            (b'{"start":1,"limit":1},{"start":100,"limit":1}', E_RANGE),
            (b'{"start":1,"limit":1,"x":1}', E_UNKNOWN_FIELD),
            (b'{"start":1,"limit":"1"}', E_TYPE),
            (b'{"start":1,"limit":1,"start":1}', E_SYNTAX),
            (b"1", E_TYPE),
            (b"null", E_TYPE),
            (b"[]", E_TYPE),
            (b",".join([b'{"start":1,"limit":1}'] * 51), E_TOO_MANY),
        ):
            self.assertEqual(self.check(self.rows, head + items + b"]}}"), code)
        for schedule, code in (
            (b'{"unit":"A"}', E_MISSING),
            (b'{"unit":"A","periods":null}', E_MISSING),
            (b'{"unit":"A","periods":{}}', E_TYPE),
            (b'{"unit":"A","periods":"x\\n"}', E_TYPE),
            (b"[]", E_TYPE),
            (b"1.5", E_TYPE),
        ):
            self.assertEqual(self.check(self.rows, b'{"id":1,"schedule":' + schedule + b"}"), code)

    def test_still_demands_the_members_behind_a_nested_object(self):
        text = b'{"schedule":{"unit":"A","periods":[{"start":1,"limit":1}]},"level":1}'

        self.assertEqual(self.check(self.rows, text), E_MISSING)

    def test_keeps_the_values_of_two_arrays_apart(self):
        item = ((b"n", fields.F_INT, REQUIRED, 0, 9),)
        rows = (
            (b"p", fields.F_ARRAY_OBJECT, REQUIRED, item, 5),
            (b"q", fields.F_ARRAY_OBJECT, REQUIRED, item, 5),
        )

        self.assertEqual(self.check(rows, b'{"q":[{"n":1},{"n":2}],"p":[{"n":3}]}'), OK)
        values = self.reader.values
        self.assertEqual(values[values[1]], 3)
        self.assertEqual([values[values[3]], values[values[3] + 1]], [1, 2])

    def test_checks_arrays_and_objects_inside_items(self):
        inner = ((b"n", fields.F_INT, REQUIRED, 0, 9),)
        item = (
            (b"o", fields.F_OBJECT, OPTIONAL, inner),
            (b"l", fields.F_ARRAY_OBJECT, OPTIONAL, inner, 2),
            (b"k", fields.F_INT, OPTIONAL, 0, 9),
        )
        rows = ((b"list", fields.F_ARRAY_OBJECT, REQUIRED, item, 5),)

        text = b'{"list":[{"o":{"n":1},"l":[{"n":2},{"n":3}],"k":4},{"k":5}]}'
        self.assertEqual(self.check(rows, text), OK)
        values = self.reader.values
        at = values[1]
        self.assertEqual((values[at + 1], values[at + 3], values[at + 4]), (1, ABSENT, 4))
        self.assertEqual((values[at + 5], values[at + 9]), (ABSENT, 5))
        for bad, code in (
            (b'{"list":[{"l":[{"n":1},{"n":2},{"n":3}]}]}', E_TOO_MANY),
            (b'{"list":[{"l":[{"n":10}]}]}', E_RANGE),
            (b'{"list":[{"o":{}}]}', E_MISSING),
        ):
            self.assertEqual(self.check(rows, bad), code)


class TableTest(unittest.TestCase):
    def test_refuses_a_table_that_cannot_be_checked(self):
        many = [(b"m%d" % i, fields.F_ANY, OPTIONAL) for i in range(29)]
        wide = ((b"w", fields.F_ANY, OPTIONAL),) * 27
        deep = ((b"d", fields.F_ANY, OPTIONAL),)
        for _ in range(8):
            deep = ((b"d", fields.F_OBJECT, OPTIONAL, deep),)
        full = tuple([(b"o", fields.F_OBJECT, OPTIONAL, wide)] * 5)
        for rows in (many, deep, full):
            with self.assertRaises(ConfigError):
                fields.table(rows)

    def test_takes_a_table_that_is_compiled_already_as_a_part(self):
        inner = ((b"n", fields.F_INT, REQUIRED, 0, 9),)
        plain = fields.table(((b"o", fields.F_OBJECT, OPTIONAL, inner),))
        ready = fields.table(((b"o", fields.F_OBJECT, OPTIONAL, fields.table(inner)),))

        self.assertEqual(plain, ready)


class CodeTest(unittest.TestCase):
    def test_names_the_callerror_of_each_violation(self):
        for code, word in (
            (E_MISSING, b"OccurenceConstraintViolation"),
            (E_TOO_MANY, b"OccurenceConstraintViolation"),
            (E_TYPE, b"TypeConstraintViolation"),
            (E_RANGE, b"PropertyConstraintViolation"),
            (E_LENGTH, b"PropertyConstraintViolation"),
            (E_UNKNOWN_FIELD, b"FormationViolation"),
            (E_SYNTAX, b"FormationViolation"),
            (-99, b"GenericError"),
        ):
            self.assertEqual(code_for(code), word)

    def test_numbers_the_codes_of_the_server(self):
        reader = JsonReader()
        text = b'["NotImplemented","GenericError","formationviolation",7]'
        reader.parse(text, len(text))

        self.assertEqual(
            [code_number(reader, reader.item(0, i)) for i in range(5)], [1, 10, 0, 0, 0]
        )
        self.assertEqual(reader.error, OK)


if __name__ == "__main__":
    unittest.main()
