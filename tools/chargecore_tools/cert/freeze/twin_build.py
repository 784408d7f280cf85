"""twin_build(): builds a commit twice, apart from each other, and takes it only when both agree.

Folder, time zone, language, hash seed and working directory differ: bytes that depend on one of
them differ, too.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from chargecore_tools.cert.artefact_error import ArtefactError

_WORKER = "chargecore_tools.cert.freeze.build_files"
_LIMIT_S = 900
_WORLDS = (
    {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8"},
)
_NAMES = ("first", "the second one, with a longer path")


def twin_build(state, board, mode, version, on_step):
    """Return ({path in firmware/: bytes}, what the board is). Errors: ArtefactError.

    on_step(text) hears what goes on.
    """
    with tempfile.TemporaryDirectory(prefix="chargecore-freeze-") as folder:
        places = [Path(folder) / name for name in _NAMES]
        with contextlib.ExitStack() as stack:
            running = []
            for number, (place, world) in enumerate(zip(places, _WORLDS), 1):
                on_step(f"build {number} of {len(places)}: {state.commit[:12]}, {mode}, {board}")
                state.export(place / "source")
                process = _start(place, world, board, mode, version)
                stack.callback(_end, process)
                running.append(process)
            boards = [_wait(process) for process in running]
        first, second = (_files_of(place / "firmware") for place in places)
    _require_same(first, second)
    return first, boards[0]


def _start(place, world, board, mode, version):
    source = place / "source"
    environment = {**os.environ, **world, "PYTHONPATH": str(source / "tools")}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [sys.executable, "-m", _WORKER, board, mode, version, str(place / "firmware")]
    return subprocess.Popen(
        command,
        cwd=place,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )


def _wait(process):
    """Return what it says of the board."""
    try:
        out, error = process.communicate(timeout=_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise ArtefactError(f"the build did not end within {_LIMIT_S} s") from None
    if process.returncode != 0:
        lines = error.strip().splitlines() or [f"status {process.returncode}"]
        raise ArtefactError(
            f"the commit does not build: {lines[-1]}", "chargecore build shows more"
        )
    return json.loads(out)


def _end(process):
    if process.poll() is None:
        process.kill()
        process.wait()
    for pipe in (process.stdout, process.stderr):
        pipe.close()


def _files_of(folder):
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _require_same(first, second):
    names = sorted(set(first) | set(second))
    differing = [name for name in names if first.get(name) != second.get(name)]
    if not first or differing:
        what = ", ".join(differing[:5]) or "no files"
        raise ArtefactError(
            f"two builds of the same commit differ: {what}",
            "something in it depends on the folder, the time or the machine; nothing was frozen",
        )
