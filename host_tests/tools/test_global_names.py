"""global_names, constant_tables: what the linked module has at its top, for less."""

import unittest

from chargecore_tools.image.constant_tables import make_private
from chargecore_tools.image.global_names import rename_globals
from chargecore_tools.image.link_modules import LINKED

_F = "def {0}(x):\n    return {0}(x)\n"
_SPARE = ("append", "pop", "sort")


def _renamed(text, readers=(), **others):
    return rename_globals({LINKED: text, **others}, readers, _SPARE)


class TestRenameGlobals(unittest.TestCase):
    def test_renames_functions_and_classes_and_their_readers(self):
        text = "def {0}(x):\n    return {0}, {1}\nclass {1}:\n    def f(self):\n        {0}({1})\n"

        made = _renamed(text.format("one", "Two"))[LINKED]

        self.assertEqual(made, text.format("append", "pop"))

    def test_renames_in_files_that_import(self):
        made = _renamed(
            _F.format("one"), main="from chargecore.linked import one as two\ntwo(1)\n"
        )

        self.assertEqual(made["main"], "from chargecore.linked import append\nappend(1)\n")

    def test_keeps_the_name_in_a_file_that_others_may_ask(self):
        main = "from chargecore.linked import {} as two\ntwo(1)\n"
        for user in ("from main import two\n", "import main\nmain.two()\n"):
            made = _renamed(_F.format("one"), main=main.format("one"), user=user)

            self.assertEqual(made["main"], main.format("append"))

    def test_renames_what_another_module_has_and_nobody_reads_off_it(self):
        main = "from a import {} as C\nC()\n"
        made = _renamed("", main=main.format("B"), a="class B:\n    pass\n")

        self.assertEqual(made["a"], "class append:\n    pass\n")
        self.assertEqual(made["main"], "from a import append\nappend()\n")
        for user in ("import a\nf(a.B)\n", "f(getattr(a, 'B'))\n"):
            made = _renamed("", main=main.format("B"), a="class B:\n    pass\n", user=user)

            self.assertEqual((made["main"], made["user"]), (main.format("B"), user))

    def test_keeps_apart_what_comes_from_two_modules(self):
        main = "from a import B\nfrom c import D\nB(D)\n"
        files = {"a": "class B:\n    pass\n", "c": "class D:\n    pass\n"}

        made = _renamed("", main=main, **files)["main"]

        self.assertEqual(made, "from a import append\nfrom c import append as D\nappend(D)\n")

    def test_keeps_the_name_in_a_file_that_has_the_new_one(self):
        main = "from chargecore.linked import {}\none(append)\n"

        made = _renamed(_F.format("one"), main=main.format("one"))

        self.assertEqual(made["main"], main.format("append as one"))

    def test_keeps_what_a_reader_imports(self):
        text = _F.format("one")
        made = _renamed(text, readers=["from chargecore.linked import one\n"])

        self.assertEqual(made[LINKED], text)

    def test_keeps_exceptions_and_what_is_bound_twice(self):
        for text in (
            "class E(Exception):\n    pass\n",
            _F.format("one") + "def f(one):\n    return one\n".replace("f(", "__f("),
            "one = 1\none = 2\n",
        ):
            self.assertEqual(_renamed(text)[LINKED], text)

    def test_keeps_what_a_class_reads_in_its_own_scope(self):
        text = _F.format("one") + "class __A:\n    def f(self, x=one):\n        return x\n"

        self.assertEqual(_renamed(text)[LINKED], text)

    def test_never_takes_a_name_that_the_file_reads_or_binds(self):
        for line in ("append()\n", "def __f(append):\n    pass\n", "def __f():\n    append = 1\n"):
            made = _renamed(_F.format("one") + line)[LINKED]

            self.assertEqual(made, _F.format("pop") + line)

    def test_keeps_private_constants_private(self):
        text = "_X = const(b'x')\n\n\ndef __f():\n    return _X\n"

        self.assertEqual(_renamed(text)[LINKED], text)


class TestMakePrivate(unittest.TestCase):
    def _made(self, text, readers=(), **others):
        return make_private({LINKED: text, **others}, readers)[LINKED]

    def test_makes_tables_and_texts_private_constants(self):
        for value in ("b'x'", "('a', -1, None, (b'b', 2))", "(\n    1,\n    2,\n)"):
            text = f"ROWS = {value}\n\n\ndef f():\n    return ROWS\n"

            made = text.replace(value, f"const({value})").replace("ROWS", "_ROWS")
            self.assertEqual(self._made(text), made)

    def test_leaves_numbers_and_what_is_not_written_out(self):
        for value in ("5", "{}", "()", "[1]", "(x,)", "(1.5,)", f"({1 << 30},)", "bytes(5)"):
            text = f"ROWS = {value}\n"

            self.assertEqual(self._made(text), text)

    def test_leaves_what_is_imported_bound_twice_or_read_before_it_is_there(self):
        text = "ROWS = (1, 2)\n"

        self.assertEqual(self._made(text, main="from chargecore.linked import ROWS\n"), text)
        self.assertEqual(self._made(text, readers=["from chargecore.linked import ROWS\n"]), text)
        for more in ("ROWS = 1\n", "def f(ROWS):\n    pass\n", "_ROWS = 1\n"):
            self.assertEqual(self._made(text + more), text + more)
        early = "def f():\n    return ROWS\n\n\n" + text
        self.assertEqual(self._made(early), early)
