"""TlsStream and TlsContext: real handshakes with a server in this process, and no heap for one."""

import select
import socket
import time
import unittest

import tls

from chargecore.base.codes import E_IO, OK
from chargecore.base.tls_causes import (
    TLS_NO_HEAP,
    TLS_NO_ROOT,
    TLS_NONE,
    TLS_NOT_ASKED,
    TLS_OWN_FILES,
    TLS_UNKNOWN_CA,
    TLS_WRONG_NAME,
)
from chargecore.net.stream import TcpStream
from chargecore.net.tls_context import TlsContext
from chargecore.net.tls_stream import TlsStream
from fakes.credentials import FakeCredentials
from fakes.tls_files import CERTIFICATE, KEY, OTHER_ROOT
from fakes.tls_server import LocalServer

_PATIENCE_MS = 5_000


class NoRoomContext:
    """An SSLContext that has no heap to wrap anything."""

    verify_callback = None

    def wrap_socket(self, sock, server_hostname, do_handshake_on_connect):
        raise MemoryError


class StreamCase(unittest.TestCase):
    def setUp(self):
        self.server = LocalServer()
        self.addCleanup(self.server.close)
        self.ticks = 0
        self.credentials = FakeCredentials([CERTIFICATE], [CERTIFICATE], KEY)
        self.build()

    def build(self, reserve_b=0):
        self.context = TlsContext(tls, self.credentials)
        tcp = TcpStream(socket, select.poll())
        self.stream = TlsStream(tcp, self.context, self.tick, reserve_b)
        self.addCleanup(self.stream.close)

    def tick(self):
        self.ticks += 1

    def connect(self, host=b"localhost"):
        """Do a whole handshake. Return how it ended: 1, or E_IO."""
        stream = self.stream
        self.server.hang_up()
        stream.open("127.0.0.1", self.server.port)
        self.wait(stream.poll_connected)
        self.server.accept()
        if stream.secure(host) != OK:
            return E_IO
        return self.wait(self.handshake)

    def handshake(self):
        try:
            self.server.poll()
        except OSError:
            pass  # the client has refused it
        return self.stream.poll_secured()

    def wait(self, poll):
        began_ms = time.ticks_ms()
        while True:
            state = poll()
            if state != 0:
                return state
            self.assertLessEqual(time.ticks_diff(time.ticks_ms(), began_ms), _PATIENCE_MS)

    def read(self):
        """Return how many bytes come next, or E_IO."""
        return self.wait(lambda: self.stream.readinto(bytearray(64)))


class HandshakeTest(StreamCase):
    def test_connects_and_lets_the_safety_step_through(self):
        self.assertEqual(self.connect(), 1)
        self.assertTrue(self.ticks >= 12)
        self.assertEqual((self.stream.cause, self.stream.root), (TLS_NONE, CERTIFICATE))

    def test_takes_many_calls_for_a_handshake(self):
        """One record, and so one operation with a key, per call at most."""
        stream = self.stream
        stream.open("127.0.0.1", self.server.port)
        self.wait(stream.poll_connected)
        self.server.accept()
        stream.secure(b"localhost")
        calls = 1
        while self.handshake() == 0:
            calls += 1

        self.assertTrue(calls >= 10)

    def test_carries_data_both_ways(self):
        self.connect()
        self.assertEqual(self.stream.write(b"..hello..", 2, 5), 5)
        self.assertEqual(self.wait(self.got), 5)
        self.assertEqual(bytes(self.server.buf[:5]), b"hello")
        self.server.sock.write(b"hello you")

        self.assertEqual(self.read(), 9)

    def got(self):
        self.server.poll()
        return self.server.got

    def test_a_connection_cut_off_is_no_clean_end(self):
        self.connect()
        self.server.hang_up()

        self.assertEqual(self.read(), E_IO)
        self.assertTrue(self.stream.errno > 0)

    def test_refuses_a_root_that_is_not_installed(self):
        self.credentials.root_list = [OTHER_ROOT]

        self.assertEqual(self.connect(), E_IO)
        self.assertEqual(self.stream.cause, TLS_UNKNOWN_CA)

    def test_refuses_another_name(self):
        self.assertEqual(self.connect(b"csms.example"), E_IO)
        self.assertEqual((self.stream.cause, self.stream.wants_again), (TLS_WRONG_NAME, False))

    def test_without_a_check_of_the_name_it_tries_again_with_the_right_one(self):
        self.credentials.verify_host = False
        self.assertEqual(self.connect(b"csms.example"), E_IO)
        self.assertTrue(self.stream.wants_again)

        self.assertEqual(self.connect(b"csms.example"), 1)
        self.assertEqual(self.connect(b"csms.example"), 1)

    def test_files_are_strict_about_the_name_all_the_same(self):
        self.credentials.verify_host = False
        self.stream.is_strict = True
        self.connect(b"csms.example")

        self.assertEqual((self.stream.cause, self.stream.wants_again), (TLS_WRONG_NAME, False))

    def test_profile_3_wants_to_be_asked(self):
        self.stream.set_mutual(True)

        self.assertEqual(self.connect(), E_IO)
        self.assertEqual(self.stream.cause, TLS_NOT_ASKED)

    def test_connects_again_after_every_failure(self):
        for host, result in ((b"x.example", E_IO), (b"localhost", 1)) * 2:
            self.assertEqual(self.connect(host), result)


class ContextTest(StreamCase):
    def test_is_made_once_for_many_connections(self):
        for _ in range(3):
            self.assertEqual(self.connect(), 1)

        self.assertEqual(self.context.makes, 1)

    def test_is_made_anew_when_the_credentials_change_or_somebody_wants_it(self):
        self.connect()
        self.credentials.changed += 1
        self.connect()
        self.assertEqual(self.context.makes, 2)
        self.stream.renew()
        self.connect()
        self.assertEqual(self.context.makes, 3)
        self.context.shows_client = True
        self.assertEqual(self.connect(), 1)

        self.assertEqual(self.context.makes, 4)

    def test_says_what_is_missing_or_broken(self):
        for roots, chain, key, cause in (
            ([], [CERTIFICATE], KEY, TLS_NO_ROOT),
            ([CERTIFICATE], [], KEY, TLS_OWN_FILES),
            ([CERTIFICATE], [CERTIFICATE], None, TLS_OWN_FILES),
            ([CERTIFICATE], [CERTIFICATE], b"no key", TLS_OWN_FILES),
            ([b"no root"], [CERTIFICATE], KEY, TLS_OWN_FILES),
        ):
            with self.subTest(cause=cause):
                context = TlsContext(tls, FakeCredentials(roots, chain, key))
                context.shows_client = True
                self.assertEqual(context.prepare(), cause)
                self.assertIsNone(context.value)


class HeapTest(StreamCase):
    def test_says_when_there_is_no_heap(self):
        self.context.prepare()
        self.context.value = NoRoomContext()

        self.assertEqual(self.connect(), E_IO)
        self.assertEqual(self.stream.cause, TLS_NO_HEAP)

    def test_gives_the_reserve_to_the_handshake_and_takes_it_back(self):
        """Facts: with a block held from boot on, wrap_socket finds room for three reconnects."""
        self.build(reserve_b=1_000)
        self.assertEqual(len(self.stream._reserve), 1_000)
        for _ in range(3):
            self.assertEqual(self.connect(), 1)
            self.assertIsNone(self.stream._reserve)
            self.stream.close()
            self.assertEqual(len(self.stream._reserve), 1_000)

    def test_takes_the_reserve_back_after_a_failure(self):
        self.build(reserve_b=1_000)
        self.connect(b"x.example")
        self.stream.close()

        self.assertEqual(len(self.stream._reserve), 1_000)

    def test_may_be_closed_at_any_time_and_twice(self):
        self.stream.close()
        self.connect()
        self.stream.close()
        self.stream.close()

        self.assertEqual(self.stream.readinto(bytearray(4)), E_IO)
        self.assertEqual(self.stream.write(b"x", 0, 1), E_IO)
        self.assertEqual(self.stream.poll_secured(), E_IO)
        self.assertEqual(self.stream.flush(), 1)


if __name__ == "__main__":
    unittest.main()
