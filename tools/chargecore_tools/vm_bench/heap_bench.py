"""Heap of the firmware from a mounted image: micropython heap_bench.py IMAGE WHAT FOLDER.

boot_core  what firmware/main.py has in use once the server has accepted the station, without the
           image and without the simulated board, which is loaded after it; Core profile only
boot_all   the same with all profiles and the security whitepaper
session    a whole session, from the plug to the free connector, in whatever heap the VM was given,
           with all profiles and the whitepaper
session_core  the same with the Core profile only
simulator  what `chargecore sim` has of its own: board, plant, control socket, texts for people
FOLDER holds memory_server.mpy and bench_board.mpy, and takes the flash.
Prints `id value` lines; a heap that does not suffice ends in a MemoryError.
"""

import gc
import os
import sys

import vfs

_STATION = {
    "id": "BENCH",
    "csms_url": "ws://127.0.0.1:9/ocpp",
    "vendor": "chargecore",
    "model": "bench",
    "serial": "1",
    "firmware_version": "0",
    "connectors": [{"meter": "simulated"}],
    "reader": "simulated",
    "cable": "tethered",
    "max_current": 16,
    "phases": 3,
}
_STOP = b'[2,"e","RemoteStopTransaction",{"transactionId":7}]'
_START = b'[2,"s","RemoteStartTransaction",{"connectorId":1,"idTag":"BENCH"}]'
_LIMIT_PASSES = 20_000  # a step that takes longer has failed


def _mount(path):
    image_buf = bytearray(os.stat(path)[6])
    with open(path, "rb") as file:
        file.readinto(image_buf)
    vfs.mount(vfs.VfsRom(image_buf), "/rom")
    sys.path[:] = ["/rom", ".frozen", sys.argv[3]]
    return len(image_buf)


def _used_b():
    gc.collect()
    return gc.mem_alloc()


def _options(folder, settings):
    station = dict(_STATION, settings=settings)
    return {"station": station, "dns_servers": [], "speed_permille": 1_000, "state": folder}


def _run_firmware(what, folder, image_b):
    empty_b = _used_b()
    print("bench_b", empty_b - image_b)  # this file, and what the VM has of its own
    import main as firmware

    code_b = _used_b() - empty_b
    from bench_board import BenchBoard

    settings = {"MeterValueSampleInterval": "1"}
    options = _options(folder, settings)
    if what.endswith("_core"):
        settings["SupportedFeatureProfiles"] = "Core"
        options["station"]["security"] = False
    bench = BenchBoard(options)
    bench.script = _session(bench) if what[:7] == "session" else _boot(bench)
    board_b = _used_b() - empty_b - code_b
    firmware.run(bench)
    print("board_b", board_b)
    if what[:7] != "session":
        used_b = bench.used_b - empty_b - board_b
        print("heap_" + what + "_kib", used_b / 1024)
        print("# code and names", code_b, "B, objects", used_b - code_b, "B")


def _measure_simulator(folder):
    import main as firmware

    code_b = _used_b()
    from boards.host.sim_main import Simulator
    from chargecore.base import events  # the control socket asks for its texts
    from chargecore.safety import reasons  # and for these

    options = dict(_options(folder, {}), has_lifeline=True, prints_events=True)
    simulator = Simulator(options)
    simulator.listen("127.0.0.1", 0)
    simulator.close()
    print("simulator_b", _used_b() - code_b)
    print("#", firmware, events, reasons)


def _boot(bench):
    yield from _until(lambda: bench.server.count(b"StatusNotification") >= 2)
    for _ in range(100):
        yield True
    bench.used_b = _used_b()


def _session(bench):
    server, plant = bench.server, bench.plants[0]
    yield from _until(lambda: server.count(b"StatusNotification") >= 2)
    plant.car.plug(True, 16_000, 3)
    plant.pilot_changed()
    server.send(_START)
    yield from _until(lambda: server.count(b"MeterValues") >= 20)
    server.send(_STOP)
    yield from _until(lambda: server.count(b"StopTransaction") == 1)
    plant.car.unplug()
    plant.pilot_changed()
    yield from _until(lambda: bench.app.connectors[0].status.status == 0)
    print("session_ok 1")


def _until(is_done):
    for _ in range(_LIMIT_PASSES):
        if is_done():
            return
        yield True
    raise SystemExit("heap_bench: no progress")


gc.threshold(16_384)  # as boot.py does
_image_b = _mount(sys.argv[1])
if sys.argv[2] == "simulator":
    _measure_simulator(sys.argv[3])
else:
    _run_firmware(sys.argv[2], sys.argv[3], _image_b)
