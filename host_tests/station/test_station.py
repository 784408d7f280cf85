"""Station: the connectors together: cards, availability, shared current, reset."""

import unittest

from chargecore.base.codes import OK
from chargecore.base.events import EV_READER_SILENT, EV_RESET_REQUESTED
from chargecore.safety.faults import (
    FAULT_INTERNAL,
    FAULT_NONE,
    FAULT_READER,
    FAULT_RESET,
)
from chargecore.safety.reasons import OPEN_RESET
from chargecore.station.station import RESET_HARD, RESET_NONE, RESET_OWN, RESET_SOFT
from chargecore.station.statuses import AVAILABLE, FAULTED, FINISHING, UNAVAILABLE
from chargecore.station.stop_reasons import STOP_HARD_RESET, STOP_REBOOT, STOP_SOFT_RESET
from chargecore.store import records
from fakes.core_world import CoreWorld, tag


class StationTest(unittest.TestCase):
    def setUp(self):
        self.world = CoreWorld({"connectors": 2})
        self.station = self.world.station
        self.world.run_ms(100)

    def charge(self, connector_idx=0):
        world = self.world
        world.controllers[connector_idx].plug()
        world.run_ms(100)
        world.accept("TAG1", connector_idx)
        world.run_ms(100)
        world.controllers[connector_idx].charge()
        world.run_ms(100)

    # ---- who is who ----

    def test_finds_connectors_by_their_number(self):
        self.assertIs(self.station.connector(1), self.world.connectors[0])
        self.assertIs(self.station.connector(2), self.world.connectors[1])
        for connector_id in (0, 3, -1):
            self.assertIsNone(self.station.connector(connector_id))

    def test_finds_a_running_transaction_by_the_id_that_the_server_gave(self):
        self.charge(1)
        before = self.station.by_transaction(0)
        self.world.connectors[1].transaction.set_id(0)

        self.assertIsNone(before)
        self.assertIs(self.station.by_transaction(0), self.world.connectors[1])
        self.assertIsNone(self.station.by_transaction(1))

    def test_says_whether_a_session_runs(self):
        before = self.station.is_charging()
        self.charge()

        self.assertEqual((before, self.station.is_charging()), (False, True))

    def test_says_whether_a_contactor_is_closed(self):
        before = self.station.is_energised()
        self.charge()

        self.assertEqual((before, self.station.is_energised()), (False, True))

    # ---- cards ----

    def test_takes_a_card_from_the_reader_once(self):
        self.world.link.is_online = True
        self.world.swipe("TAG1")

        question = self.world.authorizer.next_question()
        self.assertTrue(question.tag.equals(tag("TAG1")))
        self.assertFalse(self.world.reader.has_card)

    def test_asks_for_the_connector_whose_reader_it_was(self):
        self.world.link.is_online = True
        self.world.swipe("TAG1", connector=2)

        self.assertEqual(self.world.authorizer.next_question().connector_id, 2)

    def test_ignores_a_card_too_long_to_hold_and_an_empty_one(self):
        self.world.link.is_online = True
        for text in ("T" * 21, ""):
            self.world.swipe(text)
            self.assertIsNone(self.world.authorizer.next_question())

    # ---- availability ----

    def test_begins_as_it_was_left(self):
        """S11."""
        self.station.set_operative(0, False)
        self.station.set_operative(2, True)
        again = CoreWorld({"connectors": 2}, self.world.flash, boot_number=8)

        self.assertFalse(again.station.operative)
        self.assertEqual([c.operative for c in again.connectors], [False, True])

    def test_reports_its_own_availability_with_connector_zero(self):
        """S1."""
        self.station.set_operative(0, False)
        self.world.run_ms(100)
        self.station.set_operative(0, True)
        self.world.run_ms(100)

        self.assertEqual(self.world.told(0), [(UNAVAILABLE, FAULT_NONE), (AVAILABLE, FAULT_NONE)])

    def test_reports_a_fault_of_the_unit(self):
        """S1, S9: one that blocks is Faulted, a warning is not."""
        for fault, status in ((FAULT_INTERNAL, FAULTED), (FAULT_READER, AVAILABLE)):
            self.station.fault = fault
            self.world.run_ms(100)
            self.station.fault = FAULT_NONE
            self.world.run_ms(100)
            self.assertEqual(self.world.told(0), [(status, fault), (AVAILABLE, FAULT_NONE)])

    def test_warns_with_connector_zero_while_the_reader_is_silent(self):
        """OCPP 1.6 §7.6 ReaderFailure; charging goes on."""
        self.world.reader.is_silent = True
        self.world.run_ms(1_000)
        self.assertEqual(self.world.told(0), [(AVAILABLE, FAULT_READER)])
        self.assertEqual([c.fault for c in self.world.connectors], [FAULT_NONE, FAULT_NONE])
        self.world.reader.is_silent = False
        self.world.run_ms(1_000)
        self.assertEqual(self.world.told(0), [(AVAILABLE, FAULT_NONE)])
        self.assertEqual(self.world.event_codes().count(EV_READER_SILENT), 2)

    def test_tells_a_worse_fault_rather_than_the_silent_reader(self):
        self.world.reader.is_silent = True
        self.station.fault = FAULT_INTERNAL
        self.world.run_ms(100)

        self.assertEqual(self.world.told(0), [(FAULTED, FAULT_INTERNAL)])

    def test_warns_and_offers_the_least_current_while_its_settings_are_lost(self):  # F44
        self.world.config.set_settings_lost(True)
        self.world.run_ms(1_000)
        self.assertEqual(self.world.told(0), [(AVAILABLE, FAULT_INTERNAL)])
        self.assertEqual([c.limit_ma for c in self.world.connectors], [6_000, 6_000])
        self.world.config.set_settings_lost(False)
        self.world.run_ms(1_000)

        self.assertEqual(self.world.told(0), [(AVAILABLE, FAULT_NONE)])
        self.assertEqual([c.limit_ma for c in self.world.connectors], [32_000, 32_000])

    def test_runs_without_a_reader(self):
        self.station._reader = None
        self.world.run_ms(1_000)

        self.assertEqual(self.world.told(0), [])

    # ---- shared current ----

    def test_offers_what_the_hardware_can(self):
        self.assertEqual([c.limit_ma for c in self.world.connectors], [32_000, 32_000])

    def test_shares_the_limit_among_the_sessions(self):
        """C6: never more than the site has."""
        self.station.set_site_limit_ma(20_000)
        self.charge(0)
        one = self.world.connectors[0].limit_ma
        self.charge(1)
        self.world.run_ms(100)
        two = [c.limit_ma for c in self.world.connectors]
        self.station.set_site_limit_ma(-1)
        self.world.run_ms(100)

        self.assertEqual((one, two), (20_000, [10_000, 10_000]))
        self.assertEqual(self.world.connectors[0].limit_ma, 32_000)

    # ---- reset ----

    def test_ends_every_session_before_a_reset(self):
        """T10, X1: with its reason, and a hard one opens the contactor itself."""
        rows = (
            (RESET_SOFT, STOP_SOFT_RESET, False),
            (RESET_HARD, STOP_HARD_RESET, True),
            (RESET_OWN, STOP_REBOOT, False),
        )
        for kind, reason, opens in rows:
            with self.subTest(kind=kind):
                self.setUp()
                world = self.world
                self.charge(0)
                self.charge(1)
                self.station.request_reset(kind, world.time.ticks_ms())
                world.run_ms(1000)

                self.assertTrue(self.station.is_reset_due)
                self.assertIn(EV_RESET_REQUESTED, world.event_codes())
                self.assertEqual(world.told(1)[-1][0], FINISHING)
                for controller in world.controllers:
                    self.assertFalse(controller.is_energised)
                    self.assertEqual(("open", OPEN_RESET) in controller.history, opens)
                self.assertEqual(world.outbox.pending, 4)
                self.assertEqual(self.reasons(), [reason, reason])

    def reasons(self):
        """Return the stop reasons in the journal, in order."""
        found = []
        record = records.Record()
        journal = self.world.outbox._journal
        seq = journal.read_from(1, record)
        while seq >= 0:
            if record.u8(records.OFF_KIND) == records.REC_STOP:
                found.append(record.u8(records.STOP_REASON))
            seq = journal.read_from(seq + 1, record)
        return found

    def test_waits_while_the_server_can_be_told(self):
        """X1: for the queue, the statuses, and what is in flight."""
        world = self.world
        world.link.is_online = True
        world.link.is_busy = True
        self.station.request_reset(RESET_SOFT, world.time.ticks_ms())
        world.run_ms(1000)
        before = self.station.is_reset_due
        world.link.is_busy = False
        world.told(0)
        world.run_ms(100)

        self.assertEqual((before, self.station.is_reset_due), (False, True))

    def test_does_not_wait_for_a_server_that_is_not_there(self):
        self.charge()
        self.station.request_reset(RESET_SOFT, self.world.time.ticks_ms())
        self.world.run_ms(1000)

        self.assertTrue(self.station.is_reset_due)

    def test_lets_a_hard_reset_overtake_a_soft_one(self):
        now_ms = self.world.time.ticks_ms()
        self.station.request_reset(RESET_SOFT, now_ms)
        self.station.request_reset(RESET_HARD, now_ms)
        self.station.request_reset(RESET_SOFT, now_ms)

        self.assertEqual(self.station.reset_kind, RESET_HARD)

    def test_takes_no_card_and_no_remote_start_during_a_reset(self):
        self.world.link.is_online = True
        self.world.link.is_busy = True
        self.station.request_reset(RESET_SOFT, self.world.time.ticks_ms())
        self.world.swipe("TAG1")

        self.assertFalse(self.station.start_remotely(1, tag("T")))
        self.assertIsNone(self.world.authorizer.next_question())

    def test_reports_a_soft_reset_that_failed(self):
        """S10, ResetRetries: the contactor is welded, the session cannot end."""
        world = self.world
        self.charge()
        world.is_welded = True
        self.station.request_reset(RESET_SOFT, world.time.ticks_ms())
        world.run_ms(59_000, 500)
        before = self.station.reset_kind
        world.run_ms(2_000, 500)

        self.assertEqual((before, self.station.reset_kind), (RESET_SOFT, RESET_NONE))
        self.assertFalse(self.station.is_reset_due)
        self.assertEqual(world.told(0)[-1], (AVAILABLE, FAULT_RESET))
        self.assertTrue(self.state_reason() < 0)

    def state_reason(self):
        """Return what Recovery would be told, negative for nothing."""
        return self.world.state.restart_reason()

    def test_forgets_the_failed_reset_when_a_new_one_is_asked_for(self):
        world = self.world
        self.station.fault = FAULT_RESET
        self.station.request_reset(RESET_SOFT, world.time.ticks_ms())
        world.run_ms(200)

        self.assertEqual(self.station.fault, FAULT_NONE)
        self.assertTrue(self.station.is_reset_due)

    def test_carries_out_a_hard_reset_although_a_session_does_not_end(self):
        """X1: Recovery ends the session after the boot, with the reason of the reset."""
        world = self.world
        self.charge()
        world.is_welded = True
        world.controller.emergency_open = keep_closed
        self.station.request_reset(RESET_HARD, world.time.ticks_ms())
        world.run_ms(15_000, 500)
        before = self.station.is_reset_due
        world.run_ms(2_000, 500)
        again = CoreWorld({"connectors": 2}, world.flash, boot_number=8)
        again.run_ms(7_000)
        self.world = again

        self.assertEqual((before, self.station.is_reset_due), (False, True))
        self.assertEqual(self.reasons(), [STOP_HARD_RESET])

    def test_ends_the_session_of_a_power_cut_before_a_new_one_begins(self):
        """T14: by Recovery, which the station runs."""
        self.charge()
        again = self.world = CoreWorld({"connectors": 2}, self.world.flash, boot_number=8)
        again.run_ms(7_000)

        self.assertEqual(len(self.reasons()), 1)
        self.assertEqual(again.outbox.find_open(0) < OK, True)


def keep_closed(reason):
    """Be the emergency_open of a welded contactor."""
