"""heap_figures: the heap of the firmware in a mounted image, and the least that a session takes.

Called by: figures. The image lies in the VM's heap, as a PC has no mapped flash, and so does the
simulated board: both are measured and given to the VM on top.
"""

import functools
import subprocess
import tempfile
from pathlib import Path

from chargecore_tools.image.firmware_image import compile_file, image_of
from chargecore_tools.sim_process import micropython, with_tables

AMPLE_B = 4 * 1024 * 1024
_LOWEST_KIB, _HIGHEST_KIB = 64, 512  # where the floor is looked for
_STEP_KIB = 2
_LIMIT_S = 30
_COMPILED = ("memory_server", "bench_board")


def run_heap_bench(root, what, heap_b):
    """Return {id: value} that heap_bench.py printed. Errors: RuntimeError with what it said."""
    benches = root / "tools" / "chargecore_tools" / "vm_bench"
    with tempfile.TemporaryDirectory() as folder:
        for name in _COMPILED:  # compiling them in the VM would take heap and leave holes in it
            compile_file(benches / f"{name}.py", Path(folder) / f"{name}.mpy")
        command = [micropython(), "-X", f"heapsize={heap_b}", str(benches / "heap_bench.py")]
        command += [str(image_of(root)), what, folder]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,  # a line on it would end the simulated board
                capture_output=True,
                text=True,
                timeout=_LIMIT_S,
            )
        except subprocess.TimeoutExpired:  # a heap so full that the VM does nothing but collect
            raise RuntimeError(f"heap_bench.py {what}: no end after {_LIMIT_S} s") from None
    if done.returncode != 0:
        raise RuntimeError(f"heap_bench.py {what}: {(done.stdout + done.stderr).strip()}")
    words = [line.split() for line in done.stdout.splitlines()]
    return {row[0]: float(row[1]) for row in words if len(row) == 2}


def beside(root, values):
    """Return the bytes of heap that are not the firmware's: image, board and the bench itself."""
    own_b = int(values["board_b"] + values["bench_b"])
    return with_tables(image_of(root).stat().st_size + own_b, _block_b(micropython()))


def measure_heap(root):
    """Return {id: value} of the heap rows. Errors: RuntimeError."""
    values = run_heap_bench(root, "boot_core", AMPLE_B)
    values.update(run_heap_bench(root, "boot_all", AMPLE_B))
    values["heap_floor_session_kib"] = floor_kib(root, "session", beside(root, values))
    return values


def floor_kib(root, what, beside_b):
    """Return the least heap in which heap_bench.py what ends well. Errors: RuntimeError."""
    low, high = _LOWEST_KIB, _HIGHEST_KIB  # too little, enough
    if not _takes_a_session(root, what, high * 1024 + beside_b):
        raise RuntimeError(f"heap_bench.py {what}: fails in {high} KiB")
    while high - low > _STEP_KIB:
        middle = (low + high) // 2
        if _takes_a_session(root, what, middle * 1024 + beside_b):
            high = middle
        else:
            low = middle
    return high


@functools.lru_cache
def _block_b(vm):
    """Return the size of a block of a VM's heap: four words."""
    code = "import sys; print(32 if sys.maxsize >> 32 else 16)"
    return int(subprocess.run([vm, "-c", code], capture_output=True, check=True).stdout)


def _takes_a_session(root, what, heap_b):
    """Return True when heap_bench.py what ends well in heap_b bytes."""
    try:
        values = run_heap_bench(root, what, heap_b)
    except RuntimeError:  # a step that failed for want of heap, which the scheduler took
        return False
    return "session_ok" in values
