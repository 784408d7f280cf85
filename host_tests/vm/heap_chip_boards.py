"""boards/shared and boards/esp32 with the heap locked, and what only boards ask for."""

import gc
import unittest

from boards.esp32.full_scale_adc import FullScaleAdc
from boards.esp32.lan_link import LanLink
from boards.shared.chip_watchdog import ChipWatchdog
from boards.shared.console_printer import ConsolePrinter
from boards.shared.console_writer import ConsoleWriter
from boards.shared.wifi_link import WifiLink
from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_CONTACTOR_OPENED, EV_FAULT, EV_TCP_FAILED
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
    "boards.shared.chip_board.ChipBoard.is_closed",
    "boards.shared.chip_board.ChipBoard._tell_link",
    "boards.shared.chip_watchdog.ChipWatchdog.feed",
    "boards.shared.console_printer.ConsolePrinter._is_new",
    "boards.shared.console_printer.ConsolePrinter._put_connector",
    "boards.shared.console_printer.ConsolePrinter._put_event",
    "boards.shared.console_printer.ConsolePrinter._put_state",
    "boards.shared.console_printer.ConsolePrinter._tell",
    "boards.shared.console_printer.ConsolePrinter.poll",
    "boards.shared.console_writer.ConsoleWriter._is_ready",
    "boards.shared.console_writer.ConsoleWriter._rest",
    "boards.shared.console_writer.ConsoleWriter._rests",
    "boards.shared.console_writer.ConsoleWriter.poll",
    "boards.shared.console_writer.ConsoleWriter.write",
    "chargecore.base.text_line.TextLine._put_code",
    "chargecore.base.text_line.TextLine.clear",
    "chargecore.base.text_line.TextLine.end",
    "chargecore.base.text_line.TextLine.put",
    "chargecore.base.text_line.TextLine.put_event",
    "chargecore.base.text_line.TextLine.put_number",
    "chargecore.base.text_line.TextLine.put_word",
    "chargecore.station.event_line._put_reason",
    "chargecore.station.event_line.put_event",
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


class QuietPort:
    """A console on which every tenth write takes long, and every third time there is no room."""

    def __init__(self, clock):
        self._clock = clock
        self._found = ((self, 4),)
        self.sent = 0
        self.turn = 0

    def ipoll(self, timeout_ms):
        """Tell what is ready."""
        self.turn += 1
        return self._found if self.turn % 3 else ()

    def write(self, buf, offset, count):
        """Take a byte."""
        self.sent += count
        if self.sent % 1_000 == 0:
            self._clock.now_ms += 60


class QuietParts:
    """Contactor and status of a connector."""

    def __init__(self):
        self.is_closed = False
        self.status = 0


class QuietStation:
    """A board and the app on it: as much as a printer looks at, changing all the time."""

    def __init__(self):
        self.now_ms = 0x3FFFFFFF - 2_000
        self.app = self
        self.connectors = self.controllers = (self,)
        self.connection = self.transaction = self
        self.contactor = self.status = QuietParts()
        self.events = EventLog(Clock(self.ticks_ms, 1), 16)
        self.is_open = self.is_active = False
        self.fault = self.pilot_state = self.offered_ma = 0

    def ticks_ms(self):
        """Return the time."""
        return self.now_ms & 0x3FFFFFFF

    def is_closed(self):
        """Tell whether nothing may stall: now and then."""
        return self.pilot_state == 2

    def live(self, printer):
        """Let things happen, and the printer tell of them."""
        for number in range(4_000):
            self.now_ms = ticks_add(self.now_ms, 50)
            if number % 400 == 0:  # a byte leaves with each poll: room for the states, too
                self.is_open = not self.is_open
                self.pilot_state = (self.pilot_state + 1) % 8
                self.offered_ma += 1_000
                self.events.add(EV_CONTACTOR_OPENED, 1, number // 400 % 30)
                self.events.add(9_999, -number)
            printer.poll(self.ticks_ms())


class TestHeapOfConsole(unittest.TestCase):
    def test_prints_events_and_states(self):
        station = QuietStation()
        port = QuietPort(station)
        writer = ConsoleWriter(station.ticks_ms, port, port)
        printer = ConsolePrinter(station, True, writer)
        station.live(printer)
        with locked():
            station.live(printer)

        self.assertTrue(port.sent > 2_000, port.sent)
        self.assertTrue(writer.stalls > 0)
        self.assertEqual(growth(lambda: station.live(printer), 2), 0)


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
