"""The ladders of the network interfaces: joins, rests, radio off and on."""

import unittest

from boards.esp32.lan_link import LanLink
from boards.shared.wifi_link import WifiLink
from fakes.chip_parts import FakeNic

_START_MS = 0x3FFFFFFF - 5_000  # wraps soon


class LinkBench:
    """A link and its driver, polled every 50 ms."""

    def __init__(self, make):
        self.nic = FakeNic()
        self.now_ms = _START_MS
        self.elapsed_ms = 0
        self.dns_servers = []
        self.may_block = True
        self.longest = 0  # driver calls in one poll
        self.link = make(self)

    def run(self, ms):
        for _ in range(ms // 50):
            before = len(self.nic.calls)
            self.link.poll(self.now_ms, self.may_block)
            self.longest = max(self.longest, len(self.nic.calls) - before)
            self.now_ms = (self.now_ms + 50) & 0x3FFFFFFF
            self.elapsed_ms += 50

    def count(self, name):
        return len([call for call in self.nic.calls if call[0] == name])

    def take_calls(self):
        calls = [call[:2] for call in self.nic.calls]
        self.nic.calls.clear()
        return calls


def make_wifi(bench, wifi=None):
    wifi = wifi or {"ssid": "depot", "password": "twelve-signs"}
    return WifiLink(bench.nic, wifi, bench.dns_servers, bench.now_ms)


def make_lan(bench):
    return LanLink(bench.nic, bench.dns_servers, bench.now_ms)


class WifiLinkTest(unittest.TestCase):
    def setUp(self):
        self.bench = LinkBench(make_wifi)
        self.nic, self.link = self.bench.nic, self.bench.link

    def join(self):
        self.nic.is_joined = True
        self.bench.run(500)
        self.nic.calls.clear()

    def test_switches_the_radio_on_and_joins(self):
        self.bench.run(500)

        self.assertEqual(
            self.nic.calls,
            [("active", True), ("config", "pm"), ("connect", "depot", "twelve-signs")],
        )
        self.assertFalse(self.link.is_up)

    def test_joins_an_open_network_without_a_key(self):
        bench = LinkBench(lambda bench: make_wifi(bench, {"ssid": "yard"}))

        bench.run(500)

        self.assertEqual(bench.nic.calls[-1], ("connect", "yard", None))

    def test_is_up_with_the_servers_of_the_network(self):
        self.join()

        self.assertTrue(self.link.is_up)
        self.assertEqual(self.bench.dns_servers, ["192.168.1.1"])

    def test_keeps_what_servers_it_has_when_the_network_names_none(self):
        self.bench.dns_servers.append("9.9.9.9")
        self.nic.address = ("10.0.0.2", "255.0.0.0", "10.0.0.1", "0.0.0.0")

        self.join()

        self.assertEqual(self.bench.dns_servers, ["9.9.9.9"])

    def test_asks_nothing_of_the_driver_while_it_is_up(self):
        self.join()

        self.bench.run(60_000)

        self.assertEqual(self.nic.calls, [])

    def test_leaves_and_joins_again_with_longer_and_longer_rests(self):
        self.bench.run(500)
        self.nic.calls.clear()

        self.bench.run(24_000)
        self.assertEqual(
            self.bench.take_calls(), [("status",), ("disconnect",), ("connect", "depot")]
        )
        self.bench.run(24_500)
        self.assertEqual(
            self.bench.take_calls(), [("status",), ("disconnect",), ("connect", "depot")]
        )

    def test_every_fourth_failure_switches_the_radio_off_and_on(self):
        self.bench.run(150_000)

        kinds = [call[0] for call in self.nic.calls if call[0] in ("active", "connect")]
        self.assertEqual(kinds[:8], ["active"] + ["connect"] * 4 + ["active", "active", "connect"])
        self.assertEqual(self.link.status, 201)

    def test_never_switches_the_radio_while_that_must_not_block(self):
        self.bench.run(500)
        self.bench.may_block = False
        self.nic.calls.clear()

        self.bench.run(600_000)

        self.assertEqual(self.bench.count("active"), 0)
        self.assertTrue(self.bench.count("connect") >= 6)

    def test_restart_switches_off_and_on_when_it_may(self):
        self.join()

        self.link.restart()
        self.assertFalse(self.link.is_up)
        self.nic.is_joined = False
        self.bench.run(2_000)

        self.assertEqual(
            self.bench.take_calls(),
            [("active", False), ("active", True), ("config", "pm"), ("connect", "depot")],
        )

    def test_restart_only_leaves_and_joins_when_nothing_may_block(self):
        self.join()
        self.bench.may_block = False

        self.link.restart()
        self.nic.is_joined = False
        self.bench.run(2_000)

        self.assertEqual(self.bench.take_calls(), [("disconnect",), ("connect", "depot")])

    def test_restart_calls_no_driver_by_itself(self):
        self.join()

        self.link.restart()

        self.assertEqual(self.nic.calls, [])

    def test_a_lost_network_is_given_time_to_come_back_by_itself(self):
        self.join()
        self.nic.is_joined = False
        self.bench.run(1_000)
        self.assertFalse(self.link.is_up)
        self.assertEqual(self.nic.calls, [])

        self.nic.is_joined = True
        self.bench.run(500)

        self.assertTrue(self.link.is_up)
        self.assertEqual(self.link.failures, 0)

    def test_a_driver_that_raises_is_asked_again_later(self):
        for name in ("active", "config", "connect", "status", "disconnect"):
            with self.subTest(call=name):
                bench = LinkBench(make_wifi)
                bench.nic.failing = (name,)
                bench.run(100_000)
                self.assertFalse(bench.link.is_up)
                self.assertTrue(bench.link.failures > 0)

                bench.nic.failing = ()
                bench.nic.is_joined = True
                bench.run(100_000)

                self.assertTrue(bench.link.is_up)

    def test_goes_on_for_ever_and_never_asks_often(self):
        self.bench.run(3_600_000)

        self.assertTrue(40 <= self.bench.count("connect") <= 200, self.bench.count("connect"))
        self.assertTrue(self.bench.longest <= 2)

    def test_failures_rest_no_longer_than_a_minute(self):
        self.bench.run(3_600_000)
        self.nic.is_joined = True

        self.bench.run(82_000)

        self.assertTrue(self.link.is_up)


class LanLinkTest(unittest.TestCase):
    def setUp(self):
        self.bench = LinkBench(make_lan)
        self.nic, self.link = self.bench.nic, self.bench.link

    def test_switches_on_and_follows_the_cable(self):
        self.bench.run(500)
        self.assertEqual(self.nic.calls, [("active", True)])
        self.assertFalse(self.link.is_up)

        self.nic.is_joined = True
        self.bench.run(200)
        self.assertTrue(self.link.is_up)
        self.assertEqual(self.bench.dns_servers, ["192.168.1.1"])

        self.nic.is_joined = False
        self.bench.run(200)
        self.assertFalse(self.link.is_up)
        self.assertEqual(self.bench.take_calls(), [("active", True)])

    def test_restart_switches_off_and_a_second_later_on(self):
        self.bench.run(500)
        self.nic.is_joined = True
        self.bench.run(200)
        self.nic.calls.clear()

        self.link.restart()
        self.assertEqual(self.nic.calls, [])
        self.bench.run(100)
        self.assertEqual(self.bench.take_calls(), [("active", False)])
        self.assertFalse(self.link.is_up)
        self.bench.run(1_200)

        self.assertEqual(self.bench.take_calls(), [("active", True)])
        self.assertTrue(self.link.is_up)

    def test_a_driver_that_raises_is_asked_again_later(self):
        self.nic.failing = ("active",)
        self.bench.run(10_000)
        self.assertTrue(8 <= self.link.failures <= 12)

        self.nic.failing = ()
        self.nic.is_joined = True
        self.bench.run(2_000)

        self.assertTrue(self.link.is_up)


if __name__ == "__main__":
    unittest.main()
