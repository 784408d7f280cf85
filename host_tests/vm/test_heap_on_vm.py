"""Runs the heap tests on the VM: hot functions with the heap locked, in a small fixed heap.

make check sees to it that every function marked HOT is named in one of them.
"""

from pathlib import Path

import pytest

from vm_process import run_on_vm

_FILES = sorted(Path(__file__).resolve().parent.glob("heap_*.py"))


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_hot_functions_leave_the_heap_alone(path, record_property):
    result = run_on_vm(path, heap="1280k")  # what is tested is compiled there, too

    assert result.is_good, result.text
    record_property("vm_tests", result.tests_ran)
