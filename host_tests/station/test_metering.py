"""When the meter is sampled, and with what context and time."""

import unittest

from chargecore.base.clock import QUALITY_CSMS
from chargecore.station.measurands import MASK_ENERGY
from chargecore.station.stop_reasons import STOP_LOCAL
from chargecore.store.records import (
    CONTEXT_SAMPLE_CLOCK,
    CONTEXT_SAMPLE_PERIODIC,
    CONTEXT_TRANSACTION_BEGIN,
    CONTEXT_TRANSACTION_END,
    METER_CONTEXT,
    METER_FLAG_DATA,
    METER_FLAG_SEND,
    METER_FLAGS,
    OFF_REGISTER_WH,
    OFF_TX,
    OFF_WALL_S,
    REC_METER,
)
from fakes.station_world import WALL_S, StationWorld


class TestMetering(unittest.TestCase):
    def setUp(self):
        self.world = StationWorld()
        self.config = self.world.config
        self.config.meter_value_sample_interval_s = 10
        self.world.run_ms(100)

    def samples(self):
        return [record for record in self.world.outbox.taken if record.u8(0) == REC_METER]

    def walls(self):
        return [record.i32(OFF_WALL_S) for record in self.samples()]

    def test_samples_on_the_grid_from_the_start(self):
        self.world.start()
        started_s = self.world.outbox.taken[0].i32(OFF_WALL_S)
        self.world.run_ms(35_000)

        self.assertEqual(self.walls(), [started_s + 10, started_s + 20, started_s + 30])
        for record in self.samples():
            self.assertEqual(record.u8(METER_CONTEXT), CONTEXT_SAMPLE_PERIODIC)
            self.assertEqual(record.u8(METER_FLAGS), METER_FLAG_SEND)
            self.assertEqual(record.u32(OFF_TX), 1)

    def test_keeps_the_grid_when_the_seconds_of_uptime_and_wall_do_not_begin_together(self):
        for part_ms in (0, 250, 500, 750):
            for begin_ms in (0, 300, 700, 950):
                world = StationWorld()
                world.clock.set_wall(WALL_S, part_ms, QUALITY_CSMS)
                world.config.meter_value_sample_interval_s = 10
                world.run_ms(1_000 + begin_ms)
                world.start()
                started_s = world.outbox.taken[0].i32(OFF_WALL_S)

                world.run_ms(10_050)

                walls = [record.i32(OFF_WALL_S) for record in world.outbox.taken[1:]]
                self.assertEqual(walls, [started_s + 10])

    def test_takes_no_samples_without_a_transaction(self):
        self.world.run_ms(35_000)

        self.assertEqual(self.samples(), [])

    def test_takes_no_samples_when_the_interval_is_zero(self):
        self.config.meter_value_sample_interval_s = 0
        self.world.start()
        self.world.run_ms(35_000)

        self.assertEqual(self.samples(), [])

    def test_follows_a_new_interval_on_its_own_grid(self):
        self.world.start()
        started_s = self.world.outbox.taken[0].i32(OFF_WALL_S)
        self.world.run_ms(12_000)
        self.config.meter_value_sample_interval_s = 7
        self.world.run_ms(10_000)

        self.assertEqual(self.walls(), [started_s + 10, started_s + 14, started_s + 21])

    def test_leaves_a_gap_and_no_burst_after_a_stall(self):
        self.world.start()
        self.world.time.advance_ms(45_000)
        self.world.run_ms(1_000)

        self.assertEqual(len(self.samples()), 1)

    def test_aligns_to_the_wall_clock(self):
        self.config.meter_value_sample_interval_s = 0
        self.config.clock_aligned_data_interval_s = 20
        self.world.start()
        self.world.run_ms(45_000)

        walls = self.walls()
        self.assertEqual(len(walls), 2)
        for wall_s in walls:
            self.assertEqual(wall_s % 20, 0)
        self.assertEqual(self.samples()[0].u8(METER_CONTEXT), CONTEXT_SAMPLE_CLOCK)

    def test_sends_aligned_values_without_a_transaction_only_online(self):
        self.config.clock_aligned_data_interval_s = 10
        self.world.run_ms(15_000)
        self.assertEqual([record.u32(OFF_TX) for record in self.samples()], [0])

        self.world.link.is_online = False
        self.world.run_ms(30_000)

        self.assertEqual(len(self.samples()), 1)

    def test_takes_no_aligned_value_twice_when_the_clock_is_set_back_a_little(self):
        self.config.clock_aligned_data_interval_s = 10
        self.world.run_ms(12_000)
        walls = self.walls()
        self.assertEqual(len(walls), 1)

        self.world.clock.set_wall(walls[0] - 3, 0, QUALITY_CSMS)
        self.world.run_ms(15_000)

        self.assertEqual(self.walls(), [walls[0], walls[0] + 10])

    def test_keeps_begin_and_end_for_transaction_data(self):
        self.config.meter_value_sample_interval_s = 0
        self.config.stop_sampled_mask = MASK_ENERGY
        self.world.start()
        self.world.meter.import_wh = 1_700
        self.world.connector.stop(STOP_LOCAL, None)
        self.world.controller.rest()
        self.world.run_ms(200)

        begin, end = self.samples()
        self.assertEqual(begin.u8(METER_CONTEXT), CONTEXT_TRANSACTION_BEGIN)
        self.assertEqual(end.u8(METER_CONTEXT), CONTEXT_TRANSACTION_END)
        self.assertEqual(begin.u8(METER_FLAGS), METER_FLAG_DATA)
        self.assertEqual(begin.u32(OFF_REGISTER_WH), 1_000)
        self.assertEqual(end.u32(OFF_REGISTER_WH), 1_700)

    def test_waits_for_the_clock_before_it_aligns(self):
        world = StationWorld()
        world.clock.offset_s = -1
        world.config.clock_aligned_data_interval_s = 5
        world.run_ms(12_000)

        self.assertEqual(world.outbox.taken, [])


if __name__ == "__main__":
    unittest.main()
