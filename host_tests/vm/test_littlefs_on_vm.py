"""Runs the littlefs tests on the VM: the file system of the boards, with power cuts."""

from pathlib import Path

import pytest

from vm_process import run_on_vm

_FOLDER = Path(__file__).resolve().parent


@pytest.mark.parametrize(
    "name, least",
    [
        ("littlefs_power_cuts.py", 5),
        ("littlefs_power_cuts_rp2.py", 3),
        ("littlefs_local_list.py", 4),
        ("littlefs_updates.py", 3),
        ("littlefs_security_log.py", 1),
        ("littlefs_keystore.py", 12),
        ("littlefs_station_file.py", 1),
    ],
)
def test_keeps_what_calls_returned_on_littlefs(name, least, record_property):
    result = run_on_vm(_FOLDER / name, heap="8m")

    assert result.is_good, result.text
    assert result.tests_ran >= least, result.text
    record_property("vm_tests", result.tests_ran)
