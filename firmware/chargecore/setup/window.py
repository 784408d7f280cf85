"""Window: the time in which the set-up page is open: what opens it, what closes it.

Called by: base.start, once per pass, while no station runs. Closes when something was saved, when
15 minutes are over, when a car is plugged, or may be, and after too many wrong codes. What it has
closed it does not open again. Heap: what is loaded for it.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.net.dns_answerer import DnsAnswerer
from chargecore.net.http_server import HttpServer
from chargecore.setup.desk import Desk
from chargecore.setup.door import Door

OPEN_MS = const(900_000)
_PLUG_MS = const(50)  # between two looks at the pilot
_GRACE_MS = const(3_000)  # for the last answer to get there


class Window:
    """is_saved: there is a new station.json."""

    def __init__(self, sockets, radio, plug, say):
        self._radio = radio
        self._plug = plug
        self._say = say
        self._sockets = sockets
        self._server = None
        self._desk = None
        self._door = None
        self._names = DnsAnswerer(sockets)
        self._closes_at_ms = 0
        self._plug_at_ms = 0
        self.is_saved = False
        self._is_open = False

    def open(self, code, draft, save, now_ms):
        """Open the page; return whether it is open. save(station): whether it is kept."""
        if not self._plug.has_no_car():
            self._say("set-up page: stays closed while a car may be plugged")
            return False
        self._door = Door(code)
        self._desk = Desk(self._door, draft, self._radio, save, self.left_s)
        self._server = HttpServer(self._sockets, self._desk)
        if draft.has_wifi:
            self._desk.look_around()
        radio = self._radio
        self._is_open = radio.open() and self._server.open(radio.ip_text, radio.port) == OK
        if not self._is_open:
            self._shut("the radio does not answer")
            return False
        if radio.answers_names:
            self._names.open(radio.ip_text)  # without it the page only has to be typed
        self._closes_at_ms = ticks_add(now_ms, OPEN_MS)
        self._plug_at_ms = now_ms
        self._say("set-up page: open for 15 minutes, http://" + radio.hosts[0].decode() + "/")
        return True

    def poll(self, now_ms):
        """Move on; return whether it is open."""
        if not self._is_open:
            return False
        why = self._end(now_ms)
        if why is not None:
            self.close(why)
            return False
        self._names.poll()
        self._server.poll(now_ms)
        if self._desk.is_saved and not self.is_saved:
            self.is_saved = True
            self._closes_at_ms = ticks_add(now_ms, _GRACE_MS)
        return True

    def close(self, why):
        """Close it, if it is open. why: for the console."""
        if self._is_open:
            self._shut(why)

    def left_s(self, now_ms):
        """Return for how many seconds it stays open."""
        return max(ticks_diff(self._closes_at_ms, now_ms), 0) // 1_000

    def _end(self, now_ms):
        """Return why it has to close, None: it may stay open."""
        if ticks_diff(now_ms, self._plug_at_ms) >= 0:
            self._plug_at_ms = ticks_add(now_ms, _PLUG_MS)
            if not self._plug.has_no_car():
                return "a car is plugged"
        if ticks_diff(now_ms, self._closes_at_ms) >= 0:
            return "saved" if self.is_saved else "the time is over"
        if self._door.is_locked and self._server.is_idle:
            return "too many wrong codes"
        return None

    def _shut(self, why):
        self._is_open = False
        self._names.close()
        self._server.close()
        self._radio.close()
        self._say("set-up page: closed, " + why)
