"""Liveness: which rung is climbed when, what counts as a sign, and that it never loops."""

import unittest

from chargecore.base.event_log import EventLog
from chargecore.base.events import (
    EV_LINK_RESTARTED,
    EV_RESET_WANTED,
    EV_SERVER_BACK,
    EV_TLS_RENEWED,
)
from chargecore.net.liveness import (
    RUNG_LINK,
    RUNG_NONE,
    RUNG_RESET,
    RUNG_SOCKET,
    RUNG_TLS,
    Liveness,
)
from fakes.clock import FakeClock
from fakes.connection import FakeConnection
from fakes.link import FakeLink
from fakes.stream import FakeStream

MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400


class TlsStream(FakeStream):
    """A FakeStream that counts how often what TLS keeps was made anew."""

    is_tls = True

    def __init__(self):
        super().__init__()
        self.renewals = 0

    def renew(self):
        self.renewals += 1


class LivenessTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.events = EventLog(self.clock, 64)
        self.connection = FakeConnection()
        self.stream = self.connection.stream
        self.link = FakeLink(self.clock)
        self.build(self.link)

    def build(self, link):
        self.liveness = Liveness(self.connection, link, self.clock, self.events)

    def run_s(self, seconds, fails_every_s=0, refuses_every_s=0):
        """Let time pass; attempts to connect fail, or are refused, so often."""
        for _ in range(seconds):
            self.clock.advance_ms(1000)
            second = self.clock.uptime_s
            if fails_every_s and second % fails_every_s == 0:
                self.connection.failures += 1
            if refuses_every_s and second % refuses_every_s == 0:
                self.connection.refusals += 1
            self.liveness.poll(self.clock.ticks_ms())

    def codes(self):
        log = self.events
        return [log.field(n, 0) for n in range(log.oldest(), log.total)]

    def test_runs_the_connection_and_hands_it_the_state_of_the_link(self):
        self.link.is_up = False
        self.run_s(2)
        self.assertFalse(self.connection.link_up)

        self.link.is_up = True
        self.run_s(1)

        self.assertTrue(self.connection.link_up)
        self.assertEqual(self.connection.polls, 3)

    def test_stays_on_the_ground_while_nothing_fails(self):
        self.run_s(DAY_S)

        self.assertEqual((self.liveness.rung, self.liveness.silent_s), (RUNG_NONE, 0))
        self.assertFalse(self.liveness.needs_probe)
        self.assertEqual(self.events.total, 0)

    def test_takes_a_new_socket_when_calls_get_no_answer(self):
        self.liveness.unanswered()

        self.assertEqual(self.connection.history, [("drop", 1001)])
        self.assertEqual((self.liveness.rung, self.liveness.silences), (RUNG_SOCKET, 1))

    def test_comes_down_when_a_call_is_answered(self):
        self.run_s(30 * MINUTE_S, fails_every_s=60)
        self.assertEqual(self.liveness.rung, RUNG_LINK)

        self.liveness.answered()

        self.assertEqual((self.liveness.rung, self.liveness.silent_s), (RUNG_NONE, 0))
        self.assertEqual(self.codes()[-1], EV_SERVER_BACK)
        self.run_s(HOUR_S)
        self.assertEqual(len(self.link.history), 1)

    def test_makes_tls_anew_after_the_second_failure_and_once_per_silence(self):
        self.stream = self.connection.stream = TlsStream()

        self.run_s(9, fails_every_s=5)
        self.assertEqual((self.liveness.rung, self.stream.renewals), (RUNG_SOCKET, 0))
        self.run_s(300, fails_every_s=5)

        self.assertEqual((self.liveness.rung, self.stream.renewals), (RUNG_TLS, 1))
        self.assertEqual(self.codes(), [EV_TLS_RENEWED])

    def test_restarts_the_link_after_ten_minutes_and_then_every_half_hour(self):
        self.run_s(60, fails_every_s=60)
        began_s = self.clock.uptime_s

        self.run_s(2 * HOUR_S, fails_every_s=60)

        after_s = [at_s - began_s for at_s in self.link.history]
        self.assertEqual(after_s, [600, 2400, 4200, 6000])
        self.assertEqual(self.codes().count(EV_LINK_RESTARTED), 4)

    def test_leaves_the_link_alone_while_hardly_anything_was_tried(self):
        """Long RetryBackOff waits: ten minutes without a sign may be ten minutes without a try."""
        self.run_s(1, fails_every_s=1)
        self.run_s(39 * MINUTE_S, fails_every_s=20 * MINUTE_S)
        self.assertEqual(self.link.history, [])

        self.run_s(MINUTE_S, fails_every_s=20 * MINUTE_S)

        self.assertEqual(len(self.link.history), 1)

    def test_restarts_a_link_that_is_down_without_waiting_for_attempts(self):
        """No attempt is made without a link, so none can fail."""
        self.link.is_up = False

        self.run_s(11 * MINUTE_S)

        self.assertEqual(len(self.link.history), 1)

    def test_wants_a_reset_after_an_hour_when_the_server_was_there_before(self):
        self.liveness.answered()
        self.run_s(60, fails_every_s=60)
        self.run_s(HOUR_S - 1, fails_every_s=60)
        self.assertFalse(self.liveness.needs_reset)

        self.run_s(1, fails_every_s=60)

        self.assertTrue(self.liveness.needs_reset)
        self.assertEqual(self.liveness.rung, RUNG_RESET)
        self.assertEqual(len(self.link.history), 2)
        self.assertEqual(self.codes()[-1], EV_RESET_WANTED)

    def test_wants_a_reset_on_a_board_without_a_link_too(self):
        self.build(None)
        self.liveness.answered()

        self.run_s(HOUR_S + 60, fails_every_s=60)

        self.assertTrue(self.liveness.needs_reset)

    def test_wants_no_more_than_one_reset_a_day_when_the_server_is_down_for_days(self):
        """The boot behind the reset hears nothing either, so it waits for a day."""
        for _ in range(3):
            self.build(self.link)
            self.run_s(DAY_S - 60, fails_every_s=60)
            self.assertFalse(self.liveness.needs_reset)
            self.run_s(180, fails_every_s=60)
            self.assertTrue(self.liveness.needs_reset)

    def test_wants_no_reset_any_more_when_the_server_comes_back_first(self):
        self.liveness.answered()
        self.run_s(2 * HOUR_S, fails_every_s=60)
        self.assertTrue(self.liveness.needs_reset)

        self.liveness.answered()

        self.assertFalse(self.liveness.needs_reset)
        self.assertEqual(self.codes().count(EV_RESET_WANTED), 1)

    def test_restarts_nothing_while_somebody_out_there_refuses(self):
        """A server that is down but whose machine answers is not cured by a reset here."""
        self.liveness.answered()

        self.run_s(3 * DAY_S, refuses_every_s=90)

        self.assertEqual(self.liveness.rung, RUNG_NONE)
        self.assertEqual((self.link.history, self.liveness.needs_reset), ([], False))

    def test_takes_a_refusal_among_failures_for_a_sign(self):
        self.liveness.answered()

        self.run_s(5 * HOUR_S, fails_every_s=60, refuses_every_s=9 * MINUTE_S)

        self.assertEqual((self.link.history, self.liveness.needs_reset), ([], False))

    def test_wants_a_probe_on_an_open_connection_that_proves_nothing(self):
        """A 101 is no answer: with nothing to send, the silence would never end."""
        self.run_s(60, fails_every_s=30)
        self.connection.is_open = True
        self.connection.connects += 1
        self.run_s(9)
        self.assertFalse(self.liveness.needs_probe)

        self.run_s(3)
        self.assertTrue(self.liveness.needs_probe)
        self.liveness.answered()

        self.assertFalse(self.liveness.needs_probe)

    def test_wants_no_probe_while_there_is_no_connection(self):
        self.run_s(HOUR_S, fails_every_s=30)

        self.assertFalse(self.liveness.needs_probe)

    def test_counts_silences_over_weeks(self):
        """Days without an event, across the wrap of the ticks and the half of it."""
        for _ in range(2):
            self.run_s(7 * DAY_S // 8, fails_every_s=0)
            self.clock.advance_ms(6 * DAY_S * 1000)
            self.run_s(1)
            self.liveness.unanswered()
            self.liveness.answered()

        self.assertEqual(self.liveness.silences, 2)
        self.assertEqual(self.liveness.rung, RUNG_NONE)


if __name__ == "__main__":
    unittest.main()
