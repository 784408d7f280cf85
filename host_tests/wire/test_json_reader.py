"""JsonReader: what it takes, what it refuses, and what its accessors say."""

import unittest

from chargecore.base.codes import (
    E_LENGTH,
    E_MISSING,
    E_RANGE,
    E_SYNTAX,
    E_TOO_DEEP,
    E_TOO_MANY,
    E_TYPE,
    OK,
)
from chargecore.base.errors import ConfigError
from chargecore.wire.json_reader import (
    T_ARRAY,
    T_FALSE,
    T_NONE,
    T_NULL,
    T_NUMBER,
    T_OBJECT,
    T_STRING,
    T_TRUE,
    JsonReader,
)
from fakes.json_cases import BAD, GOOD

_INT_MIN = -0x7FFFFFFF - 1
_INT_MAX = 0x7FFFFFFF


def parse(reader, text):
    """Parse text between rubbish: only buf[:length] may count."""
    return reader.parse(bytearray(text + b'"}],1'), len(text))


class VerdictTest(unittest.TestCase):
    def setUp(self):
        self.reader = JsonReader(60, 6)

    def test_takes_what_rfc_8259_allows(self):
        for text in GOOD:
            with self.subTest(text=text):
                self.assertEqual(parse(self.reader, text), OK)

    def test_refuses_what_rfc_8259_does_not_allow(self):
        for text in BAD:
            with self.subTest(text=text):
                self.assertEqual(parse(self.reader, text), E_SYNTAX)
                self.assertEqual(self.reader.kind(0), T_NONE)

    def test_takes_nesting_up_to_its_limit(self):
        self.assertEqual(parse(self.reader, b"[" * 6 + b"]" * 6), OK)
        self.assertEqual(parse(self.reader, b"[" * 7 + b"]" * 7), E_TOO_DEEP)
        self.assertEqual(parse(self.reader, b'{"a":' * 7 + b"1" + b"}" * 7), E_TOO_DEEP)

    def test_counts_depth_not_the_number_of_arrays(self):
        self.assertEqual(parse(self.reader, b"[" + b"[[[]]]," * 10 + b"[]]"), OK)

    def test_takes_tokens_up_to_its_limit(self):
        self.assertEqual(parse(self.reader, b"[" + b"1," * 58 + b"1]"), OK)
        self.assertEqual(parse(self.reader, b"[" + b"1," * 59 + b"1]"), E_TOO_MANY)

    def test_refuses_a_text_beyond_its_positions(self):
        text = bytearray(b" " * 65536)
        text[0] = 0x31

        self.assertEqual(self.reader.parse(text, 65535), OK)
        self.assertEqual(self.reader.parse(text, 65536), E_TOO_MANY)
        self.assertEqual(self.reader.kind(0), T_NONE)

    def test_forgets_the_message_before_when_one_is_refused(self):
        parse(self.reader, b'{"a":1}')
        parse(self.reader, b'{"a":')

        self.assertEqual(self.reader.find(0, b"a"), E_MISSING)
        self.assertEqual(self.reader.count(0), 0)

    def test_refuses_limits_that_its_tokens_cannot_hold(self):
        for tokens, depth in ((0, 5), (8001, 5), (10, 0), (10, 101)):
            with self.assertRaises(ConfigError):
                JsonReader(tokens, depth)


class WalkTest(unittest.TestCase):
    def setUp(self):
        self.reader = JsonReader()

    def test_tells_the_kind_of_each_token(self):
        parse(self.reader, b'[{},[],"",0,true,false,null]')
        kinds = [self.reader.kind(self.reader.item(0, i)) for i in range(8)]

        expected = [T_OBJECT, T_ARRAY, T_STRING, T_NUMBER, T_TRUE, T_FALSE, T_NULL, T_NONE]
        self.assertEqual(kinds, expected)

    def test_steps_over_children(self):
        parse(self.reader, b'[[1,[2,3]],{"a":{"b":1}},4]')
        first = self.reader.first(0)
        second = self.reader.next(first)
        third = self.reader.next(second)

        self.assertEqual(self.reader.count(first), 2)
        self.assertEqual(self.reader.count(second), 1)
        self.assertEqual(self.reader.int_value(third, 0, 9), 4)

    def test_finds_a_member_among_others(self):
        parse(self.reader, b'{"ab":1,"a":2,"abc":{"a":9},"\\u0062":3}')
        found = [
            self.reader.int_value(self.reader.find(0, key), 0, 9) for key in (b"a", b"ab", b"b")
        ]

        self.assertEqual(found, [2, 1, 3])
        self.assertEqual(self.reader.find(0, b"c"), E_MISSING)
        self.assertEqual(self.reader.find(0, b""), E_MISSING)

    def test_takes_the_last_of_double_members(self):
        parse(self.reader, b'{"a":1,"a":2,"\\u0061":3}')

        self.assertEqual(self.reader.int_value(self.reader.find(0, b"a"), 0, 9), 3)

    def test_has_nothing_in_anything_but_an_object_or_array(self):
        parse(self.reader, b'["x\\n",1.5,[],{}]')
        for idx in (1, 2, 3, 4, -6, 5, 1000):
            self.assertEqual(self.reader.first(idx), E_MISSING)
            self.assertEqual(self.reader.item(idx, 0), E_MISSING)
            self.assertEqual(self.reader.find(idx, b"a"), E_MISSING)
            self.assertEqual(self.reader.count(idx), 0)

    def test_has_no_item_beyond_the_ends(self):
        parse(self.reader, b"[1,2]")

        self.assertEqual(self.reader.item(0, 2), E_MISSING)
        self.assertEqual(self.reader.item(0, -1), E_MISSING)
        self.assertEqual(self.reader.next(-6), E_MISSING)


class TextTest(unittest.TestCase):
    def setUp(self):
        self.reader = JsonReader()
        self.dst_buf = bytearray(400)

    def copy(self, text, max_chars=50):
        parse(self.reader, text)
        length = self.reader.copy_text(0, self.dst_buf, max_chars)
        return bytes(self.dst_buf[:length]) if length >= 0 else length

    def test_decodes_escapes_and_utf_8(self):
        for text, plain in (
            (b'""', b""),
            (b'"abc"', b"abc"),
            (b'"\\"\\\\\\/\\b\\f\\n\\r\\t"', b'"\\/\b\f\n\r\t'),
            (b'"\\u0000\\u007f"', b"\x00\x7f"),
            (b'"\\u00e4\\u20AC"', b"\xc3\xa4\xe2\x82\xac"),
            (b'"\\ud83d\\ude00"', b"\xf0\x9f\x98\x80"),
            (b'"\xf0\x9f\x98\x80"', b"\xf0\x9f\x98\x80"),
            (b'"\\ud83d"', b"\xef\xbf\xbd"),
            (b'"\\ude00x"', b"\xef\xbf\xbdx"),
        ):
            self.assertEqual(self.copy(text), plain)

    def test_refuses_more_characters_than_allowed(self):
        self.assertEqual(
            self.copy(b'"\xc3\xa4\\u00e4\\ud83d\\ude00"', 3), b"\xc3\xa4" * 2 + b"\xf0\x9f\x98\x80"
        )
        self.assertEqual(self.copy(b'"abcd"', 3), E_LENGTH)
        self.assertEqual(self.copy(b'"\xc3\xa4\\u00e4\\n\\n"', 3), E_LENGTH)

    def test_refuses_more_bytes_than_there_is_room_for(self):
        parse(self.reader, b'"abcd"')

        self.assertEqual(self.reader.copy_text(0, bytearray(3), 50), E_LENGTH)
        self.assertEqual(self.reader.copy_text(0, bytearray(4), 50), 4)

    def test_copies_nothing_but_strings(self):
        for text in (b"1", b"[]", b"null", b"true"):
            self.assertEqual(self.copy(text), E_TYPE)

    def test_counts_characters(self):
        parse(self.reader, b'"a\xc3\xa4\\u00e4\\ud83d\\ude00\\n\xf0\x9f\x98\x80"')

        self.assertEqual(self.reader.char_count(0), 6)
        self.assertEqual(self.reader.char_count(-6), 0)

    def test_compares_whole_texts(self):
        parse(self.reader, b'["abc","a\\u0062c","AbC","","a","abcd",1]')
        same = [self.reader.equals(self.reader.item(0, i), b"abc") for i in range(8)]
        same_ci = [self.reader.equals_ci(self.reader.item(0, i), b"aBc") for i in range(8)]

        self.assertEqual(same, [True, True] + [False] * 6)
        self.assertEqual(same_ci, [True, True, True] + [False] * 5)

    def test_ignores_the_case_of_letters_only(self):
        parse(self.reader, b'["@[`{","aZ"]')

        self.assertFalse(self.reader.equals_ci(1, b"`{@["))
        self.assertTrue(self.reader.equals_ci(2, b"Az"))

    def test_finds_the_place_of_a_word(self):
        words = (b"Hard", b"Soft", b"Softer")
        parse(self.reader, b'["Soft","S\\u006ffter","soft","",1,null]')
        for i, expected in enumerate(
            ((1, OK), (2, OK), (0, E_RANGE), (0, E_RANGE), (0, E_TYPE), (0, E_TYPE))
        ):
            self.reader.clear()
            place = self.reader.word_index(self.reader.item(0, i), words)
            self.assertEqual((place, self.reader.error), expected)
        self.reader.clear()
        self.reader.word_index(E_MISSING, words)
        self.assertEqual(self.reader.error, E_MISSING)

    def test_compares_no_escaped_text_that_is_very_long(self):
        parse(self.reader, b'["' + b"x" * 300 + b'","' + b"x" * 300 + b'\\n"]')

        self.assertTrue(self.reader.equals(1, b"x" * 300))
        self.assertFalse(self.reader.equals(2, b"x" * 300 + b"\n"))
        self.assertFalse(self.reader.is_uri(2))

    def test_knows_a_scheme(self):
        texts = (
            b"ws://h",
            b"a+b-c.1:x",
            b"w\\u0073:",
            b":x",
            b"1a:x",
            b"a b:x",
            b"abc",
            b"",
            b"\xc3\xa4:",
        )
        parse(self.reader, b'["' + b'","'.join(texts) + b'",1]')
        known = [bool(self.reader.is_uri(self.reader.item(0, i))) for i in range(len(texts) + 1)]

        self.assertEqual(known, [True] * 3 + [False] * 7)


class NumberTest(unittest.TestCase):
    def setUp(self):
        self.reader = JsonReader()

    def int_of(self, text, low=_INT_MIN, high=_INT_MAX):
        parse(self.reader, text)
        value = self.reader.int_value(0, low, high)
        return value if self.reader.error == OK else (value, self.reader.error)

    def scaled(self, text, decimals=1):
        parse(self.reader, text)
        value = self.reader.scaled_value(0, decimals)
        return value if self.reader.error == OK else (value, self.reader.error)

    def test_reads_whole_numbers_of_32_bit(self):
        for value in (0, 7, -7, 999999999, 1000000000, _INT_MAX, _INT_MIN):
            self.assertEqual(self.int_of(b"%d" % value), value)
        self.assertEqual(self.int_of(b"-0"), 0)

    def test_refuses_whole_numbers_beyond_32_bit(self):
        for text in (b"2147483648", b"-2147483649", b"4294967296", b"99999999999", b"1" * 40):
            self.assertEqual(self.int_of(text), (0, E_RANGE))

    def test_refuses_numbers_outside_the_limits_given(self):
        self.assertEqual(self.int_of(b"5", 5, 5), 5)
        self.assertEqual(self.int_of(b"4", 5, 9), (0, E_RANGE))
        self.assertEqual(self.int_of(b"10", 5, 9), (0, E_RANGE))
        self.assertEqual(self.int_of(b"-1", 0, 9), (0, E_RANGE))

    def test_takes_no_other_form_for_a_whole_number(self):
        for text in (b"1.0", b"1e2", b'"1"', b"true", b"null", b"[1]", b"{}"):
            self.assertEqual(self.int_of(text), (0, E_TYPE))

    def test_scales_decimals_and_cuts_toward_zero(self):
        for text, decimals, value in (
            (b"16", 1, 160),
            (b"16.0", 1, 160),
            (b"16.25", 1, 162),
            (b"-16.29", 1, -162),
            (b"0.05", 1, 0),
            (b"-0.05", 1, 0),
            (b"1.5e2", 1, 1500),
            (b"15e-1", 1, 15),
            (b"1e-5", 1, 0),
            (b"1.999", 0, 1),
            (b"0.001", 3, 1),
            (b"107374182.3", 1, 1073741823),
            (b"0.00000000000000000000001", 3, 0),
            (b"0e99999999999", 3, 0),
            (b"1e-99999999999", 3, 0),
        ):
            self.assertEqual(self.scaled(text, decimals), value)

    def test_refuses_decimals_beyond_30_bit(self):
        for text in (b"107374182.4", b"1e9", b"-1e99", b"1e99999999999", b"1" + b"0" * 50):
            self.assertEqual(self.scaled(text), (0, E_RANGE))

    def test_scales_nothing_but_numbers(self):
        for text in (b'"1.5"', b"true", b"null", b"[]"):
            self.assertEqual(self.scaled(text), (0, E_TYPE))

    def test_reads_booleans(self):
        parse(self.reader, b'[true,false,1,"true"]')

        self.assertTrue(self.reader.bool_value(1))
        self.assertFalse(self.reader.bool_value(2))
        self.assertEqual(self.reader.error, OK)
        self.assertFalse(self.reader.bool_value(3))
        self.assertEqual(self.reader.error, E_TYPE)

    def test_keeps_the_first_error_until_it_is_cleared(self):
        parse(self.reader, b'{"a":"x"}')
        self.reader.int_value(self.reader.find(0, b"b"), 0, 9)
        self.reader.int_value(self.reader.find(0, b"a"), 0, 9)
        self.assertEqual(self.reader.error, E_MISSING)

        self.reader.clear()
        self.reader.int_value(self.reader.find(0, b"a"), 0, 9)
        self.assertEqual(self.reader.error, E_TYPE)

    def test_gives_missing_for_a_chain_that_leads_nowhere(self):
        parse(self.reader, b'{"a":{}}')
        reader = self.reader
        idx = reader.item(reader.find(reader.find(0, b"x"), b"y"), 3)

        self.assertEqual(reader.int_value(idx, 0, 9), 0)
        self.assertEqual(reader.error, E_MISSING)


class TimeValueTest(unittest.TestCase):
    def setUp(self):
        self.reader = JsonReader()

    def test_reads_a_time_and_its_milliseconds(self):
        parse(self.reader, b'["2024-01-02T00:00:01.250Z","2024-01-01T00:00:0\\u0032Z"]')

        self.assertEqual(self.reader.time_value(1), 86401)
        self.assertEqual(self.reader.time_ms, 250)
        self.assertEqual(self.reader.time_value(2), 2)
        self.assertEqual(self.reader.time_ms, 0)
        self.assertEqual(self.reader.error, OK)

    def test_refuses_what_is_no_time_or_not_in_its_years(self):
        for text, code in (
            (b'"now"', E_RANGE),
            (b'"2023-12-31T23:59:59Z"', E_RANGE),
            (b'"2058-01-01T00:00:00Z"', E_RANGE),
            (b"1", E_TYPE),
            (b"null", E_TYPE),
        ):
            parse(self.reader, text)
            self.assertEqual(self.reader.time_value(0), 0)
            self.assertEqual(self.reader.error, code)

    def test_cuts_limits_of_validity_to_its_years(self):
        parse(self.reader, b'["1999-01-01T00:00:00Z","2099-01-01T00:00:00Z","never"]')

        self.assertEqual(self.reader.time_clamped(1), 0)
        self.assertEqual(self.reader.time_clamped(2), 1073001599)
        self.assertEqual(self.reader.error, OK)
        self.reader.time_clamped(3)
        self.assertEqual(self.reader.error, E_RANGE)


if __name__ == "__main__":
    unittest.main()
