"""SimClient: talks to the control socket of `chargecore sim`, one command at a time."""

import json
import socket
import time


class SimRefused(Exception):
    """The simulator refused a command; the text is its error."""


class SimClient:
    """One connection. Errors of the line itself are OSError."""

    def __init__(self, host, port, timeout_s=30.0):
        self._socket = socket.create_connection((host, port), timeout_s)
        self._reader = self._socket.makefile("rb")

    def raw(self, line):
        """Send bytes as one line and return the parsed answer."""
        self._socket.sendall(line + b"\n")
        answer = self._reader.readline()
        if not answer:
            raise ConnectionError("the simulator closed the control connection")
        return json.loads(answer)

    def ask(self, cmd, **fields):
        """Send a command and return the answer, also when it is a refusal."""
        return self.raw(json.dumps({"cmd": cmd, **fields}).encode())

    def do(self, cmd, **fields):
        """Send a command and return the answer. Errors: SimRefused."""
        answer = self.ask(cmd, **fields)
        if not answer["ok"]:
            raise SimRefused(f"{cmd}: {answer['error']}")
        return answer

    def connector(self, number=1):
        """Return the status of one connector."""
        return self.do("status")["connectors"][number - 1]

    def station(self):
        """Return the status of the station."""
        return self.do("status")["station"]

    def wait_for(self, has_come, what, timeout_s=20.0):
        """Ask for status until has_come(status). Return it. Errors: TimeoutError naming `what`."""
        deadline = time.monotonic() + timeout_s
        while True:
            status = self.do("status")
            if has_come(status):
                return status
            if time.monotonic() >= deadline:
                raise TimeoutError(f"{what} did not come within {timeout_s:g} s: {status}")
            time.sleep(0.02)

    def close(self):
        """Close the connection."""
        self._reader.close()
        self._socket.close()
