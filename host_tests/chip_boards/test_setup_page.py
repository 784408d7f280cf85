"""The set-up page of the boards: when it opens, on what network, and what it leaves behind."""

import json
import socket
import unittest

from boards.host.sim_voltage import SimVoltage
from boards.shared.station_file import read, read_any
from fakes.board_bench import BOARDS, Bench, station_of
from fakes.scratch import new_folder, read_bytes, write_bytes
from fakes.setup_world import encoded

_FREE_UV = 2_356_000  # +12 V at the pilot
_CAR_UV = 2_092_000  # +9 V
_MISSING = "station.json: field id"
_WITH_RADIO = tuple(name for name in BOARDS if name != "wt32_eth01")


class SetupBench:
    """A board whose station.json the maker has written, without server and identity."""

    def __init__(self, case, name="pico_w", **fields):
        self.bench = bench = Bench(case, name)
        station = station_of(name)
        for field in ("id", "csms_url", "wifi"):
            station.pop(field, None)
        station.update(fields)
        self.station = bench.station = station
        self.station_path = bench.folder + "/station.json"
        self.label_path = bench.folder + "/setup.json"
        write_bytes(self.station_path, json.dumps(station).encode())
        number = bench.pins.PILOT_SENSE[0]
        self.pilot = bench.chip.adc_sources[number] = SimVoltage(number, _FREE_UV)
        bench.trouble = "it is missing"  # so that nothing is built around pins
        bench.boot()
        self.board = bench.make()
        self.board.trouble = None
        self.texts = []
        self.board.say = self.texts.append
        self.port = self._free_port()

    def window(self, trouble=_MISSING, is_asked=False):
        """Return the Window, at a port that anybody may open."""
        from boards.shared import access_point

        access_point.AccessPoint.port = self.port
        return self.board.setup_window(trouble, is_asked)

    def label(self):
        return json.loads(read_bytes(self.label_path).decode())

    def ask(self, window, request):
        """Return the answer to the bytes of a request."""
        sock = socket.socket()
        sock.connect(socket.getaddrinfo("127.0.0.1", self.port)[0][-1])
        sock.write(request)
        sock.setblocking(False)
        answer = b""
        for _ in range(2_000):
            self.bench.chip.wait_us(2_000)
            if not window.poll(self.board.ticks_ms()):
                break
            data = sock.read(4_096)
            if data == b"":
                break
            answer += data or b""
        sock.close()
        return answer

    def post(self, window, fields):
        body = encoded(fields)
        head = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n"
        head += b"Content-Type: application/x-www-form-urlencoded\r\n"
        return self.ask(window, head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def _free_port(self):
        from random import getrandbits

        return 20_000 + getrandbits(13)  # below those that connections take


class WhenItOpensTest(unittest.TestCase):
    def test_without_server_and_identity_at_power_on(self):
        for name in BOARDS:
            with self.subTest(board=name):
                bench = SetupBench(self, name)

                window = bench.window()

                self.assertIsNotNone(window, bench.texts)
                label, radio = bench.label(), bench.bench.chip.access_point
                self.assertTrue(radio.is_on)
                self.assertEqual(radio.key_in_the_air, label["password"])
                self.assertEqual(radio.config("ssid"), label["network"])
                self.assertIn(label["code"], bench.texts[0])
                window.close("test")
                self.assertFalse(radio.is_on)

    def test_keeps_its_label(self):
        bench = SetupBench(self)
        bench.window().close("test")
        first = bench.label()

        bench.window().close("test")

        self.assertEqual(bench.label(), first)
        self.assertEqual((len(first["password"]), len(first["code"])), (14, 9))

    def test_not_before_the_power_has_been_off(self):
        bench = SetupBench(self, "esp32_devkit")
        bench.board.reset_cause = 1

        self.assertIsNone(bench.window())

        self.assertIsNone(bench.bench.chip.access_point)

    def test_not_where_it_could_not_help(self):
        bench = SetupBench(self, connectors=[{"meter": "abacus"}])

        self.assertIsNone(bench.window())

        self.assertIn("lacks meter", bench.texts[0])
        self.assertIsNone(bench.bench.chip.access_point)

    def test_not_while_a_car_may_be_plugged(self):
        for uv in (_CAR_UV, 0, 3_300_000):
            with self.subTest(uv=uv):
                bench = SetupBench(self)
                bench.pilot.level_uv = uv

                self.assertIsNone(bench.window())

                self.assertIn("a car may be plugged", bench.texts[-1])
                self.assertFalse(bench.bench.chip.access_point.is_on)

    def test_a_version_on_trial_shows_that_it_runs_instead(self):
        bench = SetupBench(self)
        bench.board._is_watched = True

        self.assertIsNone(bench.window())

    def test_a_good_station_runs_unless_the_page_was_asked_for(self):
        bench = SetupBench(self)
        bench.board.config = station_of("pico_w")

        self.assertIsNone(bench.window(None))
        self.assertIsNotNone(bench.window(None, True))

    def test_what_provision_has_asked_for_happens_once_whatever_the_reset(self):
        bench = SetupBench(self, "esp32s3_devkit")
        bench.board.config = station_of("esp32s3_devkit")
        bench.board.reset_cause = 1
        label = {"network": "chargecore-2345", "password": "7777-7777-7777", "code": "2222-3333"}
        write_bytes(bench.label_path, json.dumps(dict(label, open=True)).encode())

        bench.window(None).close("test")

        self.assertEqual(bench.label(), label)
        self.assertIsNone(bench.window(None))

    def test_a_station_without_network_is_asked_for_one_only_if_it_has_a_label(self):
        for has_label, name, opens in (
            (False, "pico_w", False),
            (True, "pico_w", True),
            (True, "wt32_eth01", False),  # it has a cable
        ):
            with self.subTest(has_label=has_label, board=name):
                bench = SetupBench(self, name)
                station = station_of(name)
                del station["wifi"]
                bench.board.config = station
                if has_label:
                    label = {"network": "n", "password": "7777-7777-7777", "code": "2222-3333"}
                    write_bytes(bench.label_path, json.dumps(label).encode())

                self.assertEqual(bench.window(None) is not None, opens)

    def test_a_radio_that_does_not_take_the_key_is_switched_off(self):
        for name in _WITH_RADIO:
            for change in ("forgets", "failing", "address"):
                with self.subTest(board=name, change=change):
                    bench = SetupBench(self, name)
                    import network

                    radio = network.WLAN(network.AP_IF)
                    value = {"failing": ("config",), "address": ("0.0.0.0",)}.get(change, True)
                    setattr(radio, change, value)

                    self.assertIsNone(bench.window())

                    self.assertFalse(radio.is_on)

    def test_the_network_of_a_station_comes_back_when_there_is_no_page(self):
        class Link:
            restarts = 0

            def restart(self):
                self.restarts += 1

        bench = SetupBench(self)
        bench.pilot.level_uv = _CAR_UV
        bench.board.link = link = Link()

        self.assertIsNone(bench.window(None, True))

        self.assertEqual(bench.board.link, link)
        self.assertEqual(link.restarts, 1)


class WhatItDoesTest(unittest.TestCase):
    def test_writes_a_station_file_that_the_board_starts_with(self):
        bench = SetupBench(self)
        window = bench.window()
        page = bench.post(window, {"code": bench.label()["code"]})
        token = page.split(b'name="token" value="')[1].split(b'"')[0].decode()
        fields = {"token": token, "ssid": "yard", "password": "nine-lives", "act": "save"}
        fields.update({"url": "ws://10.0.0.5/ocpp", "id": "CP01"})

        page = bench.post(window, fields)

        self.assertTrue(b"Saved" in page)
        self.assertTrue(window.is_saved)
        station, trouble = read(bench.station_path)
        self.assertIsNone(trouble)
        self.assertEqual(station["wifi"], {"ssid": "yard", "password": "nine-lives"})
        self.assertEqual(station["max_current"], 16)
        bench.bench.chip.wait_us(4_000_000)
        self.assertFalse(window.poll(bench.board.ticks_ms()))
        self.assertEqual(bench.texts[-1], "set-up page: closed, saved")
        for text in bench.texts:
            self.assertFalse("nine-lives" in text)

    def test_a_car_that_is_plugged_closes_it_at_once(self):
        bench = SetupBench(self)
        window = bench.window()
        bench.pilot.level_uv = _CAR_UV

        bench.bench.chip.wait_us(50_000)

        self.assertFalse(window.poll(bench.board.ticks_ms()))
        self.assertFalse(bench.bench.chip.access_point.is_on)
        self.assertEqual(bench.texts[-1], "set-up page: closed, a car is plugged")
        bench.pilot.level_uv = _FREE_UV
        self.assertFalse(window.poll(bench.board.ticks_ms()))

    def test_closes_when_its_time_is_over(self):
        bench = SetupBench(self)
        window = bench.window()

        bench.bench.chip.wait_us(899_000_000)
        self.assertTrue(window.poll(bench.board.ticks_ms()))
        bench.bench.chip.wait_us(1_100_000)
        self.assertFalse(window.poll(bench.board.ticks_ms()))

        self.assertEqual(bench.texts[-1], "set-up page: closed, the time is over")

    def test_shows_the_networks_that_are_there(self):
        bench = SetupBench(self)
        import network

        from boards.shared.access_point import AccessPoint

        radio = AccessPoint(network.WLAN, network.STA_IF, network.AP_IF, {})
        bench.bench.chip.nics[-1].found = [
            (b"weak", b"", 1, -90, 4, False),
            (b"Depot", b"", 1, -70, 4, False),
            (b"Depot", b"", 6, -50, 4, False),
            (b"", b"", 1, -40, 4, True),
            (b"\xff\xfe", b"", 1, -40, 4, False),
            (b"a\nb", b"", 1, -40, 4, False),
            (b"open", b"", 1, -60, 0, False),
        ]

        self.assertEqual(
            radio.scan(), [("Depot", -50, False), ("open", -60, True), ("weak", -90, False)]
        )

    def test_nothing_of_it_stays_loaded(self):
        import sys

        bench = SetupBench(self)
        window = bench.window()
        self.assertTrue("chargecore.setup.page" in sys.modules)

        window.close("test")
        bench.board.close_setup()

        left = [name for name in sys.modules if name.startswith("chargecore.setup.")]
        self.assertEqual(left, [])


class ReadAnyTest(unittest.TestCase):
    def test_uses_what_can_be_used(self):
        path = new_folder(self) + "/station.json"
        cases = (
            (b"", {"connectors": [{}]}),
            (b"[1]", {"connectors": [{}]}),
            (b'{"id": "x"}', {"id": "x", "connectors": [{}]}),
            (b'{"connectors": [{"meter": "s0"}]}', {"connectors": [{"meter": "s0"}]}),
            (b'{"connectors": 5}', {"connectors": [{}]}),
            (b'{"id": "' + b"x" * 20_000 + b'"}', {"connectors": [{}]}),
        )
        for data, wanted in cases:
            with self.subTest(data=data[:20]):
                write_bytes(path, data)

                self.assertEqual(read_any(path), wanted)


if __name__ == "__main__":
    unittest.main()
