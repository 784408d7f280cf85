"""The orders of the bench: what they measure, and that none of them closes a contactor."""

import unittest

from chargecore.safety.reasons import (
    OPEN_BENCH,
    OPEN_EV_REQUEST,
    OPEN_LOOP_GAP,
    OPEN_RCD,
    OPEN_STOP_TIMEOUT,
)
from fakes.bench_rig import BenchRig

_MODES = ("auto", "x1", "f", "pwm")


class ContactorOnTheBenchTest(unittest.TestCase):
    def setUp(self):
        self.rig = BenchRig()

    def test_closes_for_a_car_in_c_and_who_asks(self):
        self.assertTrue(self.rig.close())

        seen = self.rig.seen()

        self.assertEqual((seen["driven"], seen["feedback"], seen["permitted"]), (1, 1, True))
        self.assertEqual(seen["pilot_state"], "C")

    def test_stays_open_in_every_mode_when_nobody_asks(self):
        for mode in _MODES:
            with self.subTest(mode=mode):
                self.rig.run_ms(3_500)
                self.rig.ev("C")
                self.rig.ask("lock")
                self.assertTrue(self.rig.ask("pilot", mode=mode, ma=16_000)["ok"])

                self.rig.run_ms(8_000)

                self.assertEqual(self.rig.contactor.closings, 0)

    def test_asking_does_not_close_while_the_pilot_is_driven_by_hand(self):
        rig = self.rig
        rig.run_ms(3_500)
        rig.ev("C")
        rig.ask("lock")
        rig.ask("pilot", mode="auto")
        rig.ask("permit", ms=10_000)
        rig.ask("pilot", mode="pwm", ma=16_000)

        refused = rig.ask("permit", ms=10_000)
        rig.run_ms(9_000)

        self.assertFalse(refused["ok"])
        self.assertEqual(rig.contactor.closings, 0)

    def test_opens_by_itself_when_nobody_asks_any_more(self):
        self.rig.close()
        self.rig.ask("permit", ms=1_000)

        self.rig.run_ms(980)
        was_closed = self.rig.contactor.is_closed
        self.rig.run_ms(60)

        self.assertTrue(was_closed)
        self.assertFalse(self.rig.contactor.is_closed)
        self.assertEqual(self.rig.contactor.reason, OPEN_BENCH)
        self.assertFalse(self.rig.seen()["permitted"])

    def test_opens_at_once_when_told(self):
        self.rig.close()

        self.rig.ask("open")

        self.assertEqual(self.rig.hw.coil_pin.level, 0)
        self.assertEqual(self.rig.contactor.reason, OPEN_BENCH)

    def test_a_danger_opens_whatever_was_asked(self):
        self.rig.close()
        self.rig.ask("permit", ms=10_000)
        self.rig.plant.rcd.has_residual = True

        self.rig.run_ms(60)

        self.assertFalse(self.rig.contactor.is_closed)
        self.assertEqual(self.rig.contactor.reason, OPEN_RCD)

    def test_opens_when_the_car_lets_go(self):
        self.rig.close()
        self.rig.ask("permit", ms=10_000)
        self.rig.ev("B")

        self.rig.run_ms(80)

        self.assertEqual(self.rig.contactor.reason, OPEN_EV_REQUEST)

    def test_ends_as_a_session_ends(self):
        self.rig.close()
        began = self.rig.ask("end")

        self.rig.run_ms(5_900)
        was_closed = self.rig.contactor.is_closed
        self.rig.run_ms(300)

        seen = self.rig.seen()
        took_ms = (seen["opened_at_ms"] - began["at_ms"]) & 0x3FFFFFFF
        self.assertTrue(was_closed)
        self.assertTrue(6_000 <= took_ms <= 6_100, took_ms)
        self.assertEqual(self.rig.contactor.reason, OPEN_STOP_TIMEOUT)

    def test_hardware_drops_it_while_the_firmware_stands_still(self):
        self.rig.close()

        stood = self.rig.ask("stall", ms=500)

        self.assertTrue(stood["dropped"])
        self.assertTrue(stood["dropped_after_ms"] <= 200, stood)
        self.rig.run_ms(20)
        self.assertEqual(self.rig.contactor.reason, OPEN_LOOP_GAP)

    def test_a_bridged_one_shot_is_seen_and_r13_opens(self):
        self.rig.close()
        self.rig.switch.set("dead_man_stuck", True, 0)

        stood = self.rig.ask("stall", ms=500)
        self.rig.run_ms(20)

        self.assertFalse(stood["dropped"])
        self.assertFalse(self.rig.contactor.is_closed)

    def test_does_not_stand_still_with_an_open_contactor(self):
        self.assertFalse(self.rig.ask("stall", ms=500)["ok"])

    def test_the_pilot_is_not_taken_from_a_closed_contactor(self):
        self.rig.close()
        for mode in _MODES:
            self.assertFalse(self.rig.ask("pilot", mode=mode, ma=16_000)["ok"])
        self.assertTrue(self.rig.contactor.is_closed)


class MeasuringTest(unittest.TestCase):
    def setUp(self):
        self.rig = BenchRig()
        self.rig.run_ms(1_000)

    def test_drives_both_rails_and_any_offer(self):
        for mode, ma, high_mv, low_mv in (
            ("x1", 0, 12_000, 12_000),
            ("f", 0, -12_000, -12_000),
            ("x1", 0, 12_000, 12_000),
            ("pwm", 32_000, 12_000, -12_000),
        ):
            self.rig.ask("pilot", mode=mode, ma=ma)
            self.rig.run_ms(4_000)

            seen = self.rig.seen()

            self.assertEqual((seen["pilot_high_mv"], seen["pilot_low_mv"]), (high_mv, low_mv))
            self.assertEqual(seen["offered_ma"], ma)

    def test_tells_what_was_seen_since_the_mark(self):
        self.rig.ask("pilot", mode="pwm", ma=16_000)
        self.rig.ev("B")
        self.rig.run_ms(5_000)
        self.rig.ask("mark")
        self.rig.run_ms(1_000)
        steady = self.rig.seen()
        self.rig.ev("C")
        self.rig.run_ms(1_000)

        seen = self.rig.seen()

        self.assertEqual((steady["states"], seen["states"]), ("B", "BC"))
        self.assertTrue(seen["high_min_mv"] < 6_100 and seen["high_max_mv"] > 8_900)

    def test_times_the_contactor_and_the_monitor(self):
        seen = self.rig.seen()
        self.assertTrue(0 <= seen["rcd_trip_ms"] <= 50, seen["rcd_trip_ms"])
        self.assertTrue(0 <= seen["rcd_release_ms"] <= 200, seen["rcd_release_ms"])

        self.rig.ask("mark")
        self.rig.close()
        self.rig.ask("open")
        self.rig.run_ms(100)

        seen = self.rig.seen()
        self.assertEqual((seen["feedback_closings"], seen["feedback_openings"]), (1, 1))
        self.assertTrue(15 <= seen["close_max_ms"] <= 30, seen["close_max_ms"])
        self.assertTrue(10 <= seen["open_max_ms"] <= 25, seen["open_max_ms"])

    def test_reads_the_cable_as_ohm_and_rating(self):
        self.rig.switch.set("pp_ohm", True, 680)
        self.rig.ev("B")
        self.rig.run_ms(500)

        seen = self.rig.seen()

        self.assertTrue(abs(seen["pp_ohm"] - 680) < 5, seen["pp_ohm"])
        self.assertEqual(seen["cable_ma"], 20_000)

    def test_a_tethered_board_has_no_lock_and_no_contact(self):
        rig = BenchRig("tethered")
        rig.run_ms(500)

        fitted, seen = rig.ask("hello")["fitted"], rig.seen()

        self.assertFalse(fitted["lock"] or fitted["pp"])
        self.assertIsNone(seen["pp_mv"])
        self.assertIsNone(seen["lock_feedback"])

    def test_calibrates_with_nothing_plugged_only(self):
        points = [[11_800, 12_000], [-12_100, -12_000], [8_800, 8_980]]
        self.rig.ev("B")
        self.rig.run_ms(500)
        busy = self.rig.ask("calibrate", points=points)["code"]
        self.rig.ev("A")
        self.rig.run_ms(1_000)

        kept = self.rig.ask("calibrate", points=points)

        self.assertTrue(busy != 0)
        self.assertEqual(kept["code"], 0)
        self.assertEqual(len(self.rig.pair.image), 8)

    def test_reads_a_card_once_and_shows_colours(self):
        self.rig.reader_bus.swipe(b"04AABB", 1)
        self.rig.run_ms(200)
        self.assertEqual(self.rig.seen()["card"], "04AABB")
        self.rig.ask("mark")
        self.assertEqual(self.rig.seen()["card"], "")

        self.rig.ask("lamp", colour=[0, 255, 0])

        self.assertEqual(list(self.rig.hw.lamp_bus.colour), [0, 255, 0])


class BadRequestsTest(unittest.TestCase):
    def test_refuses_what_makes_no_sense_and_goes_on(self):
        rig = BenchRig()
        rig.run_ms(500)
        rows = (
            None,
            5,
            "measure",
            [],
            {},
            {"op": None},
            {"op": "close"},
            {"op": ["measure"]},
            {"op": "pilot"},
            {"op": "pilot", "mode": 3},
            {"op": "pilot", "mode": ["x1"]},
            {"op": "pilot", "mode": "pwm"},
            {"op": "pilot", "mode": "pwm", "ma": "16"},
            {"op": "pilot", "mode": "pwm", "ma": 81_000},
            {"op": "permit"},
            {"op": "permit", "ms": 0},
            {"op": "permit", "ms": 10_001},
            {"op": "permit", "ms": 1.5},
            {"op": "stall", "ms": 501},
            {"op": "offer", "ma": 5_999},
            {"op": "offer"},
            {"op": "lamp", "colour": [1, 2]},
            {"op": "lamp", "colour": [1, 2, 256]},
            {"op": "calibrate", "points": [[1, 2]]},
            {"op": "calibrate", "points": [[1, "2"], [1, 2], [1, 2]]},
        )
        for row in rows:
            answer = rig.bench.answer(row)
            self.assertFalse(answer["ok"], row)
            self.assertTrue(len(answer["error"]) < 200)
        self.assertFalse(rig.bench.answer({"op": "measure"}, 2)["ok"])
        self.assertTrue(rig.seen()["ok"])
        self.assertEqual(rig.contactor.closings, 0)


if __name__ == "__main__":
    unittest.main()
