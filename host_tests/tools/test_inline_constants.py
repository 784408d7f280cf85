"""inline_constants: the numbers of other modules stand in the source, and nothing else changed."""

import ast
import importlib
import unittest
from pathlib import Path

import pytest
import rewritten_tree

from chargecore_tools.image.firmware_image import sources_of
from chargecore_tools.image.inline_constants import inline
from chargecore_tools.image.module_names import dotted

_ROOT = Path(__file__).resolve().parent.parent.parent
_CODES = "from micropython import const\n\nE_FULL = const(-3)\nMASK = const(1 << 4 | 2)\n"


def _inlined(user, **others):
    """Return the text of module `user` beside a module `codes`, both rewritten."""
    return inline({"codes": _CODES, "user": user, **others})["user"]


class TestOneModule(unittest.TestCase):
    def test_puts_the_number_where_the_name_stood(self):
        text = _inlined("from codes import E_FULL, MASK\n\nx = f(E_FULL) & MASK\n")

        self.assertEqual(text, "pass\n\nx = f((-3)) & 18\n")

    def test_keeps_what_is_no_number_in_the_import(self):
        text = _inlined("from codes import (\n    E_FULL,\n    Ring,\n)\n\nx = Ring(E_FULL)\n")

        self.assertEqual(text, "from codes import (Ring\n\n\n)\n\nx = Ring((-3))\n")

    def test_follows_attributes_of_a_module(self):
        package = {"base/__init__": "", "base/codes": _CODES}
        text = inline({**package, "user": "from base import codes\n\nx = codes.E_FULL\n"})["user"]

        self.assertEqual(text, "pass\n\nx = (-3)\n")

    def test_keeps_all_names_of_a_module_that_is_handed_on(self):
        texts = inline({"codes": _CODES, "user": "import codes\n\nf(codes)\n"})

        self.assertEqual(texts["user"], "import codes\n\nf(codes)\n")
        self.assertIn("\nE_FULL = const(-3)\n", texts["codes"])

    def test_makes_a_constant_private_when_nobody_imports_it_any_more(self):
        texts = inline(
            {"codes": _CODES + "x = MASK\n", "user": "from codes import MASK\ny = MASK"}
        )

        self.assertIn("\n_MASK = const(1 << 4 | 2)\nx = _MASK\n", texts["codes"])

    def test_leaves_a_name_alone_when_it_is_bound_twice(self):
        for again in ("def f(MASK): return MASK", "MASK = 1", "for MASK in x: pass"):
            user = "from codes import MASK\n" + again + "\n"
            texts = inline({"codes": _CODES, "user": user})

            self.assertEqual(texts["user"], user)
            self.assertIn("\nMASK = const(", texts["codes"])

    def test_leaves_a_name_alone_when_an_f_string_reads_it(self):
        user = 'from codes import MASK\nx = f"{MASK}"\n'

        self.assertEqual(_inlined(user), user)

    def test_leaves_strings_keywords_and_comments_alone(self):
        text = _inlined('from codes import MASK\nx = f("MASK", MASK=MASK)  # MASK\n')

        self.assertEqual(text, 'pass\nx = f("MASK", MASK=18)  # MASK\n')

    def test_keeps_a_name_on_the_way_to_a_module_that_still_imports_it(self):
        middle = "from codes import MASK\n"
        user = 'from middle import MASK\nx = f"{MASK}"\n'
        texts = inline({"codes": _CODES, "middle": middle, "user": user})

        self.assertEqual(texts["middle"], middle)
        self.assertIn("\nMASK = const(", texts["codes"])

    def test_keeps_what_a_reader_imports(self):
        texts = inline({"codes": _CODES}, readers=["from codes import MASK\n"])

        self.assertIn("\nMASK = const(", texts["codes"])
        self.assertIn("\n_E_FULL = const(", texts["codes"])

    def test_counts_columns_in_bytes(self):
        text = _inlined("from codes import MASK\nx = f('Ä', MASK), MASK\n")

        self.assertEqual(text, "pass\nx = f('Ä', 18), 18\n")

    def test_drops_micropython_when_only_the_compiler_reads_it(self):
        viper = "import micropython\n\n\n@micropython.viper\ndef f(a: int) -> int:\n    return a\n"

        self.assertEqual(_inlined(viper), viper.replace("import micropython", "pass"))
        self.assertEqual(_inlined(viper + "micropython.heap_lock()\n")[:6], "import")


class _Comparison:
    """Walks a module before and after; every difference must be one that inlining may make."""

    def __init__(self, name):
        self._name = name

    def check(self, old, new):
        """Fail unless new is old with numbers for names. Compares fields and line numbers."""
        if isinstance(old, (ast.Import, ast.ImportFrom)):
            return self._check_import(old, new)
        if isinstance(old, (ast.Name, ast.Attribute)) and type(new) is not type(old):
            assert self._value_of(old) == ast.literal_eval(new), ast.dump(old)
            return None
        if isinstance(old, ast.Name) and new.id == "_" + old.id:
            assert isinstance(self._value_of(old), int)
            return None
        assert type(old) is type(new), (ast.dump(old), ast.dump(new))
        assert getattr(old, "lineno", 0) == getattr(new, "lineno", 0)
        for field in old._fields:
            self._check_field(getattr(old, field, None), getattr(new, field, None))
        return None

    def _value_of(self, node):
        module = importlib.import_module(self._name)
        if isinstance(node, ast.Name):
            return getattr(module, node.id)
        return getattr(getattr(module, node.value.id), node.attr)

    def _check_import(self, old, new):
        if isinstance(new, ast.Pass):
            return
        assert type(old) is type(new) and getattr(old, "module", "") == getattr(new, "module", "")
        left = {(alias.name, alias.asname) for alias in new.names}
        assert left <= {(alias.name, alias.asname) for alias in old.names}

    def _check_field(self, old, new):
        if isinstance(old, ast.AST):
            self.check(old, new)
        elif isinstance(old, list):
            assert len(old) == len(new)
            for old_item, new_item in zip(old, new, strict=True):
                self._check_field(old_item, new_item)
        else:
            assert old == new and type(old) is type(new)


@pytest.fixture(scope="module")
def sources():
    return sources_of(_ROOT)


@pytest.fixture(scope="module")
def texts(sources):
    return inline(sources)


def test_changes_nothing_but_names_into_their_numbers(sources, texts):
    for name in sources:
        old, new = ast.parse(sources[name]), ast.parse(texts[name])
        _Comparison(dotted(name)).check(old, new)


def test_leaves_every_name_that_is_still_imported(texts):
    known = {dotted(name): ast.parse(text) for name, text in texts.items()}
    bound = {name: _top_level(tree) for name, tree in known.items()}
    for tree in known.values():
        for line in ast.walk(tree):
            if isinstance(line, ast.ImportFrom) and line.module in known:
                for alias in line.names:
                    whole = f"{line.module}.{alias.name}"
                    assert alias.name in bound[line.module] or whole in known, whole


def _top_level(tree):
    found = set()
    for line in tree.body:
        if isinstance(line, (ast.Import, ast.ImportFrom)):
            found.update(alias.asname or alias.name for alias in line.names)
        elif isinstance(line, (ast.FunctionDef, ast.ClassDef)):
            found.add(line.name)
        elif isinstance(line, ast.Assign):
            found.update(node.id for node in ast.walk(line) if isinstance(node, ast.Name))
    return found


def test_finds_most_constants(sources, texts):
    def count(some):
        return sum(len(line) for text in some.values() for line in _public_constants(text))

    assert count(sources) > 300
    assert count(texts) < 20


def _public_constants(text):
    """Return the lines NAME = const(...) of a text, one list each."""
    return [[line] for line in text.splitlines() if " = const(" in line and line[0].isupper()]


def test_the_unit_tests_pass_on_the_rewritten_files(tmp_path, sources):
    texts = inline(sources, rewritten_tree.texts_of_tests(), is_compiled=False)

    done = rewritten_tree.run_unit_tests(tmp_path, texts)

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
