"""SetupWorld: the set-up page with everything around it in the test's hand; no sockets.

Called by: the tests of setup. `label` and `station` are what the board would have on flash.
"""

from chargecore.net.http_request import STATUS_READY, HttpRequest
from chargecore.setup.desk import Desk
from chargecore.setup.door import Door
from chargecore.setup.draft import Draft
from fakes.clock import FakeClock

HOST = b"192.168.4.1"
CODE = "7KQM-X4TD"


def bare_station():
    """Return a station.json as a maker leaves it: hardware, but no server and no identity."""
    return {"connectors": [{"meter": "sdm120"}], "phases": 1, "max_current": 16}


class FakeRadio:
    """Remembers what it was asked; `networks` are in the air."""

    answers_names = True
    port = 8080
    ip_text = "127.0.0.1"
    hosts = (HOST,)

    def __init__(self):
        self.calls = []
        self.is_good = True
        self.networks = [("Depot", -48, False), ('Café "&" <b>', -63, True)]

    def open(self):
        self.calls.append("open")
        return self.is_good

    def close(self):
        self.calls.append("close")

    def scan(self):
        self.calls.append("scan")
        return self.networks


class Answer:
    """status, headers (bytes) and text of an answer."""

    def __init__(self, pieces):
        data = b"".join(pieces)
        self.headers, _, self.body = data.partition(b"\r\n\r\n")
        self.status = int(self.headers.split(b" ")[1])
        self.text = self.body.decode()


def encoded(fields):
    """Return {name: text} as a browser sends it."""
    parts = []
    for name in fields:
        value = "".join(["%%%02X" % byte for byte in fields[name].encode()])
        parts.append(name + "=" + value)
    return "&".join(parts).encode()


class SetupWorld:
    """A Desk and its requests. `saved` is what was written, `can_save` whether that works."""

    def __init__(self, station=None, has_wifi=True):
        self.clock = FakeClock()
        self.radio = FakeRadio()
        self.door = Door(CODE)
        self.draft = Draft(station or bare_station(), has_wifi)
        self.saved = []
        self.can_save = True
        self.desk = Desk(self.door, self.draft, self.radio, self._save, lambda now_ms: 900)
        self.token = ""

    def get(self, path=b"/", host=HOST):
        return self.ask(b"GET " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")

    def post(self, fields, origin=b"http://" + HOST, host=HOST, more=b""):
        """Send a form; origin None: the browser does not say where it comes from."""
        body = encoded(fields)
        head = b"POST / HTTP/1.1\r\nHost: " + host + b"\r\n" + more
        if origin is not None:
            head += b"Origin: " + origin + b"\r\n"
        head += b"Content-Type: application/x-www-form-urlencoded\r\n"
        return self.ask(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def enter(self):
        """Type the code; return the form."""
        answer = self.post({"code": CODE})
        self.token = answer.text.split('name="token" value="')[1].split('"')[0]
        return answer

    def send(self, **fields):
        """Send the form of who has entered."""
        form = {"token": self.token, "pick": "Depot", "ssid": "", "password": "", "key": ""}
        form.update({"url": "ws://csms.example/ocpp", "id": "CP01", "act": "save"})
        form.update(fields)
        return self.post({name: form[name] for name in form if form[name] is not None})

    def ask(self, data):
        request = HttpRequest()
        status = request.feed(data)
        if status != STATUS_READY:
            raise ValueError(status)
        return Answer(self.desk.answer(request, self.clock.ticks_ms()))

    def _save(self, station):
        if self.can_save:
            self.saved.append(station)
        return self.can_save
