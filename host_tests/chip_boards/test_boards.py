"""Every board's own folder, from boot.py to a charge, on pins that remember."""

import sys
import unittest

import main as firmware

from chargecore.base.events import EV_BOOT, EV_RESET_REQUESTED
from chargecore.station.station import RESET_HARD
from fakes.board_bench import BOARDS, Bench


class BootTest(unittest.TestCase):
    def each(self):
        for name in BOARDS:
            with self.subTest(board=name):
                yield Bench(self, name)

    def test_boot_writes_every_output_once_and_what_holds_the_coil_first(self):
        for bench in self.each():
            bench.boot()

            outputs = bench.outputs()
            coils = [number for number in outputs if "COIL" in outputs[number][0]]
            written = [number for number, _level in bench.chip.pin_writes]
            self.assertEqual(sorted(written[: len(coils)]), sorted(coils))
            self.assertEqual(sorted(written), sorted(outputs))

    def test_boot_writes_nothing_but_safe_levels(self):
        for bench in self.each():
            bench.boot()

            for number, level in bench.chip.pin_writes:
                self.assertEqual(level, bench.outputs()[number][1], bench.outputs()[number][0])
                self.assertEqual(bench.chip.modes[number], 1)

    def test_boot_takes_back_a_coil_that_a_soft_reset_has_left_on(self):
        for bench in self.each():
            bench.chip.set_level(bench.pins.CONTACTOR_COIL[0], 1)

            bench.boot()

            self.assertEqual(bench.chip.pin_writes[0][1], 0)
            self.assertEqual(bench.chip.level(bench.pins.CONTACTOR_COIL[0]), 0)

    def test_no_output_leaves_its_safe_level_before_the_station_runs(self):
        for bench in self.each():
            bench.boot()
            bench.start()

            outputs = bench.outputs()
            for number, level in bench.chip.pin_writes:
                name, safe = outputs[number]
                wanted = (safe, 65_535) if name == "PILOT_PWM" else (safe,)
                self.assertTrue(level in wanted, name)

    def test_boards_whose_table_was_read_do_not_keep_its_texts(self):
        for bench in self.each():
            name = bench.pins.__name__
            bench.start()

            self.assertFalse(name in sys.modules)


def charge(world):
    """Let a session draw energy: the station core is asked directly, no server is there."""
    board = world.board
    if world.elapsed_ms == 500:
        world.plug()
    board.app.connectors[0].limit_ma = 16_000
    controller = board.app.controllers[0]
    controller.set_offer_ma(16_000)
    if world.elapsed_ms == 1_000:
        controller.lock_cable()
    controller.allow(True)


class RestartTest(unittest.TestCase):
    def test_the_log_of_a_boot_is_there_after_an_ordered_restart(self):
        bench = Bench(self, "esp32_devkit")
        board = bench.start()

        def ask(world):
            if world.elapsed_ms == 200:
                board.app.station.request_reset(RESET_HARD, board.ticks_ms())

        bench.world.on_pass = ask
        self.assertEqual(firmware.run(board), firmware.RESTART)

        board = bench.start()
        bench.chip.on_idle = None
        board.is_running = False
        firmware.run(board)

        events = board.app.events
        old = [events.field(number, 0) for number in range(events.oldest(), 0)]
        self.assertTrue(EV_BOOT in old and EV_RESET_REQUESTED in old, old)
        self.assertEqual(events.field(0, 0), EV_BOOT)


class SessionTest(unittest.TestCase):
    def charge_with(self, name, wrong=None):
        """Charge for some seconds. Return the bench. wrong: a signal at a spare pin."""
        bench = Bench(self, name)
        bench.boot()
        board = bench.start(wrong)

        def on_pass(world):
            charge(world)
            if world.elapsed_ms >= 6_000:
                board.is_running = False

        bench.world.on_pass = on_pass
        self.assertEqual(firmware.run(board), firmware.STOPPED)
        return bench

    def check_session(self, name):
        bench = self.charge_with(name)

        # Closed once, and opened behind the last pass, when main.run came to its end.
        self.assertEqual([level for _, level in bench.world.coil_history], [1])
        self.assertTrue(bench.world.coil_history[0][0] > 3_000)
        self.assertEqual(bench.world.plant.contactor.closings, 1)
        self.assertEqual(bench.chip.level(bench.pins.CONTACTOR_COIL[0]), 0)
        duty = bench.chip.pwms[bench.pins.PILOT_PWM[0]].duty
        self.assertTrue(17_400 < duty <= 17_476, duty)  # 16 A, not a step more
        self.assertTrue(bench.chip.wdts[0].feeds > 200)
        self.assertEqual(bench.chip.wdts[0].timeout_ms, 2_000)

    def test_a_wire_at_another_pin_than_the_table_says_is_a_car_that_does_not_charge(self):
        names = "CONTACTOR_FEEDBACK RCD_TRIP RCD_TEST EMERGENCY_STOP EARTH_PRESENT LOCK_MOTOR_A"
        names += " LOCK_FEEDBACK PILOT_SENSE PROXIMITY_SENSE TEMPERATURE_SENSE DEAD_MAN"
        for name in names.split():
            with self.subTest(signal=name):
                bench = self.charge_with("esp32_devkit", name)

                self.assertEqual(bench.world.plant.contactor.closings, 0)

    def test_charges_on_esp32_devkit(self):
        self.check_session("esp32_devkit")

    def test_charges_on_esp32s3_devkit(self):
        self.check_session("esp32s3_devkit")

    def test_charges_on_wt32_eth01(self):
        self.check_session("wt32_eth01")

    def test_charges_on_pico_w(self):
        self.check_session("pico_w")

    def test_charges_on_pico2_w(self):
        self.check_session("pico2_w")


if __name__ == "__main__":
    unittest.main()
