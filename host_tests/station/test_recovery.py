"""What becomes of a session that ran when the supply was cut. Time starts before the tick wrap."""

import unittest

from chargecore.station.measurands import MASK_ENERGY
from chargecore.station.stop_reasons import (
    STOP_HARD_RESET,
    STOP_LOCAL,
    STOP_POWER_LOSS,
    STOP_REBOOT,
    STOP_SOFT_RESET,
)
from chargecore.store import records
from chargecore.store.records import REC_METER, REC_START, REC_STOP
from fakes.outbox_world import WALL_S
from fakes.recovery_world import RecoveryWorld
from fakes.station_world import tag


class TestRecovery(unittest.TestCase):
    def setUp(self):
        self.world = RecoveryWorld()
        self.world.config.meter_value_sample_interval_s = 10

    def kinds(self):
        return [record.u8(0) for record in self.world.written()]

    def stop_record(self):
        """Return the newest record, which is to be a stop."""
        record = self.world.written()[-1]
        self.assertEqual(record.u8(0), REC_STOP)
        return record

    def cut_a_session(self, connector_id=1, duration_ms=25_000):
        self.world.charge(connector_id)
        self.world.run_ms(duration_ms)
        self.world.boot()

    def test_raises_the_register_of_a_meter_that_has_lost_some_at_the_cut(self):
        meter = self.world.meters[0]
        raised_wh = []
        meter.raise_to = raised_wh.append
        self.world.charge()
        meter.import_wh = 1_500
        self.world.run_ms(25_000)
        meter.import_wh = 1_100
        self.world.boot()
        self.world.run_ms(100)

        self.assertEqual(raised_wh, [1_500])
        self.assertEqual(self.stop_record().i32(records.OFF_REGISTER_WH), 1_500)

    def test_leaves_a_meter_alone_that_knows_more_than_the_records(self):
        meter = self.world.meters[0]
        raised_wh = []
        meter.raise_to = raised_wh.append
        self.cut_a_session()
        self.world.run_ms(100)

        self.assertEqual(raised_wh, [])

    def test_does_nothing_when_no_session_ran(self):
        self.world.boot()
        self.world.run_ms(10_000)

        self.assertEqual(self.world.recovery.left, 0)
        self.assertEqual(self.kinds(), [])

    def test_ends_the_session_with_power_loss_as_of_its_last_sample(self):
        self.cut_a_session()
        self.world.run_ms(100)

        stop = self.stop_record()
        sample = self.world.written()[-2]
        self.assertEqual(self.kinds(), [REC_START, REC_METER, REC_METER, REC_STOP])
        self.assertEqual(stop.u8(records.STOP_REASON), STOP_POWER_LOSS)
        self.assertEqual(stop.u8(records.STOP_ID_LEN), 0)
        self.assertEqual(stop.u32(records.OFF_TX), 1)
        self.assertEqual(stop.u8(records.OFF_CONNECTOR), 1)
        self.assertEqual(stop.u16(records.OFF_BOOT), 1)
        for at in (records.OFF_UPTIME_S, records.OFF_WALL_S):
            self.assertEqual(stop.i32(at), sample.i32(at))
        self.assertEqual(stop.i32(records.OFF_WALL_S), WALL_S + 100_000 + 20)

    def test_ends_it_once_only(self):
        self.cut_a_session()
        self.world.run_ms(20_000)
        self.world.boot()
        self.world.run_ms(20_000)

        self.assertEqual(self.kinds().count(REC_STOP), 1)
        self.assertEqual(self.world.recovery.left, 0)

    def test_counts_what_flowed_after_the_last_sample(self):
        self.world.charge()
        self.world.run_ms(15_000)
        self.world.meters[0].import_wh = 1_777
        self.world.boot()
        self.world.run_ms(100)

        self.assertEqual(self.stop_record().u32(records.OFF_REGISTER_WH), 1_777)

    def test_stays_at_the_stored_register_when_the_meter_shows_less(self):
        self.world.charge()
        self.world.meters[0].import_wh = 1_500
        self.world.run_ms(15_000)
        self.world.meters[0].import_wh = 3
        self.world.boot()
        self.world.run_ms(100)

        self.assertEqual(self.stop_record().u32(records.OFF_REGISTER_WH), 1_500)

    def test_waits_for_the_first_reading_of_the_meter(self):
        self.cut_a_session()
        self.world.meters[0].import_wh = None
        self.world.run_ms(3_000)
        self.assertEqual(self.kinds().count(REC_STOP), 0)

        self.world.meters[0].import_wh = 1_234
        self.world.run_ms(100)

        self.assertEqual(self.stop_record().u32(records.OFF_REGISTER_WH), 1_234)

    def test_takes_the_stored_register_when_the_meter_stays_silent(self):
        self.cut_a_session()
        self.world.meters[0].import_wh = None
        self.world.run_ms(5_200)

        self.assertEqual(self.stop_record().u32(records.OFF_REGISTER_WH), 1_000)

    def test_ends_a_session_of_a_connector_that_is_no_longer_there(self):
        self.world.charge(2)
        self.world.connector_count = 1
        self.world.boot()
        self.world.run_ms(100)

        self.assertEqual(self.stop_record().u8(records.OFF_CONNECTOR), 2)
        self.assertEqual(self.world.recovery.left, 0)

    def test_ends_the_sessions_of_all_connectors(self):
        self.world.charge(1)
        self.world.charge(2)
        self.world.boot()
        self.assertEqual(self.world.recovery.left, 2)
        self.world.meters[0].import_wh = None
        self.world.run_ms(200)
        self.assertEqual(self.stop_record().u8(records.OFF_CONNECTOR), 2)
        self.world.run_ms(5_000)

        self.assertEqual(self.stop_record().u8(records.OFF_CONNECTOR), 1)
        self.assertEqual(self.kinds().count(REC_STOP), 2)

    def test_gives_a_time_to_the_stop_of_a_boot_that_never_knew_it(self):
        self.world.boot(is_time_known=False)
        self.world.charge()
        self.world.run_ms(25_000)
        self.world.boot(is_time_known=False)
        self.world.run_ms(1_000)
        self.world.clock.set_wall(WALL_S, 0, 1)
        times = []
        while self.world.next_kind():
            times.append(self.world.outbox.wall_s)
            self.world.deliver()

        # Start, two samples, stop: the older boot ended right before the newer one began.
        self.assertEqual(times, [WALL_S - 2 - 20, WALL_S - 2 - 10, WALL_S - 2, WALL_S - 2])

    def test_sends_the_stop_with_the_id_that_the_server_gave_before_the_cut(self):
        self.world.charge()
        self.world.deliver(4_711)
        self.world.run_ms(1_000)
        self.world.boot()
        self.world.run_ms(100)
        while self.world.next_kind() != REC_STOP:
            self.world.deliver()

        self.assertEqual(self.world.outbox.transaction_id, 4_711)


class TestRecoveryReasons(unittest.TestCase):
    def setUp(self):
        self.world = RecoveryWorld()

    def reason_after_boot(self):
        self.world.boot()
        self.world.run_ms(100)
        record = self.world.written()[-1]
        self.assertEqual(record.u8(0), REC_STOP)
        return record.u8(records.STOP_REASON)

    def test_names_the_command_when_a_reset_left_the_session_open(self):
        for reason in (STOP_HARD_RESET, STOP_SOFT_RESET, STOP_REBOOT):
            with self.subTest(reason=reason):
                self.setUp()
                self.world.charge()
                self.world.state.note_restart(reason)

                self.assertEqual(self.reason_after_boot(), reason)

    def test_names_the_reboot_when_the_board_says_that_its_watchdog_bit(self):
        self.world.charge()
        self.world.reason = STOP_REBOOT

        self.assertEqual(self.reason_after_boot(), STOP_REBOOT)

    def test_forgets_the_command_once_the_stop_is_written(self):
        self.world.charge()
        self.world.state.note_restart(STOP_HARD_RESET)
        self.reason_after_boot()
        self.world.charge()

        self.assertEqual(self.reason_after_boot(), STOP_POWER_LOSS)

    def test_forgets_the_command_when_the_reset_left_nothing_open(self):
        self.world.state.note_restart(STOP_HARD_RESET)
        self.world.boot()
        self.world.charge()

        self.assertEqual(self.reason_after_boot(), STOP_POWER_LOSS)

    def test_keeps_the_command_while_flash_refuses_the_stop(self):
        self.world.charge()
        self.world.state.note_restart(STOP_HARD_RESET)
        self.world.boot()
        self.world.flash.is_refusing = True
        self.world.run_ms(1_000)
        self.world.flash.is_refusing = False

        self.assertEqual(self.reason_after_boot(), STOP_HARD_RESET)


class TestRecoveryHolds(unittest.TestCase):
    def setUp(self):
        self.world = RecoveryWorld()
        self.world.charge()
        self.world.boot()

    def present_card(self):
        self.world.controllers[0].plug()
        self.assertTrue(self.world.connectors[0].authorize(tag("TAG2"), tag(""), 2))

    def kinds_of_both(self):
        return [(record.u8(0), record.u32(records.OFF_TX)) for record in self.world.written()]

    def test_starts_no_session_before_the_old_one_has_its_stop(self):
        self.world.meters[0].import_wh = None
        self.world.flash.is_refusing = True
        self.present_card()
        self.world.meters[0].import_wh = 1_000
        self.world.run_ms(2_000)
        self.assertFalse(self.world.controllers[0].is_allowed)

        self.world.flash.is_refusing = False
        self.world.run_ms(12_000)

        self.assertEqual(self.kinds_of_both(), [(REC_START, 1), (REC_STOP, 1), (REC_START, 2)])
        self.assertTrue(self.world.controllers[0].is_allowed)

    def test_starts_at_once_on_another_connector(self):
        self.world.meters[0].import_wh = None
        self.world.charge(2)

        self.assertTrue(self.world.controllers[1].is_allowed)

    def test_does_not_charge_again_by_itself_when_the_cable_is_still_in(self):
        self.world.controllers[0].plug()
        self.world.controllers[0].ev_asks = True
        self.world.run_ms(30_000)

        self.assertFalse(self.world.controllers[0].is_allowed)

    def test_pauses_when_flash_refuses(self):
        self.world.flash.is_refusing = True
        self.world.run_ms(100)
        programs = self.world.flash.programs
        self.world.run_ms(9_000)

        self.assertEqual(self.world.flash.programs, programs)
        self.assertEqual(self.world.recovery.left, 1)
        self.world.run_ms(2_000)
        self.assertTrue(self.world.flash.programs > programs)


class TestRecoveryOfTransactionData(unittest.TestCase):
    def setUp(self):
        self.world = RecoveryWorld()
        self.world.config.stop_sampled_mask = MASK_ENERGY | 2

    def samples(self):
        return [record for record in self.world.written() if record.u8(0) == REC_METER]

    def test_writes_the_end_value_with_what_is_known(self):
        self.world.charge()
        self.world.meters[0].import_wh = 1_100
        self.world.boot()
        self.world.run_ms(100)

        first, last = self.samples()
        self.assertEqual(first.u8(records.METER_CONTEXT), records.CONTEXT_TRANSACTION_BEGIN)
        self.assertEqual(last.u8(records.METER_CONTEXT), records.CONTEXT_TRANSACTION_END)
        self.assertEqual(last.u32(records.METER_STOP_MASK), MASK_ENERGY)
        self.assertEqual(last.u32(records.OFF_REGISTER_WH), 1_100)
        self.assertEqual(last.u16(records.OFF_BOOT), 1)
        self.assertEqual(last.u8(records.METER_FLAGS), records.METER_FLAG_DATA)

    def test_writes_no_second_end_value(self):
        self.world.charge()
        self.world.connectors[0].stop(STOP_LOCAL, None)
        self.world.connectors[0].metering.end(1)
        self.world.boot()
        self.world.run_ms(100)

        contexts = [record.u8(records.METER_CONTEXT) for record in self.samples()]
        self.assertEqual(contexts.count(records.CONTEXT_TRANSACTION_END), 1)
        self.assertEqual(self.world.written()[-1].u8(0), REC_STOP)

    def test_writes_none_when_no_data_is_wanted(self):
        self.world.config.stop_sampled_mask = 0
        self.world.charge()
        self.world.boot()
        self.world.run_ms(100)

        self.assertEqual(self.samples(), [])


if __name__ == "__main__":
    unittest.main()
