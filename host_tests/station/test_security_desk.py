"""The desk keeps the newest security events, with the time and what was said about them."""

import unittest

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_SECURITY
from chargecore.base.security_events import (
    NAMES,
    SE_INVALID_TLS_CIPHER_SUITE,
    SE_STARTUP,
    SE_TAMPER,
)
from chargecore.station.security_desk import SecurityDesk
from fakes.clock import FakeClock


class SecurityDeskTest(unittest.TestCase):
    def setUp(self):
        self.time = FakeClock()
        self.clock = Clock(self.time.ticks_ms, 7)
        self.events = EventLog(self.clock, 64)
        self.desk = SecurityDesk(self.clock, self.events)

    def test_keeps_code_time_and_text_of_an_event(self):
        self.time.advance_ms(5000)
        self.clock.poll(self.time.ticks_ms())

        self.desk.report(SE_TAMPER, b"lid")

        self.assertEqual(self.desk.entries, [[SE_TAMPER, 7, 5, b"lid"]])
        self.assertEqual(self.events.field(0, 0), EV_SECURITY)
        self.assertEqual(self.events.field(0, 1), SE_TAMPER)

    def test_cuts_a_text_that_is_longer_than_the_server_takes(self):
        self.desk.report(SE_TAMPER, b"x" * 300)

        self.assertEqual(self.desk.entries[0][3], b"x" * 255)

    def test_keeps_the_newest_when_it_is_full(self):
        for number in range(20):
            self.desk.report(SE_STARTUP, str(number).encode())

        self.assertEqual(len(self.desk.entries), 16)
        self.assertEqual(self.desk.entries[-1][3], b"19")


class NamesTest(unittest.TestCase):
    def test_has_a_name_for_every_number_that_the_server_takes(self):
        self.assertEqual(NAMES[SE_STARTUP], b"StartupOfTheDevice")
        self.assertEqual(len(NAMES), SE_INVALID_TLS_CIPHER_SUITE + 1)
        self.assertEqual(len(set(NAMES)), len(NAMES))
        for name in NAMES[1:]:
            self.assertTrue(0 < len(name) <= 50)
