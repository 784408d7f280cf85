"""LanLink: a wired interface, as net's `link` protocol wants it. restart() starts it anew.

Called by: net.liveness (is_up, restart), the board's idle() (poll). The driver finds the cable and
the address by itself. Starting and stopping it takes milliseconds; still no contactor is closed
when poll() does it, unless it was asked for. Heap: texts of an address when it comes up.
Source: MicroPython docs, quick reference for the ESP32, wired networking.
"""

from micropython import const

from chargecore.base.ticks import ticks_add, ticks_diff

_POLL_MS = const(100)
_OFF_MS = const(1_000)


class LanLink:
    """`is_up`: cable in, with an address."""

    def __init__(self, lan, dns_servers, now_ms):
        self._lan = lan
        self._dns_servers = dns_servers  # list that is filled with the network's own
        self.is_up = False
        self.status = 0  # nothing to tell
        self.failures = 0  # calls of the driver that raised
        self._is_on = False
        self._is_restart_due = False
        self._poll_at_ms = now_ms

    def restart(self):
        """Have it taken down and up again by the next polls."""
        self._is_restart_due = True
        self.is_up = False

    def poll(self, now_ms, may_block):  # HOT
        """Move on by one driver call at most."""
        if ticks_diff(now_ms, self._poll_at_ms) < 0:
            return
        self._poll_at_ms = ticks_add(now_ms, _POLL_MS)
        try:
            if self._is_restart_due:
                self._switch_off(now_ms)
            elif not self._is_on:
                self._lan.active(True)
                self._is_on = True
            elif self._lan.isconnected() != self.is_up:
                self._changed()
        except OSError:
            self.failures = (self.failures + 1) & 0x1FFFFFFF
            self._poll_at_ms = ticks_add(now_ms, _OFF_MS)

    def _switch_off(self, now_ms):
        self._is_restart_due = False
        self._is_on = False
        self._poll_at_ms = ticks_add(now_ms, _OFF_MS)
        self._lan.active(False)

    def _changed(self):
        if self.is_up:
            self.is_up = False
            return
        server = self._lan.ifconfig()[3]
        if server != "0.0.0.0" and server not in self._dns_servers:
            self._dns_servers[:] = [server]
        self.is_up = True
