"""net over TLS on the VM: micropython tls_vm_client.py FIRMWARE CASES.json.

Called by: test_tls_matrix.py. A case names a port, the DER files of roots, own chain and key, and
whether the server has to ask for them. The real Connection tries once; one JSON line per case says
what the event log says and how often the safety step was let through.
"""

import gc
import json
import random
import select
import socket
import sys
import time

sys.path.insert(0, sys.argv[1])

import tls  # noqa: E402

from chargecore.base.clock import Clock  # noqa: E402
from chargecore.base.event_log import EventLog  # noqa: E402
from chargecore.base.events import EV_CONNECTED, EV_RETRY_IN  # noqa: E402
from chargecore.net.backoff import Backoff  # noqa: E402
from chargecore.net.connection import Connection  # noqa: E402
from chargecore.net.resolver import Resolver  # noqa: E402
from chargecore.net.stream import TcpStream  # noqa: E402
from chargecore.net.tls_context import TlsContext  # noqa: E402
from chargecore.net.tls_stream import TlsStream  # noqa: E402
from chargecore.net.websocket import WebSocket  # noqa: E402
from chargecore.net.ws_frame import HEADER_MAX  # noqa: E402
from chargecore.wire.json_writer import JsonWriter  # noqa: E402

_LIMIT_MS = 10_000


def _read(path):
    with open(path, "rb") as file:
        return file.read()


class Credentials:
    """The protocol of net/__init__.py, from files; remembers what TLS told it."""

    def __init__(self, case):
        self._case = case
        self.verify_host = case.get("verify_host", True)
        self.changed = 0

    def roots(self):
        return [_read(path) for path in self._case["roots"]]

    def client_chain(self):
        return [_read(path) for path in self._case.get("chain", ())]

    def client_key(self):
        return _read(self._case["key"]) if "key" in self._case else None


class KnownDate:
    """A TlsClock for which the PC's date is good enough."""

    def start(self, now_ms):
        pass

    def poll(self, now_ms):
        return 1

    def stop(self):
        pass

    def doubt(self):
        pass


class Client:
    """Everything a case needs, made anew for each."""

    def __init__(self, case):
        bits = random.getrandbits
        self.clock = clock = Clock(time.ticks_ms, 1)
        self.events = events = EventLog(clock, 32)
        self.ticks = 0
        self.context = TlsContext(tls, Credentials(case))
        tx_buf = bytearray(HEADER_MAX + 1024)
        writer = JsonWriter(memoryview(tx_buf)[HEADER_MAX:])
        stream = TcpStream(socket, select.poll())
        self.websocket = WebSocket(stream, writer, tx_buf, 1024, clock, events, bits)
        resolver = Resolver(socket, [], clock, bits)
        parts = stream, self.websocket, Backoff(bits), clock, events
        self.connection = Connection(resolver, *parts)
        self.connection.tls.set(self._make_tls, KnownDate())
        url = b"wss://" + case.get("host", "localhost").encode() + b":%d/ocpp" % case["port"]
        self.connection.configure(url, b"CP01", b"p" * 16, is_mutual=case.get("is_mutual", False))

    def run(self):
        """Try until it is connected or waits for the next try. Return what there is to tell."""
        connection, events = self.connection, self.events
        connection.start()
        began_ms = time.ticks_ms()
        polls = 0
        while not self._has(EV_CONNECTED) and not self._has(EV_RETRY_IN):
            now_ms = self.clock.ticks_ms()
            self.clock.poll(now_ms)
            connection.poll(now_ms)
            polls += 1
            if time.ticks_diff(time.ticks_ms(), began_ms) > _LIMIT_MS:
                break
        result = {
            "events": [events.field(n, 0) for n in range(events.oldest(), events.total)],
            "alert": connection.stream.alert,
            "errno": connection.stream.errno,
            "root": connection.stream.root,
            "ticks": self.ticks,
            "took_ms": time.ticks_diff(time.ticks_ms(), began_ms),
        }
        connection.stop()
        return result

    def _make_tls(self, stream):
        return TlsStream(stream, self.context, self._tick)

    def _tick(self):
        self.ticks += 1

    def _has(self, code):
        events = self.events
        codes = [events.field(n, 0) for n in range(events.oldest(), events.total)]
        return code in codes


def main():
    with open(sys.argv[2]) as file:
        cases = json.load(file)
    for case in cases:
        result = Client(case).run()
        result["name"] = case["name"]
        result["root"] = len(result["root"])
        print(json.dumps(result))
        gc.collect()


main()
