"""Files over TLS on the VM: micropython tls_files_vm_client.py FIRMWARE CASES.json.

Called by: test_tls_files.py. A case: url, roots (DER files), and `put` (a text) or nothing to
fetch. One JSON line per case: the result, the newest event, the length and sum of what came.
"""

import json
import random
import socket
import sys
import time

sys.path.insert(0, sys.argv[1])


import tls  # noqa: E402

from chargecore.base.clock import Clock  # noqa: E402
from chargecore.base.event_log import EventLog  # noqa: E402
from chargecore.net import transfer  # noqa: E402
from chargecore.net.tls_context import TlsContext  # noqa: E402
from chargecore.net.tls_stream import TlsStream  # noqa: E402

_LIMIT_MS = 10_000


class Credentials:
    """Roots from files."""

    verify_host = False  # files are strict all the same
    changed = 0

    def __init__(self, paths):
        self._paths = paths

    def roots(self):
        found = []
        for path in self._paths:
            with open(path, "rb") as file:
                found.append(file.read())
        return found


class KnownDate:
    """A TlsClock for which the PC's date is good enough."""

    def start(self, now_ms):
        pass

    def poll(self, now_ms):
        return 1

    def doubt(self):
        pass


class Sink:
    """Counts and sums what comes."""

    most_b = 1_000_000

    def __init__(self):
        self.count = 0
        self.sum = 0

    def take(self, buf, at, count):
        for i in range(at, at + count):
            self.sum = (self.sum * 31 + buf[i]) % 65521
        self.count += count
        return 0


class Source:
    """Gives a text."""

    name = b"brought.txt"

    def __init__(self, data):
        self._data = data
        self.length_b = len(data)
        self._at = 0

    def rewind(self):
        self._at = 0

    def fill(self, buf):
        part = self._data[self._at : self._at + len(buf)]
        buf[: len(part)] = part
        self._at += len(part)
        return len(part)


class Client:
    """A Transfer, wired as net.builder does it."""

    def __init__(self, case):
        self._context = TlsContext(tls, Credentials(case["roots"]))
        self.clock = Clock(time.ticks_ms, 1)
        self.events = EventLog(self.clock, 16)
        bits = random.getrandbits
        parts = socket, [], self.clock, self.events, bits
        self.transfer = transfer.build(*parts, self._make_tls, KnownDate())
        self._case = case

    def _make_tls(self, stream):
        return TlsStream(stream, self._context, self._tick)

    def _tick(self):
        pass

    def run(self):
        case, mover, sink = self._case, self.transfer, Sink()
        began_ms = time.ticks_ms()
        if "put" in case:
            mover.put(case["url"].encode(), Source(case["put"].encode()), began_ms)
        else:
            mover.get(case["url"].encode(), sink, 0, began_ms)
        result = 0
        while result == 0:
            now_ms = self.clock.ticks_ms()
            result = mover.poll(now_ms)
            if time.ticks_diff(time.ticks_ms(), began_ms) > _LIMIT_MS:
                break
        last = self.events.total - 1
        event = [self.events.field(last, n) for n in range(3)]
        return {"result": result, "event": event, "count": sink.count, "sum": sink.sum}


def main():
    with open(sys.argv[2]) as file:
        cases = json.load(file)
    for case in cases:
        print(json.dumps(Client(case).run()))


main()
