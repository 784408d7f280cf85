"""secure_channel: what a TLS connection is given of the station."""

import unittest

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.ocpp16 import secure_channel
from fakes.connection import FakeConnection
from fakes.storage import FakeStorage
from fakes.ticks import FakeTicks
from fakes.transfer import FakeNetwork


class FakeStation:
    def is_charging(self):
        return False

    def is_energised(self):
        return True


class FakeCore:
    def __init__(self):
        self.station = FakeStation()
        self.credentials = object()
        self.kept_time = None


class FakeStores:
    def pair(self, name):
        return FakeStorage()


class FakeConfig:
    sntp_host = b"time.lab"


class SecureChannelTest(unittest.TestCase):
    def build(self, tls_stalls):
        """Return (network, core) after build()."""
        clock = Clock(FakeTicks().ticks_ms, 1)
        network = FakeNetwork(FakeConnection(), None, None, None)
        network.tls_stalls = tls_stalls
        network.connection.tls.is_energised = None
        core = FakeCore()
        events = EventLog(clock, 8)
        secure_channel.build(network, core, FakeStores(), FakeConfig(), clock, events)
        return network, core

    def test_gives_credentials_a_kept_time_and_the_time_server(self):
        network, core = self.build(False)

        self.assertEqual(network.tls, (core.credentials, core.kept_time, b"time.lab"))

    def test_only_a_chip_that_stalls_looks_at_the_contactors(self):
        quick, _ = self.build(False)
        slow, _ = self.build(True)

        self.assertIsNone(quick.connection.tls.is_energised)
        self.assertTrue(slow.connection.tls.is_energised())
