"""chargecore build: what it makes boots, and what it prints is what MicroPython's build wants."""

import subprocess
from pathlib import Path

from chargecore_tools.board_image.frozen import build_commands
from chargecore_tools.device.target import target_of
from chargecore_tools.sim_process import micropython
from device_rig.command import chargecore, chargecore_json
from stand_in.machine_code import board_folder

_BOOTS = """
import os, sys, vfs
class Machine:
    def reset(self):
        raise SystemExit
sys.modules["machine"] = Machine()
image = bytearray(os.stat("chargecore.romfs")[6])
with open("chargecore.romfs", "rb") as file:
    file.readinto(image)
vfs.mount(vfs.VfsRom(image), "/rom")
sys.path[:] = ["", ".frozen", "/rom"]
for name in ("boot.py", "main.py"):
    with open(name) as file:
        exec(file.read(), globals())
"""


def test_the_romfs_image_boots_into_the_station(tmp_path):
    folder = tmp_path / "out"
    found = chargecore_json(
        "build", "--board", board_folder(tmp_path), "--out", folder, limit_s=400
    )
    (folder / "run.py").write_text(_BOOTS)
    process = subprocess.Popen(
        [micropython(), "-X", "heapsize=4m", "run.py"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    lines = []
    for line in process.stdout:
        lines.append(line)
        if b"nothing charges" in line:
            break
    process.kill()
    process.communicate()

    assert found["steps"][0].startswith("mpremote romfs deploy ")
    assert lines[0] == b"board: outputs safe\n", lines
    assert b"station.json: it is missing" in lines[-1], lines


def test_a_bundle_holds_all_of_the_files(tmp_path):
    found = chargecore_json("build", "--board", "pico_w", "--mode", "files", "--out", tmp_path)

    files = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert (tmp_path / "files" / "main.py") in files and len(files) > 200
    bundle = found["steps"][1].replace("app.bundle", str(tmp_path / "app.bundle")).split()[1:]
    status, out, error = chargecore(*bundle)
    assert status == 0 and "1.0 for pico_w" in out and out.count("\n") == len(files) + 1, error


def test_prints_the_build_of_micropython(tmp_path):
    pico = chargecore_json("build", "--board", "pico_w", "--mode", "frozen")["steps"]
    s3 = build_commands(target_of("esp32s3_devkit"), "/m.py", Path("/a b"))

    assert pico[2].startswith("make -C micropython/ports/rp2 BOARD=RPI_PICO_W FROZEN_MANIFEST=/")
    manifest = Path(pico[2].rsplit("=", 1)[1])
    lines = manifest.read_text().splitlines()
    assert lines[1].startswith("include(") and 'module("main.py", base_path=".", opt=2)' in lines
    assert 'package("chargecore", base_path=".", opt=2)' in lines
    assert (manifest.parent / "chargecore" / "linked.py").is_file()
    for name in ("boot.py", "main.py", "board.py", "boards/pico_w/pins.py"):
        assert (manifest.parent / name).is_file(), name
    board = "make -C '/a b/ports/esp32' BOARD=ESP32_GENERIC_S3 BOARD_VARIANT=SPIRAM_OCT"
    assert s3[1:] == [f"{board} submodules", f"{board} FROZEN_MANIFEST=/m.py"]


def test_runs_the_build_where_a_tree_is_given(tmp_path):
    for folder in ("mpy-cross", "ports/rp2"):
        (tmp_path / folder).mkdir(parents=True)
        makefile = "all submodules:\n\t@echo $(BOARD) $(FROZEN_MANIFEST) $@ >> ../built\n"
        (tmp_path / folder / "Makefile").write_text(makefile)

    status, out, error = chargecore(
        "build", "--board", "pico_w", "--mode", "frozen", "--micropython", tmp_path
    )

    assert status == 0 and "chargecore flash" in out, error
    built = (tmp_path / "ports" / "built").read_text().splitlines()
    assert built[0].split() == ["RPI_PICO_W", "submodules"]
    assert built[1].startswith("RPI_PICO_W /") and "manifest.py all" in built[1]

    (tmp_path / "ports/rp2/Makefile").write_text("all submodules:\n\t@false\n")
    failed = chargecore_json(
        "build", "--board", "pico_w", "--mode", "frozen", "--micropython", tmp_path
    )
    assert failed["status"] == 1 and "compiler" in failed["next"]
