"""The desk: what is reported is told in order and kept, also over a power cut, whatever comes."""

import unittest

from chargecore.base.clock import QUALITY_CSMS, WALL_UNKNOWN, Clock
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_SECURITY
from chargecore.base.security_events import (
    NAMES,
    SE_INVALID_MESSAGES,
    SE_INVALID_SERVER_CERTIFICATE,
    SE_INVALID_STATION_CERTIFICATE,
    SE_INVALID_TLS_CIPHER_SUITE,
    SE_STARTUP,
    SE_TAMPER,
    is_sent,
)
from chargecore.station.security_desk import SecurityDesk
from chargecore.store.security_entry import SecurityEntry
from chargecore.store.security_log import SecurityLog
from fakes.clock import FakeClock
from fakes.controller import FakeController
from fakes.flash import FakeFlash


class OneConnector:
    """What the desk asks of a connector."""

    def __init__(self):
        self.controller = FakeController()


class DeskTest(unittest.TestCase):
    def setUp(self):
        self.flash = FakeFlash(4, 1024)
        self.connector = OneConnector()
        self.boot(7)

    def boot(self, number):
        self.time = FakeClock()
        self.clock = Clock(self.time.ticks_ms, number)
        self.events = EventLog(self.clock, 64)
        self.log = SecurityLog(self.flash, self.events)
        self.desk = SecurityDesk(self.log, [self.connector], self.clock, self.events)

    def run_ms(self, duration_ms, step_ms=50):
        for _ in range(0, duration_ms, step_ms):
            self.time.advance_ms(step_ms)
            self.clock.poll(self.time.ticks_ms())
            self.desk.poll(self.time.ticks_ms())

    def kept(self):
        """Return (code, count, info) of what is on flash."""
        log = SecurityLog(self.flash, self.events)
        log.mount()
        entry = SecurityEntry()
        found = []
        has_entry = log.first(entry)
        while has_entry:
            if entry.code:
                found.append((entry.code, entry.count, entry.info))
            has_entry = log.next(entry)
        return found

    def tell(self):
        """Tell everything; return (code, info, wall time)."""
        found = []
        while self.desk.has_waiting and self.desk.load_waiting():
            entry = self.desk.entry
            found.append((entry.code, entry.info, self.desk.wall_s))
            self.desk.told()
        return found


class ReportTest(DeskTest):
    def test_is_an_event_of_the_station_too(self):
        self.desk.report(SE_TAMPER, b"lid")

        self.assertEqual((self.events.field(0, 0), self.events.field(0, 1)), (EV_SECURITY, 12))

    def test_keeps_what_was_reported_and_tells_it_after_a_power_cut(self):
        self.clock.set_wall(1_000, 0, QUALITY_CSMS)
        self.run_ms(5_000)
        self.desk.report(SE_TAMPER, b"lid")
        self.run_ms(1_000)
        self.boot(8)

        self.assertEqual(self.tell(), [(SE_TAMPER, b"lid", 1_005)])

    def test_tells_before_it_is_on_flash_and_not_again_afterwards(self):
        self.clock.set_wall(1_000, 0, QUALITY_CSMS)
        self.connector.controller.is_energised = True
        self.desk.report(SE_TAMPER)
        self.assertEqual(self.tell(), [(SE_TAMPER, b"", 1_000)])
        self.run_ms(10_000)
        self.assertEqual(self.kept(), [])
        self.connector.controller.is_energised = False
        self.run_ms(100)

        self.assertEqual(self.kept(), [(SE_TAMPER, 1, b"")])
        self.boot(8)
        self.assertFalse(self.desk.has_waiting)

    def test_does_not_wait_longer_than_an_hour_for_a_contactor(self):
        self.connector.controller.is_energised = True
        self.desk.report(SE_TAMPER)
        self.run_ms(3_590_000, 1_000)
        self.assertEqual(self.kept(), [])
        self.run_ms(20_000, 1_000)

        self.assertEqual(len(self.kept()), 1)

    def test_keeps_everything_when_the_station_restarts(self):
        self.connector.controller.is_energised = True
        self.desk.report(SE_TAMPER, b"1")
        self.desk.report(SE_TAMPER, b"2")
        self.desk.flush()

        self.assertEqual(len(self.kept()), 2)

    def test_remembers_what_was_told_over_a_power_cut(self):
        self.clock.set_wall(1_000, 0, QUALITY_CSMS)
        self.desk.report(SE_TAMPER)
        self.run_ms(200)
        self.assertEqual(len(self.tell()), 1)
        self.run_ms(200)
        self.boot(8)

        self.assertFalse(self.desk.has_waiting)

    def test_gives_a_time_to_what_happened_before_it_was_known(self):
        self.desk.report(SE_STARTUP)
        self.run_ms(20_000)
        self.assertTrue(self.desk.load_waiting())
        self.assertEqual(self.desk.wall_s, WALL_UNKNOWN)
        self.clock.set_wall(1_000, 0, QUALITY_CSMS)

        self.assertEqual(self.tell(), [(SE_STARTUP, b"", 980)])

    def test_places_a_boot_that_never_knew_the_time_before_the_next(self):
        self.desk.report(SE_STARTUP)
        self.run_ms(20_000)
        self.boot(8)
        self.run_ms(10_000)
        self.desk.report(SE_STARTUP)
        self.clock.set_wall(1_000, 0, QUALITY_CSMS)

        self.assertEqual([row[2] for row in self.tell()], [989, 1_000])

    def test_cuts_a_text_that_is_longer_than_the_server_takes(self):
        self.desk.report(SE_TAMPER, b"x" * 254 + "\u00e4".encode())
        self.desk.report(SE_TAMPER, b"bad \xff\x00")
        self.run_ms(1_000)

        self.assertEqual([row[2] for row in self.kept()], [b"x" * 254, b"bad ??"])

    def test_goes_on_without_flash(self):
        self.flash.is_refusing = True
        self.clock.set_wall(1_000, 0, QUALITY_CSMS)
        for number in range(30):
            self.desk.report(SE_STARTUP, b"%d" % number)
        self.run_ms(200_000, 1_000)
        self.assertTrue(2 <= self.flash.programs + self.flash.erases <= 20)

        told = self.tell()
        self.assertEqual((len(told), told[0][1]), (4, b"0"))
        self.flash.is_refusing = False
        self.run_ms(60_000, 1_000)
        self.assertEqual(sum([row[1] for row in self.kept()]), 30)


class StormTest(DeskTest):
    def test_counts_equal_events_in_one(self):
        for _ in range(1_000):
            self.desk.report(SE_INVALID_MESSAGES, b"x")
        self.run_ms(1_000)

        self.assertEqual(self.kept(), [(SE_INVALID_MESSAGES, 1_000, b"x")])

    def test_counts_events_of_a_kind_in_few_whatever_they_say(self):
        for number in range(100):
            self.desk.report(SE_TAMPER, b"%d" % number)

        self.assertEqual(len(self.tell()), 4)

    def test_tells_of_each_rejected_certificate_even_of_equal_ones(self):
        for _ in range(8):
            self.desk.report(SE_INVALID_STATION_CERTIFICATE, b"key")
        self.desk.report(SE_INVALID_SERVER_CERTIFICATE, b"chain")

        told = [(code, info) for code, info, _wall_s in self.tell()]
        self.assertEqual(told[:8], [(SE_INVALID_STATION_CERTIFICATE, b"key")] * 8)
        self.assertEqual(told[8:], [(SE_INVALID_SERVER_CERTIFICATE, b"chain")])

    def test_counts_rejected_certificates_beyond_a_bound(self):
        for number in range(100):
            self.desk.report(SE_INVALID_STATION_CERTIFICATE, b"%d" % number)
        told = self.tell()
        self.run_ms(1_000)

        self.assertEqual([info for _code, info, _wall_s in told], [b"%d" % n for n in range(8)])
        self.assertEqual([row[1] for row in self.kept()], [1] * 7 + [93])

    def test_tells_of_each_while_flash_waits_for_an_open_contactor(self):
        self.connector.controller.is_energised = True
        told = 0
        for _ in range(30):
            self.desk.report(SE_INVALID_STATION_CERTIFICATE, b"key")
            told += len(self.tell())
        self.connector.controller.is_energised = False
        self.run_ms(1_000)

        self.assertEqual((told, self.desk.lost), (30, 0))
        self.assertEqual(sum([row[1] for row in self.kept()]), 30)

    def test_writes_seldom_while_a_storm_lasts(self):
        for number in range(6_000):
            self.desk.report(SE_INVALID_MESSAGES, b"%d" % (number % 3))
            self.run_ms(1_000, 500)

        self.assertTrue(sum([row[1] for row in self.kept()]) >= 5_600)
        self.assertTrue(self.flash.programs < 150, self.flash.programs)

    def test_drops_what_nobody_waits_for_first(self):
        self.connector.controller.is_energised = True
        self.clock.set_wall(1_000, 0, QUALITY_CSMS)
        self.desk.report(SE_STARTUP)
        for code in range(1, 19):
            if not is_sent(code):
                for number in range(4):
                    self.desk.report(code, b"%d" % number)

        self.assertTrue(self.desk.lost > 0)
        self.assertEqual(self.tell(), [(SE_STARTUP, b"", 1_000)])


class NamesTest(unittest.TestCase):
    def test_has_a_name_for_every_number_that_the_server_takes(self):
        self.assertEqual(NAMES[SE_STARTUP], b"StartupOfTheDevice")
        self.assertEqual(len(NAMES), SE_INVALID_TLS_CIPHER_SUITE + 1)
        self.assertEqual(len(set(NAMES)), len(NAMES))
        for name in NAMES[1:]:
            self.assertTrue(0 < len(name) <= 50)

    def test_tells_the_critical_ones_and_those_that_a_rule_orders(self):
        told = [NAMES[code].decode() for code in range(1, len(NAMES)) if is_sent(code)]

        self.assertEqual(
            sorted(told),
            [
                "FirmwareUpdated",
                "InvalidCentralSystemCertificate",
                "InvalidChargePointCertificate",
                "InvalidFirmwareSignature",
                "InvalidFirmwareSigningCertificate",
                "MemoryExhaustion",
                "ResetOrReboot",
                "SecurityLogWasCleared",
                "SettingSystemTime",
                "StartupOfTheDevice",
                "TamperDetectionActivated",
            ],
        )


if __name__ == "__main__":
    unittest.main()
