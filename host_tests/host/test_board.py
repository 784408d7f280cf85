"""The host board as main.run and the control commands see it, without any firmware running."""

import os
import random
import unittest

from boards.host.board import POWER_CUT, POWER_ON, Board
from boards.host.commands import Commands
from boards.host.control_fields import Refusal


class BoardTest(unittest.TestCase):
    def setUp(self):
        self.state = "/tmp/chargecore_board_{}".format(random.getrandbits(30))
        os.mkdir(self.state)
        self.addCleanup(self.remove)
        self.board = Board(
            {
                "station": {"phases": 3, "connectors": [{}, {"phases": 1}]},
                "state": self.state,
                "speed_permille": 1_000,
                "dns_servers": [],
            }
        )
        self.commands = Commands(self.board)

    def remove(self):
        self.board.close()
        os.rmdir(self.state + "/flash")
        for name in os.listdir(self.state):
            os.remove(self.state + "/" + name)
        os.rmdir(self.state)

    def refusal_of(self, **request):
        try:
            self.commands.run(request)
        except Refusal as refusal:
            return str(refusal)
        return "taken"

    def pass_ms(self, ms):
        for _ in range(ms // 10):
            self.board.pass_time(10)

    def test_has_every_name_the_firmware_asks_for(self):
        names = (
            "pilot_pwm",
            "pilot_adc",
            "coil_pin",
            "feedback_pin",
            "rcd_pin",
            "rcd_test_pin",
            "lock_a_pin",
            "lock_b_pin",
            "lock_feedback_pin",
            "estop_pin",
            "aux_fault",
            "meter_bus",
            "lamp_bus",
            "pp_adc",
            "pe_pin",
            "temp_adc",
            "stage_adc",
        )
        self.assertEqual(len(self.board.connectors), 2)
        for hw in self.board.connectors:
            for name in names:
                self.assertIsNotNone(getattr(hw, name))
        for name in (
            "ticks_ms",
            "sockets",
            "random_bits",
            "flash_root",
            "reader_bus",
            "dead_man_pin",
            "watchdog",
            "link",
            "reset_cause",
        ):
            self.assertIsNotNone(getattr(self.board, name))

    def test_wires_as_many_phases_as_the_connector_has(self):
        voltages = [self.board.plants[1].meter.read_register(n) for n in range(3)]

        self.assertEqual(voltages, [2_300, 0, 0])

    def test_lets_time_pass_in_idle(self):
        before_ms = self.board.ticks_ms()

        for _ in range(5):
            self.board.idle()

        self.assertNotEqual(self.board.ticks_ms(), before_ms)

    def test_lets_time_run_at_another_speed(self):
        self.commands.run({"cmd": "speed", "factor": 0.01})
        self.board.idle()
        before_ms = self.board.clock.elapsed_ms
        for _ in range(10):  # at least 20 ms of real time
            self.board.idle()
        slow_ms = self.board.clock.elapsed_ms - before_ms

        self.commands.run({"cmd": "speed", "factor": 100})
        for _ in range(10):
            self.board.idle()

        self.assertLessEqual(slow_ms, 10)
        self.assertGreaterEqual(self.board.clock.elapsed_ms - before_ms - slow_ms, 50)

    def test_holds_up_one_pass_when_the_loop_is_blocked(self):
        self.board.block_loop(3_000)
        before_ms = self.board.clock.elapsed_ms

        self.board.idle()

        self.assertGreaterEqual(self.board.clock.elapsed_ms, before_ms + 3_000)

    def test_drops_every_output_and_stops_the_firmware_when_power_is_cut(self):
        hw = self.board.connectors[0]
        hw.coil_pin.on()
        hw.pilot_pwm.duty_u16(65_535)

        self.commands.run({"cmd": "power_cycle"})

        self.assertEqual(self.board.power, POWER_CUT)
        self.assertFalse(self.board.is_running)
        self.assertEqual(hw.coil_pin.value(), 0)
        self.assertEqual(hw.pilot_pwm.duty, 0)

    def test_keeps_the_car_plugged_over_a_power_cycle(self):
        self.commands.run({"cmd": "plug", "connector": 2, "auto": True})
        self.commands.run({"cmd": "power_cycle"})
        self.pass_ms(1_000)

        self.board.begin_boot()

        self.assertEqual(self.board.power, POWER_ON)
        self.assertEqual(self.board.plants[1].car.state, "B")
        self.assertEqual(self.board.uptime_ms, 0)

    def test_acts_on_the_connector_that_was_named(self):
        self.commands.run({"cmd": "plug", "connector": 2, "amps": 10, "phases": 1})
        self.commands.run({"cmd": "ev", "connector": 2, "state": "C"})
        self.commands.run({"cmd": "ev_current", "connector": 2, "amps": 12.5})
        self.commands.run({"cmd": "rcd", "connector": 2, "trip": True})
        self.commands.run({"cmd": "weld", "connector": 2, "active": True})
        self.commands.run({"cmd": "lock", "connector": 2, "jam": True})
        self.commands.run({"cmd": "fault", "connector": 2, "kind": "OtherError"})
        self.pass_ms(50)

        first, second = self.board.plants
        self.assertEqual(second.car.state, "C")
        self.assertEqual(second.car.max_ma, 12_500)
        self.assertTrue(second.rcd.is_tripped and second.contactor.is_closed)
        self.assertTrue(second.lock.is_jammed)
        self.assertEqual(first.car.state, "A")
        self.assertFalse(first.rcd.is_tripped or first.contactor.is_closed or first.lock.is_jammed)
        self.assertEqual(self.board.connectors[0].aux_fault.code, 0)

    def test_refuses_what_it_cannot_do_and_names_the_field(self):
        rows = (
            ({"cmd": "nonsense"}, "'cmd'"),
            ({"cmd": 5}, "'cmd'"),
            ({}, "'cmd'"),
            ({"cmd": "plug"}, "'connector'"),
            ({"cmd": "plug", "connector": 3}, "'connector'"),
            ({"cmd": "ev", "connector": 1, "state": "X"}, "'state'"),
            ({"cmd": "rcd", "connector": 1}, "'trip'"),
            ({"cmd": "network", "up": "yes"}, "'up'"),
            ({"cmd": "fault", "connector": 1, "kind": "NoError"}, "'kind'"),
            ({"cmd": "fault", "connector": 1, "kind": "pp_ohm"}, "'ohm'"),
            ({"cmd": "fault", "connector": 1, "kind": "pp_ohm", "ohm": -1}, "'ohm'"),
            ({"cmd": "fault", "connector": 1, "kind": "rcd_slow"}, "'ms'"),
            ({"cmd": "ev", "connector": 1, "state": "C", "ohm": 49}, "'ohm'"),
            ({"cmd": "ev", "connector": 1, "state": "C", "ohm": 600.5}, "'ohm'"),
            ({"cmd": "ev", "connector": 1, "state": "E", "ohm": 600}, "'ohm'"),
            ({"cmd": "ev", "connector": 1, "state": "B", "ms": 200}, "'ms'"),
            ({"cmd": "ev", "connector": 1, "state": "B", "ms": -1}, "'ms'"),
            ({"cmd": "fault", "connector": 1, "kind": "cp_noise"}, "'mv'"),
            ({"cmd": "fault", "connector": 1, "kind": "rail_plus", "mv": -1}, "'mv'"),
            ({"cmd": "status", "connector": 1}, "'connector'"),
            ({"cmd": "speed"}, "'factor'"),
            ({"cmd": "speed", "factor": 0}, "'factor'"),
            ({"cmd": "speed", "factor": "20"}, "'factor'"),
            ({"cmd": "data_transfer", "vendor_id": "x"}, "restarting"),
            ({"cmd": "swipe", "id_tag": "x"}, "restarting"),
            ({"cmd": "security_event", "type": "x"}, "restarting"),
        )
        for request, text in rows:
            with self.subTest(str(request)):
                self.assertIn(text, self.refusal_of(**request))

    def test_refuses_a_fault_of_the_socket_when_the_cable_is_tethered(self):
        self.board.config["cable"] = "tethered"
        self.board._add_connector(2, {})
        commands = Commands(self.board)

        for kind in ("pp_open", "pp_short", "pp_ohm"):
            with self.assertRaises(Refusal):
                commands.run({"cmd": "fault", "connector": 3, "kind": kind, "ohm": 220})
        self.assertEqual(commands.run({"cmd": "fault", "connector": 3, "kind": "pe_lost"}), {})

    def test_leaves_the_car_alone_when_the_resistor_does_not_fit(self):
        self.assertIn("'ohm'", self.refusal_of(cmd="ev", connector=1, state="A", ohm=600))

        car = self.board.plants[0].car
        self.assertEqual((car.state, car.is_plugged, car.ohm), ("A", False, 0))

    def test_tells_when_somebody_laid_hands_on_the_connector(self):
        self.pass_ms(100)
        self.board.begin_boot()
        self.commands.run({"cmd": "fault", "connector": 2, "kind": "diode_short"})
        self.pass_ms(40)
        self.commands.run({"cmd": "status"})

        rows = self.commands.run({"cmd": "status"})["connectors"]

        self.assertIsNone(rows[0]["fault_at_ms"])
        self.assertEqual(rows[1]["fault_at_ms"], 0)
        self.pass_ms(10)
        self.commands.run({"cmd": "ev", "connector": 2, "state": "C", "ohm": 612})
        self.assertEqual(self.commands.run({"cmd": "status"})["connectors"][1]["fault_at_ms"], 50)
        self.board.begin_boot()
        self.assertEqual(self.commands.run({"cmd": "status"})["connectors"][1]["fault_at_ms"], 0)

    def test_refuses_what_is_not_an_object(self):
        for request in ([], 5, None, "status"):
            with self.assertRaises(Refusal):
                self.commands.run(request)

    def test_reports_the_plant_while_no_firmware_runs(self):
        status = self.commands.run({"cmd": "status"})

        self.assertEqual(len(status["connectors"]), 2)
        self.assertEqual(status["connectors"][1]["connector"], 2)
        self.assertEqual(status["connectors"][0]["contactor"], "open")
        self.assertEqual(status["connectors"][0]["register_wh"], 0)
        self.assertFalse(status["station"]["connected"])
        self.assertIsNone(status["station"]["clock"])
