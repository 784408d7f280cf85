"""What the boards make of station.json, of the reset cause, of the service pin and the console."""

import os
import unittest

from boards.shared.station_file import read
from chargecore.base.boot_causes import CAUSE_POWER, CAUSE_RESET, CAUSE_WATCHDOG
from chargecore.base.errors import ConfigError
from chargecore.meters import models as meters
from chargecore.readers import models as readers
from fakes.board_bench import BOARDS, Bench
from fakes.chip import ResetNow
from fakes.chip_parts import FakePartition
from fakes.clock import FakeClock
from fakes.scratch import new_folder, write_bytes

_ESP32 = ("esp32_devkit", "esp32s3_devkit", "wt32_eth01")
_WATCHDOGS = {"pico_w": 0x40058000, "pico2_w": 0x400D8000}
_MODBUS = {"meter": "sdm630"}


class StationFileTest(unittest.TestCase):
    def setUp(self):
        self.path = new_folder(self) + "/station.json"

    def read(self, data):
        write_bytes(self.path, data)
        return read(self.path)

    def test_reads_a_file_with_one_connector(self):
        station, trouble = self.read(b'{"id": "CP01", "connectors": [{"meter": "s0"}]}')

        self.assertEqual(station["id"], "CP01")
        self.assertIsNone(trouble)

    def test_says_what_is_wrong(self):
        cases = (
            (b"", "JSON"),
            (b'{"id": "CP', "JSON"),
            (b"\xff\xfe{}", "JSON"),
            (b"[]", "object"),
            (b"null", "object"),
            (b"{}", "connectors"),
            (b'{"connectors": {}}', "connectors"),
            (b'{"connectors": []}', "connectors"),
            (b'{"connectors": [{}, {}]}', "connectors"),
            (b'{"connectors": [1]}', "connectors"),
            (b'{"connectors": [{}]}' + b" " * 16_384, "16 KiB"),
        )
        for data, word in cases:
            with self.subTest(data=data[:30]):
                station, trouble = self.read(data)

                self.assertIsNone(station)
                self.assertTrue(word in trouble, trouble)

    def test_tells_a_missing_file(self):
        self.assertEqual(read(self.path), (None, "it is missing"))


class TroubleTest(unittest.TestCase):
    def test_builds_nothing_that_could_close_when_the_file_is_broken(self):
        for name in BOARDS:
            with self.subTest(board=name):
                bench = Bench(self, name)
                bench.trouble = "it is missing"
                bench.boot()
                before = len(bench.chip.pin_writes)

                board = bench.make()

                self.assertEqual(board.trouble, "station.json: it is missing")
                self.assertEqual(board.connectors, [])
                self.assertIsNone(board.dead_man_pin)
                self.assertIsNone(board.link)
                self.assertEqual(bench.chip.programs, [])
                self.assertEqual(len(bench.chip.pin_writes), before)

    def test_builds_nothing_for_service(self):
        for name in BOARDS:
            with self.subTest(board=name):
                bench = Bench(self, name)
                bench.chip.set_level(bench.pins.SERVICE[0], 0)
                bench.boot()

                board = bench.make()

                self.assertTrue(board.wants_service)
                self.assertEqual(board.connectors, [])

    def test_names_a_wifi_field_that_makes_no_sense(self):
        for wifi in ("depot", {}, {"ssid": ""}, {"ssid": 5}, {"ssid": "x", "password": 12345678}):
            with self.subTest(wifi=wifi):
                bench = Bench(self, "pico_w")
                bench.station["wifi"] = wifi

                self.assertEqual(bench.make().trouble, "station.json: field wifi")

    def test_runs_without_network_when_there_is_no_wifi_field(self):
        bench = Bench(self, "esp32_devkit")
        del bench.station["wifi"]

        board = bench.make()

        self.assertIsNone(board.trouble)
        self.assertIsNone(board.link)
        board.idle()

    def test_tells_a_network_chip_that_does_not_answer(self):
        bench = Bench(self, "wt32_eth01")
        import network

        def refuse(**_options):
            raise OSError(0x102)

        network.LAN = refuse

        self.assertTrue(bench.make().trouble.startswith("the hardware does not answer: "))


class ConsoleTest(unittest.TestCase):
    def test_has_a_watchdog_unless_the_console_is_open(self):
        for console, has_watchdog in ((None, True), ("locked", True), ("open", False)):
            with self.subTest(console=console):
                bench = Bench(self, "pico_w")
                if console is not None:
                    bench.station["console"] = console

                self.assertEqual(bench.make().watchdog is not None, has_watchdog)

    def test_locks_the_console_only_where_it_is_not_open(self):
        for console, wanted in (("locked", [-1, 3]), ("open", [3, 3])):
            with self.subTest(console=console):
                bench = Bench(self, "pico_w")
                bench.station["console"] = console
                board = bench.make()

                board.lock_console()
                board.release()

                self.assertEqual(bench.chip.interrupts, wanted)


class CauseTest(unittest.TestCase):
    def test_esp32(self):
        causes = ((1, CAUSE_POWER), (2, CAUSE_RESET), (3, CAUSE_WATCHDOG), (5, CAUSE_RESET))
        for name in _ESP32:
            for told, cause in causes:
                with self.subTest(board=name, told=told):
                    bench = Bench(self, name)
                    bench.chip.cause = told

                    self.assertEqual(bench.make().reset_cause, cause)

    def test_rp2(self):
        for name in _WATCHDOGS:
            reason = _WATCHDOGS[name] + 8
            for told, cause in ((0, CAUSE_POWER), (1, CAUSE_WATCHDOG), (2, CAUSE_RESET)):
                with self.subTest(board=name, told=told):
                    bench = Bench(self, name)
                    bench.chip.registers[reason] = told

                    self.assertEqual(bench.make().reset_cause, cause)

    def test_rp2_tells_a_soft_reset_from_power_on(self):
        bench = Bench(self, "pico_w")

        self.assertEqual(bench.make().reset_cause, CAUSE_POWER)
        self.assertEqual(bench.make().reset_cause, CAUSE_RESET)


class RtcTest(unittest.TestCase):
    def test_counts_from_2024_whatever_the_chip_counts_from(self):
        for name, seconds in (("esp32_devkit", 757_382_400), ("pico_w", 1_704_067_200)):
            with self.subTest(board=name):
                bench = Bench(self, name)
                rtc = bench.make().rtc

                bench.chip.rtc.seconds = seconds + 86_400
                self.assertEqual(rtc.read_s(), 86_400)
                bench.chip.rtc.seconds = 0
                self.assertEqual(rtc.read_s(), -seconds)

    def test_is_set_to_a_date(self):
        cases = (
            (0, (2024, 1, 1, 0, 0, 0, 0, 0)),
            (5_097_599, (2024, 2, 28, 2, 23, 59, 59, 0)),
            (5_097_600, (2024, 2, 29, 3, 0, 0, 0, 0)),
            (91_537_323, (2026, 11, 25, 2, 11, 2, 3, 0)),
        )
        bench = Bench(self, "pico_w")
        rtc = bench.make().rtc
        for wall_s, date in cases:
            with self.subTest(date=date):
                rtc.set_s(wall_s)

                self.assertEqual(bench.chip.rtc.date, date)

    def test_keeps_room_for_tls_where_it_takes_the_heap(self):
        for name, url, reserve_b in (
            ("pico_w", "wss://csms.example/ocpp", 28_672),
            ("pico_w", "ws://csms.example/ocpp", 0),
            ("pico_w", 5, 0),
            ("esp32_devkit", "wss://csms.example/ocpp", 0),
        ):
            with self.subTest(board=name, url=url):
                bench = Bench(self, name)
                bench.station["csms_url"] = url

                self.assertEqual(bench.make().tls_reserve_b, reserve_b)


class RestartTest(unittest.TestCase):
    def test_stops_the_dma_of_an_rp2_before_the_chip_is_reset(self):
        bench = Bench(self, "pico2_w")
        board = bench.make()
        self.assertTrue(bench.chip.dma.is_busy)

        with self.assertRaises(ResetNow):
            board.restart()

        self.assertFalse(bench.chip.dma.is_busy)

    def test_stops_the_dma_when_the_console_takes_over(self):
        bench = Bench(self, "pico_w")
        board = bench.make()

        board.release()

        self.assertFalse(bench.chip.dma.is_busy)
        self.assertFalse(bench.chip.is_reset)


class SlotsTest(unittest.TestCase):
    def make(self, name, has_copy=False):
        bench = Bench(self, name)
        if has_copy:
            os.mkdir(bench.folder + "/a")
            write_bytes(bench.folder + "/a/manifest", b"\x033.1")
            self.addCleanup(os.rmdir, bench.folder + "/a")
            self.addCleanup(os.remove, bench.folder + "/a/manifest")
        here = os.getcwd()
        bench.boot()
        board = bench.make()
        os.chdir(here)
        return board

    def test_two_copies_where_the_one_that_runs_is_such_a_copy(self):
        for name in BOARDS:
            with self.subTest(board=name):
                slots = self.make(name, True).slots

                self.assertEqual((slots.target, slots.version), (name.encode(), b"3.1"))
                self.assertTrue(slots.stalls)

    def test_none_where_the_application_lies_elsewhere(self):
        for name in BOARDS:
            with self.subTest(board=name):
                self.assertIsNone(self.make(name).slots)

    def test_ota_slots_where_the_image_has_them(self):
        self.addCleanup(setattr, FakePartition, "slots", 1)
        FakePartition.slots = 2

        slots = self.make("esp32_devkit").slots

        self.assertEqual(
            (slots.most_b, slots.running, slots.target), (0x180000, 1, b"esp32_devkit")
        )
        self.assertIsNone(self.make("pico_w").slots)


class BusTest(unittest.TestCase):
    def make(self, name, row=None, **fields):
        bench = Bench(self, name)
        bench.station.update(fields)
        if row is not None:
            bench.station["connectors"] = [row]
        return bench.make()

    def test_meters_get_the_line_they_want(self):
        cases = (("sdm630", 9_600, None), ("pzem004t", 9_600, None), ("cse7766", 4_800, 0))
        for name in BOARDS:
            for model, baud, parity in cases:
                with self.subTest(board=name, model=model):
                    bus = self.make(name, {"meter": model}).connectors[0].meter_bus

                    self.assertEqual(bus.options["baudrate"], baud)
                    self.assertEqual(bus.options.get("parity"), parity)
                    self.assertEqual(bus.options["timeout"], 0)
                    self.assertEqual(bus.options["rxbuf"], 256)

    def test_pulses_are_counted_in_a_hard_interrupt_where_there_is_one(self):
        for name, options in (("esp32_devkit", {}), ("pico_w", {"hard": True})):
            with self.subTest(board=name):
                row = {"meter": "s0", "pulses_per_kwh": 1_000}
                bus = self.make(name, row).connectors[0].meter_bus

                self.assertEqual(bus.irq_options, options)

    def test_unknown_meter_names_its_field(self):
        bus = self.make("pico_w", {"meter": "abacus"}).connectors[0].meter_bus

        with self.assertRaises(ConfigError) as caught:
            meters.make({"meter": "abacus"}, bus, FakeClock(), 3)
        self.assertEqual(caught.exception.args[0], "meter")

    def test_readers_get_their_bus(self):
        for name in ("esp32_devkit", "esp32s3_devkit", "pico_w", "pico2_w"):
            for model in ("pn532", "wiegand"):
                with self.subTest(board=name, model=model):
                    board = self.make(name, reader=model)

                    self.assertIsNotNone(readers.make(model, board.reader_bus, FakeClock()))

    def test_a_board_without_pins_for_a_reader_names_the_field(self):
        board = self.make("wt32_eth01", reader="pn532")

        with self.assertRaises(ConfigError) as caught:
            readers.make("pn532", board.reader_bus, FakeClock())
        self.assertEqual(caught.exception.args[0], "reader")

    def test_the_lid_reads_open_with_a_broken_wire_where_there_is_a_switch(self):
        for name in BOARDS:
            with self.subTest(board=name):
                board = self.make(name)

                has_switch = name in ("esp32s3_devkit", "pico_w", "pico2_w")
                self.assertEqual(board.tamper_pin is not None, has_switch)
                if has_switch:
                    self.assertEqual(board.tamper_pin.value(), 1)

    def test_lamp_is_a_strip_of_as_many_leds_as_the_file_says(self):
        for fields, leds in (({}, 8), ({"lamp_leds": 3}, 3)):
            with self.subTest(fields=fields):
                board = self.make("pico_w", lamp="pixels", **fields)

                self.assertEqual(len(board.connectors[0].lamp_bus.buf), 3 * leds)

    def test_no_lamp_without_the_field_or_with_a_wrong_number(self):
        for fields in (
            {},
            {"lamp": "pixels", "lamp_leds": 17},
            {"lamp": "pixels", "lamp_leds": "8"},
        ):
            with self.subTest(fields=fields):
                self.assertIsNone(self.make("pico_w", **fields).connectors[0].lamp_bus)


if __name__ == "__main__":
    unittest.main()
