"""private_names: classes share the names of private attributes, and only those."""

import unittest

from chargecore_tools.image.private_names import share

_A = "class A:\n    def __init__(self, x):\n        self._x = x\n        self.y = self._x\n"
_B = "class B:\n    def __init__(self):\n        self._z = 1\n        self._y = 2\n"


def _shared(*texts, readers=()):
    made = share({str(idx): text for idx, text in enumerate(texts)}, readers)
    return [made[str(idx)] for idx in range(len(texts))]


class TestShare(unittest.TestCase):
    def test_gives_two_classes_the_same_private_names(self):
        a, b = _shared(_A, _B)

        self.assertEqual(a, _A.replace("_x", "_p0"))
        self.assertEqual(b, _B.replace("_y", "_p0").replace("_z", "_p1"))

    def test_keeps_a_name_that_is_read_off_something_else(self):
        for user in ("def f(a):\n    return a._x\n", "x = getattr(y, '_x')\n"):
            self.assertEqual(_shared(_A, user), [_A, user])

    def test_keeps_a_name_that_a_reader_uses(self):
        self.assertEqual(_shared(_A, readers=["def test(self):\n    self._x\n"]), [_A])

    def test_keeps_methods(self):
        text = "class A:\n    def _x(self):\n        return self._x\n"

        self.assertEqual(_shared(text), [text])

    def test_leaves_classes_alone_that_inherit_or_are_inherited_from(self):
        child = "class C(A):\n    def f(self):\n        return self._k\n"

        self.assertEqual(_shared(_A, child), [_A, child])

    def test_never_takes_a_name_that_is_there(self):
        taken = "def f(a):\n    return a._p0\n"

        self.assertEqual(_shared(_A, taken)[0], _A.replace("_x", "_p1"))

    def test_keeps_double_underscores_apart(self):
        text = "class A:\n    def f(self):\n        return self.__class__, self.__dict__\n"

        self.assertEqual(_shared(text), [text])
