"""The session of one connector, from the cable to the stop record. Starts before the tick wrap."""

import unittest

from chargecore.base.codes import E_IO
from chargecore.safety.faults import FAULT_GROUND, FAULT_POWER_METER
from chargecore.safety.reasons import OPEN_ESTOP
from chargecore.station.measurands import MASK_ENERGY
from chargecore.station.statuses import (
    AVAILABLE,
    CHARGING,
    FAULTED,
    FINISHING,
    PREPARING,
    SUSPENDED_EV,
    SUSPENDED_EVSE,
    UNAVAILABLE,
)
from chargecore.station.stop_reasons import (
    STOP_DEAUTHORIZED,
    STOP_EMERGENCY,
    STOP_EV_DISCONNECTED,
    STOP_LOCAL,
    STOP_OTHER,
    STOP_REMOTE,
)
from chargecore.store.records import (
    OFF_REGISTER_WH,
    OFF_WALL_S,
    REC_METER,
    REC_START,
    REC_STOP,
    STOP_ID_LEN,
    STOP_REASON,
)
from fakes.station_world import StationWorld, tag


class TestConnector(unittest.TestCase):
    def setUp(self):
        self.world = StationWorld()
        self.connector = self.world.connector
        self.controller = self.world.controller
        self.world.run_ms(100)

    def status(self):
        return self.connector.status.status

    def last_stop(self):
        record = self.world.outbox.taken[-1]
        self.assertEqual(record.u8(0), REC_STOP)
        return record.u8(STOP_REASON)

    def test_says_nothing_before_the_pilot_has_been_seen(self):
        world = StationWorld()
        world.controller.is_plugged = None
        world.run_ms(200)
        world.connector.status.log.report_now()
        self.assertEqual(world.connector.status.log.count, 0)

        world.controller.plug()
        world.run_ms(50)

        self.assertEqual(world.connector.status.status, PREPARING)
        self.assertEqual(world.connector.status.log.count, 1)

    def test_reports_a_fault_though_the_pilot_was_never_seen(self):
        world = StationWorld()
        world.controller.is_plugged = None
        world.controller.fault = FAULT_GROUND

        world.run_ms(50)

        self.assertEqual(world.connector.status.status, FAULTED)

    def test_prepares_when_the_cable_is_plugged(self):
        self.controller.plug()
        self.world.run_ms(100)

        self.assertEqual(self.world.told(), [PREPARING])

    def test_charges_when_plugged_first(self):
        self.world.start()

        self.assertEqual(self.world.told(), [PREPARING, CHARGING])
        self.assertEqual(self.world.outbox.kinds(), [REC_START])

    def test_charges_when_the_card_comes_first(self):
        self.world.accept()
        self.world.run_ms(100)
        self.assertEqual(self.world.told(), [PREPARING])

        self.controller.plug()
        self.world.run_ms(100)
        self.controller.charge()
        self.world.run_ms(100)

        self.assertEqual(self.world.told(), [CHARGING])

    def test_allows_energy_only_after_the_start_record_is_taken(self):
        self.world.outbox.is_full = True
        self.controller.plug()
        self.world.run_ms(100)
        self.world.accept()
        self.world.run_ms(100)

        self.assertFalse(self.controller.is_allowed)
        self.assertEqual(self.status(), FINISHING)

    def test_waits_for_the_lock_before_it_starts(self):
        self.controller.lock_ok = False
        self.controller.plug()
        self.world.accept()
        self.world.run_ms(500)
        self.assertEqual(self.world.outbox.taken, [])
        self.assertIn(("lock", True), self.controller.history)

        self.controller.lock_ok = True
        self.world.run_ms(100)

        self.assertEqual(self.world.outbox.kinds(), [REC_START])

    def test_does_not_start_while_the_meter_is_silent(self):
        self.world.meter.import_wh = None
        self.controller.plug()
        self.world.accept()
        self.world.run_ms(500)

        self.assertEqual(self.world.outbox.taken, [])
        self.assertFalse(self.controller.is_allowed)

    def test_returns_to_available_when_no_cable_follows_the_card(self):
        """S13, E 3.77, E 3.89."""
        self.world.accept()
        self.world.run_ms(59_000)
        self.assertEqual(self.status(), PREPARING)

        self.world.run_ms(2_000)

        self.assertEqual(self.world.told(), [PREPARING, AVAILABLE])
        self.assertEqual(self.connector.pending.length, 0)

    def test_finishes_when_no_card_follows_the_cable(self):
        """S13, E 3.77, E 3.89."""
        self.controller.plug()
        self.world.run_ms(61_000)

        self.assertEqual(self.world.told(), [PREPARING, FINISHING])

    def test_prepares_again_when_a_card_comes_after_the_time_out(self):
        self.controller.plug()
        self.world.run_ms(61_000)
        self.world.told()

        self.world.accept()
        self.world.run_ms(100)
        self.controller.charge()
        self.world.run_ms(100)

        self.assertEqual(self.world.told(), [PREPARING, CHARGING])

    def test_stops_with_the_register_read_after_the_contactor_opened(self):
        """T16."""
        self.world.start()
        self.world.meter.reading_age_ms = 500
        self.connector.stop(STOP_LOCAL, tag("TAG1"))
        self.world.run_ms(1_000)
        self.assertEqual(self.world.outbox.kinds(), [REC_START])  # still closed

        self.controller.rest()
        self.world.run_ms(200)
        self.assertEqual(self.world.outbox.kinds(), [REC_START])  # reading is older
        self.world.meter.import_wh = 2_345
        self.world.meter.reading_age_ms = 0
        self.world.run_ms(100)

        record = self.world.outbox.taken[-1]
        self.assertEqual(self.last_stop(), STOP_LOCAL)
        self.assertEqual(record.u32(OFF_REGISTER_WH), 2_345)
        self.assertEqual(record.u8(STOP_ID_LEN), 4)

    def test_stops_with_the_last_register_when_the_meter_has_died(self):
        self.world.start()
        self.world.meter.import_wh = 1_500
        self.world.run_ms(100)
        self.world.meter.import_wh = None
        self.world.meter.reading_age_ms = None
        self.connector.stop(STOP_REMOTE, None)
        self.controller.rest()
        self.world.run_ms(4_000)

        self.assertEqual(self.last_stop(), STOP_REMOTE)
        self.assertEqual(self.world.outbox.taken[-1].u32(OFF_REGISTER_WH), 1_500)

    def test_keeps_the_session_open_when_the_stop_record_finds_no_room(self):
        self.world.start()
        self.world.outbox.is_full = True
        self.connector.stop(STOP_LOCAL, None)
        self.controller.rest()
        self.world.run_ms(500)
        self.assertTrue(self.connector.transaction.is_active)

        self.world.outbox.is_full = False
        self.world.run_ms(5_000)

        self.assertEqual(self.last_stop(), STOP_LOCAL)

    def test_pauses_and_repeats_the_end_as_it_was_when_the_stop_record_is_refused(self):
        self.world.config.stop_sampled_mask = MASK_ENERGY
        self.world.start()
        self.world.meter.import_wh = 1_200
        self.world.run_ms(100)
        taken = self.world.outbox.taken
        refusals = []
        self.world.outbox.append = lambda buf: refusals.append(buf[0]) or E_IO
        self.connector.stop(STOP_LOCAL, None)
        self.controller.rest()
        self.world.run_ms(4_000)
        self.assertEqual(refusals, [REC_METER, REC_STOP])

        del self.world.outbox.append
        self.world.meter.import_wh = 1_900
        self.world.run_ms(5_000)

        self.assertEqual(self.world.outbox.kinds(), [REC_START, REC_METER, REC_STOP])
        ended_s = taken[0].i32(OFF_WALL_S)
        self.assertEqual(taken[-1].u32(OFF_REGISTER_WH), 1_200)
        self.assertTrue(taken[-1].i32(OFF_WALL_S) - ended_s <= 1)

    def test_stops_with_no_less_than_it_has_reported_when_the_meter_runs_backwards(self):
        self.world.start()
        self.world.meter.import_wh = 1_500
        self.world.run_ms(100)
        self.world.meter.import_wh = 900
        self.connector.stop(STOP_LOCAL, None)
        self.controller.rest()
        self.world.run_ms(200)

        self.assertEqual(self.world.outbox.taken[-1].u32(OFF_REGISTER_WH), 1_500)

    def test_keeps_the_first_reason_when_two_stops_arrive(self):
        self.world.start()
        self.connector.stop(STOP_REMOTE, None)
        self.connector.stop(STOP_LOCAL, tag("TAG1"))
        self.controller.rest()
        self.world.run_ms(200)

        self.assertEqual(self.last_stop(), STOP_REMOTE)

    def test_finishes_until_the_cable_is_removed(self):
        """T13."""
        self.world.start()
        self.connector.stop(STOP_LOCAL, None)
        self.controller.rest()
        self.world.run_ms(200)
        self.assertEqual(self.status(), FINISHING)
        self.assertEqual(self.controller.history[-1], ("lock", False))

        self.controller.unplug()
        self.world.run_ms(1_500)

        self.assertEqual(self.status(), AVAILABLE)

    def test_ends_the_transaction_when_the_cable_is_pulled_at_the_car(self):
        """T12."""
        self.world.start()
        self.world.told()
        self.controller.unplug()
        self.world.run_ms(200)

        self.assertEqual(self.last_stop(), STOP_EV_DISCONNECTED)
        self.assertEqual(self.status(), FINISHING)
        self.assertEqual(self.controller.history[-1], ("lock", False))
        self.world.run_ms(2_000)
        self.assertEqual(self.world.told(), [FINISHING, AVAILABLE])

    def test_keeps_the_cable_locked_after_an_ev_side_unplug_when_the_key_says_so(self):
        self.world.config.unlock_on_ev_side_disconnect = False
        self.world.start()
        self.controller.unplug()
        self.world.run_ms(5_000)
        self.assertEqual(self.status(), FINISHING)
        self.assertNotEqual(self.controller.history[-1], ("lock", False))

        self.world.desk.present(tag("tag1"), 0)
        self.world.run_ms(100)

        self.assertEqual(self.controller.history[-1], ("lock", False))
        self.assertEqual(self.status(), AVAILABLE)

    def test_keeps_the_transaction_open_after_an_ev_side_unplug_when_the_key_says_so(self):
        self.world.config.stop_on_ev_side_disconnect = False
        self.world.start()
        self.controller.unplug()
        self.world.run_ms(500)
        self.assertEqual(self.status(), SUSPENDED_EV)
        self.assertTrue(self.connector.is_ev_gone)
        self.assertFalse(self.controller.is_allowed)

        self.controller.plug()
        self.world.run_ms(100)
        self.controller.charge()
        self.world.run_ms(100)

        self.assertEqual(self.status(), CHARGING)
        self.assertTrue(self.controller.is_allowed)
        self.assertEqual(self.world.outbox.kinds(), [REC_START])

    def test_is_finishing_for_a_moment_when_the_stop_comes_long_after_the_unplug(self):
        self.world.config.stop_on_ev_side_disconnect = False
        self.world.start()
        self.controller.unplug()
        self.world.run_ms(5_000)
        self.world.told()

        self.connector.stop(STOP_REMOTE, None)
        self.world.run_ms(900)
        self.assertEqual(self.status(), FINISHING)
        self.world.run_ms(500)

        self.assertEqual(self.world.told(), [FINISHING, AVAILABLE])

    def test_follows_the_car_between_charging_and_suspended(self):
        """S7."""
        self.world.start()
        self.world.told()
        self.controller.rest()
        self.world.run_ms(100)
        self.controller.charge()
        self.world.run_ms(100)

        self.assertEqual(self.world.told(), [SUSPENDED_EV, CHARGING])

    def test_is_suspended_by_the_station_when_nothing_is_offered(self):
        self.world.start()
        self.connector.limit_ma = 0
        self.world.run_ms(100)

        self.assertEqual(self.status(), SUSPENDED_EVSE)
        self.assertEqual(self.controller.limit_ma, 0)

    def test_names_the_station_when_both_sides_suspend(self):
        """S6."""
        self.world.start()
        self.connector.limit_ma = 0
        self.controller.rest()
        self.world.run_ms(100)

        self.assertEqual(self.status(), SUSPENDED_EVSE)

    def test_stays_preparing_while_the_car_wakes_and_is_suspended_by_it_later(self):
        """S15."""
        self.controller.plug()
        self.world.accept()
        self.world.run_ms(3_000)
        self.assertEqual(self.status(), PREPARING)

        self.world.run_ms(5_000)

        self.assertEqual(self.status(), SUSPENDED_EV)

    def test_stays_preparing_while_the_car_wakes_when_the_card_comes_long_after_the_cable(self):
        self.controller.plug()
        self.world.run_ms(30_000)
        self.world.accept()
        self.world.run_ms(3_000)
        self.controller.charge()
        self.world.run_ms(100)

        self.assertEqual(self.world.told(), [PREPARING, CHARGING])

    def test_is_suspended_by_the_station_when_the_contactor_stays_open_though_the_car_asks(self):
        """S7, E 3.55."""
        self.world.start()
        self.controller.is_energised = False

        self.world.run_ms(50)

        self.assertEqual(self.status(), SUSPENDED_EVSE)

    def test_stays_suspended_by_the_car_for_the_moment_that_closing_takes(self):
        self.world.start()
        self.controller.rest()
        self.world.run_ms(10_000)
        self.controller.ev_asks = True
        self.world.run_ms(2_000)
        self.assertEqual(self.status(), SUSPENDED_EV)

        self.world.run_ms(2_000)

        self.assertEqual(self.status(), SUSPENDED_EVSE)

    def test_gives_the_car_time_to_wake_after_a_pause_of_the_station(self):
        self.world.start()
        self.connector.limit_ma = 0
        self.controller.rest()
        self.world.run_ms(60_000)
        self.world.told()

        self.connector.limit_ma = 16_000
        self.world.run_ms(4_000)
        self.controller.charge()
        self.world.run_ms(100)
        self.assertEqual(self.world.told(), [CHARGING])

        self.connector.limit_ma = 0
        self.controller.rest()
        self.world.run_ms(1_000)
        self.connector.limit_ma = 16_000
        self.world.run_ms(8_000)
        self.assertEqual(self.world.told(), [SUSPENDED_EVSE, SUSPENDED_EV])

    def test_pauses_while_the_meter_is_silent(self):
        self.world.start()

        self.world.meter.import_wh = None
        self.world.run_ms(200)
        self.assertEqual((self.status(), self.controller.limit_ma), (SUSPENDED_EVSE, 0))
        self.assertEqual(self.connector.fault, FAULT_POWER_METER)
        self.assertTrue(self.connector.transaction.is_active)

        self.world.meter.import_wh = 2_000
        self.controller.charge()
        self.world.run_ms(200)
        self.assertEqual((self.status(), self.controller.limit_ma), (CHARGING, 16_000))
        self.assertEqual(self.connector.fault, 0)

    def test_is_faulted_while_idle_without_a_meter(self):
        self.world.run_ms(100)
        self.world.meter.import_wh = None
        self.world.run_ms(200)
        self.assertEqual(self.status(), FAULTED)
        self.assertFalse(self.connector.can_start())

        self.world.meter.import_wh = 2_000
        self.world.run_ms(200)
        self.assertEqual(self.status(), AVAILABLE)

    def test_gives_a_meter_that_was_never_read_ten_seconds(self):
        world = StationWorld()
        world.meter.forget()
        world.run_ms(9_900)
        self.assertEqual(world.connector.status.status, AVAILABLE)

        world.run_ms(300)

        self.assertEqual(world.connector.status.status, FAULTED)

    def test_ends_the_transaction_with_the_reason_of_the_fault(self):
        """S12."""
        for open_reason, stop_reason in ((0, STOP_OTHER), (OPEN_ESTOP, STOP_EMERGENCY)):
            with self.subTest(open_reason=open_reason):
                self.setUp()
                self.world.start()
                self.world.told()
                self.controller.rest()
                self.controller.fault = FAULT_GROUND
                self.controller.open_reason = open_reason
                self.world.run_ms(200)

                self.assertEqual(self.last_stop(), stop_reason)
                self.assertEqual(self.world.told(), [FAULTED])

    def test_is_finishing_when_the_fault_clears_with_the_cable_in(self):
        """S12."""
        self.world.start()
        self.controller.rest()
        self.controller.fault = FAULT_GROUND
        self.world.run_ms(200)

        self.controller.fault = 0
        self.world.run_ms(100)

        self.assertEqual(self.status(), FINISHING)

    def test_refuses_a_card_while_faulted(self):
        self.controller.fault = FAULT_GROUND
        self.world.run_ms(100)

        self.assertFalse(self.connector.authorize(tag("A"), tag(""), 2))

    def test_ends_the_transaction_of_a_refused_tag_and_holds_the_cable_for_it(self):
        self.world.start()
        self.connector.refuse()
        self.controller.rest()
        self.world.run_ms(200)

        self.assertEqual(self.last_stop(), STOP_DEAUTHORIZED)
        self.assertTrue(self.connector.lock_holder.equals(tag("TAG1")))
        self.controller.unplug()
        self.world.run_ms(3_000)
        self.assertEqual(self.status(), FINISHING)

    def test_withholds_energy_from_a_refused_tag_when_the_transaction_shall_go_on(self):
        self.world.config.stop_on_invalid_id = False
        self.world.start()
        self.connector.refuse()
        self.world.run_ms(200)

        self.assertEqual(self.status(), SUSPENDED_EVSE)
        self.assertTrue(self.connector.transaction.is_active)
        self.assertFalse(self.controller.is_allowed)

    def test_grants_the_energy_of_max_energy_on_invalid_id_first(self):
        self.world.config.max_energy_on_invalid_id_wh = 100
        self.world.start()
        self.connector.refuse()
        self.world.meter.import_wh = 1_099
        self.world.run_ms(200)
        self.assertEqual(self.status(), CHARGING)

        self.world.meter.import_wh = 1_100
        self.world.run_ms(100)
        self.controller.rest()
        self.world.run_ms(200)

        self.assertEqual(self.last_stop(), STOP_DEAUTHORIZED)

    def test_becomes_unavailable_at_once_when_idle(self):
        self.assertTrue(self.connector.set_operative(False))
        self.world.run_ms(100)

        self.assertEqual(self.world.told(), [UNAVAILABLE])
        self.assertFalse(self.controller.is_available)

    def test_becomes_unavailable_after_the_session_when_charging(self):
        self.world.start()
        self.world.told()
        self.assertFalse(self.connector.set_operative(False))
        self.world.run_ms(100)
        self.assertEqual(self.status(), CHARGING)

        self.connector.stop(STOP_LOCAL, None)
        self.controller.rest()
        self.world.run_ms(200)

        self.assertEqual(self.world.told(), [UNAVAILABLE])

    def test_takes_back_a_scheduled_unavailability(self):
        self.world.start()
        self.connector.set_operative(False)
        self.connector.set_operative(True)
        self.connector.stop(STOP_LOCAL, None)
        self.controller.rest()
        self.world.run_ms(200)

        self.assertEqual(self.status(), FINISHING)

    def test_reports_the_steps_of_the_table_when_made_unavailable_while_preparing(self):
        self.controller.plug()
        self.world.run_ms(100)
        self.connector.set_operative(False)
        self.world.run_ms(100)

        self.assertEqual(self.world.told(), [PREPARING, AVAILABLE, UNAVAILABLE])


if __name__ == "__main__":
    unittest.main()
