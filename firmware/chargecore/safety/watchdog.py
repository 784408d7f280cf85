"""Watchdog: restarts the chip when the safety step has not passed all its checks for 2 s.

Called by: SafetyStep alone, behind the dead man. Never: feeds for anything else that still runs.
The dead man opens the contactors within 200 ms; this gets the software going again (R56, F38).
Heap: none after start().

A board's watchdog has start(timeout_ms) and feed(); machine.WDT(timeout=timeout_ms) made in
start() is all a chip needs. None: the board has none, and nothing restarts a hung VM.
"""

from micropython import const

TIMEOUT_MS = const(2_000)  # R56


class Watchdog:
    """Starts with the first feed: a boot may take longer than a step ever should."""

    def __init__(self, hardware):
        self._hardware = hardware
        self.is_started = False  # it cannot be stopped from then on

    def feed(self):  # HOT
        """Say that a whole safety step has passed."""
        if self._hardware is None:
            return
        if not self.is_started:
            self.is_started = True
            self._hardware.start(TIMEOUT_MS)
        self._hardware.feed()
