"""The check of HOT functions finds lines that allocate and functions that nobody proves."""

import check_hot
import pytest

from planted import plant
from sources import ROOT

_FUNCTION = """
_OWN = const(3)


class Thing:
    def __init__(self, a):
        self.a = a
        self.stored = self.method

    def method(self):
        return self.a

    def hot(self, buf, x):  # HOT
        \"\"\"A docstring costs nothing.\"\"\"
        {line}
"""
_NAME = "chargecore.base.planted.Thing.hot"


def found(root, line, covers=(_NAME,)):
    """Return what the check says about a HOT method with that line."""
    files = {
        "firmware/chargecore/base/planted.py": _FUNCTION.replace("{line}", line),
        "host_tests/vm/heap_planted.py": f"COVERS = {covers!r}\n",
    }
    return check_hot.check(plant(root, files))


@pytest.mark.parametrize(
    "line",
    [
        "y = buf[1:3]",
        "self.use(buf[x:])",
        "y = f'{x}'",
        "y = 'text %d' % x",
        "y = b'a' + x",
        "y = []",
        "y = {}",
        "y = {x}",
        "y = [n for n in buf]",
        "y = any(n for n in buf)",
        "y = lambda: x",
        "raise ValueError",
        "return x, buf",
        "y = (x, buf)",
        "y = x in (IMPORTED, 2)",
        "y = 1.5",
        "y = x / 2",
        "for n, v in enumerate(buf): pass",
        "for n, v in zip(buf, buf): pass",
        "for n in x.items(): pass",
        "y = sorted(buf)",
        "y = bytes(buf)",
        "y = memoryview(buf)",
        "y = range(x)",
        "y = buf.decode()",
        "y = struct.unpack_from('<H', buf, 0)",
        "y = self.method",
        "y = Thing(x)",
        "yield x",
        "a, b, c, d = x, x, x, x",
        "self.use(**x)",
    ],
)
def test_refuses_a_line_that_allocates(tmp_path, line):
    assert found(tmp_path, line)


@pytest.mark.parametrize(
    "line",
    [
        "self.a = x + 1",
        "a, b = x, self.a",
        "y = x in (1, 2, _OWN)",
        "for n in range(x): pass",
        "for n in buf: pass",
        "buf[0:2] = x",
        "y = self.method()",
        "self.stored(x)",
        "y = self.stored",
        "return x",
        "y = buf[x - 1]",
        "y = x // 2",
        "y = bytes(buf)  # heap-ok: once per connect",
        "struct.pack_into('<H', buf, 0, x)",
    ],
)
def test_accepts_a_line_that_does_not(tmp_path, line):
    assert found(tmp_path, line) == []


def test_refuses_star_args(tmp_path):
    text = "def f(*args):  # HOT\n    return 1\n"
    files = {
        "firmware/chargecore/base/planted.py": text,
        "host_tests/vm/heap_planted.py": "COVERS = ('chargecore.base.planted.f',)\n",
    }

    assert len(check_hot.check(plant(tmp_path, files))) == 1


def test_refuses_a_hot_function_without_a_heap_test(tmp_path):
    findings = found(tmp_path, "return x", covers=())

    assert len(findings) == 1
    assert _NAME in findings[0]


def test_refuses_a_heap_test_of_something_that_is_not_hot(tmp_path):
    findings = found(tmp_path, "return x", covers=(_NAME, "chargecore.base.gone"))

    assert len(findings) == 1
    assert "chargecore.base.gone" in findings[0]


def test_refuses_a_mark_that_is_not_on_a_def_line(tmp_path):
    assert len(found(tmp_path, "self.a = x  # HOT")) == 1


def test_has_nothing_to_say_about_this_repository():
    assert check_hot.check(ROOT) == []
