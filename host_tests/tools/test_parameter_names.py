"""parameter_names: parameters share their names when nobody can tell."""

import unittest

from chargecore_tools.image.parameter_names import share_parameters


def _shared(text, other="", readers=()):
    return share_parameters({"a": text, "b": other}, readers)["a"]


class TestShareParameters(unittest.TestCase):
    def test_gives_functions_the_same_names(self):
        f = "def f({0}, {1}=2):\n    {0} += {1}\n    return {0}\n\n\n"
        g = "def g({0}):\n    return {0}\n"

        text = _shared(f.format("left", "right") + g.format("x"))

        self.assertEqual(text, f.format("_a0", "_a1") + g.format("_a0"))

    def test_leaves_what_a_default_reads(self):
        text = "x = 1\n\n\ndef f(x=x):\n    return x\n"

        self.assertEqual(_shared(text), "x = 1\n\n\ndef f(_a0=x):\n    return _a0\n")

    def test_keeps_annotations_that_the_compiler_reads(self):
        text = "def f(src: ptr8, at: int) -> int:\n    return src[at]\n"

        self.assertEqual(
            _shared(text), "def f(_a0: ptr8, _a1: int) -> int:\n    return _a0[_a1]\n"
        )

    def test_keeps_a_name_that_some_call_gives(self):
        text = "def f(left):\n    return left\n"

        self.assertEqual(_shared(text, other="f(left=1)\n"), text)
        self.assertEqual(_shared(text, readers=["f(left=1)\n"]), text)

    def test_keeps_a_name_that_a_string_may_give(self):
        text = "def f(left):\n    return left\n"

        self.assertEqual(_shared(text, other="x = 'left'\nf(**x)\n"), text)
        self.assertNotEqual(_shared(text, other="x = 'left'\nf(x)\n"), text)

    def test_takes_spare_names_that_no_text_binds_or_reads(self):
        text = "def f({0}, {1}):\n    return {0}, {1}, pop.sort\n"
        made = share_parameters({"a": text.format("x", "y")}, (), ("pop", "sort", "append"))["a"]

        self.assertEqual(made, text.format("sort", "append"))

    def test_keeps_self(self):
        text = "class A:\n    def f(self, x):\n        return self, x\n"

        self.assertEqual(_shared(text), text.replace("x", "_a0"))

    def test_leaves_functions_with_functions_inside_alone(self):
        for text in (
            "def f(x):\n    return lambda y: x + y\n",
            "def f(x):\n    def g(y):\n        return x + y\n\n    return g\n",
        ):
            self.assertEqual(_shared(text), text)

    def test_leaves_f_strings_alone(self):
        text = 'def f(x):\n    return f"{x}"\n'

        self.assertEqual(_shared(text), text)

    def test_never_takes_a_name_that_is_there(self):
        text = "def f(x):\n    _a0 = 1\n    return x + _a0\n"

        self.assertEqual(_shared(text), text.replace("x", "_a1"))
