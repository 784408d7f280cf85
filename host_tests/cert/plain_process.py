"""PlainProcess: a plain station as a process of its own, as a lab would start one."""

import json
import os
import subprocess
import sys
from pathlib import Path

from chargecore_tools.sim_client import SimClient

_HOST_TESTS = Path(__file__).resolve().parents[1]
_STOP_S = 5


class PlainProcess:
    """Started at once. `client` talks to its control socket, `address` is (host, port) of it."""

    def __init__(self, url, identity="CP02", speed=1.0, defect=None, more=()):
        command = [sys.executable, "-m", "cert.plain_station", "--csms", url, "--id", identity]
        command += ["--speed", str(speed), *more]
        if defect is not None:
            command += ["--defect", defect]
        path = os.pathsep.join([str(_HOST_TESTS), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the plain station ended with status {self._process.wait()}")
        host, _, port = json.loads(line)["control"].rpartition(":")
        self.address = host, int(port)
        self.client = SimClient(*self.address)

    def stop(self):
        """End it. Return the exit status."""
        self.client.close()
        self._process.terminate()
        try:
            status = self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._process.stdout.close()
        return status
