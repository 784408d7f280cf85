"""CoilDrive with the heap locked: pull in, hold, boost, off."""

import unittest

from chargecore.safety.coil_drive import CoilDrive
from fakes.clock import FakeClock
from fakes.coil_pwm import CoilPwm
from heap import locked

COVERS = (
    "chargecore.safety.coil_drive.CoilDrive.value",
    "chargecore.safety.coil_drive.CoilDrive.step",
)


class TestHeapOfCoilDrive(unittest.TestCase):
    def test_coil(self):
        clock = FakeClock()
        drive = CoilDrive(CoilPwm(clock, 0))
        with locked():
            for _ in range(50):
                drive.value(1)
                for n in range(20):
                    drive.step(clock.advance_ms(20), n != 15)
                drive.value(0)
            is_on = drive.value()

        self.assertEqual((is_on, drive.boosts), (0, 50))
