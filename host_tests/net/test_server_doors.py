"""How servers in the wild let a station in, or do not, by rule: see docs/ocpp_status.md.

Every refusal means: wait, a little longer each time, and try again. None means to give up.
"""

import unittest

from chargecore.base.codes import E_IO, E_MISSING
from chargecore.base.events import EV_RETRY_IN, EV_WRONG_SUBPROTOCOL
from chargecore.base.ticks import ticks_add
from chargecore.net.backoff import Backoff
from chargecore.net.connection import STAGE_OPEN, STAGE_WAIT, Connection
from fakes.net_world import NetWorld
from fakes.ws_server import answer_to, frame, header_of

STEP_MS = 50
WEEK_MS = 7 * 86_400_000
REFUSED = 111
RESET = 104
NO_ROUTE = 113


class FakeResolver:
    """A resolver whose `result` the test sets."""

    def __init__(self):
        self.result = 1
        self.ip_text = "10.0.0.1"

    def start(self, host, now_ms):
        pass

    def poll(self, now_ms):
        return self.result

    def stop(self):
        pass

    def forget(self):
        pass


class Doors(unittest.TestCase):
    """A connection, its server in the test's hand."""

    def setUp(self):
        self.world = NetWorld()
        self.stream = self.world.stream
        self.websocket = self.world.websocket
        self.resolver = FakeResolver()
        self.backoff = Backoff(self.no_random_bits)
        self.backoff.repeat_times = 2
        parts = self.resolver, self.stream, self.websocket, self.backoff
        self.connection = Connection(*parts, self.world.clock, self.world.events)
        self.connection.configure(b"ws://csms:8080/ocpp", b"CP1", None)

    def no_random_bits(self, count):
        return 0

    def run_ms(self, duration_ms, step_ms=STEP_MS):
        for _ in range(max(duration_ms // step_ms, 1)):
            self.world.now_ms = ticks_add(self.world.now_ms, step_ms)
            self.world.clock.poll(self.world.now_ms)
            self.connection.poll(self.world.now_ms)

    def ask(self):
        """Run up to the request of the next attempt and return it."""
        self.stream.take_sent()
        for _ in range(4_000):
            self.run_ms(STEP_MS)
            if self.stream.sent:
                return self.stream.take_sent()
        raise ValueError("no attempt")

    def waits_s(self):
        log = self.world.events
        rows = range(log.oldest(), log.total)
        return [log.field(n, 1) for n in rows if log.field(n, 0) == EV_RETRY_IN]

    def check_refused(self, refuse, refusals=True):
        """Let the server refuse four times like that; then it lets the station in."""
        self.connection.start()
        for _ in range(4):
            request = self.ask()
            refuse(request)
            for _ in range(80):  # a close handshake takes up to 5 s
                if self.connection.stage != STAGE_WAIT:
                    self.run_ms(100)
        self.assertEqual(self.waits_s(), [3, 6, 12, 12])
        counts = (self.connection.refusals, self.connection.failures)
        self.assertEqual(counts, (4, 0) if refusals else (0, 4))
        self.stream.feed(answer_to(self.ask()))
        self.run_ms(100)
        self.assertEqual(self.connection.stage, STAGE_OPEN)


class DoorTest(Doors):
    def test_offers_one_version_only(self):
        self.connection.start()

        self.assertEqual(header_of(self.ask(), b"sec-websocket-protocol"), b"ocpp1.6")

    def test_backs_off_and_comes_back_whatever_status_refuses_it(self):
        """J2, JE 3.4."""
        for status in (400, 401, 403, 404, 429, 500, 503):
            with self.subTest(status=status):
                self.setUp()
                text = b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status
                self.check_refused(lambda request, text=text: self.stream.feed(text))

    def test_backs_off_when_the_socket_is_closed_without_an_answer(self):
        self.check_refused(lambda request: self.stream.end())

    def test_backs_off_when_a_101_is_followed_by_the_end_without_a_code(self):
        def refuse(request):
            self.stream.feed(answer_to(request))
            self.stream.end()

        self.check_refused(refuse)

    def test_backs_off_when_a_101_is_followed_by_a_close(self):
        for code in (1000, 1002, 1008, 1011):
            with self.subTest(code=code):
                self.setUp()
                close = frame(8, bytes([code >> 8, code & 255]))
                self.check_refused(
                    lambda request, close=close: self.stream.feed(answer_to(request) + close)
                )

    def test_leaves_a_server_that_selects_no_subprotocol_and_then_says_nothing(self):
        """J1."""

        def refuse(request):
            self.stream.feed(answer_to(request, None))

        self.check_refused(refuse)
        log = self.world.events
        codes = [log.field(n, 0) for n in range(log.oldest(), log.total)]
        self.assertEqual(codes.count(EV_WRONG_SUBPROTOCOL), 4)

    def test_counts_a_way_that_ends_nowhere_as_a_failure(self):
        """Liveness tells these from refusals: here the trouble may be on this side."""
        for errno, is_refusal in ((NO_ROUTE, False), (0, False), (REFUSED, True), (RESET, True)):
            with self.subTest(errno=errno):
                self.setUp()
                self.stream.connect_result = E_IO
                self.stream.errno = errno
                self.connection.start()
                self.run_ms(200)
                self.assertEqual(self.connection.refusals, int(is_refusal))
                self.assertEqual(self.connection.failures, int(not is_refusal))

    def test_counts_a_name_that_does_not_exist_as_a_refusal(self):
        for result, is_refusal in ((E_MISSING, True), (E_IO, False)):
            self.setUp()
            self.resolver.result = result
            self.connection.start()
            self.run_ms(200)
            self.assertEqual(self.connection.refusals, int(is_refusal))
            self.assertEqual(self.connection.failures, int(not is_refusal))

    def test_counts_silence_as_a_failure(self):
        self.connection.start()
        self.ask()
        self.run_ms(16_000)

        self.assertEqual((self.connection.refusals, self.connection.failures), (0, 1))


class OpenDoorTest(Doors):
    """The connection is open, and ends in one way or another."""

    def open(self):
        self.connection.start()
        self.stream.feed(answer_to(self.ask()))
        self.run_ms(100)
        self.assertTrue(self.connection.is_open)

    def test_knows_who_ended_an_open_connection(self):
        def by_close():
            self.stream.feed(frame(8, b"\x03\xe8"))

        def by_end():
            self.stream.end()

        def by_us():
            self.connection.drop(1001)

        def by_link():
            self.connection.link_up = False

        for end, is_server in ((by_close, True), (by_end, True), (by_us, False), (by_link, False)):
            self.setUp()
            self.open()
            end()
            self.run_ms(100)
            self.assertFalse(self.connection.is_open)
            self.assertEqual(self.connection.is_ended_by_server, is_server)

    def test_counts_a_missing_pong_as_a_failure(self):
        self.websocket.ping_interval_s = 10
        self.open()
        self.run_ms(21_000)

        self.assertFalse(self.connection.is_open)
        self.assertFalse(self.connection.is_ended_by_server)
        self.assertEqual((self.connection.refusals, self.connection.failures), (0, 1))

    def test_does_not_count_a_reconnect_of_its_own(self):
        self.open()
        self.connection.reconnect_now()
        self.stream.end()
        self.run_ms(200)

        self.assertEqual((self.connection.refusals, self.connection.failures), (0, 0))

    def test_stays_open_over_a_quiet_week(self):
        self.open()
        self.run_ms(WEEK_MS, 600_000)

        self.assertTrue(self.connection.is_open)

    def test_pings_all_week_and_misses_the_pong_on_time(self):
        self.websocket.ping_interval_s = 3_600
        self.open()
        for _ in range(7 * 24):
            self.run_ms(3_600_000, 600_000)
            self.stream.feed(frame(10))
            self.run_ms(STEP_MS)
        self.assertTrue(self.connection.is_open)

        self.run_ms(2 * 3_600_000, 600_000)

        self.assertFalse(self.connection.is_open)

    def test_tries_all_week_and_waits_no_longer_than_the_backoff_says(self):
        self.resolver.result = E_IO
        self.connection.start()
        self.run_ms(WEEK_MS, 6_000)

        attempts = self.connection.attempts
        self.assertTrue(WEEK_MS // 18_000 - 2 <= attempts <= WEEK_MS // 12_000 + 2)

    def test_connects_at_once_when_the_link_comes_back_after_a_week(self):
        self.open()
        self.connection.link_up = False
        self.run_ms(WEEK_MS, 600_000)
        attempts = self.connection.attempts

        self.connection.link_up = True
        self.run_ms(200)

        self.assertEqual(self.connection.attempts, attempts + 1)


if __name__ == "__main__":
    unittest.main()
