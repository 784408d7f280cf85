"""class_entries: a class without the entries that nobody reads."""

import unittest

from chargecore_tools.image.class_entries import drop_entries

_CLASS = 'class A:\n    """A class\n\n    of three lines."""{}\n\n    x = 1\n'
_DEL = "; del __module__, __qualname__"


class TestDropEntries(unittest.TestCase):
    def test_deletes_both_behind_the_docstring(self):
        made = drop_entries({"a": _CLASS.format("")})["a"]

        self.assertEqual(made, _CLASS.format(_DEL))
        space = {}
        exec(made, space)
        self.assertEqual((space["A"].x, space["A"].__name__), (1, "A"))

    def test_leaves_a_class_without_a_docstring(self):
        text = "class A:\n    def f(self):\n        pass\n"

        self.assertEqual(drop_entries({"a": text}), {"a": text})

    def test_does_nothing_when_a_text_reads_an_entry(self):
        texts = {"a": _CLASS.format("")}

        self.assertEqual(drop_entries(texts, ["x = A.__qualname__\n"]), texts)
        both = {**texts, "b": "x = A.__module__\n"}
        self.assertEqual(drop_entries(both), both)
