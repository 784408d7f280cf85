"""Checking the fields of a control command."""

import unittest

from boards.host.control_fields import BOOL, INT, NUMBER, REQUIRED, TEXT, WORD, Refusal, take

_ROWS = (
    ("connector", INT, REQUIRED, 1, 2),
    ("amps", NUMBER, 32_000, 0, 100),
    ("auto", BOOL, False, 0, 0),
    ("state", WORD, "B", ("A", "B"), 0),
    ("id_tag", TEXT, "x", 1, 5),
)


def refusal_of(request):
    try:
        take(request, _ROWS)
    except Refusal as refusal:
        return str(refusal)
    return None


class TakeTest(unittest.TestCase):
    def test_fills_in_defaults(self):
        values = take({"cmd": "x", "connector": 1}, _ROWS)

        self.assertEqual(values["amps"], 32_000)
        self.assertEqual(values["auto"], False)

    def test_delivers_numbers_as_thousandths(self):
        self.assertEqual(take({"connector": 1, "amps": 15.8}, _ROWS)["amps"], 15_800)
        self.assertEqual(take({"connector": 1, "amps": 6}, _ROWS)["amps"], 6_000)

    def test_names_the_wrong_field(self):
        wrong = (
            ({}, "connector"),
            ({"connector": "1"}, "connector"),
            ({"connector": 1.5}, "connector"),
            ({"connector": True}, "connector"),
            ({"connector": 0}, "connector"),
            ({"connector": 3}, "connector"),
            ({"connector": 1, "amps": "16"}, "amps"),
            ({"connector": 1, "amps": -1}, "amps"),
            ({"connector": 1, "amps": float("nan")}, "amps"),
            ({"connector": 1, "amps": float("inf")}, "amps"),
            ({"connector": 1, "auto": 1}, "auto"),
            ({"connector": 1, "state": "C"}, "state"),
            ({"connector": 1, "id_tag": ""}, "id_tag"),
            ({"connector": 1, "id_tag": "123456"}, "id_tag"),
            ({"connector": 1, "id_tag": 5}, "id_tag"),
            ({"connector": 1, "id_tag": chr(0xD83D)}, "id_tag"),
            ({"connector": 1, "ampz": 5}, "ampz"),
        )
        for request, field in wrong:
            with self.subTest(str(request)):
                self.assertIn("field '{}'".format(field), refusal_of(request) or "taken")

    def test_takes_null_as_absent(self):
        self.assertIn("missing", refusal_of({"connector": None}))
        self.assertIsNone(refusal_of({"connector": 1, "amps": None}))
