"""The heap that `chargecore sim` gives the VM: enough for a session, and nothing hidden in it."""

from pathlib import Path

import pytest

from chargecore_tools import sim_process
from chargecore_tools.heap_figures import beside, run_heap_bench
from chargecore_tools.image.firmware_image import image_of

_ROOT = Path(__file__).resolve().parent.parent.parent
_AMPLE_B = 4 * 1024 * 1024
_SLACK_KIB = 8  # what the default has to leave
_CLIENTS_KIB = 12  # at most, for what control clients ask


@pytest.fixture(scope="module")
def boot():
    return run_heap_bench(_ROOT, "boot_core", _AMPLE_B)


def test_a_session_fits_into_the_default_heap(boot):
    heap_b = sim_process.heap_bytes(sim_process.HEAP_DEFAULT) - _SLACK_KIB * 1024

    values = run_heap_bench(_ROOT, "session", heap_b + beside(_ROOT, boot))

    assert values["session_ok"] == 1


def test_a_heap_that_is_too_small_is_told():
    with pytest.raises(RuntimeError, match="MemoryError"):
        run_heap_bench(_ROOT, "session", image_of(_ROOT).stat().st_size + 100 * 1024)


def test_the_simulators_share_is_what_it_takes():
    takes_b = run_heap_bench(_ROOT, "simulator", _AMPLE_B)["simulator_b"]

    assert takes_b <= sim_process.SIMULATOR_B <= takes_b + _CLIENTS_KIB * 1024


def test_boot_counts_code_and_objects(boot):
    assert 60 < boot["heap_boot_core_kib"] < 165


def test_all_profiles_take_more_than_core(boot):
    values = run_heap_bench(_ROOT, "boot_all", _AMPLE_B)

    assert boot["heap_boot_core_kib"] + 10 < values["heap_boot_all_kib"] < 270
