"""Runs the littlefs tests on the VM: the file system of the boards, with power cuts."""

from pathlib import Path

from vm_process import run_on_vm

_FILE = Path(__file__).resolve().with_name("littlefs_power_cuts.py")


def test_keeps_what_calls_returned_on_littlefs(record_property):
    result = run_on_vm(_FILE, heap="8m")

    assert result.is_good, result.text
    assert result.tests_ran >= 6, result.text
    record_property("vm_tests", result.tests_ran)
