"""Heap of the firmware in the VM of this PC, from a mounted ROMFS and from files."""

import platform
import subprocess
import tempfile
from pathlib import Path

from chargecore_tools.deploy.application import Compiler
from chargecore_tools.device.errors import DeviceError
from chargecore_tools.image.firmware_image import compile_file, sources_of
from chargecore_tools.sim_process import micropython, repository
from chargecore_tools.sizes.romfs import romfs_of

_ARCHITECTURES = {"x86_64": "x64", "AMD64": "x64", "arm64": "aarch64", "aarch64": "aarch64"}
_BENCHES = "tools/chargecore_tools/vm_bench"
_IMPORT_BENCH = Path(__file__).with_name("import_bench.py")
_HEAP_B = 8 * 1024 * 1024
_LIMIT_S = 120


class VmHeap:
    """The firmware and the host's board, compiled for this PC as `chargecore deploy` compiles."""

    def __init__(self):
        root = repository()
        compiler = Compiler(_ARCHITECTURES.get(platform.machine(), platform.machine()))
        self._files = {}
        for name in sources_of(root):
            base = root / "firmware" if not name.startswith("boards/") else root
            self._files[name + ".mpy"] = compiler.compiled(name, base / f"{name}.py")

    def boot_b(self, mode, what):
        """Return the heap after boot. mode: "romfs" or "files"; what: "core" or "all" profiles.

        The image, or the simulated board, is not counted.
        """
        benches = repository() / _BENCHES
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for bench in ("memory_server", "bench_board"):
                compile_file(benches / f"{bench}.py", folder / f"{bench}.mpy")
            if mode == "files":
                _write(self._files, folder)
            (folder / "image").write_bytes(romfs_of(self._files if mode == "romfs" else _NOTHING))
            command = [str(benches / "heap_bench.py"), str(folder / "image")]
            rows = _run([*command, f"boot_{what}", name])
        return int(rows[f"heap_boot_{what}_kib"] * 1024)

    def modules_b(self):
        """Return {"chargecore.base.ring": bytes} from a mounted ROMFS."""
        names = ["main"]
        for path in sorted(self._files):
            module = path.removesuffix(".mpy").replace("/", ".")
            if module.startswith("chargecore.") and not module.endswith("__init__"):
                names.append(module)
        with tempfile.TemporaryDirectory() as name:
            image, order = Path(name) / "image", Path(name) / "names"
            image.write_bytes(romfs_of(self._files))
            order.write_text("\n".join(names), encoding="utf-8")
            return {k: int(v) for k, v in _run([_IMPORT_BENCH, image, order]).items()}


_NOTHING = {"nothing": b""}


def _write(files, folder):
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def _run(arguments):
    """Run a bench. Return {name: value}. Errors: DeviceError with what it said."""
    command = [micropython(), "-X", f"heapsize={_HEAP_B}", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S)
    if done.returncode != 0:
        raise DeviceError(f"the bench failed: {(done.stdout + done.stderr).strip()[-300:]}")
    words = [line.split() for line in done.stdout.splitlines()]
    return {row[0]: float(row[1]) for row in words if len(row) == 2}
