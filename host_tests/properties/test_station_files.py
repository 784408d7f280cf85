"""Any field of station.json with anything in it: it runs, or the console is told why not."""

import unittest

import main as firmware

from chargecore.base.start import start
from fakes.board_bench import Bench
from fakes.chip import ResetNow

_VALUES = (None, True, 5, -1, 1 << 40, 0.5, "", "x", "a" * 600, [], [1], {}, {"a": 1}, ["Core", 5])
_FIELDS = "id csms_url vendor model serial firmware_version meter_type cable max_current phases"
_FIELDS += " wake_up fault_pilot_f supervisor profiles security verify_csms_host auth_key settings"
_FIELDS += " csms_root_ca manufacturer_root_ca client_certificate client_key wifi console reader"
_FIELDS += " lamp lamp_leds"
_ROW_FIELDS = "meter meter_address meter_baud pulses_per_kwh phases unknown"


class BadStationFileTest(unittest.TestCase):
    def start(self, change):
        """Start a pico_w whose station file was changed. Return the texts on its console."""
        bench = Bench(self, "pico_w")
        change(bench.station)
        texts = []
        made = []

        def make():
            board = bench.make()
            board.say = texts.append
            made.append(board)
            return board

        def idle():
            bench.chip.wait_us(500_000)
            if made[0].app is not None:
                made[0].is_running = False

        bench.chip.on_idle = idle
        with self.assertRaises(ResetNow):
            start(make, firmware.run)
        self.assertEqual(bench.chip.level(bench.pins.CONTACTOR_COIL[0]), 0)
        return made[0], texts

    def check(self, change):
        board, texts = self.start(change)
        if board.app is None:
            self.assertTrue(len(texts) > 0)
        for text in texts:
            self.assertFalse("twelve-signs" in text, text)
            self.assertFalse(" with a " in text, text)  # not by an exception that says nothing

    def test_fields_of_the_station(self):
        for field in _FIELDS.split():
            for value in _VALUES:
                with self.subTest(field=field, value=str(value)[:20]):
                    self.check(lambda station, f=field, v=value: station.update({f: v}))

    def test_fields_of_the_connector(self):
        for field in _ROW_FIELDS.split():
            for value in _VALUES:
                with self.subTest(field=field, value=str(value)[:20]):
                    self.check(
                        lambda station, f=field, v=value: station["connectors"][0].update({f: v})
                    )


if __name__ == "__main__":
    unittest.main()
