"""WifiLink: the station's Wi-Fi, which comes back by itself, as net's `link` protocol wants it.

Called by: net.liveness (is_up, restart), the board's idle() (poll). What it climbs by itself,
while liveness above it judges by the server's answers:

  join     wait for an address for 20 s
  rest     1 s, then twice as long after each failure, 60 s at most
  join     again; the driver's state of the last one is kept in `status`
  radio    every fourth failure, and when restart() asks: off and on again

Switching the radio holds Python up for as long as the chip's firmware takes to load; poll() does
it only where may_block says that no contactor is closed, and joins again without it otherwise. All
other calls return at once, and there are two of them per tenth of a second at most.
Heap: none while nothing changes; texts of an address when it comes up.
Source: MicroPython docs, network.WLAN; ports/esp32/network_wlan.c: connect() while it connects is
refused, so it leaves before; extmod/network_cyw43.c.
"""

from micropython import const

from chargecore.base.ticks import ticks_add, ticks_diff

_STATE_OFF = const(0)  # the radio
_STATE_REST = const(1)
_STATE_JOINING = const(2)
_STATE_UP = const(3)

_POLL_MS = const(100)
_JOIN_MS = const(20_000)
_LOST_MS = const(5_000)  # drivers find the way back by themselves
_REST_MS = const(1_000)
_REST_DOUBLINGS = const(6)
_REST_MAX_MS = const(60_000)
_RADIO_TRIES = const(4)


class WifiLink:
    """`is_up`: joined, with an address. `failures`: joins that failed since boot."""

    def __init__(self, wlan, wifi, dns_servers, now_ms):
        self._wlan = wlan  # network.WLAN
        self._ssid = wifi["ssid"]
        self._password = wifi.get("password")  # None: an open network
        self._dns_servers = dns_servers  # list that is filled with the network's own
        self.is_up = False
        self.status = 0  # wlan.status() at the last failure
        self.failures = 0
        self._tries = 0  # since it was up last
        self._state = _STATE_OFF
        self._poll_at_ms = now_ms
        self._due_at_ms = now_ms
        self._is_restart_due = False

    def restart(self):
        """Have it taken down and up again by the next polls."""
        self._is_restart_due = True
        self.is_up = False

    def poll(self, now_ms, may_block):  # HOT
        """Look at the driver, and move on if it is time."""
        if ticks_diff(now_ms, self._poll_at_ms) < 0:
            return
        self._poll_at_ms = ticks_add(now_ms, _POLL_MS)
        try:
            self._step(now_ms, may_block)
        except OSError:
            self._failed(now_ms)

    def _step(self, now_ms, may_block):  # HOT
        if self._is_restart_due:
            self._take_down(now_ms, may_block)
            return
        state = self._state
        if state == _STATE_UP:
            if not self._wlan.isconnected():
                self.is_up = False
                self._enter(_STATE_JOINING, now_ms, _LOST_MS)
        elif state == _STATE_JOINING:
            if self._wlan.isconnected():
                self._came_up()
            elif ticks_diff(now_ms, self._due_at_ms) >= 0:
                self._give_up(now_ms)
        elif ticks_diff(now_ms, self._due_at_ms) < 0:
            return
        elif state == _STATE_OFF:
            if may_block:
                self._switch_on(now_ms)
        else:
            self._enter(_STATE_JOINING, now_ms, _JOIN_MS)
            self._wlan.connect(self._ssid, self._password)

    def _enter(self, state, now_ms, due_ms):  # HOT
        self._state = state
        self._due_at_ms = ticks_add(now_ms, due_ms)

    def _switch_on(self, now_ms):
        self._wlan.active(True)
        self._wlan.config(pm=self._wlan.PM_NONE)  # an answer within ms, not after a beacon or two
        self._enter(_STATE_REST, now_ms, _POLL_MS)

    def _take_down(self, now_ms, may_block):
        """Switch off, or just leave: the next polls do the rest."""
        self._is_restart_due = False
        if may_block:
            self._enter(_STATE_OFF, now_ms, _REST_MS)
            self._wlan.active(False)
        else:
            self._enter(_STATE_REST, now_ms, _REST_MS)
            self._wlan.disconnect()

    def _came_up(self):
        # The driver says 0.0.0.0 where the network names no server.
        server = self._wlan.ifconfig()[3]
        if server != "0.0.0.0" and server not in self._dns_servers:
            self._dns_servers[:] = [server]
        self._tries = 0
        self._state = _STATE_UP
        self.is_up = True

    def _give_up(self, now_ms):
        self.status = self._wlan.status()
        self._failed(now_ms)
        if not self._is_restart_due:
            self._wlan.disconnect()

    def _failed(self, now_ms):
        """Rest, for longer each time; every fourth time the radio is at fault."""
        self.is_up = False
        self.failures = (self.failures + 1) & 0x1FFFFFFF
        self._tries += 1
        state = self._state
        if state != _STATE_OFF:
            state = _STATE_REST
            self._is_restart_due = self._tries % _RADIO_TRIES == 0
        rest_ms = _REST_MS << min(self._tries, _REST_DOUBLINGS)
        self._enter(state, now_ms, min(rest_ms, _REST_MAX_MS))
