"""RunProcess: `chargecore sim` as a process of its own, as a user would start it."""

import collections
import json
import signal
import subprocess
import sys
import threading

_STOP_S = 10
_END_S = 2  # a simulator that dropped its connections ends within this
_LINES_KEPT = 20


class RunProcess:
    """Started at once; its output is read in a thread, the last lines are kept."""

    def __init__(self, arguments):
        self._lines = collections.deque(maxlen=_LINES_KEPT)
        self._banner = None
        self._has_banner = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "chargecore_tools.main", "sim", "--json", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_banner(self, timeout_s):
        """Return what the simulator said when it was up, None when it ended or was silent."""
        self._has_banner.wait(timeout_s)
        return self._banner

    @property
    def status(self):
        """Return the exit status, None while it runs."""
        return self._process.poll()

    def wait_end(self):
        """Give it a moment to end by itself. Return the exit status, None when it goes on."""
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            return None
        self._reader.join(_END_S)  # its last words may still be on their way
        return self._process.returncode

    def last_words(self):
        """Return the last line it printed, "" when there is none."""
        lines = [line for line in self._lines if line.strip()]
        return lines[-1].strip() if lines else ""

    def stop(self):
        """End it. Return the exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(_STOP_S)
        return self._process.returncode

    def _read(self):
        for line in self._process.stdout:
            self._lines.append(line)
            if self._banner is None and line.startswith("{"):
                self._banner = _up(line)
                if self._banner is not None:
                    self._has_banner.set()
        self._has_banner.set()


def _up(line):
    try:
        facts = json.loads(line)
    except ValueError:
        return None
    return facts if facts.get("event") == "up" else None
