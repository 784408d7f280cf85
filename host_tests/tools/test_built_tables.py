"""built_tables: packed tables stand in the image, their rows do not."""

import unittest
from pathlib import Path

from chargecore.ocpp16 import keys, smart_tables
from chargecore_tools.image.built_tables import build_tables
from chargecore_tools.image.firmware_image import sources_of
from chargecore_tools.image.inline_constants import inline

_ROOT = Path(__file__).resolve().parent.parent.parent
_PACKER = """def pack(rows):
    return bytes(len(row) for row in rows)
"""
_ROWS = "chargecore/store/setting_rows"


def built(text, **others):
    texts = {"chargecore/a": text, _ROWS: _PACKER}
    texts.update({"chargecore/" + name: other for name, other in others.items()})
    return build_tables(texts)["chargecore/a"]


def value_of(text, name):
    space = {}
    lines = [line for line in text.splitlines() if not line.startswith("from chargecore")]
    exec("\n".join(lines), space)
    return space[name]


class TestBuildTables(unittest.TestCase):
    def setUp(self):
        self.head = "from chargecore.store.setting_rows import pack\n"

    def test_puts_what_the_packer_makes(self):
        made = built(self.head + "A = pack((\n    (1, 2),\n    (b'x',),\n))\nB = 1\n")

        self.assertEqual(value_of(made, "A"), b"\x02\x01")
        self.assertEqual(made.splitlines()[5], "B = 1")  # every line where it was

    def test_follows_names_sums_and_imports(self):
        text = (
            self.head + "from chargecore.b import C\n_D = (1,)\nA = pack((_D + (2, 3 * 4), C))\n"
        )

        self.assertEqual(value_of(built(text, b="C = (5,)\n"), "A"), b"\x03\x01")

    def test_leaves_out_rows_that_nobody_else_reads(self):
        text = self.head + "X = (1,)\nY = (X, X)\nA = pack(Y)\ndel X\n"
        made = built(text)

        self.assertEqual(value_of(made, "A"), b"\x01\x01")
        self.assertNotIn("Y", made)
        self.assertNotIn("X", made)

    def test_keeps_rows_that_somebody_reads(self):
        text = self.head + "X = (1,)\nY = (2,)\nA = pack((X, Y))\ndef f():\n    return X\n"
        made = built(text, b="from chargecore.a import Y\n")

        self.assertIn("X = (1,)", made)
        self.assertIn("Y = (2,)", made)

    def test_leaves_a_call_whose_rows_are_made_at_run_time(self):
        text = self.head + "import sys\nX = (sys.platform,)\nA = pack((X,))\n"

        self.assertEqual(built(text), text)

    def test_leaves_a_function_that_only_has_the_name(self):
        text = "from chargecore.b import pack\nA = pack(((1,),))\n"

        self.assertEqual(built(text, b="def pack(rows):\n    return rows\n"), text)

    def test_all_tables_of_the_firmware_are_the_ones_it_would_make(self):
        made = build_tables(inline(sources_of(_ROOT)))

        for name, text in made.items():
            for line in text.splitlines():
                is_packed = " = table(" in line or " = pack(" in line
                self.assertFalse(is_packed and line[0] != " ", (name, line))
        tables = _code_of(made["chargecore/ocpp16/smart_tables"])
        found = value_of(tables, "PROFILE")
        self.assertEqual(found, smart_tables.PROFILE)
        self.assertEqual(value_of(made["chargecore/ocpp16/keys"], "PACKED"), keys.PACKED)


def _code_of(text):
    """Return the assignments of a text."""
    return "\n".join(line for line in text.splitlines() if line[:1].isupper() and " = b" in line)


if __name__ == "__main__":
    unittest.main()
