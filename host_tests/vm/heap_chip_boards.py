"""boards/shared and boards/esp32 with the heap locked, and what only boards ask for."""

import gc
import unittest

from boards.esp32.full_scale_adc import FullScaleAdc
from boards.esp32.lan_link import LanLink
from boards.shared.chip_watchdog import ChipWatchdog
from boards.shared.wifi_link import WifiLink
from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_FAULT, EV_TCP_FAILED
from chargecore.base.ticks import ticks_add
from chargecore.store.kept_events import KeptEvents
from fakes.board_bench import Bench
from fakes.ticks import FakeTicks
from heap import growth, locked

COVERS = (
    "boards.esp32.full_scale_adc.FullScaleAdc.read_uv",
    "chargecore.base.event_log.EventLog.oldest",
    "chargecore.store.kept_events.KeptEvents.poll",
    "chargecore.store.kept_events.is_kept",
    "boards.esp32.lan_link.LanLink.poll",
    "boards.shared.chip_board.ChipBoard.idle",
    "boards.shared.chip_board.ChipBoard._is_closed",
    "boards.shared.chip_board.ChipBoard._tell_link",
    "boards.shared.chip_watchdog.ChipWatchdog.feed",
    "boards.shared.wifi_link.WifiLink.poll",
    "boards.shared.wifi_link.WifiLink._step",
    "boards.shared.wifi_link.WifiLink._enter",
)

_SERVERS = ["192.168.1.1"]


class QuietNic:
    """An interface that allocates nothing itself."""

    PM_NONE = 0

    def __init__(self):
        self.is_joined = False
        self.address = ("192.168.1.7", "255.255.255.0", "192.168.1.1", "192.168.1.1")

    def active(self, is_on):
        """Switch on or off."""

    def config(self, pm):
        """Set the power management."""

    def connect(self, ssid, key):
        """Begin to join."""

    def disconnect(self):
        """Leave."""

    def status(self):
        """Return a driver's number."""
        return 201

    def isconnected(self):
        """Return whether it has joined."""
        return self.is_joined

    def ifconfig(self):
        """Return address, mask, gateway and name server."""
        return self.address


class QuietApp:
    """What a board sees of the station."""

    def __init__(self):
        self.controllers = [self]
        self.contactor = self
        self.is_closed = False
        self.events = self
        self.count = 0

    def add(self, code, a):
        """Count an event."""
        self.count += 1


class QuietLink:
    """A link that goes up and down with every poll."""

    def __init__(self):
        self.is_up = False
        self.failures = 0
        self.polls = 0

    def poll(self, now_ms, may_block):
        """Change."""
        self.is_up = not self.is_up
        self.polls += 1


class QuietWdt:
    """The chip's watchdog."""

    def __init__(self, timeout):
        self.feeds = 0

    def feed(self):
        """Count."""
        self.feeds += 1


class TestHeapOfLinks(unittest.TestCase):
    def setUp(self):
        self.nic = QuietNic()
        self.now_ms = 0x3FFFFFFF - 2_000

    def poll_for(self, link, polls):
        for _ in range(polls):
            self.now_ms = ticks_add(self.now_ms, 100)
            link.poll(self.now_ms, True)

    def live(self, link):
        """Go through all that a link goes through."""
        self.nic.is_joined = False
        self.poll_for(link, 1_500)
        self.nic.is_joined = True
        self.poll_for(link, 700)
        link.restart()
        self.poll_for(link, 30)

    def test_wifi_that_fails_joins_and_restarts(self):
        link = WifiLink(self.nic, {"ssid": "depot"}, _SERVERS, self.now_ms)
        self.poll_for(link, 5)
        with locked():
            self.live(link)

        self.assertTrue(link.is_up)
        self.assertTrue(link.failures > 3)
        self.assertEqual(growth(lambda: self.live(link), 5), 0)

    def test_lan_that_fails_joins_and_restarts(self):
        link = LanLink(self.nic, _SERVERS, self.now_ms)
        self.poll_for(link, 5)
        with locked():
            self.live(link)

        self.assertTrue(link.is_up)
        self.assertEqual(growth(lambda: self.live(link), 5), 0)


class TestHeapOfChipBoard(unittest.TestCase):
    def test_passes_with_a_link_that_comes_and_goes(self):
        board = Bench(self, "pico_w").make()
        board.link = link = QuietLink()
        board.app = app = QuietApp()
        board.ticks_ms = link_ms
        with locked():
            for _ in range(100):
                board.idle()
            app.is_closed = True
            for _ in range(100):
                board.idle()

        self.assertEqual((link.polls, app.count), (200, 200))

    def test_feeds(self):
        watchdog = ChipWatchdog(QuietWdt)
        watchdog.start(2_000)
        with locked():
            for _ in range(100):
                watchdog.feed()

        self.assertEqual(watchdog._wdt.feeds, 100)


class QuietAdc:
    """machine.ADC, at each of its ends and between."""

    def __init__(self):
        self.level = 0

    def read_u16(self):
        """Return a number."""
        self.level = (self.level + 13_107) % 78_642
        return self.level

    def read_uv(self):
        """Return microvolts."""
        return self.level * 50


class TestHeapOfAdc(unittest.TestCase):
    def test_reads(self):
        adc = FullScaleAdc(QuietAdc())
        total = 0
        with locked():
            for _ in range(60):
                total += adc.read_uv()

        self.assertEqual(total, 10 * (3_300_000 + 50 * 13_107 * (1 + 2 + 3 + 4)))


class TestHeapOfKeptEvents(unittest.TestCase):
    def test_looks_at_events_and_leaves_nothing_behind_when_it_saves(self):
        events = EventLog(Clock(FakeTicks().ticks_ms, 1), 16)
        app = QuietApp()
        pair = QuietPair()
        kept = KeptEvents(events, pair, app.controllers, 0)
        app.is_closed = True
        with locked():
            for second in range(200):
                events.add(EV_TCP_FAILED, 1)
                events.add(EV_FAULT, 1)
                kept.poll(second * 1_000)
            app.is_closed = False

        kept.save()
        gc.collect()
        before_b = gc.mem_alloc()
        for _ in range(20):
            kept.save()
        gc.collect()

        self.assertTrue(gc.mem_alloc() - before_b < 20 * 16)  # not a block per save
        self.assertEqual(pair.saves, 21)


class QuietPair:
    """A VersionPair that keeps nothing."""

    def __init__(self):
        self.saves = 0
        self.errno = 0

    def save(self, buf, length):
        """Count."""
        self.saves += 1
        return 0


def link_ms():
    """Return a time."""
    return 5
