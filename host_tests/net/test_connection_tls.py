"""Connection over TLS: its stages and their times, and what each kind of failure leads to."""

import unittest

from chargecore.base.codes import E_IO, E_MISSING
from chargecore.base.errors import ConfigError
from chargecore.base.events import (
    EV_CONNECT_TIMEOUT,
    EV_CONNECTED,
    EV_RETRY_IN,
    EV_TLS_CLOCK,
    EV_TLS_EXPIRED,
    EV_TLS_NO_HEAP,
    EV_TLS_TIMEOUT,
    EV_TLS_WRONG_NAME,
)
from chargecore.base.ticks import ticks_add
from chargecore.base.tls_causes import (
    TLS_CLOCK,
    TLS_EXPIRED,
    TLS_NO_HEAP,
    TLS_NONE,
    TLS_TIMEOUT,
    TLS_WRONG_NAME,
)
from chargecore.net.backoff import Backoff
from chargecore.net.connection import (
    STAGE_CLOCK,
    STAGE_OPEN,
    STAGE_TLS,
    STAGE_UPGRADE,
    STAGE_WAIT,
    Connection,
)
from chargecore.net.liveness import Liveness
from fakes.net_world import NetWorld
from fakes.tls_stream import FakeTlsStream
from fakes.transfer_world import FakeTlsClock, HostTable
from fakes.ws_server import answer_to, header_of

STEP_MS = 50
URL = b"wss://csms.example/ocpp"


class ConnectionTlsTest(unittest.TestCase):
    def setUp(self):
        self.world = NetWorld()
        self.tls = FakeTlsStream()
        self.tls_clock = FakeTlsClock()
        self.made_over = []
        self.failures = 0
        parts = self.world.stream, self.world.websocket, Backoff(self.no_random_bits)
        parts += self.world.clock, self.world.events
        self.connection = Connection(HostTable(), *parts)
        self.connection.tls.set(self.make_tls, self.tls_clock)
        self.connection.set_on_failure(self.failed)
        self.connection.configure(URL, b"CP1", b"the password 123")
        self.connection.start()

    def no_random_bits(self, count):
        return 0

    def make_tls(self, stream):
        self.made_over.append(stream)
        return self.tls

    def failed(self):
        self.failures += 1

    def run_ms(self, duration_ms):
        for _ in range(max(duration_ms // STEP_MS, 1)):
            self.world.now_ms = ticks_add(self.world.now_ms, STEP_MS)
            self.world.clock.poll(self.world.now_ms)
            self.connection.poll(self.world.now_ms)

    def codes(self):
        return self.world.codes()

    def accept(self, stream):
        """Let the server accept the upgrade that is under way on that stream."""
        self.run_ms(300)
        stream.feed(answer_to(stream.take_sent()))
        self.run_ms(100)

    def test_upgrades_behind_the_handshake(self):
        self.tls.secured = 0
        self.run_ms(200)
        self.assertEqual(self.connection.stage, STAGE_TLS)
        self.assertEqual(
            (self.tls.opened, self.tls.hosts), ([("10.0.0.1", 443)], [b"csms.example"])
        )
        self.assertEqual(self.tls.take_sent(), b"")

        self.tls.secured = 1
        self.accept(self.tls)

        self.assertEqual(self.connection.stage, STAGE_OPEN)
        self.assertEqual(self.codes(), [EV_CONNECTED])
        self.assertEqual((self.made_over, self.world.stream.opened), ([self.world.stream], []))

    def test_sends_the_password_through_tls_only(self):
        self.run_ms(200)

        self.assertTrue(header_of(self.tls.take_sent(), b"authorization"))
        self.assertEqual(self.world.stream.take_sent(), b"")

    def test_waits_for_a_date_before_anything_else(self):
        self.tls_clock.state = 0
        self.run_ms(500)
        self.assertEqual((self.connection.stage, self.tls.opened), (STAGE_CLOCK, []))

        self.tls_clock.state = 1
        self.run_ms(200)

        self.assertEqual(self.connection.stage, STAGE_UPGRADE)

    def test_does_not_connect_when_nobody_knows_the_date(self):
        self.tls_clock.state = E_MISSING
        self.run_ms(200)

        self.assertEqual(self.codes(), [EV_TLS_CLOCK, EV_RETRY_IN])
        self.assertEqual((self.connection.tls.cause, self.tls.opened), (TLS_CLOCK, []))
        self.assertEqual((self.connection.failures, self.failures), (1, 1))

    def test_tells_why_a_handshake_has_failed_and_tries_again(self):
        self.tls.secured = E_IO
        self.tls.cause = TLS_EXPIRED
        self.run_ms(200)
        self.assertEqual(self.codes(), [EV_TLS_EXPIRED, EV_RETRY_IN])
        self.assertEqual(self.connection.stage, STAGE_WAIT)
        self.assertEqual((self.connection.refusals, self.failures), (1, 1))

        self.tls.secured = 1
        self.run_ms(3_000)
        self.accept(self.tls)

        self.assertEqual(self.connection.stage, STAGE_OPEN)
        self.assertEqual(self.connection.tls.cause, TLS_NONE)

    def test_has_patience_with_a_slow_handshake_but_not_for_ever(self):
        self.tls.secured = 0
        self.run_ms(24_000)
        self.assertEqual(self.connection.stage, STAGE_TLS)

        self.run_ms(2_000)

        self.assertEqual(self.connection.tls.cause, TLS_TIMEOUT)
        self.assertEqual(self.codes(), [EV_TLS_TIMEOUT, EV_RETRY_IN])
        self.assertFalse(EV_CONNECT_TIMEOUT in self.codes())
        self.assertEqual(self.connection.failures, 1)

    def test_tries_another_name_at_once_and_tells_nobody(self):
        self.tls.wrong_names = 1
        self.run_ms(500)

        self.assertEqual(len(self.tls.opened), 2)
        self.assertEqual((self.connection.stage, self.codes()), (STAGE_UPGRADE, []))

    def test_a_server_with_a_new_name_each_time_has_to_wait_like_others(self):
        self.tls.wrong_names = 100
        self.tls.cause = TLS_WRONG_NAME
        self.run_ms(500)

        self.assertEqual(len(self.tls.opened), 2)
        self.assertEqual(self.codes(), [EV_TLS_WRONG_NAME, EV_RETRY_IN])

    def test_has_no_heap_for_tls_and_goes_on_trying(self):
        """Raised to profile 2 on a station that has run for long."""
        world = NetWorld()
        parts = world.stream, world.websocket, Backoff(self.no_random_bits)
        connection = Connection(HostTable(), *parts, world.clock, world.events)
        connection.tls.set(self.refuse_heap, self.tls_clock)
        connection.configure(URL, b"CP1", None)
        connection.start()
        connection.poll(world.now_ms)
        self.assertEqual((connection.tls.cause, connection.tls.heap_failures), (TLS_NO_HEAP, 1))

        connection.tls.set(self.make_tls, self.tls_clock)
        world.now_ms = ticks_add(world.now_ms, 4_000)
        for _ in range(5):
            connection.poll(world.now_ms)

        self.assertEqual(connection.stage, STAGE_UPGRADE)

    def refuse_heap(self, stream):
        raise MemoryError

    def test_two_times_no_heap_want_a_reset(self):
        liveness = Liveness(self.connection, None, self.world.clock, self.world.events)
        self.tls.secure_result = E_IO
        self.tls.cause = TLS_NO_HEAP
        self.run_ms(200)
        liveness.poll(self.world.now_ms)
        self.assertEqual((self.connection.tls.heap_failures, liveness.needs_reset), (1, False))

        self.run_ms(4_000)
        liveness.poll(self.world.now_ms)

        self.assertEqual((self.connection.tls.heap_failures, liveness.needs_reset), (2, True))
        self.assertEqual(self.codes().count(EV_TLS_NO_HEAP), 2)

    def test_the_scheme_follows_the_profile_and_the_rest_stays(self):
        """W7."""
        connection = self.connection
        connection.configure(b"ws://csms.example:8080/ocpp", b"CP1", None, True, True)
        self.run_ms(200)
        self.assertEqual(self.tls.opened[-1], ("10.0.0.1", 8080))
        self.assertTrue(self.tls.is_mutual)
        self.assertTrue(self.tls.take_sent().startswith(b"GET /ocpp/CP1 HTTP/1.1"))

        connection.stop()
        connection.configure(URL, b"CP1", None, False)
        connection.start()
        self.accept(self.world.stream)

        self.assertEqual(self.world.stream.opened, [("10.0.0.1", 80)])
        self.assertEqual((connection.stage, connection.stream), (STAGE_OPEN, self.world.stream))

    def test_wants_tls_where_the_url_does(self):
        parts = self.world.stream, self.world.websocket, Backoff(self.no_random_bits)
        parts += self.world.clock, self.world.events
        connection = Connection(HostTable(), *parts)

        with self.assertRaises(ConfigError):
            connection.configure(URL, b"CP1", None)

    def test_a_failed_connection_is_not_counted_as_a_failed_attempt(self):
        self.accept(self.tls)
        self.tls.end()
        self.run_ms(200)

        self.assertEqual(self.failures, 0)


if __name__ == "__main__":
    unittest.main()
