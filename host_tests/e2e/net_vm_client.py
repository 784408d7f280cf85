"""net on the VM, against the server at port sys.argv[2]; firmware folder in sys.argv[1].

Called by: test_net_vm.py. Sends messages of the lengths below; prints "echo <kept> <total>" for
each answer and the heap that net took at the start.
"""

import gc
import random
import select
import socket
import sys
import time

sys.path.insert(0, sys.argv[1])

from chargecore.base.clock import Clock  # noqa: E402
from chargecore.base.event_log import EventLog  # noqa: E402
from chargecore.net.backoff import Backoff  # noqa: E402
from chargecore.net.connection import Connection  # noqa: E402
from chargecore.net.resolver import Resolver  # noqa: E402
from chargecore.net.stream import TcpStream  # noqa: E402
from chargecore.net.websocket import WebSocket  # noqa: E402
from chargecore.net.ws_frame import HEADER_MAX  # noqa: E402
from chargecore.wire.json_writer import JsonWriter  # noqa: E402

_BLOCK_COUNTS = (0, 1, 80, 700)  # of 100 bytes each
_LIMIT_MS = 10_000
_BLOCK = b"0123456789" * 10


def render_blocks(w, count):
    """Write a list of count blocks."""
    w.open_array()
    for _ in range(count):
        w.text(_BLOCK)
    w.close_array()


def main():
    gc.collect()
    before_b = gc.mem_alloc()
    bits = random.getrandbits
    clock = Clock(time.ticks_ms, 1)
    events = EventLog(clock, 16)
    tx_buf = bytearray(HEADER_MAX + 1024)
    writer = JsonWriter(memoryview(tx_buf)[HEADER_MAX:])
    stream = TcpStream(socket, select.poll())
    websocket = WebSocket(stream, writer, tx_buf, 8192, clock, events, bits)
    resolver = Resolver(socket, [], clock, bits)
    connection = Connection(resolver, stream, websocket, Backoff(bits), clock, events)
    connection.configure(b"ws://localhost:" + sys.argv[2].encode() + b"/ocpp", b"CP1", b"key")
    gc.collect()
    print("heap", gc.mem_alloc() - before_b)
    connection.start()
    began_ms = time.ticks_ms()
    for count in _BLOCK_COUNTS:
        is_sent = False
        while not websocket.rx_ready:
            now_ms = time.ticks_ms()
            connection.poll(now_ms)
            if connection.is_open and not is_sent:
                is_sent = websocket.send_message(render_blocks, count) == 0
            if time.ticks_diff(now_ms, began_ms) > _LIMIT_MS:
                print("too late")
                return
        print("echo", websocket.rx_len, websocket.rx_total_len)
        websocket.rx_release()
    connection.stop()


main()
