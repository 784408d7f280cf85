"""AuxFault: the fault lines that boards have beside the known inputs, as one code.

Called by: the control socket sets and clears lines; evse reads `code` each pass.
"""

from chargecore.safety.faults import is_blocking


class AuxFault:
    """The FAULT_* number of an active line, 0 when all are quiet.

    A line that stops charging hides one that only warns; among equals the latest one set wins.
    """

    def __init__(self):
        self.code = 0  # what the firmware reads
        self._active = []  # FAULT_* numbers, latest last

    def set(self, line, is_active):
        """Set or clear the line with that FAULT_* number."""
        if line in self._active:
            self._active.remove(line)
        if is_active:
            self._active.append(line)
        blocking = [active for active in self._active if is_blocking(active)]
        newest = blocking or self._active
        self.code = newest[-1] if newest else 0
