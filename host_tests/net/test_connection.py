"""Connection: the ladder, its time limits, and what happens after each kind of fall."""

import binascii
import unittest

from chargecore.base.codes import E_IO, E_MISSING
from chargecore.base.errors import ConfigError
from chargecore.base.events import (
    EV_CONNECT_TIMEOUT,
    EV_CONNECTED,
    EV_DISCONNECTED,
    EV_DNS_FAILED,
    EV_HTTP_REFUSED,
    EV_RETRY_IN,
    EV_SERVER_CLOSED,
    EV_TCP_FAILED,
    EV_TLS_PUT_OFF,
)
from chargecore.base.ticks import ticks_add
from chargecore.net.backoff import Backoff
from chargecore.net.connection import (
    STAGE_CLOSING,
    STAGE_OPEN,
    STAGE_RESOLVE,
    STAGE_STOPPED,
    STAGE_TCP,
    STAGE_UPGRADE,
    STAGE_WAIT,
    Connection,
)
from fakes.net_world import NetWorld
from fakes.ws_server import answer_to, frame, frames_in, header_of

STEP_MS = 50


class FakeResolver:
    """A resolver whose `result` the test sets."""

    def __init__(self):
        self.result = 1
        self.ip_text = "10.0.0.1"
        self.hosts = []
        self.forgotten = 0
        self.stops = 0

    def start(self, host, now_ms):
        self.hosts.append(host)

    def poll(self, now_ms):
        return self.result

    def stop(self):
        self.stops += 1

    def forget(self):
        self.forgotten += 1


class FakeTls:
    """A TLS stream that is never opened, and a TlsClock that knows no date."""

    is_tls = True
    alert = -1
    errno = 0

    def set_mutual(self, is_mutual):
        pass

    def start(self, now_ms):
        pass

    def poll(self, now_ms):
        return E_MISSING

    def stop(self):
        pass

    def close(self):
        pass


class ConnectionTest(unittest.TestCase):
    def setUp(self):
        self.world = NetWorld()
        self.stream = self.world.stream
        self.websocket = self.world.websocket
        self.resolver = FakeResolver()
        self.backoff = Backoff(self.no_random_bits)
        self.connection = Connection(
            self.resolver,
            self.stream,
            self.websocket,
            self.backoff,
            self.world.clock,
            self.world.events,
        )
        self.calls = []
        self.connection.set_callbacks(self.opened, self.closed)
        self.connection.configure(b"ws://csms:8080/ocpp", b"CP1", None)

    def no_random_bits(self, count):
        return 0

    def opened(self):
        self.calls.append("open")

    def closed(self):
        self.calls.append("close")

    def run_ms(self, duration_ms):
        for _ in range(max(duration_ms // STEP_MS, 1)):
            self.world.now_ms = ticks_add(self.world.now_ms, STEP_MS)
            self.world.clock.poll(self.world.now_ms)
            self.connection.poll(self.world.now_ms)

    def accept(self):
        """Let the server accept the upgrade that is under way."""
        self.run_ms(150)
        self.stream.feed(answer_to(self.stream.take_sent()))
        self.run_ms(100)

    def open(self):
        self.connection.start()
        self.accept()

    def events(self):
        """Return [(code, a)] since boot, and forget nothing."""
        log = self.world.events
        return [(log.field(n, 0), log.field(n, 1)) for n in range(log.oldest(), log.total)]

    def test_climbs_to_an_open_connection(self):
        self.open()

        self.assertEqual(self.connection.stage, STAGE_OPEN)
        self.assertTrue(self.connection.is_open)
        self.assertEqual(self.connection.connects, 1)
        self.assertEqual(self.connection.last_http_status, 101)
        self.assertEqual(self.resolver.hosts, [b"csms"])
        self.assertEqual(self.stream.opened, [("10.0.0.1", 8080)])
        self.assertEqual(self.calls, ["open"])
        self.assertEqual(self.events(), [(EV_CONNECTED, 1)])

    def test_sends_identity_and_password_as_they_are(self):
        """J14."""
        self.connection.configure(b"ws://csms", b"CP 1", b"\x00\xff" * 10)
        self.connection.start()
        self.run_ms(150)

        request = self.stream.take_sent()

        self.assertTrue(request.startswith(b"GET /CP%201 HTTP/1.1\r\n"))
        word, _, data = header_of(request, b"authorization").partition(b" ")
        self.assertEqual(word, b"Basic")
        self.assertEqual(binascii.a2b_base64(data), b"CP 1:" + b"\x00\xff" * 10)

    def test_refuses_settings_it_cannot_use(self):
        for url, identity, key in (
            (b"wss://csms", b"CP1", None),
            (b"http://csms", b"CP1", None),
            (b"ws://csms", b"", None),
            (b"ws://csms", b"a:b", b"secret"),
        ):
            with self.subTest(url=url), self.assertRaises(ConfigError):
                self.connection.configure(url, identity, key)

    def test_does_not_start_without_settings(self):
        connection = Connection(None, None, None, None, self.world.clock, self.world.events)

        with self.assertRaises(ConfigError):
            connection.start()

    def start_tls(self):
        """Begin to connect over TLS on a chip that stalls meanwhile."""
        self.is_energised = True
        self.connection.tls.is_energised = lambda: self.is_energised
        self.connection.tls.set(lambda stream: FakeTls(), FakeTls())
        self.connection.configure(b"wss://csms", b"CP1", None)
        self.connection.start()

    def test_puts_tls_off_while_a_contactor_is_closed(self):
        """R57: one piece of a handshake outlasts the dead man."""
        self.start_tls()
        self.run_ms(60_000)
        attempts = self.connection.attempts
        self.is_energised = False
        self.run_ms(STEP_MS)

        self.assertEqual((attempts, self.connection.attempts), (0, 1))
        self.assertEqual(self.events()[0], (EV_TLS_PUT_OFF, 3_600))

    def test_puts_tls_off_for_an_hour_at_most(self):
        self.start_tls()
        self.run_ms(3_599_000)
        attempts = self.connection.attempts
        self.run_ms(2_000)

        self.assertEqual((attempts, self.connection.attempts), (0, 1))
        self.assertEqual([code for code, _ in self.events()].count(EV_TLS_PUT_OFF), 1)

    def test_puts_nothing_off_that_is_no_tls(self):
        self.connection.tls.is_energised = lambda: True
        self.open()

        self.assertTrue(self.connection.is_open)

    def test_tries_for_ever_with_waits_of_the_backoff(self):
        """J2, J13."""
        self.stream.open_result = E_IO
        self.stream.errno = 111
        self.connection.start()
        self.run_ms(100)
        self.assertEqual(self.events(), [(EV_TCP_FAILED, 111), (EV_RETRY_IN, 3)])
        self.run_ms(2850)
        self.assertEqual(self.connection.attempts, 1)
        self.run_ms(150)
        self.assertEqual(self.connection.attempts, 2)
        self.run_ms(200_000)

        waits_s = [a for code, a in self.events() if code == EV_RETRY_IN]
        self.assertEqual(waits_s[:5], [3, 6, 12, 24, 24])
        self.assertGreaterEqual(self.connection.attempts, 10)
        self.assertEqual(self.resolver.forgotten, self.connection.attempts)
        self.assertEqual(self.calls, [])

    def test_reports_a_name_that_is_not_found(self):
        self.resolver.result = E_MISSING
        self.connection.start()
        self.run_ms(50)

        self.assertEqual(self.events(), [(EV_DNS_FAILED, E_MISSING), (EV_RETRY_IN, 3)])

    def test_waits_for_the_resolver(self):
        self.resolver.result = 0
        self.connection.start()
        self.run_ms(7000)
        self.assertEqual(self.connection.stage, STAGE_RESOLVE)

        self.resolver.result = 1
        self.run_ms(50)

        self.assertEqual(self.connection.stage, STAGE_TCP)

    def test_gives_tcp_10_s(self):
        self.stream.connect_result = 0
        self.connection.start()
        self.run_ms(10_000)
        self.assertEqual(self.connection.stage, STAGE_TCP)

        self.run_ms(100)

        self.assertEqual(self.connection.stage, STAGE_WAIT)
        self.assertEqual(self.events(), [(EV_CONNECT_TIMEOUT, 10), (EV_RETRY_IN, 3)])
        self.assertTrue(self.stream.is_closed)

    def test_reports_a_connection_that_is_refused_later(self):
        self.stream.connect_result = E_IO
        self.stream.errno = 111
        self.connection.start()
        self.run_ms(100)

        self.assertEqual(self.events(), [(EV_TCP_FAILED, 111), (EV_RETRY_IN, 3)])

    def test_gives_a_silent_server_15_s_for_the_upgrade(self):
        self.connection.start()
        self.run_ms(15_000)
        self.assertEqual(self.connection.stage, STAGE_UPGRADE)

        self.run_ms(200)

        self.assertEqual(self.connection.stage, STAGE_WAIT)
        self.assertEqual(self.events(), [(EV_CONNECT_TIMEOUT, 15), (EV_RETRY_IN, 3)])
        self.assertTrue(self.stream.is_closed)

    def test_a_server_that_trickles_its_answer_is_cut_off_too(self):
        self.connection.start()
        self.run_ms(150)
        for _ in range(16):
            self.stream.feed(b"H")
            self.run_ms(1000)

        self.assertEqual(self.connection.stage, STAGE_WAIT)

    def test_backs_off_when_the_server_refuses_with_a_status(self):
        self.connection.start()
        self.run_ms(150)
        self.stream.feed(b"HTTP/1.1 401 Unauthorized\r\n\r\n")
        self.run_ms(50)

        self.assertEqual(self.events(), [(EV_HTTP_REFUSED, 401), (EV_RETRY_IN, 3)])
        self.assertEqual(self.connection.last_http_status, 401)
        self.assertTrue(self.stream.is_closed)
        self.assertEqual(self.calls, [])

    def test_backs_off_when_the_server_just_closes(self):
        self.connection.start()
        self.run_ms(150)
        self.stream.end()
        self.run_ms(50)

        self.assertEqual(self.events(), [(EV_DISCONNECTED, 1006), (EV_RETRY_IN, 3)])

    def test_tells_once_when_the_server_closes_and_backs_off(self):
        self.open()
        self.stream.feed(frame(8, b"\x03\xe8"))
        self.run_ms(50)
        self.assertEqual(self.calls, ["open", "close"])
        self.assertFalse(self.connection.is_open)
        self.assertEqual(self.connection.stage, STAGE_CLOSING)

        self.stream.end()
        self.run_ms(50)

        self.assertEqual(self.connection.stage, STAGE_WAIT)
        self.assertEqual(self.calls, ["open", "close"])
        self.assertEqual(
            self.events()[1:],
            [(EV_SERVER_CLOSED, 1000), (EV_DISCONNECTED, 1000), (EV_RETRY_IN, 3)],
        )

    def test_the_waits_grow_when_connections_do_not_last(self):
        self.connection.start()
        for _ in range(3):
            self.accept()
            self.assertTrue(self.connection.is_open)
            self.stream.end()
            self.run_ms(50)
            self.run_ms(self.backoff.failures * 6000)

        waits_s = [a for code, a in self.events() if code == EV_RETRY_IN]
        self.assertEqual(waits_s, [3, 6, 12])
        self.assertEqual(self.connection.connects, 3)

    def test_the_waits_are_short_again_after_a_minute_or_an_accepted_boot(self):
        for is_confirmed in (False, True):
            with self.subTest(is_confirmed=is_confirmed):
                self.setUp()
                for _ in range(4):
                    self.backoff.next_wait_ms()
                self.open()
                if is_confirmed:
                    self.connection.confirmed()
                else:
                    self.run_ms(60_000)
                self.stream.end()
                self.run_ms(50)

                self.assertEqual(self.events()[-1], (EV_RETRY_IN, 3))

    def test_connects_again_at_once_when_told_to(self):
        self.open()
        self.connection.reconnect_now()
        self.stream.end()
        self.run_ms(50)
        self.assertEqual(self.calls, ["open", "close"])
        self.assertEqual(frames_in(self.stream.take_sent()), [(8, b"\x03\xe8")])
        self.accept()

        self.assertEqual(self.connection.connects, 2)
        self.assertEqual([code for code, _ in self.events()].count(EV_RETRY_IN), 0)

    def test_ends_a_wait_when_told_to(self):
        self.stream.open_result = E_IO
        self.connection.start()
        self.run_ms(50)
        self.connection.reconnect_now()
        self.run_ms(50)

        self.assertEqual(self.connection.attempts, 2)

    def test_drop_closes_with_the_code_and_waits(self):
        self.open()
        self.connection.drop(1001)
        self.stream.end()
        self.run_ms(100)

        self.assertEqual(frames_in(self.stream.take_sent()), [(8, b"\x03\xe9")])
        self.assertEqual(self.events()[1:], [(EV_DISCONNECTED, 1001), (EV_RETRY_IN, 3)])

    def test_lets_nothing_through_while_the_link_is_down(self):
        self.open()
        self.connection.link_up = False
        self.run_ms(50)
        self.assertFalse(self.connection.is_open)
        self.assertTrue(self.stream.is_closed)
        self.assertEqual(self.calls, ["open", "close"])
        self.run_ms(100_000)
        self.assertEqual(len(self.stream.opened), 1)

        self.connection.link_up = True
        self.accept()

        self.assertTrue(self.connection.is_open)
        self.assertEqual(self.calls, ["open", "close", "open"])

    def test_a_link_that_fails_halfway_begins_again_from_the_bottom(self):
        self.connection.start()
        self.run_ms(150)
        self.assertEqual(self.connection.stage, STAGE_UPGRADE)
        self.connection.link_up = False
        self.run_ms(50)
        self.assertEqual(self.connection.stage, STAGE_WAIT)
        self.assertEqual(self.calls, [])

        self.connection.link_up = True
        self.stream.take_sent()
        self.accept()

        self.assertTrue(self.connection.is_open)

    def test_stop_closes_and_start_begins_again(self):
        self.open()
        self.connection.stop()
        self.assertEqual(frames_in(self.stream.take_sent()), [(8, b"\x03\xe8")])
        self.assertEqual(self.connection.stage, STAGE_STOPPED)
        self.assertEqual(self.calls, ["open", "close"])
        self.assertTrue(self.stream.is_closed)
        self.run_ms(60_000)
        self.connection.link_up = False
        self.run_ms(50)
        self.connection.link_up = True
        self.run_ms(50)
        self.assertEqual(len(self.stream.opened), 1)

        self.open()

        self.assertTrue(self.connection.is_open)

    def test_stop_before_start_changes_nothing(self):
        self.connection.stop()

        self.assertEqual(self.connection.stage, STAGE_STOPPED)
        self.assertEqual(self.calls, [])


if __name__ == "__main__":
    unittest.main()
