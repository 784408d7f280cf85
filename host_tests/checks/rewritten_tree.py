"""A copy of the repository whose firmware and host board are rewritten, for pytest to run in."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent.parent
# whose tests run on rewritten files
_AREAS = ("base", "safety", "store", "wire", "security", "station")
# what those tests import from beside them; one that is missing here fails for want of a name
_HELPERS = ("contracts", "fakes", "shim", "stand_in", "wiring")


def texts_of_tests():
    """Return the texts of what run_unit_tests runs: it reads names that an image does without."""
    paths = list((_ROOT / "host_tests").glob("*.py"))
    for folder in _AREAS + _HELPERS:
        paths += (_ROOT / "host_tests" / folder).rglob("*.py")
    return [path.read_text(encoding="utf-8") for path in paths]


def run_unit_tests(folder, texts):
    """Run the tests of _AREAS on texts, {"chargecore/base/ring": text}. Return the process."""
    for name, text in texts.items():
        base = folder if name.startswith("boards/") else folder / "firmware"
        path = base / (name + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for other in (_ROOT / "boards").iterdir():  # some tests hold a board's parts to a contract
        if other.is_dir() and other.name not in ("host", "__pycache__"):
            (folder / "boards" / other.name).symlink_to(other)
    (folder / "host_tests").symlink_to(_ROOT / "host_tests")
    (folder / "tools").symlink_to(_ROOT / "tools")
    shutil.copy(_ROOT / "pyproject.toml", folder)
    origin = folder / "test_origin.py"
    origin.write_text(
        "from chargecore.store import journal\n\n\n"
        f"def test_is_the_copy():\n    assert journal.__file__.startswith({str(folder)!r})\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", str(origin)]
    command += [f"host_tests/{area}" for area in _AREAS]
    every_line = {**os.environ, "CHARGECORE_EVERY_LINE": "1"}  # no stand-ins of shim/quick.py
    return subprocess.run(
        command, cwd=folder, env=every_line, capture_output=True, text=True, timeout=240
    )
