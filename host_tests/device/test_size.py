"""chargecore size: what its figures say of a board, and its section in docs/figures.md."""

from chargecore_tools.device.target import target_of
from chargecore_tools.sizes import modes
from chargecore_tools.sizes.modes import Heap
from chargecore_tools.sizes.page import section_in, section_of, with_section
from chargecore_tools.sizes.vm_heap import VmHeap

_KIB = 1024
_HEAP = Heap(
    linked={"core": 160 * _KIB, "all": 230 * _KIB},
    files={"core": 460 * _KIB, "all": 620 * _KIB},
    plain={"core": 300 * _KIB, "all": 400 * _KIB},
)


def _rows(monkeypatch, name):
    monkeypatch.setattr(modes, "linked_image", lambda target: bytes(300 * _KIB))
    return {row["mode"]: row for row in modes.rows_of(target_of(name), _HEAP)}


def test_a_chip_needs_its_share_of_the_objects_and_all_of_the_bytecode():
    assert _HEAP.chip_kib("linked", "all") == 136  # 0.595 of 230
    assert _HEAP.chip_kib("files", "all") == 238 + 220


def test_says_which_mode_leaves_room_for_tls(monkeypatch):
    pico, s3 = _rows(monkeypatch, "pico_w"), _rows(monkeypatch, "esp32s3_devkit")

    assert not pico["files"]["fits_core"]  # neither flash nor heap
    assert pico["ROMFS"]["left_all"] == 200 - 136 and pico["ROMFS"]["fits_all"]
    assert s3["files"]["fits_all"] and s3["files"]["tls"] == "outside"


def test_files_are_counted_in_blocks_and_twice(monkeypatch):
    needed, has = _rows(monkeypatch, "pico_w")["files"]["flash"].split(" of ")

    assert int(needed) > 2_000 and int(needed) % 4 == 0 and int(has) == 848


def test_measures_every_module_in_the_vm():
    found = VmHeap().modules_b()

    assert {"chargecore.base.ring", "chargecore.safety.interlock"} <= set(found)
    assert all(size_b > 0 for size_b in found.values())
    assert 100_000 < sum(found.values()) < 1_000_000


def test_code_in_files_takes_more_heap_than_in_a_romfs():
    heap = VmHeap()

    assert heap.boot_b("files", "core") > heap.boot_b("romfs", "core") + 100_000


def test_the_section_takes_the_place_of_the_one_before(monkeypatch):
    rows = list(_rows(monkeypatch, "pico_w").values())
    section = section_of(rows, _HEAP)
    page = with_section("# Figures\n\ntext\n", section)

    assert section_in(page) == section and page.startswith("# Figures\n\ntext\n")
    assert with_section(page, section) == page
    assert section.count("| pico_w |") == 3 and "| files |" in section
    assert section_in("# Figures\n") == ""
