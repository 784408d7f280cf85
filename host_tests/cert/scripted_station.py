"""ScriptedStation and ScriptedRig: a charge point of a few lines for tests of the runner.

The station sends what a test tells it to and answers what it is told to; the rig does what the
test hangs on an act. Both live in the process of the test.
"""

import json
import threading
import uuid

from websockets.sync.client import connect

from chargecore_tools.cert.errors import RigCannot

KEYS = {  # key: (value, readonly)
    "SupportedFeatureProfiles": ("Core,Reservation", True),
    "NumberOfConnectors": ("2", True),
    "MeterValueSampleInterval": ("60", False),
    "LocalPreAuthorize": ("true", False),
    "AuthorizeRemoteTxRequests": ("false", True),
}


class ScriptedStation:
    """Connects when made. `answers[action]`: payload, or a function of the CALL's payload."""

    def __init__(self, url, identity="CP01"):
        self.keys = {key: list(row) for key, row in KEYS.items()}
        self.asked = []  # (action, payload) of the server's CALLs
        self.answered = []  # (action, message) that answered the station's CALLs
        self.answers = {}
        self._url = f"{url}/{identity}"
        self._sent = {}
        self._came = threading.Condition()
        self._connect()

    def _connect(self):
        options = {"subprotocols": ["ocpp1.6"], "compression": None, "legacy": True}
        self._socket = connect(self._url, **options)
        threading.Thread(target=self._listen, args=(self._socket,), daemon=True).start()

    def reconnect(self):
        """Close the connection and open another."""
        self._socket.close()
        self._connect()

    def close(self):
        """End it."""
        self._socket.close()

    def send(self, action, **payload):
        """Send a CALL; wait until it is answered. Return the answer's whole message."""
        message_id = str(uuid.uuid4())
        with self._came:
            self._sent[message_id] = None
            self._socket.send(json.dumps([2, message_id, action, payload]))
            self._came.wait_for(lambda: self._sent[message_id] is not None, 1)
            self.answered.append((action, self._sent[message_id]))
            return self._sent[message_id]

    def send_later(self, action, after_s=0.0, **payload):
        """Send a CALL from another thread, so that an act or an answer can cause it."""
        timer = threading.Timer(after_s, self.send, [action], payload)
        timer.daemon = True
        timer.start()

    def status(self, connector, status):
        """Send a StatusNotification."""
        return self.send(
            "StatusNotification", connectorId=connector, status=status, errorCode="NoError"
        )

    def tell(self, text):
        """Send a text as it is."""
        self._socket.send(text)

    def _listen(self, socket):
        try:
            for text in socket:
                message = json.loads(text)
                if message[0] == 2:
                    threading.Thread(target=self._answer, args=(message,), daemon=True).start()
                else:
                    with self._came:
                        self._sent[message[1]] = message
                        self._came.notify_all()
        except Exception:
            return  # the connection is gone, and with it this thread

    def _answer(self, message):
        _kind, message_id, action, payload = message
        self.asked.append((action, payload))
        answer = self.answers.get(action, getattr(self, "_on_" + action, {"status": "Accepted"}))
        answer = answer(payload) if callable(answer) else answer
        if isinstance(answer, str):
            self._socket.send(json.dumps([4, message_id, answer, "", {}]))
        elif answer is not None:
            self._socket.send(json.dumps([3, message_id, answer]))

    def _on_GetConfiguration(self, payload):
        wanted = payload.get("key") or list(self.keys)
        rows = [
            {"key": key, "value": self.keys[key][0], "readonly": self.keys[key][1]}
            for key in wanted
            if key in self.keys
        ]
        return {"configurationKey": rows}

    def _on_ChangeConfiguration(self, payload):
        row = self.keys.get(payload["key"])
        if row is None:
            return {"status": "NotSupported"}
        if row[1]:
            return {"status": "Rejected"}
        row[0] = payload["value"]
        return {"status": "Accepted"}


class ScriptedRig:
    """`on[act]`: what happens; an act without it is one that the rig cannot do."""

    name = "scripted"

    def __init__(self):
        self.on = {}
        self.acts = []

    def act(self, name, connector, **fields):
        """Do it."""
        if name not in self.on:
            raise RigCannot(f"no hands for {name}")
        self.acts.append((name, connector, fields))
        self.on[name](**fields)

    def close(self):
        """Nothing is open."""
