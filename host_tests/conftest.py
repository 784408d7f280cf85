"""pytest's set-up: MicroPython's names for CPython, and the count of tests per interpreter.

The shim goes in before any test imports the firmware. A test that started the VM says with
record_property("vm_tests", n) how many tests ran in there; the last lines of the run add them up.
"""

import gc
import importlib.util
import os
import sys
import time
from pathlib import Path

import pytest
from hypothesis import settings
from pki_files import kept_pki

_SHIM = Path(__file__).parent / "shim" / "__init__.py"

# Tests that take more than 10 s, some of them while they only wait.
_LONG = (
    "host_tests/chaos/test_soak.py::test_thirty_sessions",
    "host_tests/device/test_build.py::",
    "host_tests/device/test_readme_path.py::",
    "host_tests/e2e/test_octt_firmware.py::",
    "host_tests/properties/test_every_message_on_vm.py::",
    "host_tests/properties/test_local_list.py::",
    "host_tests/tools/test_inline_constants.py::test_the_unit_tests",
    "host_tests/tools/test_link_modules.py::test_the_unit_tests",
    "host_tests/vm/test_on_vm.py::test_passes_on_the_vm[stories/test_f_pilot.py]",
)


def _install_shim():
    spec = importlib.util.spec_from_file_location("chargecore_shim", _SHIM)
    shim = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shim)
    shim.install()


def _keep_bytecode():
    """Keep what is compiled in __pycache__, also of the programs that tests start.

    The firmware imports what it seldom needs again and again: compiling it each time takes longer
    than what is tested.
    """
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


_keep_bytecode()
_install_shim()
# A loaded machine is no reason to fail an example that is merely slow.
settings.register_profile("chargecore", deadline=None)
settings.load_profile("chargecore")


class _Counter:
    """Counts results; with xdist it sees in the controller what the workers report."""

    def __init__(self):
        self._began_s = time.monotonic()
        self.cpython = 0
        self.micropython = 0
        self.failed = 0
        self.errors = 0  # files that could not be collected, and skipped tests
        self._reporter = None
        self._exit_status = 1

    def pytest_runtest_logreport(self, report):
        is_sub_test = hasattr(report, "context")
        if report.failed:
            self.failed += 1
        elif is_sub_test:
            return  # part of a test that is counted on its own
        elif report.when == "call" and report.passed:
            inside = [value for key, value in report.user_properties if key == "vm_tests"]
            if inside:
                self.micropython += sum(inside)
            else:
                self.cpython += 1
        elif report.skipped:
            self.errors += 1

    def pytest_collectreport(self, report):
        if report.failed:
            self.errors += 1

    def pytest_terminal_summary(self, terminalreporter, exitstatus):
        self._reporter = terminalreporter
        self._exit_status = exitstatus

    def pytest_unconfigure(self):
        """Write the last lines, below pytest's own."""
        if self._reporter is None:
            return
        bad = self.failed + self.errors
        is_good = self._exit_status == 0 and bad == 0
        verdict = "all passed" if is_good else "NOT all passed (see above; a skip is a failure)"
        total = self.cpython + self.micropython
        took_s = time.monotonic() - self._began_s
        self._reporter.write_line(
            f"tests: {self.cpython} on CPython, {self.micropython} on MicroPython, {verdict}"
        )
        self._reporter.write_line(f"{total} passed, {bad} failed, {took_s:.0f} s")


def pytest_configure(config):
    """Count where the results arrive: in the controller, or in the only process there is."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Counter(), "chargecore_counter")


def pytest_collection_modifyitems(config, items):
    """Begin every worker's share with long tests, so that none of them runs alone at the end."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    long = [item for item in items if item.nodeid.startswith(_LONG)]
    rest = [item for item in items if not item.nodeid.startswith(_LONG)]
    share = -(-len(rest) // workers)
    items[:] = []
    for worker in range(workers):
        items += long[worker::workers] + rest[worker * share : (worker + 1) * share]


def pytest_collection_finish():
    """Let CPython's collector pass over what stays to the end: every test and library loaded."""
    gc.collect(2)
    gc.freeze()


def pytest_sessionfinish(session, exitstatus):
    """Let a skipped test fail the run: nothing here may be left out quietly."""
    counter = session.config.pluginmanager.get_plugin("chargecore_counter")
    if counter is not None and counter.errors and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def repository():
    """The folder that holds firmware/ and host_tests/."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def pki():
    """The lab PKI of `chargecore pki`, made once and kept in build/; change nothing in it."""
    return kept_pki()
