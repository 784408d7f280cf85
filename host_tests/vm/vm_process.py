"""One run of the VM's test runner, seen from CPython."""

import re
import subprocess
from pathlib import Path

from chargecore_tools.sim_process import micropython

_RUNNER = Path(__file__).resolve().with_name("runner.py")
_LAST_LINE = re.compile(r"^vm: (\d+) ran, (\d+) failed$")
_LIMIT_S = 120  # a VM that hangs is a failure, not a wait


class VmResult:
    """What a VM process printed, and how many tests it says it ran."""

    def __init__(self, text, exit_status):
        lines = text.strip().splitlines()
        found = _LAST_LINE.match(lines[-1]) if lines else None
        self.text = text
        self.tests_ran = int(found[1]) if found else 0
        self.is_good = exit_status == 0 and found is not None and int(found[2]) == 0


def run_on_vm(path, heap):
    """Run one test file in a VM of its own with that heap size. Return a VmResult."""
    command = [micropython(), "-X", f"heapsize={heap}", str(_RUNNER), str(path)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        text = (late.stdout or b"").decode("utf-8", "replace")
        return VmResult(text + f"\nVM stopped after {_LIMIT_S} s", 1)
    return VmResult(done.stdout.decode("utf-8", "replace"), done.returncode)
