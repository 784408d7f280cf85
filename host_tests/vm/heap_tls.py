"""TLS with the heap locked: a connection to a server inside this VM, and the gate by itself."""

import gc
import select
import socket
import time
import unittest

import tls

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.base.scheduler import Scheduler
from chargecore.net.builder import Network
from chargecore.net.stream import TcpStream
from chargecore.net.tls_context import TlsContext
from chargecore.net.tls_gate import RecordGate
from chargecore.net.tls_stream import TlsStream
from chargecore.store.kept_time import KeptTime
from fakes.credentials import FakeCredentials
from fakes.storage import FakeStorage
from fakes.ticks import FakeTicks
from fakes.tls_files import CERTIFICATE
from fakes.tls_server import LocalServer
from heap import growth, locked

COVERS = (
    "chargecore.base.scheduler.Scheduler.guard",
    "chargecore.net.builder.Network.tick",
    "chargecore.net.tls_gate.RecordGate.readinto",
    "chargecore.net.tls_gate.RecordGate.write",
    "chargecore.net.tls_gate.RecordGate._ended",
    "chargecore.net.tls_gate.RecordGate._follow",
    "chargecore.net.tls_gate.RecordGate._record_ended",
    "chargecore.net.tls_gate.RecordGate._look",
    "chargecore.net.tls_gate.RecordGate._message_byte",
    "chargecore.net.tls_stream.TlsStream.readinto",
    "chargecore.net.tls_stream.TlsStream.write",
    "chargecore.net.tls_stream.TlsStream._flush",
    "chargecore.store.kept_time.KeptTime.poll",
    "chargecore.store.kept_time.KeptTime._is_due",
)

_PATIENCE_MS = 5_000
_MESSAGE = b"0123456789abcdef" * 32


class Valve(TcpStream):
    """A TcpStream whose socket takes nothing while it is shut."""

    def write(self, buf, at, count):
        return 0 if self.is_shut else TcpStream.write(self, buf, at, count)


class EchoStream:
    """A stream that gives and takes without end, for the gate."""

    errno = 0

    def __init__(self, data):
        self.data = data

    def readinto(self, buf):
        for at in range(len(buf)):
            buf[at] = self.data[at]
        return len(buf)

    def write(self, buf, at, count):
        return count


class DeadStream:
    """A stream that has ended."""

    errno = 0

    def readinto(self, buf):
        return -11

    def write(self, buf, at, count):
        return -11


class TlsTest(unittest.TestCase):
    def setUp(self):
        self.server = LocalServer()
        self.ticks = 0
        self.credentials = FakeCredentials([CERTIFICATE])
        context = TlsContext(tls, self.credentials)
        self.valve = Valve(socket, select.poll())
        self.valve.is_shut = False
        self.stream = TlsStream(self.valve, context, self.tick)
        self.buf = bytearray(1024)

    def tick(self):
        self.ticks += 1

    def connect(self):
        """Do a whole handshake."""
        stream, server = self.stream, self.server
        stream.open("127.0.0.1", server.port)
        self.wait(stream.poll_connected)
        server.accept()
        stream.secure(b"localhost")
        self.wait(self.handshake)

    def handshake(self):
        self.server.poll()
        return self.stream.poll_secured()

    def wait(self, poll):
        began_ms = time.ticks_ms()
        while True:
            state = poll()
            if state != 0:
                self.assertEqual(state, 1)
                return
            self.assertLessEqual(time.ticks_diff(time.ticks_ms(), began_ms), _PATIENCE_MS)

    def round_trip(self):
        stream, server = self.stream, self.server
        stream.write(_MESSAGE, 0, len(_MESSAGE))
        server.got = 0
        while server.got < len(_MESSAGE):
            server.poll()
        server.sock.write(_MESSAGE)
        got = 0
        while got < len(_MESSAGE):
            got += stream.readinto(self.buf)

    def test_an_open_stream_sends_and_receives_without_heap(self):
        self.connect()
        self.round_trip()
        with locked():
            for _ in range(10):
                self.round_trip()

        self.assertEqual(growth(self.round_trip, 20), 0)
        self.assertTrue(self.ticks > 10)
        self.stream.close()
        self.server.close()

    def test_a_full_socket_takes_no_heap_and_loses_nothing(self):
        """The record that mbedtls holds counts as taken, and goes out before the next."""
        self.connect()
        stream, server, valve = self.stream, self.server, self.valve
        server.got = 0
        with locked():
            valve.is_shut = True
            took = stream.write(_MESSAGE, 0, len(_MESSAGE))
            took_then = stream.write(_MESSAGE, 0, 7)
            stream.readinto(self.buf)
            valve.is_shut = False
            stream.readinto(self.buf)  # flushes, too
        for _ in range(50):
            server.poll()
            time.sleep_ms(1)

        self.assertEqual((took, took_then, server.got), (len(_MESSAGE), 0, len(_MESSAGE)))
        self.round_trip()
        self.stream.close()
        server.close()

    def test_reconnects_leave_nothing_behind(self):
        self.connect()
        self.stream.close()
        gc.collect()
        before_b = gc.mem_alloc()
        for _ in range(10):
            self.server.sock.close()
            self.connect()
            self.stream.close()
        gc.collect()

        self.assertLessEqual(gc.mem_alloc() - before_b, 1024)
        self.server.close()


class GateTest(unittest.TestCase):
    def tick(self):
        pass

    def test_follows_records_without_heap(self):
        record = bytes([22, 3, 3, 0, 8, 2, 0, 0, 1, 0, 13, 0, 0, 21, 3, 3, 0, 2, 2, 40, 0])
        gate = RecordGate(EchoStream(record), self.tick)
        head, body = bytearray(5), bytearray(8)
        gate.readinto(head)
        with locked():
            gate.readinto(head)
            gate.readinto(body)
            gate.write(record)
            gate.write(record)

        self.assertTrue(gate._body_left >= 0)

    def test_ends_without_heap(self):
        gate = RecordGate(DeadStream(), self.tick)
        gate.is_open = True
        buf = bytearray(5)
        with locked():
            first = gate.readinto(buf)
            second = gate.readinto(buf)

        self.assertEqual((first, second), (None, 0))


class GuardTest(unittest.TestCase):
    def test_lets_the_safety_step_through(self):
        ticks = FakeTicks(1_000)
        clock = Clock(ticks.ticks_ms, 1)
        self.steps = 0
        scheduler = Scheduler(clock, 2, self.step, self.open_all, EventLog(clock, 8))
        network = Network(None, None, None, None)
        network.tick()
        network.guard = scheduler.guard
        with locked():
            network.tick()

        self.assertEqual(self.steps, 1)

    def test_keeps_the_time_without_heap_while_nothing_is_due(self):
        ticks = FakeTicks(1_000)
        clock = Clock(ticks.ticks_ms, 1)
        kept = KeptTime(FakeStorage(), clock, self.is_charging, EventLog(clock, 8))
        clock.set_wall(90_000_000, 0, 1)
        kept.poll(0)
        with locked():
            kept.poll(0)

        self.assertEqual(kept.wall_s, 90_000_000)

    def step(self, now_ms):
        self.steps += 1

    def open_all(self):
        pass

    def is_charging(self):
        return False


if __name__ == "__main__":
    unittest.main()
