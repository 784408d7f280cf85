"""What a card means, depending on what goes on where."""

import unittest

from chargecore.station.auth_cache import TAG_ACCEPTED, TAG_BLOCKED
from chargecore.station.auth_question import (
    PURPOSE_REMOTE_START,
    PURPOSE_START,
    PURPOSE_STOP,
    Q_ASKING,
)
from chargecore.station.stop_reasons import STOP_LOCAL
from fakes.station_world import StationWorld, tag


class TestSwipeDesk(unittest.TestCase):
    def setUp(self):
        self.world = StationWorld(2)
        self.desk = self.world.desk
        self.world.run_ms(100)

    def question(self):
        return self.world.authorizer.next_question()

    def answer(self, status, parent=""):
        question = self.question()
        question.state = Q_ASKING
        question.parent.copy_from(tag(parent))
        self.world.authorizer.answered(question, status)

    def test_asks_for_the_plugged_connector_first(self):
        self.world.controllers[1].plug()
        self.world.run_ms(100)

        self.desk.present(tag("A"), 0)

        self.assertEqual(self.question().connector_id, 2)
        self.assertEqual(self.question().purpose, PURPOSE_START)

    def test_asks_for_the_connector_of_the_reader(self):
        self.desk.present(tag("A"), 2)

        self.assertEqual(self.question().connector_id, 2)

    def test_gives_the_accepted_tag_to_the_connector(self):
        self.desk.present(tag("A"), 0)
        self.answer(TAG_ACCEPTED)

        self.assertEqual(self.world.connector.pending.text(), "A")

    def test_gives_a_refused_tag_to_nobody(self):
        self.desk.present(tag("A"), 0)
        self.answer(TAG_BLOCKED)

        self.assertEqual(self.world.connector.pending.length, 0)

    def test_drops_the_pending_start_on_a_second_swipe(self):
        self.world.accept(0, "A")

        self.desk.present(tag("a"), 0)

        self.assertEqual(self.world.connector.pending.length, 0)
        self.assertIsNone(self.question())

    def test_stops_without_a_question_when_the_tag_started_it(self):
        self.world.start(1, "A")

        self.desk.present(tag("a"), 0)

        self.assertEqual(self.world.connectors[1].stop_reason, STOP_LOCAL)
        self.assertIsNone(self.question())

    def test_asks_nobody_about_a_foreign_tag_when_no_parent_is_known(self):
        self.world.start(0, "A")
        self.world.start(1, "B")

        self.desk.present(tag("C"), 0)

        self.assertIsNone(self.question())

    def test_asks_about_a_foreign_tag_when_the_session_has_a_parent(self):
        self.world.start(0, "A")
        self.world.start(1, "B")
        self.world.connectors[1].transaction.parent.copy_from(tag("FAMILY"))

        self.desk.present(tag("C"), 0)

        self.assertEqual(self.question().purpose, PURPOSE_STOP)
        self.assertEqual(self.question().connector_id, 2)

    def test_stops_for_a_tag_with_the_same_parent(self):
        self.world.start(0, "A")
        self.world.connector.transaction.parent.copy_from(tag("FAMILY"))
        self.desk.present(tag("C"), 1)
        self.answer(TAG_ACCEPTED, "family")

        self.assertEqual(self.world.connector.stop_reason, STOP_LOCAL)

    def test_goes_on_for_a_tag_with_another_parent(self):
        self.world.start(0, "A")
        self.world.connector.transaction.parent.copy_from(tag("FAMILY"))
        self.desk.present(tag("C"), 1)
        self.answer(TAG_ACCEPTED, "OTHERS")

        self.assertEqual(self.world.connector.stop_reason, -1)

    def test_never_takes_a_tag_for_the_parent_it_spells(self):
        self.world.start(0, "A")
        self.world.connector.transaction.parent.copy_from(tag("FAMILY"))
        self.desk.present(tag("FAMILY"), 1)
        self.answer(TAG_ACCEPTED, "")

        self.assertEqual(self.world.connector.stop_reason, -1)

    def test_starts_a_remote_start_without_a_question_when_the_key_says_so(self):
        self.world.config.authorize_remote_tx_requests = False

        self.assertTrue(self.desk.start_remotely(2, tag("R")))

        self.assertEqual(self.world.connectors[1].pending.text(), "R")
        self.assertIsNone(self.question())

    def test_asks_about_a_remote_start_when_the_key_says_so(self):
        self.assertTrue(self.desk.start_remotely(1, tag("R")))

        self.assertEqual(self.question().purpose, PURPOSE_REMOTE_START)

    def test_refuses_a_remote_start_on_a_busy_connector(self):
        self.world.start(0, "A")

        self.assertFalse(self.desk.start_remotely(1, tag("R")))
        self.assertTrue(self.desk.start_remotely(0, tag("R")))

    def test_refuses_a_remote_start_when_unavailable_or_faulted(self):
        self.world.connectors[0].set_operative(False)
        self.world.controllers[1].fault = 3

        self.assertFalse(self.desk.start_remotely(1, tag("R")))
        self.assertFalse(self.desk.start_remotely(2, tag("R")))
        self.assertFalse(self.desk.start_remotely(0, tag("R")))

    def hold_lock(self, parent):
        """End a session of a refused card, which keeps its cable locked."""
        self.world.start(0, "A")
        self.world.connectors[0].transaction.parent.copy_from(tag(parent))
        self.world.connectors[0].refuse()
        self.world.controllers[0].is_energised = False
        self.world.controllers[1].fault = 3
        self.world.run_ms(500)

    def test_unlocks_for_another_card_of_the_same_parent(self):
        """T6."""
        self.hold_lock("FAMILY")
        self.desk.present(tag("B"), 0)
        purpose = self.question().purpose
        self.answer(TAG_ACCEPTED, "FAMILY")

        self.assertEqual(purpose, PURPOSE_STOP)
        self.assertEqual(self.world.connectors[0].lock_holder.length, 0)

    def test_keeps_the_cable_locked_for_a_stranger(self):
        """T6, T11: without a parent nobody is even asked."""
        self.hold_lock("FAMILY")
        self.desk.present(tag("B"), 0)
        self.answer(TAG_ACCEPTED, "OTHERS")
        self.world.connectors[0].transaction.parent.clear()
        self.desk.present(tag("C"), 0)

        self.assertIsNone(self.question())
        self.assertEqual(self.world.connectors[0].lock_holder.text(), "A")


if __name__ == "__main__":
    unittest.main()
