"""station with the heap locked: whole sessions, refusals, faults, resets."""

import unittest
from array import array

from chargecore.base.codes import E_RANGE
from chargecore.safety.faults import FAULT_GROUND, FAULT_INTERNAL
from chargecore.station import measurands, statuses
from chargecore.station.auth_cache import AuthCache
from chargecore.station.auth_question import PURPOSE_START, Q_ASKING
from chargecore.station.id_tag import IdTag
from chargecore.station.station import RESET_NONE, RESET_SOFT
from chargecore.store.records import Record
from fakes.quiet_station import QuietStation
from fakes.station_meter import FakeStationMeter
from heap import growth, locked

COVERS = (
    "chargecore.station.auth_cache.AuthCache.find",
    "chargecore.station.auth_cache.AuthCache.status",
    "chargecore.station.auth_cache.AuthCache.parent_into",
    "chargecore.station.auth_cache.AuthCache.is_empty",
    "chargecore.station.auth_cache.AuthCache.image_len",
    "chargecore.station.auth_cache.AuthCache.clear",
    "chargecore.station.auth_cache.AuthCache.put",
    "chargecore.station.auth_cache.AuthCache._place",
    "chargecore.station.auth_cache.AuthCache._status_at",
    "chargecore.station.auth_cache.AuthCache._expiry_s",
    "chargecore.station.auth_cache.AuthCache._put_expiry",
    "chargecore.station.auth_cache.AuthCache._touch",
    "chargecore.station.auth_cache.AuthCache._room",
    "chargecore.station.auth_cache.AuthCache._goes_before",
    "chargecore.station.auth_cache._is_text",
    "chargecore.station.authorizer.Authorizer.ask",
    "chargecore.station.authorizer.Authorizer.next_question",
    "chargecore.station.authorizer.Authorizer.answered",
    "chargecore.station.authorizer.Authorizer.unanswered",
    "chargecore.station.authorizer.Authorizer.remember",
    "chargecore.station.authorizer.Authorizer.went_offline",
    "chargecore.station.authorizer.Authorizer._listed",
    "chargecore.station.authorizer.Authorizer._known",
    "chargecore.station.authorizer.Authorizer.parent_into",
    "chargecore.station.authorizer.Authorizer._decide_offline",
    "chargecore.station.authorizer.Authorizer._answer",
    "chargecore.station.cache_keeper.CacheKeeper.step",
    "chargecore.station.cache_keeper.CacheKeeper._earn",
    "chargecore.station.cache_keeper.CacheKeeper._may_write",
    "chargecore.station.connector.Connector.can_start",
    "chargecore.station.connector.Connector.authorize",
    "chargecore.station.connector.Connector.drop_pending",
    "chargecore.station.connector.Connector.stop",
    "chargecore.station.connector.Connector.release_lock",
    "chargecore.station.connector.Connector.set_operative",
    "chargecore.station.connector.Connector.refuse",
    "chargecore.station.connector.Connector.step",
    "chargecore.station.connector.Connector._keep_old",
    "chargecore.station.connector.Connector._follow_meter",
    "chargecore.station.connector.Connector.offer_ma",
    "chargecore.station.connector.Connector._plug_in",
    "chargecore.station.connector.Connector._plug_out",
    "chargecore.station.connector.Connector._prepare",
    "chargecore.station.connector.Connector._run",
    "chargecore.station.connector.Connector._withhold",
    "chargecore.station.connector.Connector._close_when_open",
    "chargecore.station.connector.Connector._write_stop",
    "chargecore.station.connector.Connector._finish",
    "chargecore.station.connector.Connector._time_out",
    "chargecore.station.id_tag.same_text",
    "chargecore.station.id_tag.IdTag.clear",
    "chargecore.station.id_tag.IdTag.set",
    "chargecore.station.id_tag.IdTag.copy_from",
    "chargecore.station.id_tag.IdTag.equals",
    "chargecore.station.id_tag.IdTag.matches",
    "chargecore.station.measurands.count_of",
    "chargecore.station.measurands.pack_readings",
    "chargecore.station.measurands._put",
    "chargecore.station.measurands.is_known",
    "chargecore.station.measurands.value_of",
    "chargecore.station.measurands.mask_from_list",
    "chargecore.station.measurands._trimmed_start",
    "chargecore.station.measurands._mask_of_item",
    "chargecore.station.measurands._is_phase",
    "chargecore.station.measurands._is_text",
    "chargecore.station.metering.Metering.register_wh",
    "chargecore.station.metering.Metering.age_ms",
    "chargecore.station.metering.Metering.begin",
    "chargecore.station.metering.Metering._begin_at",
    "chargecore.station.metering.Metering.end",
    "chargecore.station.metering.Metering.step",
    "chargecore.station.metering.Metering._watch",
    "chargecore.station.metering.Metering._step_sampled",
    "chargecore.station.metering.Metering._step_aligned",
    "chargecore.station.metering.Metering._edge",
    "chargecore.station.metering.Metering._write",
    "chargecore.station.recorder.Recorder.prepare",
    "chargecore.station.recorder.Recorder.prepare_in",
    "chargecore.station.recorder.Recorder.start",
    "chargecore.station.recorder.Recorder.stop",
    "chargecore.station.recorder.Recorder.meter",
    "chargecore.station.recorder.Recorder.fill_meter",
    "chargecore.station.recorder.Recorder._put_masks",
    "chargecore.station.recorder.Recorder._head",
    "chargecore.station.recorder.Recorder._append",
    "chargecore.station.session_status.SessionStatus.update",
    "chargecore.station.session_status.SessionStatus.has_timed_out",
    "chargecore.station.session_status.SessionStatus._note",
    "chargecore.station.session_status.SessionStatus._derive",
    "chargecore.station.session_status.SessionStatus._in_transaction",
    "chargecore.station.session_status.SessionStatus._of_power_path",
    "chargecore.station.session_status.SessionStatus._while_closing",
    "chargecore.station.station.Station.connector",
    "chargecore.station.station.Station.by_transaction",
    "chargecore.station.station.Station.start_remotely",
    "chargecore.station.station.Station.step",
    "chargecore.station.station.Station._status",
    "chargecore.station.station.Station.is_charging",
    "chargecore.station.station.Station.is_energised",
    "chargecore.station.station.Station._read_card",
    "chargecore.station.station.Station._share_limit",
    "chargecore.station.station.Station._see_reset_through",
    "chargecore.station.station.Station._has_news",
    "chargecore.station.status_log.StatusLog.update",
    "chargecore.station.status_log.StatusLog.settle",
    "chargecore.station.status_log.StatusLog.report_now",
    "chargecore.station.status_log.StatusLog.collapse",
    "chargecore.station.status_log.StatusLog.take",
    "chargecore.station.status_log.StatusLog.take_present",
    "chargecore.station.status_log.StatusLog.told",
    "chargecore.station.status_log.StatusLog._push",
    "chargecore.station.statuses.is_allowed",
    "chargecore.station.statuses.stepping_stone",
    "chargecore.station.swipe_desk.SwipeDesk.present",
    "chargecore.station.swipe_desk.SwipeDesk.start_remotely",
    "chargecore.station.swipe_desk.SwipeDesk.decided",
    "chargecore.station.swipe_desk.SwipeDesk._settle",
    "chargecore.station.swipe_desk.SwipeDesk._free_connector",
    "chargecore.station.swipe_desk.SwipeDesk._taken_with_parent",
    "chargecore.station.swipe_desk._end_for",
    "chargecore.station.transaction.Transaction.start",
    "chargecore.station.transaction.Transaction.stop",
    "chargecore.station.transaction.Transaction.set_id",
)

_CARD = b"CARD1"
_OTHER = b"CARD2"
_LIST = b"Energy.Active.Import.Register, Voltage.L1,Current.Import.L2 ,Moon"


class TestHeapOfSessions(unittest.TestCase):
    def setUp(self):
        self.world = QuietStation()
        self.config = self.world.config
        self.config.set_text("stop_sampled_list", b"Energy.Active.Import.Register")
        self.config.meter_value_sample_interval_s = 1
        self.config.clock_aligned_data_interval_s = 2
        self.parent = IdTag()
        self.parent.set(b"FAMILY", 0, 6)
        self.card = IdTag()
        self.card.set(_CARD, 0, 5)
        self.controller = self.world.controllers[0]
        self.connector = self.world.connectors[0]
        self.world.link.is_online = True
        self.world.run(2)

    def swipe(self, text, status=0):
        """Hold a card to reader 1 and let the server answer what is asked."""
        world = self.world
        world.reader.swipe(text, 1)
        world.run(2)
        question = world.authorizer.next_question()
        if question is not None:
            question.state = Q_ASKING
            question.parent.copy_from(self.parent)
            world.authorizer.remember(question.tag, status, 99_000_000, self.parent)
            world.authorizer.answered(question, status)
        world.run(2)

    def charge(self):
        """Begin a session on connector 1."""
        self.controller.is_plugged = True
        self.swipe(_CARD)
        self.controller.charge()
        self.world.run(50)
        self.connector.transaction.set_id(7)

    def leave(self):
        """Unplug, and let the server take everything."""
        self.controller.unplug()
        self.world.run(30)
        self.world.tell_all()

    def run_session(self):
        """Charge, rest, charge, and stop with another card of the family."""
        world = self.world
        self.charge()
        self.controller.ev_asks = False
        self.controller.is_energised = False
        world.run(10)
        self.controller.ev_asks = True
        world.run(10)
        self.controller.is_energised = True
        world.run(10)
        self.found = world.station.by_transaction(7)
        world.controllers[1].fault = FAULT_GROUND
        world.run(2)
        self.swipe(_OTHER)
        world.run(5)
        world.controllers[1].fault = 0
        self.leave()

    def test_session(self):
        with locked():
            self.run_session()

        self.assertIs(self.found, self.connector)
        self.assertEqual(self.connector.status.status, statuses.AVAILABLE)
        self.assertEqual(self.world.outbox.pending, 0)
        self.assertTrue(self.connector.transaction.number > 0)

    def test_session_leaves_nothing_behind(self):
        self.assertEqual(growth(self.run_session, 20), 0)

    def test_card_offline_and_card_without_an_answer(self):
        world = self.world
        self.config.allow_offline_tx_for_unknown_id = True
        with locked():
            world.reader.swipe(_CARD, 1)
            world.run(2)
            question = world.authorizer.next_question()
            question.state = Q_ASKING
            world.authorizer.unanswered(question)
            pending = self.connector.pending.length
            world.run(2)
            world.reader.swipe(_CARD, 1)  # takes it back
            world.run(2)
            world.reader.swipe(_CARD, 1)
            world.run(2)
            world.link.is_online = False
            world.authorizer.went_offline()
            again = self.connector.pending.length
            self.connector.drop_pending()

        self.assertEqual((pending, again), (5, 5))

    def test_cable_that_does_not_follow(self):
        self.config.connection_timeout_s = 1
        with locked():
            self.swipe(_CARD)
            self.world.run(30)

        self.assertEqual(self.connector.pending.length, 0)

    def test_refused_card_and_the_lock_after_it(self):
        world = self.world
        with locked():
            self.config.max_energy_on_invalid_id_wh = 10
            self.charge()
            self.connector.refuse()
            world.meters[0].import_wh = 1010
            world.run(5)
            is_held = self.connector.lock_holder.length
            self.swipe(_CARD)
            self.leave()
            self.config.max_energy_on_invalid_id_wh = 0
            self.config.stop_on_invalid_id = False
            self.charge()
            self.connector.refuse()
            world.run(5)
            is_open = self.connector.transaction.is_active
            self.swipe(_CARD)
            self.leave()

        self.assertEqual((is_held, is_open), (5, True))
        self.assertFalse(self.connector.transaction.is_active)

    def test_faults_and_a_plug_pulled_at_the_car(self):
        world = self.world
        with locked():
            self.config.stop_on_ev_side_disconnect = False
            self.charge()
            self.controller.unplug()
            world.run(5)
            status = self.connector.status.status
            self.controller.is_plugged = True
            self.controller.charge()
            world.run(5)
            self.controller.fault = FAULT_GROUND
            world.run(5)
            self.controller.fault = 0
            world.station.fault = FAULT_INTERNAL
            world.run(5)
            world.station.fault = 0
            self.leave()

        self.assertEqual(status, statuses.SUSPENDED_EV)
        self.assertFalse(self.connector.transaction.is_active)

    def test_remote_start_availability_and_limit(self):
        world = self.world
        station = world.station
        with locked():
            self.config.authorize_remote_tx_requests = False
            started_on = station.start_remotely(1, self.card)
            self.controller.is_plugged = True
            world.run(3)
            is_free = station.connector(1).set_operative(False)
            world.run(3)
            self.connector.stop(1, None)
            world.run(5)
            self.connector.set_operative(True)
            self.leave()
            asked_on = station.start_remotely(2, self.card)
            self.connector.status.log.report_now()
            self.connector.status.log.take_present()
            self.connector.status.log.collapse()

        self.assertEqual((started_on, is_free, asked_on), (1, False, 2))

    def test_reset_that_waits_for_the_server(self):
        world = self.world
        self.charge()
        world.station.request_reset(RESET_SOFT, world.ticks.at_ms)
        with locked():
            world.run(5)
            before = world.station.is_reset_due
            world.tell_all()
            world.run(2)

        self.assertEqual((before, world.station.is_reset_due), (False, True))
        self.assertTrue(world.station.reset_kind != RESET_NONE)


class TestHeapOfParts(unittest.TestCase):
    def test_cache_also_when_it_is_full(self):
        cache = AuthCache(4)
        tag = IdTag()
        parent = IdTag()
        names = b"0123456789"
        with locked():
            parent.set(b"P", 0, 1)
            for n in range(8):
                tag.set(names, n, 2)
                cache.put(tag, n % 3, 100 + n, parent, 50)
            status = cache.status(tag, 50)
            cache.parent_into(tag, parent)
            cache.put(tag, n % 3, 100 + n, parent, 50)
            place = cache.find(tag)
            is_full = not cache.is_empty
            cache.clear()

        self.assertEqual((status, place >= 0, cache.find(tag)), (1, True, -1))
        self.assertEqual((cache.evicted, is_full, cache.is_empty), (4, True, True))

    def test_keeper_that_waits_for_the_contactor_and_then_writes(self):
        world = QuietStation()
        tag = IdTag()
        tag.set(_CARD, 0, 5)
        world.controllers[0].is_energised = True
        with locked():
            world.authorizer.remember(tag, 0, 100, tag)
            world.run(5)
            before_len = world.cards.saved_len
            was_energised = world.station.is_energised()
            world.controllers[0].is_energised = False
            is_energised = world.station.is_energised()
            world.run(5)
            world.config.authorization_cache_enabled = False
            written_len = world.cards.saved_len
            world.run(2)

        self.assertEqual((before_len, written_len, world.cards.saved_len), (0, 52, 4))
        self.assertEqual((was_energised, is_energised), (True, False))

    def test_tags(self):
        tag = IdTag()
        other = IdTag()
        with locked():
            tag.set(b"abcDEF", 0, 6)
            other.copy_from(tag)
            is_same = other.equals(tag) and other.matches(b"ABCdef", 0, 6)
            tag.clear()

        self.assertTrue(is_same)
        self.assertEqual(tag.length, 0)

    def test_measurands(self):
        record = Record()
        meter = FakeStationMeter()
        values = array("i", [0] * measurands.COUNT)
        with locked():
            mask = measurands.mask_from_list(_LIST, 0, len(_LIST) - 5, measurands.MASK_ALL)
            bad = measurands.mask_from_list(_LIST, 0, len(_LIST), measurands.MASK_ALL)
            count = measurands.count_of(mask)
            measurands.pack_readings(record, meter, 16_000)
            for bit in range(measurands.COUNT):
                if measurands.is_known(record, bit):
                    values[bit] = measurands.value_of(record, bit)

        self.assertEqual((count, bad), (3, E_RANGE))
        self.assertEqual((values[0], values[10]), (1000, 2300))

    def test_status_table(self):
        with locked():
            allowed = 0
            for status in range(9):
                for next_status in range(9):
                    stone = statuses.stepping_stone(status, next_status)
                    allowed += stone == next_status
                    statuses.is_allowed(status, next_status)

        self.assertTrue(allowed > 40)

    def test_questions_are_found_free(self):
        world = QuietStation()
        tag = IdTag()
        tag.set(_CARD, 0, 5)
        world.link.is_online = True
        with locked():
            first = world.authorizer.ask(1, tag, PURPOSE_START)
            second = world.authorizer.ask(1, tag, PURPOSE_START)

        self.assertEqual((first, second), (True, False))
