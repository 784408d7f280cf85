"""Who may charge: cache, server, and the rules without a server."""

import unittest

from chargecore.station.auth_cache import (
    NO_EXPIRY,
    TAG_ACCEPTED,
    TAG_BLOCKED,
    TAG_UNKNOWN,
)
from chargecore.station.auth_question import PURPOSE_START, PURPOSE_STOP, Q_ASKING
from chargecore.station.authorizer import (
    WAY_CACHE,
    WAY_OFFLINE_UNKNOWN,
    WAY_SERVER,
)
from fakes.station_world import StationWorld, tag


class TestAuthorizer(unittest.TestCase):
    def setUp(self):
        self.world = StationWorld()
        self.config = self.world.config
        self.authorizer = self.world.authorizer
        self.answers = []
        self.authorizer.set_handler(self.note)

    def note(self, question, status, way):
        self.answers.append((question.tag.text(), status, way))

    def cache(self, text, status):
        self.world.cache.put(tag(text), status, NO_EXPIRY, tag(""), 0)

    def ask(self, text, purpose=PURPOSE_START):
        return self.authorizer.ask(1, tag(text), purpose)

    def test_asks_the_server_when_online(self):
        self.cache("A", TAG_ACCEPTED)

        self.assertTrue(self.ask("A"))

        self.assertEqual(self.answers, [])
        self.assertEqual(self.authorizer.next_question().tag.text(), "A")

    def test_answers_from_the_cache_when_pre_authorization_is_on(self):
        self.config.local_pre_authorize = True
        self.cache("A", TAG_ACCEPTED)

        self.ask("A")

        self.assertEqual(self.answers, [("A", TAG_ACCEPTED, WAY_CACHE)])

    def test_asks_about_a_tag_the_cache_knows_as_blocked(self):
        self.config.local_pre_authorize = True
        self.cache("A", TAG_BLOCKED)

        self.ask("A")

        self.assertEqual(self.answers, [])

    def test_does_not_use_a_disabled_cache(self):
        self.config.local_pre_authorize = True
        self.config.authorization_cache_enabled = False
        self.cache("A", TAG_ACCEPTED)

        self.ask("A")

        self.assertEqual(self.answers, [])

    def test_passes_on_what_the_server_said(self):
        self.ask("A")
        question = self.authorizer.next_question()
        question.state = Q_ASKING

        self.authorizer.answered(question, TAG_BLOCKED)

        self.assertEqual(self.answers, [("A", TAG_BLOCKED, WAY_SERVER)])

    def test_refuses_a_second_question_for_the_same_connector(self):
        self.ask("A")

        self.assertFalse(self.ask("B"))

    def test_denies_everybody_offline_before_any_server_accepted_the_station(self):
        self.world.link.is_online = False
        self.world.link.is_known = False
        self.config.allow_offline_tx_for_unknown_id = True
        self.cache("A", TAG_ACCEPTED)

        self.ask("A")

        self.assertEqual(self.answers[0][1], TAG_UNKNOWN)

    def test_gives_an_unknown_tag_no_benefit_of_the_doubt_for_a_stop(self):
        self.world.link.is_online = False
        self.config.allow_offline_tx_for_unknown_id = True

        self.ask("A", PURPOSE_STOP)

        self.assertEqual(self.answers[0][1], TAG_UNKNOWN)

    def test_decides_offline_what_was_open_when_the_connection_died(self):
        self.config.allow_offline_tx_for_unknown_id = True
        self.ask("A")
        self.world.link.is_online = False

        self.authorizer.went_offline()

        self.assertEqual(self.answers, [("A", TAG_ACCEPTED, WAY_OFFLINE_UNKNOWN)])

    def test_decides_offline_when_the_server_gives_no_answer(self):
        self.ask("A")
        question = self.authorizer.next_question()
        question.state = Q_ASKING

        self.authorizer.unanswered(question)

        self.assertEqual(self.answers[0][1], TAG_UNKNOWN)

    def test_remembers_nothing_while_the_cache_is_disabled(self):
        self.config.authorization_cache_enabled = False

        self.authorizer.remember(tag("A"), TAG_ACCEPTED, NO_EXPIRY, tag(""))

        self.assertEqual(self.world.cache.status(tag("A"), 0), TAG_UNKNOWN)


if __name__ == "__main__":
    unittest.main()
