"""BenchBoard: the host board on a server in memory, with time that runs as fast as the VM can."""

from memory_server import MemoryServer

from boards.host.board import POWER_STOP, Board

_STEP_MS = 10  # simulated time per pass


class BenchBoard(Board):
    """Resumes `script`, a generator, once per pass; its end is the end of the run."""

    def __init__(self, options):
        super().__init__(options)
        self.sockets = self.server = MemoryServer()
        self.script = None
        self.used_b = 0  # what the script has measured

    def idle(self):
        """Let a pass go by."""
        self.pass_time(_STEP_MS)
        if next(self.script, None) is None:
            self.power = POWER_STOP
