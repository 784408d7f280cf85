"""Authorize: asking the server about a card, and what is done with its answer."""

import unittest

from fakes.ocpp16_world import Ocpp16World

REFUSALS = ("Blocked", "Expired", "Invalid", "ConcurrentTx")


def info(status, **more):
    return {"idTagInfo": dict(more, status=status)}


class AuthorizeTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World().boot()

    def swipe_and_plug(self, text="TAG1"):
        self.world.swipe(text)
        self.world.controller.plug()
        self.world.run_ms(500)

    def test_asks_once_and_starts_when_the_card_comes_first(self):
        """T5, TC_004_1: no second Authorize at the plug."""
        self.swipe_and_plug()

        self.assertEqual(self.world.payloads("Authorize"), [{"idTag": "TAG1"}])
        self.assertEqual(len(self.world.payloads("StartTransaction")), 1)
        self.assertEqual(self.world.statuses()[0], (1, "Preparing"))

    def test_does_not_start_when_the_card_is_refused(self):
        """A5, TC_023."""
        for status in REFUSALS:
            with self.subTest(status=status):
                self.world = Ocpp16World().boot()
                self.world.answers["Authorize"] = info(status)
                self.swipe_and_plug()

                self.assertEqual(self.world.payloads("StartTransaction"), [])
                self.assertEqual(self.world.statuses(), [(1, "Preparing")])

    def test_returns_to_available_when_no_cable_follows(self):
        """R3, S13, TC_004_2."""
        self.world.set("ConnectionTimeOut", "5")
        self.world.swipe()
        self.world.run_ms(6000)
        self.world.controller.plug()
        self.world.run_ms(500)

        self.assertEqual(self.world.payloads("StartTransaction"), [])
        self.assertEqual(
            self.world.statuses(), [(1, "Preparing"), (1, "Available"), (1, "Preparing")]
        )

    def test_asks_again_about_a_cached_card_without_pre_authorization(self):
        """A3."""
        self.world.swipe()
        self.world.swipe()  # takes it back
        self.world.swipe()

        self.assertEqual(len(self.world.payloads("Authorize")), 2)

    def test_starts_without_asking_for_a_cached_card_with_pre_authorization(self):
        """A2, TC_007."""
        self.world.set("LocalPreAuthorize", "true")
        self.swipe_and_plug()
        self.world.swipe()
        self.world.controller.unplug()
        self.world.run_ms(2000)
        self.world.take_calls()

        self.swipe_and_plug("tag1")

        self.assertEqual(self.world.payloads("Authorize"), [])
        self.assertEqual(len(self.world.payloads("StartTransaction")), 1)

    def test_asks_about_a_card_that_the_cache_knows_as_refused(self):
        """A2: its status may have changed."""
        self.world.set("LocalPreAuthorize", "true")
        self.world.answers["Authorize"] = info("Blocked")
        self.world.swipe()
        self.world.answers["Authorize"] = info("Accepted")
        self.swipe_and_plug()

        self.assertEqual(len(self.world.payloads("Authorize")), 2)
        self.assertEqual(len(self.world.payloads("StartTransaction")), 1)

    def test_asks_about_a_card_whose_date_has_passed(self):
        """A6."""
        self.world.set("LocalPreAuthorize", "true")
        for date in ("2026-11-24T10:00:10Z", "2001-01-01T00:00:00Z"):
            with self.subTest(date=date):
                self.world.answers["Authorize"] = info("Accepted", expiryDate=date)
                self.world.swipe(date[:4])
                self.world.swipe(date[:4])
                self.world.run_ms(20_000, 100)
                self.world.take_calls()
                self.world.swipe(date[:4])
                self.assertEqual(len(self.world.payloads("Authorize")), 1)
                self.world.swipe(date[:4])

    def test_trusts_a_card_whose_date_is_odd_or_far_away(self):
        """An odd date must not turn Accepted into no answer."""
        self.world.set("LocalPreAuthorize", "true")
        for n, date in enumerate(("2099-01-01T00:00:00Z", "never", 5, None)):
            with self.subTest(date=date):
                text = "C{}".format(n)
                self.world.answers["Authorize"] = info("Accepted", expiryDate=date)
                self.world.swipe(text)
                self.world.swipe(text)
                self.world.take_calls()
                self.world.swipe(text)
                self.assertEqual(self.world.payloads("Authorize"), [])
                self.world.swipe(text)

    def test_decides_by_the_offline_rules_when_the_server_fails(self):
        """A4: an answer that says nothing is no answer."""
        self.world.config.allow_offline_tx_for_unknown_id = True
        for answer in (("error", "InternalError"), {}, info("Fine"), {"idTagInfo": 5}):
            with self.subTest(answer=answer):
                self.world.answers["Authorize"] = answer
                self.world.swipe("NEW")
                self.assertEqual(self.world.connector.pending.length, 3)
                self.world.swipe("NEW")

    def test_decides_by_the_offline_rules_when_the_connection_breaks(self):
        """A4: and does not ask a second time."""
        self.world.config.allow_offline_tx_for_unknown_id = True
        self.world.mute.append("Authorize")
        self.world.swipe("NEW")
        self.world.close()

        self.assertEqual(self.world.connector.pending.length, 3)

    def test_decides_what_was_not_even_asked_when_the_connection_breaks(self):
        """A4: the question still waited for its turn."""
        self.world.config.allow_offline_tx_for_unknown_id = True
        self.world.mute.append("StatusNotification")
        self.world.controller.plug()
        self.world.run_ms(200)
        self.world.swipe("NEW", 50)
        self.world.close()

        self.assertEqual(self.world.payloads("Authorize"), [])
        self.assertEqual(self.world.connector.pending.length, 3)

    def test_ignores_an_answer_that_comes_too_late(self):
        """J6."""
        world = self.world
        world.mute.append("Authorize")
        world.swipe("NEW")
        world.run_ms(31_000, 100)
        world.answer("Authorize", info("Accepted"))
        world.run_ms(500)

        self.assertEqual(world.connector.pending.length, 0)

    def test_stops_with_another_card_of_the_same_parent(self):
        """T11, A8, TC_069: StopTransaction carries the stopping card."""
        world = self.world
        world.answers["Authorize"] = info("Accepted", parentIdTag="FAMILY")
        world.charge("TAG1")
        world.swipe("TAG2")
        world.run_ms(500)

        self.assertEqual(world.payloads("Authorize")[-1], {"idTag": "TAG2"})
        self.assertEqual(world.payloads("StopTransaction")[0]["idTag"], "TAG2")
        self.assertEqual(world.payloads("StopTransaction")[0]["reason"], "Local")

    def test_does_not_stop_with_a_card_of_another_parent(self):
        """T11, A8: also not when the tag itself is the parent."""
        world = self.world
        world.answers["Authorize"] = info("Accepted", parentIdTag="FAMILY")
        world.charge("TAG1")
        world.answers["Authorize"] = info("Accepted", parentIdTag="OTHERS")
        world.swipe("TAG2")
        world.answers["Authorize"] = info("Accepted")
        world.swipe("FAMILY")

        self.assertEqual(world.payloads("StopTransaction"), [])

    def test_does_not_ask_about_a_foreign_card_when_no_parent_is_known(self):
        """T11, TC_068."""
        self.world.charge("TAG1")
        self.world.take_calls()
        self.world.swipe("TAG2")
        foreign = self.world.actions()
        self.world.swipe("tag1")
        self.world.run_ms(500)

        self.assertEqual(foreign, [])
        self.assertEqual(self.world.payloads("StopTransaction")[0]["idTag"], "tag1")

    def test_takes_the_parent_that_start_transaction_tells(self):
        """T11: a parent may become known only then."""
        world = self.world
        world.answers["StartTransaction"] = dict(
            info("Accepted", parentIdTag="FAMILY"), transactionId=7
        )
        world.charge("TAG1")
        world.answers["Authorize"] = info("Accepted", parentIdTag="FAMILY")
        world.swipe("TAG2")
        world.run_ms(500)

        self.assertEqual(len(world.payloads("StopTransaction")), 1)

    def test_gives_a_locked_cable_to_the_same_family(self):
        """T6: after a refused start the cable stays locked for the card or one of its parent."""
        world = self.world
        world.answers["Authorize"] = info("Accepted", parentIdTag="FAMILY")
        world.answers["StartTransaction"] = dict(info("Invalid"), transactionId=7)
        world.charge("TAG1")
        world.run_ms(500)
        holder = world.connector.lock_holder.text()
        world.answers["Authorize"] = info("Accepted", parentIdTag="OTHERS")
        world.swipe("TAG3")
        still = world.connector.lock_holder.text()
        world.answers["Authorize"] = info("Accepted", parentIdTag="FAMILY")
        world.swipe("TAG2")

        self.assertEqual((holder, still), ("TAG1", "TAG1"))
        self.assertEqual(world.connector.lock_holder.length, 0)
        self.assertEqual(world.controller.history[-1], ("lock", False))

    def test_takes_a_parent_too_long_to_hold_for_none(self):
        """A7: 20 letters outside ASCII are more than 20 bytes."""
        world = self.world
        world.answers["Authorize"] = info("Accepted", parentIdTag="\u00e4" * 20)
        world.charge("TAG1")

        self.assertEqual(world.connector.transaction.parent.length, 0)
        self.assertTrue(world.connector.transaction.is_active)

    def test_writes_a_card_as_it_was_read(self):
        """A7: any content, one spelling; quotes and controls are escaped."""
        self.world.swipe('a"b\\c\n\u00e9')

        self.assertEqual(self.world.payloads("Authorize"), [{"idTag": 'a"b\\c\n\u00e9'}])
