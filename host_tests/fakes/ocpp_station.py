"""OcppStation: a charging station on a real WebSocket that sends exactly what a test wants."""

import json
import queue
import threading
from base64 import b64encode

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

_LIMIT_S = 20
BOOT = {"chargePointVendor": "v", "chargePointModel": "m"}
NOON = "2026-01-01T12:00:00Z"


class OcppStation:
    """Answers the server's calls from `answers`; a list is a CALLERROR, None is no answer."""

    def __init__(
        self,
        url,
        station_id="CP01",
        password=None,
        subprotocols=("ocpp1.6",),
        ssl=None,
        headers=None,
    ):
        headers = dict(headers or {})
        if password is not None:
            token = b64encode(f"{station_id}:{password}".encode()).decode()
            headers["Authorization"] = f"Basic {token}"
        self._connecting = connect(
            f"{url}/{station_id}",
            subprotocols=list(subprotocols) or None,
            additional_headers=headers,
            compression=None,
            open_timeout=_LIMIT_S,
            close_timeout=1,
            ssl=ssl,
        )
        self._socket = self._connecting.__enter__()
        self.answers = {}
        self.asked = []  # (action, payload) of the server's calls
        self.texts = queue.Queue()  # whatever came that is no call
        self._next_id = 0
        self.is_closed = threading.Event()
        threading.Thread(target=self._receive, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._connecting.__exit__(None, None, None)

    @property
    def close_code(self):
        """Return the code with which the connection ended."""
        assert self.is_closed.wait(_LIMIT_S)
        return self._socket.close_code

    def send(self, message):
        """Send a text as it is, bytes as a binary frame, anything else as JSON."""
        is_raw = isinstance(message, (str, bytes))
        self._socket.send(message if is_raw else json.dumps(message))

    def receive(self):
        """Return the next message that is no call, parsed."""
        return json.loads(self.texts.get(timeout=_LIMIT_S))

    def start_call(self, action, payload, message_id=None):
        """Send a call and return its id."""
        self._next_id += 1
        message_id = message_id or str(self._next_id)
        self.send([2, message_id, action, payload])
        return message_id

    def call(self, action, payload, message_id=None):
        """Send a call and return the whole answer."""
        message_id = self.start_call(action, payload, message_id)
        answer = self.receive()
        assert answer[1] == message_id, answer
        return answer

    def boot(self):
        """Boot and return the payload of the answer."""
        return self.call("BootNotification", BOOT)[2]

    def start(self, meter_wh=0, connector=1, at=NOON, tag="TAG1"):
        """Start a transaction and return its id."""
        payload = {"connectorId": connector, "idTag": tag, "meterStart": meter_wh, "timestamp": at}
        return self.call("StartTransaction", payload)[2]["transactionId"]

    def _receive(self):
        try:
            for text in self._socket:
                if text.startswith("[2") and text.endswith("]"):
                    self._take_call(*json.loads(text)[1:])
                else:
                    self.texts.put(text)
        except ConnectionClosed:
            pass
        self.is_closed.set()

    def _take_call(self, message_id, action, payload):
        self.asked.append((action, payload))
        answer = self.answers.get(action, ["NotImplemented", "", {}])
        if isinstance(answer, list):
            self.send([4, message_id, *answer])
        elif answer is not None:
            self.send([3, message_id, answer])
