"""link_groups: what one import brings along is one file, and means what it meant."""

import ast
import sys
import unittest
from importlib.machinery import ModuleSpec
from pathlib import Path

from chargecore_tools.image.built_tables import build_tables
from chargecore_tools.image.firmware_image import sources_of
from chargecore_tools.image.inline_constants import inline
from chargecore_tools.image.link_groups import link_groups
from chargecore_tools.image.link_modules import LINKED

_ROOT = Path(__file__).resolve().parent.parent.parent
_STATION = {
    "main": "from chargecore.top import run\nfound = run()\n",
    "chargecore/__init__": "",
    "chargecore/low": "def deep():\n    return 1\n\n\nX = 5\n",
    "chargecore/top": (
        "from chargecore.low import deep as low\n\n\n"
        "def run():\n    from chargecore.profile import build\n\n"
        "    from chargecore.other import build as other\n\n"
        "    return build(), other(), low()\n"
    ),
    "chargecore/part": (
        "from chargecore.low import deep, X as number\n\n\n"
        "def helper():\n    return deep() + number\n\n\nNAME = 3\n"
    ),
    "chargecore/profile": (
        "from chargecore.low import deep as low\nfrom chargecore.part import NAME, helper\n"
        "from chargecore.shared import count\n\n\n"
        "def build():\n    return helper() + NAME + low() + count()\n"
    ),
    "chargecore/other": (
        "from chargecore.shared import count\nfrom chargecore.aside import helper\n\n\n"
        "def build():\n    return count() * helper()\n"
    ),
    "chargecore/aside": "def helper():\n    return 9\n",
    "chargecore/shared": "from chargecore.shared_part import K\n\n\ndef count():\n    return K\n",
    "chargecore/shared_part": "K = 40\n",
}


def found_by(texts):
    """Run main of {"chargecore/top": text} and return what it found."""
    before = {n: m for n, m in sys.modules.items() if n.split(".")[0] == "chargecore"}
    for name in before:
        del sys.modules[name]

    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            for file in (name.replace(".", "/"), name.replace(".", "/") + "/__init__"):
                if file in texts:
                    is_package = file.endswith("__init__")
                    return ModuleSpec(name, Loader(texts[file]), is_package=is_package)
            return None

    class Loader:
        def __init__(self, text):
            self.text = text

        def create_module(self, spec):
            return None

        def exec_module(self, module):
            exec(self.text, module.__dict__)

    sys.meta_path.insert(0, Finder)
    try:
        space = {}
        exec(texts["main"], space)
        return space["found"]
    finally:
        sys.meta_path.remove(Finder)
        for name in [n for n in sys.modules if n.split(".")[0] == "chargecore"]:
            del sys.modules[name]
        sys.modules.update(before)


class TestLinkGroups(unittest.TestCase):
    def test_everything_means_what_it_meant(self):
        self.assertEqual(found_by(_STATION), (50, 360, 1))
        self.assertEqual(found_by(link_groups(_STATION)[0]), (50, 360, 1))

    def test_each_profile_is_one_file_and_what_they_share_another(self):
        texts, places = link_groups(_STATION)

        self.assertEqual(
            sorted(texts),
            ["chargecore/__init__", LINKED, "chargecore/other", "chargecore/profile"]
            + ["chargecore/shared", "main"],
        )
        self.assertEqual(
            [name for _, name in places["chargecore/profile"]],
            ["chargecore/part", "chargecore/profile"],
        )
        self.assertEqual(
            [name for _, name in places["chargecore/shared"]],
            ["chargecore/shared_part", "chargecore/shared"],
        )

    def test_leaves_what_is_unloaded_by_name(self):
        station = dict(_STATION)
        station["chargecore/top"] += (
            "\n\ndef end():\n    from chargecore.base import unload\n\n"
            "    unload(['chargecore.part'])\n"
            "    unload(['chargecore.' + n for n in 'no.thing shared_part'.split()])\n"
        )
        texts, _ = link_groups(station)

        self.assertIn("chargecore/part", texts)
        self.assertNotIn("chargecore/aside", texts)

    def test_leaves_what_a_board_wants_alone(self):
        station = {**_STATION, "boards/host/board": "from chargecore.part import NAME\n"}
        texts, _ = link_groups(station)

        self.assertIn("chargecore/part", texts)
        self.assertEqual(found_by(texts), (50, 360, 1))

    def test_a_group_that_cannot_be_one_file_is_left(self):
        station = dict(_STATION)
        station["chargecore/profile"] += "\n\ndef again():\n    NAME = 4\n    return NAME\n"
        station["chargecore/other"] += "\n\nNAME = 1\n"
        texts, places = link_groups(station)

        self.assertEqual(found_by(texts), (50, 360, 1))
        self.assertIn(LINKED, places)


def test_every_profile_of_the_firmware_is_one_file():
    texts, places = link_groups(build_tables(inline(sources_of(_ROOT))))

    for name in ("smart_charging", "local_list", "reservation", "security"):
        assert len(places["chargecore/ocpp16/" + name]) > 2, name
    gone = {part for name, rows in places.items() for _, part in rows if part not in places}
    for name, text in texts.items():
        for line in ast.walk(ast.parse(text)):
            if isinstance(line, ast.ImportFrom):
                assert line.module.replace(".", "/") not in gone, (name, line.module)


if __name__ == "__main__":
    unittest.main()
