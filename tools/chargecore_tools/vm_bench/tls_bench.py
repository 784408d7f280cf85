"""How long a TLS handshake holds everything up: micropython tls_bench.py FOLDER HOST PORT.

The firmware's TlsStream, mutual TLS with P-256, against a real server whose roots and our own
certificate lie in FOLDER (tls_peer). What counts is the processor time between two safety steps:
the stream lets one through before each operation with a key, and the scheduler between its calls.
Prints `id value` lines.
"""

import select
import socket
import sys
import time

_ROOT = __file__.rsplit("/", 1)[0] + "/../../.."
sys.path[0:0] = [_ROOT + "/firmware", _ROOT, __file__.rsplit("/", 1)[0]]

import tls  # noqa: E402  after the path is set, as all below
from bench_credentials import BenchCredentials  # noqa: E402
from reaction_board import cpu_us, resolution_us  # noqa: E402

from chargecore.net.stream import TcpStream  # noqa: E402
from chargecore.net.tls_context import TlsContext  # noqa: E402
from chargecore.net.tls_stream import TlsStream  # noqa: E402

_TIMES = 60
_WAIT_MS = 5_000  # real time the server may take


class Bench:
    """One handshake after the other."""

    def __init__(self, folder, host, port):
        self._address = host, port
        tcp = TcpStream(socket, select.poll())
        self._stream = TlsStream(tcp, TlsContext(tls, BenchCredentials(folder)), self._tick)
        self._stream.set_mutual(True)
        self._last_us = 0  # of the latest safety step
        self._gap_us = 0  # the longest of this handshake
        self._steps = 0

    def _tick(self):
        """Be the safety step."""
        now_us = cpu_us()
        self._gap_us = max(self._gap_us, now_us - self._last_us)
        self._last_us = now_us
        self._steps += 1

    def measure(self):
        """Print what 60 handshakes take, their median."""
        print("# processor time in steps of", resolution_us(), "us")
        self._handshake()  # makes the context, which is kept
        rows = [self._handshake() for _ in range(_TIMES)]
        middle = _TIMES // 2
        print("tls_step_share", sorted([gap / whole for gap, whole, _ in rows])[middle])
        print("tls_gap_ms", sorted([gap for gap, _, _ in rows])[middle] / 1000)
        print("tls_handshake_ms", sorted([whole for _, whole, _ in rows])[middle] / 1000)
        print("#", rows[0][2], "safety steps in a handshake")

    def _handshake(self):
        """Return the longest gap, the whole, and how many safety steps there were."""
        stream = self._stream
        stream.open(*self._address)
        self._wait(stream.poll_connected)
        self._gap_us = self._steps = 0
        self._last_us = began_us = cpu_us()
        if stream.secure(b"localhost") != 0:
            raise SystemExit("tls_bench: cause {}".format(stream.cause))
        self._wait(stream.poll_secured)
        self._tick()
        row = self._gap_us, cpu_us() - began_us, self._steps
        stream.write(b"bye", 0, 3)
        stream.close()
        return row

    def _wait(self, poll):
        began_ms = time.ticks_ms()
        state = poll()
        while state == 0:
            if time.ticks_diff(time.ticks_ms(), began_ms) > _WAIT_MS:
                raise SystemExit("tls_bench: the server does not answer")
            self._tick()  # the scheduler's own, between two calls
            time.sleep_ms(1)  # takes no processor time; waiting would make the whole look longer
            state = poll()
        if state < 0:
            raise SystemExit("tls_bench: cause {}".format(self._stream.cause))


Bench(sys.argv[1], sys.argv[2], int(sys.argv[3])).measure()
