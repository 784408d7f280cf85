"""rows_of(): what a board needs and has in each deployment mode, and what that leaves for TLS.

Heap is measured in the 64-bit VM. What a chip needs is an estimate: objects and buffers together
take the share of it that `make figures-32` measures on a 32-bit VM, bytecode that lies in the heap
takes all of it.
"""

from dataclasses import dataclass

from chargecore_tools.board_image.linked_image import linked_image
from chargecore_tools.deploy.application import application_of
from chargecore_tools.heap_figures import run_heap_bench
from chargecore_tools.sim_process import repository

_AMPLE_B = 4 * 1024 * 1024
_BLOCK_B = 4_096
# Of one connection with TLS: RP2 in the heap of MicroPython, ESP32 in that of ESP-IDF, outside it.
_TLS_RP2_KIB = 28
_STATE_KIB = 128  # what the station keeps: journal 64 KiB, settings, cards, certificates, events
_PROFILES = ("core", "all")
_CHIP_PERMILLE = 595  # of the 64-bit figure: 92.7 of 155.8 KiB (Core), 133.9 of 227.3 (all)


@dataclass(frozen=True)
class Heap:
    """Bytes after boot in the VM: code in a linked image, in files; by profiles."""

    linked: dict
    files: dict
    plain: dict  # code in a ROMFS, not linked

    def chip_kib(self, mode, profiles):
        """Return what a chip needs, an estimate."""
        if mode == "files":
            code_b = self.files[profiles] - self.plain[profiles]
            return (self.plain[profiles] * _CHIP_PERMILLE // 1000 + code_b) // 1024
        return self.linked[profiles] * _CHIP_PERMILLE // 1000 // 1024


def measure_heap(vm_heap):
    """Return the Heap. Errors: RuntimeError, DeviceError with what a bench said."""
    linked = {}
    for profiles in _PROFILES:
        values = run_heap_bench(repository(), f"boot_{profiles}", _AMPLE_B)
        linked[profiles] = int(values[f"heap_boot_{profiles}_kib"] * 1024)
    files = {profiles: vm_heap.boot_b("files", profiles) for profiles in _PROFILES}
    plain = {profiles: vm_heap.boot_b("romfs", profiles) for profiles in _PROFILES}
    return Heap(linked, files, plain)


def rows_of(target, heap):
    """Return a list of dicts, one per mode."""
    application = application_of(target)
    copy_kib = sum(map(_blocks_kib, application.copy.values()))
    root_kib = sum(map(_blocks_kib, application.root.values()))
    files_kib = 2 * copy_kib + root_kib + _STATE_KIB
    image_kib = -(-len(linked_image(target)) // 1024)
    flash = {
        "files": f"{files_kib} of {target.file_system_kib}",
        "ROMFS": f"{image_kib} more in the image",
        "frozen": f"about {image_kib} more in the image",
    }
    fits_flash = {"files": files_kib <= target.file_system_kib}
    tls_kib = _TLS_RP2_KIB if target.is_rp2 else 0
    rows = []
    for mode, text in flash.items():
        row = {"board": target.name, "mode": mode, "flash": text}
        for profiles in _PROFILES:
            need_kib = heap.chip_kib("files" if mode == "files" else "linked", profiles)
            left_kib = target.heap_kib - need_kib
            row[profiles] = need_kib
            row["left_" + profiles] = left_kib
            row["fits_" + profiles] = fits_flash.get(mode, True) and left_kib >= tls_kib
        rows.append({**row, "heap": target.heap_kib, "tls": tls_kib or "outside"})
    return rows


def _blocks_kib(data):
    return -(-len(data) // _BLOCK_B) * _BLOCK_B // 1024
