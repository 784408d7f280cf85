"""attribute_names: classes share names when nobody can tell."""

import ast
import unittest
from pathlib import Path

import pytest

from chargecore_tools.image.attribute_names import share_attributes
from chargecore_tools.image.firmware_image import readers_of, sources_of
from chargecore_tools.image.inline_constants import inline
from chargecore_tools.image.link_modules import link

_ROOT = Path(__file__).resolve().parent.parent.parent
_A = "class A:\n    def {0}(self):\n        self.{1} = self.{0}()\n"
_B = "class B:\n    def {0}(self, a):\n        return a.{1}, a.{2}()\n"
_SPARE = ("append", "pop", "sort")


def _shared(*texts, readers=(), spare=_SPARE):
    made, _ = share_attributes({str(i): text for i, text in enumerate(texts)}, readers, spare)
    return [made[str(i)] for i in range(len(texts))]


class TestShareAttributes(unittest.TestCase):
    def test_renames_everywhere_and_shares_between_classes(self):
        made = _shared(_A.format("one", "two"), _B.format("three", "two", "one"))

        self.assertEqual(made, [_A.format("append", "pop"), _B.format("append", "pop", "append")])

    def test_keeps_a_name_that_a_string_asks_for(self):
        a = _A.format("one", "two")
        for user in ("x = getattr(a, 'one')\n", "x = 'b.one.c'\n", "x = ('one', 'z')\n"):
            self.assertEqual(_shared(a, user), [_A.format("one", "append"), user])

    def test_keeps_a_name_that_strings_are_put_together_to(self):
        a = _A.format("stop_one", "two")
        for user in ("x = 'stop_' + kind\n", "x = 'stop_{}'.format(kind)\n", "x = '%s_one' % k\n"):
            self.assertEqual(_shared(a, user), [_A.format("stop_one", "append"), user])

    def test_takes_a_sentence_and_a_docstring_for_words(self):
        made = _shared(_A.format("one", "two"), '"""one"""\nx = "that one is two"\n')

        self.assertEqual(made[0], _A.format("append", "pop"))

    def test_keeps_a_name_that_a_file_outside_uses(self):
        a = _A.format("one", "two")
        board = "class Pin:\n    def one(self):\n        pass\n"
        for reader in ("x.one()\n", "x = 'one'\n", board, "class Pin:\n    one = 1\n"):
            self.assertEqual(_shared(a, readers=[reader]), [_A.format("one", "append")])

    def test_takes_what_a_file_outside_has_for_itself_alone(self):
        board = "class Pin:\n    def _one(self, two):\n        two = self._one\n"

        made = _shared(_A.format("_one", "two"), readers=[board])

        self.assertEqual(made, [_A.format("append", "pop")])

    def test_keeps_a_name_that_is_read_off_a_module(self):
        user = "import other\nx = other.one\n"

        self.assertEqual(_shared(_A.format("one", "two"), user)[0], _A.format("one", "append"))

    def test_keeps_the_names_of_a_class_with_a_base_from_outside(self):
        text = "class A(Exception):\n    def one(self):\n        self.two = 1\n"

        self.assertEqual(_shared(text), [text])

    def test_keeps_apart_what_a_class_and_its_base_have(self):
        child = "class C(A):\n    def {}(self):\n        return self.{}\n"

        made = _shared(_A.format("one", "two"), child.format("three", "one"))

        names = [made[0].split("def ")[1].split("(")[0], made[0].split("self.")[1].split(" ")[0]]
        names.append(made[1].split("def ")[1].split("(")[0])
        self.assertEqual(sorted(names), sorted(_SPARE))

    def test_never_takes_a_name_that_is_read_off_anything(self):
        for user in ("def f(a):\n    return a.append\n", "x = hasattr(y, 'append')\n"):
            self.assertEqual(_shared(_A.format("one", "two"), user)[0], _A.format("pop", "sort"))

    def test_never_takes_a_name_that_a_class_reads_in_its_own_scope(self):
        for line in (
            "@append\n    def f(self): pass",
            "def f(self, x=append): pass",
            "x = append",
        ):
            made = _shared(_A.format("one", "two"), f"class B:\n    {line}\n")

            self.assertEqual(made[0], _A.format("pop", "sort"))

    def test_keeps_a_name_that_its_class_reads_in_its_own_scope(self):
        text = "class A:\n    def one(self):\n        pass\n\n    two = one\n"

        self.assertEqual(_shared(text), [text])

    def test_keeps_a_name_of_builtin_objects_and_of_a_boards_parts(self):
        for name in ("readinto", "duty_u16", "__init__", "irq"):
            text = _A.format(name, name)

            self.assertEqual(_shared(text), [text])

    def test_leaves_f_strings_alone(self):
        text = "class A:\n    def __init__(self):\n        self.one = f'{self.one}'\n"

        self.assertEqual(_shared(text), [text])

    def test_leaves_a_name_alone_when_none_is_to_be_had(self):
        made = _shared(_A.format("one", "two"), spare=("sort",))

        self.assertEqual(made, [_A.format("sort", "two")])


@pytest.fixture(scope="module")
def before():
    return link(inline(sources_of(_ROOT))).texts


@pytest.fixture(scope="module")
def after(before):
    return share_attributes(before, list(readers_of(_ROOT).values()))


def test_changes_nothing_but_names_in_the_whole_firmware(before, after):
    texts, new = after

    for name in before:
        old_nodes, new_nodes = ast.walk(ast.parse(before[name])), ast.walk(ast.parse(texts[name]))
        for left, right in zip(old_nodes, new_nodes, strict=True):
            assert type(left) is type(right)
            assert getattr(left, "lineno", 0) == getattr(right, "lineno", 0)
            for field in ("id", "arg", "value", "asname", "module"):
                if not isinstance(getattr(left, field, None), ast.AST):
                    assert getattr(left, field, None) == getattr(right, field, None)
            for field in ("attr", "name"):
                was = getattr(left, field, None)
                assert getattr(right, field, None) in (was, new.get(was))


def test_gives_no_class_of_the_firmware_two_names_for_one(before, after):
    texts, new = after
    asked_for = {n.attr for text in before.values() for n in _nodes(text, ast.Attribute)}

    for text in before.values():
        for cls in _nodes(text, ast.ClassDef):
            names = {n.attr for n in ast.walk(cls) if _is_of_self(n)}
            names.update(line.name for line in cls.body if isinstance(line, ast.FunctionDef))
            assert len({new.get(name, name) for name in names}) == len(names), cls.name
    assert not asked_for.intersection(new.values())
    assert len(new) > 500


def _nodes(text, kind):
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, kind)]


def _is_of_self(node):
    is_name = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return is_name and node.value.id == "self"
