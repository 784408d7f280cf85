"""COVERS is not taken on trust: every function named there really runs while the heap is locked.

The heap tests run here on CPython under a profiler that writes down which firmware functions are
called between heap_lock() and heap_unlock(), or inside growth().
"""

import ast
import cProfile
import importlib.util
import io
import sys
import unittest
from pathlib import Path

import micropython
import pytest
import quick

import heap

_ROOT = Path(__file__).resolve().parents[2]
_FIRMWARE = _ROOT / "firmware"
_BOARDS = _ROOT / "boards"
_FILES = sorted((_ROOT / "host_tests" / "vm").glob("heap_*.py"))


class _CallWitness:
    """Notes what is called while it listens. In C: some heap tests call 100,000 times."""

    def __init__(self):
        self._profiler = cProfile.Profile(subcalls=False, builtins=False)
        self._depth = 0

    def begin(self):
        """Listen; may be nested."""
        self._depth += 1
        if self._depth == 1:
            self._profiler.enable()

    def end(self):
        """Stop listening when the outermost part ends. Return the depth, as heap_unlock does."""
        self._depth -= 1
        if self._depth == 0:
            self._profiler.disable()
        return self._depth

    def names(self):
        """Return the qualified names of the functions of firmware and boards that were called."""
        codes = {entry.code for entry in self._profiler.getstats()}
        found = {name for name, short in quick.STAND_INS.items() if short.__code__ in codes}
        for code in codes:
            path = Path(code.co_filename)
            for folder, start in ((_FIRMWARE, _FIRMWARE), (_BOARDS, _ROOT)):
                if path.is_relative_to(folder):
                    parts = path.relative_to(start).with_suffix("").parts
                    found.add(".".join((*parts, code.co_qualname)))
        return found


def _covers(path):
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "COVERS":
            return set(ast.literal_eval(node.value))
    return set()


def _load(path):
    name = "witnessed_" + path.stem
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def witness(monkeypatch):
    """A witness that listens wherever the VM would have its heap locked or counted."""
    witness = _CallWitness()
    real_growth = heap.growth

    def growth(function, times):
        """Call function once; what it leaves behind can only be seen on the VM."""
        witness.begin()
        try:
            real_growth(function, 1)
        finally:
            witness.end()
        return 0

    monkeypatch.setattr(micropython, "heap_lock", witness.begin)
    monkeypatch.setattr(micropython, "heap_unlock", witness.end)
    monkeypatch.setattr(heap, "growth", growth)
    return witness


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_every_covered_function_is_called(path, witness):
    module = _load(path)
    suite = unittest.TestLoader().loadTestsFromModule(module)
    text = io.StringIO()

    result = unittest.TextTestRunner(text).run(suite)

    assert result.wasSuccessful(), text.getvalue()
    missing = sorted(_covers(path) - witness.names())
    assert not missing, "\n".join(missing)
