"""Calibration of the pilot's ADC: computed, refused, kept, and lost. evse-hardware.md §1.4."""

import unittest

from chargecore.base.codes import E_BUSY, E_IO, E_RANGE, OK
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_CALIBRATION_LOST
from chargecore.evse import calibration_file
from chargecore.evse.calibration import calibrate, line_of
from chargecore.evse.pilot_sense import CENTRE_UV, GAIN_UV_PER_V, PilotSense
from fakes.clock import FakeClock
from fakes.evse_rig import EvseRig
from fakes.storage import FakeStorage

_DMM_MV = (12_050, -11_930, 8_960)


def seen(dmm_mv, gain_percent=100, off_mv=0):
    """Return what an uncalibrated station shows of a level when its divider is off like that."""
    return dmm_mv * gain_percent // 100 + off_mv


def points(gain_percent=100, off_mv=0, third_off_mv=0):
    rows = [(seen(mv, gain_percent, off_mv), mv) for mv in _DMM_MV]
    rows[2] = (rows[2][0] + third_off_mv, rows[2][1])
    return tuple(rows)


class LineTest(unittest.TestCase):
    def test_is_the_nominal_one_when_everything_fits(self):
        centre_uv, gain = line_of(points())

        self.assertTrue(abs(centre_uv - CENTRE_UV) <= 100)
        self.assertTrue(abs(gain - GAIN_UV_PER_V) <= 10)

    def test_makes_every_level_right(self):
        for gain_percent in (96, 98, 100, 103, 105):
            for off_mv in (-400, 0, 250):
                with self.subTest((gain_percent, off_mv)):
                    centre_uv, gain = line_of(points(gain_percent, off_mv))
                    for mv in (12_000, 9_000, 6_000, 2_900, 0, -12_000):
                        uv = CENTRE_UV + seen(mv, gain_percent, off_mv) * 88
                        found_mv = (uv - centre_uv) * 1_000 // gain
                        self.assertTrue(abs(found_mv - mv) <= 5, (mv, found_mv))

    def test_refuses_a_gain_that_is_off_by_more_than_5_percent(self):
        for gain_percent in (94, 106, 120, 50):
            self.assertIsNone(line_of(points(gain_percent)))

    def test_refuses_a_third_point_off_the_line(self):
        self.assertTrue(line_of(points(third_off_mv=140)) is not None)
        self.assertIsNone(line_of(points(third_off_mv=160)))
        self.assertIsNone(line_of(points(third_off_mv=-160)))

    def test_refuses_what_nobody_can_have_measured(self):
        good = points()
        for idx, row in (
            (0, (12_000, 10_000)),
            (0, (12_000, 14_000)),
            (1, (-12_000, 12_000)),
            (2, (9_000, 6_000)),
            (0, (20_000, 12_000)),
            (1, (12_000, -12_000)),
        ):
            rows = list(good)
            rows[idx] = row
            with self.subTest((idx, row)):
                self.assertIsNone(line_of(rows))
        self.assertIsNone(line_of(good[:2]))
        self.assertIsNone(line_of(()))
        self.assertIsNone(line_of(points(off_mv=700)))

    def test_starts_from_what_is_in_use(self):
        first = line_of(points(104, 200))
        again = line_of(points(), *first)  # calibrated already: what is seen is right

        self.assertTrue(abs(again[0] - first[0]) <= 200)
        self.assertTrue(abs(again[1] - first[1]) <= 10)


class CalibrateTest(unittest.TestCase):
    def setUp(self):
        self.rig = EvseRig()
        self.rig.run_ms(500)
        self.controller = self.rig.controller
        self.pair = FakeStorage()

    def check_unchanged(self):
        sense = self.controller.sense
        self.assertEqual((sense.centre_uv, sense.gain_uv_per_v), (CENTRE_UV, GAIN_UV_PER_V))
        self.assertEqual(self.pair.images, [])

    def test_takes_effect_at_once_and_is_kept(self):
        self.assertEqual(calibrate(self.controller, points(104, 100), self.pair), OK)

        self.rig.run_ms(20)
        high_mv = self.controller.sense.high_mv
        self.assertTrue(abs(high_mv - (12_000 - 100) * 100 // 104) <= 5, high_mv)
        self.assertEqual(len(self.pair.images), 1)

    def test_is_refused_while_a_car_is_there(self):
        self.rig.ev("B")
        self.rig.run_ms(100)

        self.assertEqual(calibrate(self.controller, points(104), self.pair), E_BUSY)
        self.check_unchanged()

    def test_is_refused_while_the_contactor_is_closed(self):
        self.rig.charge()
        self.controller.is_plugged = False

        self.assertEqual(calibrate(self.controller, points(104), self.pair), E_BUSY)
        self.check_unchanged()

    def test_is_refused_before_the_pilot_was_seen(self):
        rig = EvseRig()
        self.assertEqual(calibrate(rig.controller, points(104), self.pair), E_BUSY)

    def test_is_refused_when_it_is_not_plausible(self):
        self.assertEqual(calibrate(self.controller, points(110), self.pair), E_RANGE)
        self.check_unchanged()

    def test_changes_nothing_when_it_cannot_be_kept(self):
        self.pair.is_broken = True

        self.assertEqual(calibrate(self.controller, points(104), self.pair), E_IO)
        self.check_unchanged()


class KeptTest(unittest.TestCase):
    def setUp(self):
        self.pair = FakeStorage()
        self.events = EventLog(FakeClock(), 8)

    def load(self):
        """Return (centre, gain) after a boot, and the b of the event, None without one."""
        sense = PilotSense(EvseRig().hw.pilot_adc)
        before = self.events.total
        calibration_file.load(sense, self.pair, self.events, 1)
        told = None
        for number in range(before, self.events.total):
            self.assertEqual(self.events.field(number, 0), EV_CALIBRATION_LOST)
            told = self.events.field(number, 2)
        return (sense.centre_uv, sense.gain_uv_per_v, told)

    def test_is_nominal_and_quiet_when_nothing_was_ever_kept(self):
        self.assertEqual(self.load(), (CENTRE_UV, GAIN_UV_PER_V, None))

    def test_comes_back_after_a_boot(self):
        calibration_file.save(self.pair, 1_290_000, 90_000)

        self.assertEqual(self.load(), (1_290_000, 90_000, None))

    def test_is_nominal_and_told_when_it_is_damaged(self):
        for image in (b"\x00" * 8, b"\xff" * 8, b"abc"):
            self.pair.images = [image]
            self.assertEqual(self.load(), (CENTRE_UV, GAIN_UV_PER_V, 0))

    def test_is_the_one_before_and_told_when_the_newest_is_damaged(self):
        calibration_file.save(self.pair, 1_290_000, 90_000)
        self.pair.is_old = True

        self.assertEqual(self.load(), (1_290_000, 90_000, 1))
