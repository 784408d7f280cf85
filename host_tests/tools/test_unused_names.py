"""unused_names: what nothing names is left out, and nothing else."""

import unittest

from chargecore_tools.unused_names import drop_unused

_CLASS = "class A:\n    def f(self):\n        return 1\n\n    x = 2\n"


def _dropped(text, user=""):
    return drop_unused({"a": text, "user": user})["a"]


class TestDropUnused(unittest.TestCase):
    def test_leaves_out_what_nobody_names_and_keeps_the_lines(self):
        text = "def f():\n    return 1\n\n\nT = (\n    1,\n)\nx = 1\nprint(x)\n"

        self.assertEqual(_dropped(text), "pass\n\n\n\npass\n\n\nx = 1\nprint(x)\n")

    def test_leaves_out_a_method_and_a_property(self):
        self.assertEqual(_dropped(_CLASS), "class A:\n    pass\n\n\n    x = 2\n")
        decorated = _CLASS.replace("    def", "    @property\n    def")
        self.assertEqual(_dropped(decorated), "class A:\n    pass\n\n\n\n    x = 2\n")

    def test_keeps_what_is_read_given_imported_or_written_as_text(self):
        for user in ("a.f()", "print(f)", "from a import f", "getattr(a, 'f')", "g(f=1)"):
            self.assertEqual(_dropped(_CLASS, user), _CLASS)

    def test_leaves_out_what_only_an_unused_function_named(self):
        text = "def f():\n    return g()\n\n\ndef g():\n    return 1\n"

        self.assertEqual(_dropped(text), "pass\n\n\n\npass\n\n")

    def test_keeps_what_a_decorator_may_have_kept(self):
        text = "@keep\ndef f():\n    return 1\n"

        self.assertEqual(_dropped(text), text)

    def test_keeps_a_call_and_names_with_two_underscores(self):
        text = "x = start()\n\n\nclass A:\n    def __init__(self):\n        pass\n"

        self.assertEqual(_dropped(text), text)

    def test_keeps_the_methods_of_a_class_that_inherits(self):
        text = _CLASS.replace("A:", "A(Base):")

        self.assertEqual(_dropped(text), text)
