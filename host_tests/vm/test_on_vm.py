"""Runs every unit test file on the MicroPython VM, one process per file.

The same files run on CPython through pytest itself. A file of which the VM runs fewer tests than
CPython finds fails: an empty run is not a pass.
"""

import ast
import importlib.util
import sys
import unittest
from pathlib import Path

import pytest

from vm_process import run_on_vm

_HOST_TESTS = Path(__file__).resolve().parent.parent
# The control path first, the boards last; e2e and properties need CPython, and of the stories
# all but the fault list.
_AREAS = tuple("base safety evse meters readers indicators wire net store".split())
_AREAS += ("security", "station", "ocpp16", "host", "setup", "rp2_board", "chip_boards", "bench")
_FILES = [path for area in _AREAS for path in sorted((_HOST_TESTS / area).glob("test_*.py"))]
_FILES += sorted((_HOST_TESTS / "stories").glob("test_f_*.py"))


def _count_on_cpython(path):
    """Count the tests in a file as CPython's own unittest finds them."""
    name = "counted_" + path.stem
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        return unittest.TestLoader().loadTestsFromModule(module).countTestCases()
    finally:
        del sys.modules[name]


def _plain_test_functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [n.name for n in tree.body if isinstance(n, kinds) and n.name.startswith("test")]


@pytest.mark.parametrize("area", _AREAS)
def test_area_has_tests_for_both_interpreters(area):
    assert [path for path in _FILES if path.parent.name == area]


@pytest.mark.parametrize("path", _FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_passes_on_the_vm(path, record_property):
    assert not _plain_test_functions(path), "the VM only knows methods of unittest.TestCase"

    result = run_on_vm(path, heap="8m")

    assert result.is_good, result.text
    assert result.tests_ran >= _count_on_cpython(path) > 0, result.text
    record_property("vm_tests", result.tests_ran)
