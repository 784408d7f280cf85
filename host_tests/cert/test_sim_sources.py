"""`chargecore sim --sources`: the firmware of another folder runs, and only a whole one."""

import subprocess
import sys

from cert.broken.mutation import Mutation
from chargecore_tools.csms.server import Server
from chargecore_tools.run_process import RunProcess

OTHER_VENDOR = Mutation(
    "other_vendor",
    "ocpp16/boot.py",
    "w.text(config.vendor)",
    'w.text(b"somebody else")',
    "tells another vendor",
    (),
)


def test_runs_the_firmware_of_the_folder(tmp_path):
    OTHER_VENDOR.write_to(tmp_path)
    with Server() as server:
        options = ["--csms", server.url, "--id", "CP01", "--vm", "cpython"]
        process = RunProcess([*options, "--sources", str(tmp_path)])
        try:
            _place, boot = server.history.wait_call("CP01", "BootNotification")
        finally:
            process.stop()

    assert boot["chargePointVendor"] == "somebody else"


def test_refuses_a_folder_that_is_no_repository(tmp_path):
    (tmp_path / "firmware").mkdir()
    (tmp_path / "firmware" / "main.py").touch()

    done = subprocess.run(
        [sys.executable, "-m", "chargecore_tools.main", "sim", "--csms", "ws://127.0.0.1:1/x"]
        + ["--id", "CP01", "--sources", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 2
    assert "must hold firmware/ and boards/" in done.stderr
