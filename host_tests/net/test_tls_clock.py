"""TlsClock and KeptTime: which date certificates are checked against, and which is believed."""

import unittest

from chargecore.base.build_date import BUILD_S
from chargecore.base.clock import QUALITY_CSMS, QUALITY_SNTP, WALL_UNKNOWN, Clock
from chargecore.base.codes import E_MISSING
from chargecore.base.event_log import EventLog
from chargecore.net.tls_clock import TlsClock
from chargecore.store.kept_time import KeptTime
from fakes.storage import FakeStorage
from fakes.ticks import FakeTicks

NOW_S = BUILD_S + 10_000_000
FAR_S = 0x3FFFFFFF - 10  # late in 2057
DAY_S = 86_400


class FakeRtc:
    """A chip's clock; what it showed is in `history`."""

    def __init__(self, wall_s):
        self.wall_s = wall_s

    def read_s(self):
        return self.wall_s

    def set_s(self, wall_s):
        self.wall_s = wall_s


class FakeSntp:
    """Answers with `answer_s`, or not at all when that is None; counts the questions."""

    def __init__(self, answer_s=None):
        self.answer_s = answer_s
        self.questions = 0
        self.wall_s = 0

    def start(self, now_ms):
        self.questions += 1

    def poll(self, now_ms):
        if self.answer_s is None:
            return E_MISSING
        self.wall_s = self.answer_s
        return 1

    def stop(self):
        pass


class Station:
    """A station over its boots: flash and the chip's clock stay."""

    def __init__(self, rtc_s=0, sntp_s=None):
        self.storage = FakeStorage()
        self.rtc = FakeRtc(rtc_s)
        self.sntp = FakeSntp(sntp_s)
        self.is_charging = False
        self.boot()

    def boot(self):
        self.clock = Clock(FakeTicks(1_000).ticks_ms, 1)
        events = EventLog(self.clock, 8)
        self.kept = KeptTime(self.storage, self.clock, lambda: self.is_charging, events)
        self.kept.load()
        self.tls_clock = TlsClock(self.clock, self.rtc, self.kept, self.sntp)

    def told(self, wall_s):
        """The server has told the time."""
        self.clock.set_wall(wall_s, 0, QUALITY_CSMS)
        self.kept.poll(0)

    def connect(self):
        """Return what is said about the date before a handshake."""
        self.tls_clock.start(0)
        result = self.tls_clock.poll(0)
        self.kept.poll(0)
        return result


class TlsClockTest(unittest.TestCase):
    def test_takes_the_time_that_the_server_has_told(self):
        station = Station(rtc_s=0)
        station.told(NOW_S)

        self.assertEqual(station.connect(), 1)
        self.assertEqual((station.rtc.wall_s, station.sntp.questions), (NOW_S, 0))

    def test_takes_the_clock_of_the_chip_when_it_can_be_right(self):
        station = Station(rtc_s=NOW_S)

        self.assertEqual(station.connect(), 1)
        self.assertEqual((station.rtc.wall_s, station.sntp.questions), (NOW_S, 0))

    def test_asks_sntp_when_the_clock_of_the_chip_has_lost_the_time(self):
        for rtc_s in (0, BUILD_S - 1, 0x3FFFFFFF):
            station = Station(rtc_s, NOW_S)

            self.assertEqual(station.connect(), 1)
            self.assertEqual(station.rtc.wall_s, NOW_S)
            self.assertEqual(station.clock.quality, QUALITY_SNTP)

    def test_takes_the_newest_time_on_flash_when_nobody_answers(self):
        station = Station()
        station.told(NOW_S)
        station.rtc.wall_s = 0
        station.boot()

        self.assertEqual(station.connect(), 1)
        self.assertEqual(station.rtc.wall_s, NOW_S)
        self.assertEqual(station.clock.wall_s(), WALL_UNKNOWN)

    def test_connects_to_nobody_without_any_time(self):
        self.assertEqual(Station().connect(), E_MISSING)

    def test_believes_no_time_before_the_newest_on_flash(self):
        station = Station(sntp_s=NOW_S - DAY_S)
        station.told(NOW_S)
        station.rtc.wall_s = 0
        station.boot()

        station.connect()

        self.assertEqual(station.rtc.wall_s, NOW_S)

    def test_asks_again_when_a_certificate_was_refused_for_its_date(self):
        """A forged answer keeps nobody away for longer than it is forged."""
        station = Station(sntp_s=FAR_S)
        station.connect()
        self.assertEqual(station.rtc.wall_s, FAR_S)

        station.tls_clock.doubt()
        station.sntp.answer_s = NOW_S
        self.assertEqual(station.connect(), 1)

        self.assertEqual((station.rtc.wall_s, station.clock.wall_s()), (NOW_S, NOW_S))

    def test_doubts_the_clock_of_the_chip_after_a_reset_too(self):
        station = Station(rtc_s=FAR_S, sntp_s=NOW_S)
        station.connect()
        self.assertEqual(station.sntp.questions, 0)

        station.tls_clock.doubt()
        station.connect()

        self.assertEqual(station.rtc.wall_s, NOW_S)

    def test_keeps_what_it_has_when_it_doubts_and_nobody_answers(self):
        station = Station(rtc_s=NOW_S)
        station.tls_clock.doubt()

        self.assertEqual(station.connect(), 1)
        self.assertEqual(station.rtc.wall_s, NOW_S)
        station.connect()
        self.assertEqual(station.sntp.questions, 1)

    def test_never_doubts_what_the_server_has_told(self):
        station = Station(sntp_s=FAR_S)
        station.told(NOW_S)
        station.tls_clock.doubt()

        self.assertEqual(station.connect(), 1)
        self.assertEqual((station.rtc.wall_s, station.sntp.questions), (NOW_S, 0))

    def test_doubts_nothing_when_there_is_nobody_to_ask(self):
        station = Station(rtc_s=NOW_S)
        station.tls_clock = TlsClock(station.clock, station.rtc, station.kept)
        station.tls_clock.doubt()

        self.assertEqual(station.connect(), 1)


class KeptTimeTest(unittest.TestCase):
    def test_keeps_no_time_that_sntp_has_told(self):
        station = Station(sntp_s=FAR_S)

        station.connect()

        self.assertEqual(station.clock.quality, QUALITY_SNTP)
        self.assertEqual(station.storage.images, [])

    def test_a_forged_time_does_not_outlive_the_boot(self):
        station = Station(sntp_s=FAR_S)
        station.connect()
        station.rtc.wall_s = 0  # the supply was off
        station.sntp.answer_s = NOW_S
        station.boot()

        station.connect()

        self.assertEqual(station.rtc.wall_s, NOW_S)

    def test_writes_once_a_day_and_never_while_a_car_charges(self):
        station = Station()
        station.told(NOW_S)
        station.told(NOW_S + DAY_S - 1)
        station.is_charging = True
        station.told(NOW_S + DAY_S)
        self.assertEqual(len(station.storage.images), 1)

        station.is_charging = False
        station.told(NOW_S + DAY_S + 1)

        self.assertEqual(len(station.storage.images), 2)

    def test_takes_back_a_time_that_the_server_told_too_late(self):
        station = Station()
        station.told(FAR_S)
        station.told(NOW_S)
        station.boot()

        self.assertEqual(station.kept.wall_s, NOW_S)

    def test_tries_again_when_flash_refuses(self):
        station = Station()
        station.storage.is_broken = True
        station.told(NOW_S)
        self.assertEqual(station.kept.wall_s, WALL_UNKNOWN)

        station.storage.is_broken = False
        station.told(NOW_S + DAY_S)

        self.assertEqual(station.kept.wall_s, NOW_S + DAY_S)
