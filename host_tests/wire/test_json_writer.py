"""JsonWriter: every kind of value, through windows of every size."""

import json
import unittest

from chargecore.wire.json_writer import JsonWriter

_INT_MIN = -0x7FFFFFFF - 1
_INT_MAX = 0x7FFFFFFF


def written(render, size=4096):
    """Return the whole message, put together from windows of that size."""
    buf = bytearray(size)
    writer = JsonWriter(buf)
    text = b""
    while True:
        writer.begin(len(text))
        render(writer)
        text += bytes(buf[: writer.filled])
        if len(text) == writer.length:
            return text
        if not writer.filled:
            raise ValueError("an empty window")


def render_everything(w):
    """Call every method at least once, first and behind a comma."""
    w.open_array()
    w.text(b"")
    w.text(b"plain")
    w.text(b'"\\/\x00\x1f\x7f\b\f\n\r\t\x0b')
    w.text("\u00e4\u20ac\U0001f600".encode())
    w.text(b"bad\xff\xc3\xed\xa0\x80")
    w.text(bytearray(b"buffer"))
    w.text_range(b"xx\xc3\xa4\xc3yy", 2, 5)
    w.text_range(b"abc", 1, 1)
    w.int(0)
    w.int(_INT_MIN)
    w.int_text(_INT_MAX)
    w.fixed(163, 1)
    w.fixed(-5, 3)
    w.fixed_text(-1234567, 9)
    w.boolean(True)
    w.boolean(False)
    w.null()
    w.raw(b'{"raw":[1]}')
    w.raw_range(b"xx[2]yy", 2, 5)
    w.time(0)
    w.time(91447200, 7)
    w.open_object()
    w.close_object()
    w.open_object()
    w.key(b"a")
    w.open_array()
    w.close_array()
    w.key(b"b")
    w.time(1)
    w.member(b"c", b"d")
    w.member(b"", b"")
    w.member(b"e", b'"\xc3\xa4\xff')
    w.raw(b'"f":1')
    w.close_object()
    w.int(1)
    w.close_array()


_EVERYTHING = [
    "",
    "plain",
    '"\\/\x00\x1f\x7f\b\f\n\r\t\x0b',
    "\u00e4\u20ac\U0001f600",
    "bad" + "\ufffd" * 5,
    "buffer",
    "\u00e4\ufffd",
    "",
    0,
    _INT_MIN,
    "2147483647",
    16.3,
    -0.005,
    "-0.001234567",
    True,
    False,
    None,
    {"raw": [1]},
    [2],
    "2024-01-01T00:00:00Z",
    "2026-11-24T10:00:00.007Z",
    {},
    {"a": [], "b": "2024-01-01T00:00:01Z", "c": "d", "": "", "e": '"\u00e4\ufffd', "f": 1},
    1,
]


class MessageTest(unittest.TestCase):
    def test_writes_what_json_reads_back(self):
        self.assertEqual(json.loads(written(render_everything)), _EVERYTHING)

    def test_writes_the_same_through_windows_of_every_size(self):
        whole = written(render_everything)
        for size in range(1, len(whole) + 2):
            self.assertEqual(written(render_everything, size), whole)

    def test_writes_no_spaces(self):
        def render(w):
            w.open_object()
            w.key(b"a")
            w.open_array()
            w.int(1)
            w.int(2)
            w.close_array()
            w.member(b"b", b"c")
            w.key(b"d")
            w.null()
            w.close_object()

        self.assertEqual(written(render), b'{"a":[1,2],"b":"c","d":null}')

    def test_tells_length_and_fill_of_a_window(self):
        writer = JsonWriter(bytearray(4))
        seen = []
        for start in (0, 4, 8, 12, 100):
            writer.begin(start)
            writer.raw(b"0123456789")
            seen.append((writer.length, writer.filled))

        self.assertEqual(seen, [(10, 4), (10, 4), (10, 2), (10, 0), (10, 0)])

    def test_starts_again_without_a_comma(self):
        buf = bytearray(20)
        writer = JsonWriter(buf)
        for _ in range(2):
            writer.begin()
            writer.open_array()
            writer.int(1)
        self.assertEqual(bytes(buf[: writer.filled]), b"[1")

    def test_leaves_the_bytes_behind_its_buffer_alone(self):
        outer = bytearray(b"#" * 60)
        writer = JsonWriter(memoryview(outer)[20:40])
        for start in range(0, 400, 3):
            writer.begin(start)
            render_everything(writer)

        self.assertEqual(bytes(outer[:20]), b"#" * 20)
        self.assertEqual(bytes(outer[40:]), b"#" * 20)


class NumberTest(unittest.TestCase):
    def test_writes_fixed_points(self):
        for value, decimals, text in (
            (0, 0, b"0"),
            (0, 1, b"0.0"),
            (0, 3, b"0.000"),
            (5, 1, b"0.5"),
            (-5, 1, b"-0.5"),
            (10, 1, b"1.0"),
            (163, 1, b"16.3"),
            (-163, 2, b"-1.63"),
            (7, 9, b"0.000000007"),
            (1234567890, 9, b"1.234567890"),
            (_INT_MIN, 0, b"-2147483648"),
            (_INT_MIN, 9, b"-2.147483648"),
            (_INT_MAX, 3, b"2147483.647"),
        ):
            self.assertEqual(written(lambda w, v=value, d=decimals: w.fixed(v, d)), text)
            quoted = written(lambda w, v=value, d=decimals: w.fixed_text(v, d))
            self.assertEqual(quoted, b'"' + text + b'"')


class TextTest(unittest.TestCase):
    def test_escapes_only_what_must_be_escaped(self):
        for byte in range(128):
            text = written(lambda w, b=byte: w.text(bytes([b])))
            is_plain = byte >= 32 and byte not in (34, 92)
            self.assertEqual(len(text) == 3, is_plain)
            self.assertEqual(json.loads(text), chr(byte))

    def test_replaces_what_is_not_utf_8(self):
        for bad in (
            b"\x80",
            b"\xc0\x80",
            b"\xc3",
            b"\xe2\x82",
            b"\xed\xa0\x80",
            b"\xf0\x9f\x98",
            b"\xf4\x90\x80\x80",
            b"\xff",
        ):
            text = json.loads(written(lambda w, b=bad: w.text(b"a" + b + b"z")))
            self.assertEqual(text, "a" + "\ufffd" * len(bad) + "z")


if __name__ == "__main__":
    unittest.main()
