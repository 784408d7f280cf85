"""link_modules: many modules become one, each name still means what it meant."""

import ast
import gc
import unittest
from collections import defaultdict
from pathlib import Path

import pytest
import rewritten_tree

from chargecore_tools.image.firmware_image import readers_of, sources_of, with_short_names
from chargecore_tools.image.inline_constants import inline
from chargecore_tools.image.link_modules import LINKED, LinkError, link

_ROOT = Path(__file__).resolve().parent.parent.parent


def _run(main, **modules):
    """Link main with chargecore/NAME modules. Return the globals of main after it has run."""
    texts = {"main": main, "chargecore/__init__": ""}
    texts.update(("chargecore/" + name, text) for name, text in modules.items())
    linked = link(texts)
    space = {}
    exec(linked.texts[LINKED], space)
    found = {}
    for line in ast.parse(linked.texts["main"]).body:
        if isinstance(line, ast.ImportFrom):
            assert line.module == "chargecore.linked"
            found.update((a.asname or a.name, space[a.name]) for a in line.names)
        elif not isinstance(line, ast.Pass):
            exec(ast.unparse(line), found)
    return found


class TestLink(unittest.TestCase):
    def test_puts_a_module_behind_what_it_imports(self):
        found = _run(
            "from chargecore.b import two\nx = two()\n",
            a="def one():\n    return 1\n\n\nONE = one()\n",
            b="from chargecore.a import ONE, one\n\n\ndef two():\n    return one() + ONE\n",
        )

        self.assertEqual(found["x"], 2)

    def test_keeps_apart_what_two_modules_call_the_same(self):
        found = _run(
            "from chargecore import a, b\nx = a.get(), b.get(), a.ROWS\n",
            a="ROWS = 1\n\n\ndef get():\n    return ROWS\n",
            b="ROWS = 2\n\n\ndef get():\n    return ROWS\n",
        )

        self.assertEqual(found["x"], (1, 2, 1))

    def test_keeps_private_numbers_of_the_same_name_apart(self):
        const = "from micropython import const\n_X = const({})\n\n\ndef get_{}():\n    return _X\n"
        texts = inline(
            {
                "main": "from chargecore.a import get_a\nfrom chargecore.b import get_b\n",
                "chargecore/a": const.format(1, "a"),
                "chargecore/b": const.format(2, "b"),
            }
        )
        space = {}
        exec(link(texts).texts[LINKED], space)

        self.assertEqual((space["get_a"](), space["get_b"]()), (1, 2))

    def test_does_not_hide_a_builtin(self):
        found = _run(
            "from chargecore import a, b\nx = a.size(), b.len(3)\n",
            a="def size():\n    return len('four')\n",
            b="def len(x):\n    return x\n",
        )

        self.assertEqual(found["x"], (4, 3))

    def test_lets_a_local_name_hide_another_modules_name(self):
        found = _run(
            "from chargecore import a, b\nx = a.get(5), b.get(6)\n",
            a="def get(value):\n    return value\n",
            b="value = 1\n\n\ndef get(extra):\n    return value + extra\n",
        )

        self.assertEqual(found["x"], (5, 7))

    def test_refuses_a_module_that_is_handed_on(self):
        with self.assertRaises(LinkError):
            _run("from chargecore import a\nx = str(a)\n", a="")

    def test_refuses_a_rename_that_a_local_would_hide(self):
        get = "def get(f):\n    f = f\n    return f\n\n\ndef f():\n    return 1\n"

        with self.assertRaises(LinkError):
            _run("from chargecore import a, b\n", a=get, b=get)

    def test_leaves_a_module_out_that_is_imported_later(self):
        later = "def make():\n    from chargecore.b import B\n\n    return B()\n"
        linked = link(
            {
                "main": "from chargecore.a import make\n",
                "chargecore/a": later,
                "chargecore/b": "class B:\n    pass\n",
            }
        )

        self.assertIn("from chargecore.b import B", linked.texts[LINKED])
        self.assertIn("chargecore/b", linked.texts)

    def test_knows_where_each_line_was(self):
        linked = link(
            {
                "main": "from chargecore.b import y\n",
                "chargecore/a": '"""A."""\n\nx = 1\n',
                "chargecore/b": "from chargecore.a import x\n\ny = x\n",
            }
        )

        self.assertEqual(linked.spots, [[1, "chargecore/a"], [4, "chargecore/b"]])
        self.assertEqual(linked.texts[LINKED].splitlines()[5], "y = x")


@pytest.fixture(scope="module")
def linked():
    return link(inline(sources_of(_ROOT)))


@pytest.fixture
def no_collecting():
    """Keep the collector away from the syntax trees, as made_once does."""
    gc.disable()
    yield
    gc.enable()


def test_the_whole_firmware_can_be_linked(linked):
    assert len(linked.spots) > 80
    for name, text in linked.texts.items():
        for line in ast.walk(ast.parse(text)):
            if isinstance(line, ast.ImportFrom):
                assert line.module.replace(".", "/") not in [spot[1] for spot in linked.spots], (
                    name
                )


def test_every_line_stands_where_the_spots_say(linked):
    sources = sources_of(_ROOT)
    lines = linked.texts[LINKED].splitlines()
    for first_line, name in linked.spots:
        for idx, line in enumerate(sources[name].splitlines()):
            if line.startswith(("class ", "    def ")):
                head = line.split("(")[0]
                assert lines[first_line - 1 + idx].startswith(head)


def test_nothing_at_the_top_is_bound_twice(linked):
    bound = set()
    for line in ast.parse(linked.texts[LINKED]).body:
        if isinstance(line, (ast.FunctionDef, ast.ClassDef)):
            names = [line.name]
        elif isinstance(line, ast.Assign):
            names = [node.id for node in line.targets]
        else:
            continue
        assert not bound.intersection(names), names
        bound.update(names)


def test_the_unit_tests_pass_on_the_linked_file_with_short_names(tmp_path, no_collecting):
    readers = rewritten_tree.texts_of_tests() + list(readers_of(_ROOT).values())
    texts = inline(sources_of(_ROOT), readers, is_compiled=False)
    linked = link(texts)
    stand_ins = defaultdict(list)
    for (module, name), new in linked.names.items():
        stand_ins[module].append(f"from chargecore.linked import {new} as {name}\n")
    for _, name in linked.spots:
        lines = [line for line in ast.parse(texts[name]).body if isinstance(line, ast.ImportFrom)]
        passed_on = [ast.unparse(line) + "\n" for line in lines]
        linked.texts[name] = "".join(passed_on + stand_ins[name.replace("/", ".")])

    events = [name for module, name in linked.names if module == "chargecore.base.events"]
    readers.append("from chargecore.base.events import " + ", ".join(events))  # read with dir()
    texts = with_short_names(linked.texts, readers)
    done = rewritten_tree.run_unit_tests(tmp_path, texts)

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
