"""station.recovery with the heap locked: two sessions cut, a silent meter, flash that refuses."""

import unittest

from chargecore.station.measurands import MASK_ENERGY
from fakes.ram_flash import RamFlash
from fakes.recovery_world import RecoveryWorld
from heap import locked

COVERS = (
    "chargecore.station.recorder.Recorder.last_register",
    "chargecore.station.recovery.Recovery.step",
    "chargecore.station.recovery.Recovery._end",
    "chargecore.station.recovery.Recovery._write",
    "chargecore.station.recovery.Recovery._raise_meter",
    "chargecore.station.recovery.Recovery._has",
    "chargecore.station.recovery.Recovery._register_wh",
    "chargecore.station.recovery.Recovery._hold",
)


class TestHeapOfRecovery(unittest.TestCase):
    def test_ends_the_sessions_that_were_cut(self):
        flash = RamFlash(6, 1_024)
        world = RecoveryWorld(flash)
        world.config.stop_sampled_mask = MASK_ENERGY
        world.charge(1)
        world.charge(2)
        world.boot()
        world.meters[0].import_wh = None
        flash.is_refusing = True
        with locked():
            world.run_ms(1_000)
            flash.is_refusing = False
            left_before = world.recovery.left
            world.run_ms(16_000)

        self.assertEqual((left_before, world.recovery.left), (2, 0))
        self.assertEqual(world.outbox.find_open(0), -6)


if __name__ == "__main__":
    unittest.main()
