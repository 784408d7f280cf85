"""Local Auth List Management against the server: A1 to A5, A9 to A11, T6, T11 of the rules."""

import unittest

from chargecore.base.events import (
    EV_FLASH_ERROR,
    EV_LIST_CONFLICT,
    EV_LIST_OLD,
    EV_LIST_UPDATED,
)
from chargecore.ocpp16 import keys_local_list
from fakes.core_world import Flash
from fakes.ocpp16_world import Ocpp16World
from fakes.scratch import new_folder, write_bytes

ACCEPTED = {"status": "Accepted"}
BLOCKED = {"status": "Blocked"}
LATER = "2027-01-01T00:00:00Z"
PAST = "2025-01-01T00:00:00Z"
FULL_ENTRY = {
    "idTag": "T" * 20,
    "idTagInfo": {
        "status": "ConcurrentTx",
        "expiryDate": "2026-12-24T10:00:00.000+01:00",
        "parentIdTag": "P" * 20,
    },
}


class BrokenFile:
    """A file that refuses to be read."""

    def seek(self, at):
        raise OSError(5, "EIO")

    def close(self):
        pass


def row(text, status="Accepted", **info):
    """Return an entry of a list."""
    return {"idTag": text, "idTagInfo": dict(status=status, **info)}


class LocalListCase(unittest.TestCase):
    def setUp(self):
        self.flash = Flash(new_folder(self))
        self.world = self.boot()
        self.addCleanup(self.let_go)

    def let_go(self):
        """Close the list of the latest world: its folder goes."""
        file = self.world.authorizer.local_list._file._file
        if file is not None:
            file.close()

    def boot(self, **options):
        """Start the station, again on the same flash."""
        self.world = Ocpp16World(flash=self.flash, **options).boot()
        return self.world

    def send(self, kind, version, *entries, run_ms=400):
        """Send a list. Return the status, or the code of a CALLERROR."""
        payload = {"listVersion": version, "updateType": kind}
        if entries:
            payload["localAuthorizationList"] = list(entries)
        answer = self.world.ask("SendLocalList", payload, run_ms)
        return answer.get("status") if isinstance(answer, dict) else answer

    def version(self):
        return self.world.ask("GetLocalListVersion")["listVersion"]

    def asked(self):
        """Return the cards that Authorize was sent for."""
        return [payload["idTag"] for payload in self.world.payloads("Authorize")]


class UpdateTest(LocalListCase):
    def test_has_version_0_before_any_list_came(self):
        self.assertEqual(self.version(), 0)

    def test_has_version_0_after_an_empty_list(self):
        self.assertEqual(self.send("Full", 1), "Accepted")
        self.assertEqual(self.version(), 0)
        self.assertEqual(self.send("Differential", 1, row("A")), "Accepted")
        self.assertEqual(self.version(), 1)

    def test_takes_a_full_list_of_any_positive_version(self):
        for version in (5, 3, 3, 2147483647, 1):
            with self.subTest(version=version):
                self.assertEqual(self.send("Full", version, row("A")), "Accepted")
                self.assertEqual(self.version(), version)

    def test_takes_a_difference_only_with_a_higher_version(self):
        self.send("Full", 2, row("A"))

        self.assertEqual(self.send("Differential", 5, row("B")), "Accepted")
        for version in (5, 4, 1):
            status = self.send("Differential", version, row("A", "Blocked"))
            self.assertEqual(status, "VersionMismatch")

        self.assertEqual(self.version(), 5)

    def test_refuses_a_version_that_means_something_else(self):
        """[E 3.52]: listVersion 0 and -1 are no versions of a list."""
        self.send("Full", 2, row("A"))
        for version in (0, -1):
            for kind in ("Full", "Differential"):
                code = self.send(kind, version, row("B"))
                self.assertEqual(code, "PropertyConstraintViolation")

        self.assertEqual(self.version(), 2)

    def test_takes_as_many_entries_as_it_says_with_all_they_can_hold(self):
        most = int(self.value("SendLocalListMaxLength"))
        entries = [dict(FULL_ENTRY, idTag="T%019d" % (most - n)) for n in range(most)]

        self.assertEqual(self.send("Full", 1, *entries), "Accepted")

        self.assertEqual(self.world.authorizer.local_list._file.count, most)
        self.assertTrue(self.world.channel.rx_len < 6144)

    def test_refuses_one_entry_more_and_keeps_the_list(self):
        most = int(self.value("SendLocalListMaxLength"))
        self.send("Full", 1, row("OLD"))
        entries = [row("T%d" % n) for n in range(most + 1)]

        self.assertEqual(self.send("Full", 2, *entries), "OccurenceConstraintViolation")

        self.assertEqual(self.version(), 1)

    def test_refuses_a_list_of_more_tokens_than_it_reads_at_once(self):
        self.send("Full", 1, row("OLD"))

        code = self.send("Full", 2, *[row("T%d" % n) for n in range(60)])

        self.assertEqual(code, "OccurenceConstraintViolation")
        self.assertEqual(self.version(), 1)

    def value(self, key):
        return self.world.ask("GetConfiguration", {"key": [key]})["configurationKey"][0]["value"]

    def test_refuses_what_would_make_the_list_too_long_and_keeps_it(self):
        world = self.boot(presets={"LocalAuthListMaxLength": "3"})
        self.send("Full", 1, row("A"), row("B"), row("C"))

        self.assertEqual(self.send("Differential", 2, row("D")), "Failed")
        self.assertEqual(self.send("Full", 3, *[row(c) for c in "WXYZ"]), "Failed")

        self.assertEqual(self.version(), 1)
        self.assertEqual(world.authorizer.local_list._file.count, 3)
        self.assertEqual(self.send("Differential", 2, row("D"), {"idTag": "a"}), "Accepted")

    def test_takes_the_last_of_two_entries_for_one_card(self):
        world = self.world
        world.set("LocalPreAuthorize", "true")
        self.send("Full", 1, row("card", "Blocked"), row("X"), row("CARD"), row("Card"))

        self.assertEqual(world.authorizer.local_list._file.count, 2)
        world.swipe("CARD")

        self.assertEqual(self.asked(), [])
        self.assertEqual(self.send("Differential", 2, row("X"), {"idTag": "x"}), "Accepted")
        self.assertEqual(world.authorizer.local_list._file.count, 1)

    def test_needs_an_id_tag_info_in_a_full_list(self):
        self.send("Full", 1, row("OLD"))
        for entry in ({"idTag": "A"}, {"idTag": "A", "idTagInfo": None}):
            code = self.send("Full", 2, row("B"), entry)
            self.assertEqual(code, "OccurenceConstraintViolation")

        self.assertEqual(self.version(), 1)

    def test_fails_for_a_card_that_it_cannot_hold(self):
        self.send("Full", 1, row("OLD"))
        for entry in (row(""), row("\u20ac" * 7), row("A", parentIdTag="\u20ac" * 7)):
            with self.subTest(entry=entry):
                self.assertEqual(self.send("Full", 2, entry), "Failed")

        self.assertEqual(self.version(), 1)
        self.assertEqual(self.send("Full", 2, row("\u20ac" * 6, parentIdTag="")), "Accepted")

    def test_refuses_what_breaks_the_schema(self):
        self.send("Full", 1, row("OLD"))
        for payload, code in (
            ({"listVersion": 2}, "OccurenceConstraintViolation"),
            ({"updateType": "Full"}, "OccurenceConstraintViolation"),
            ({"listVersion": "2", "updateType": "Full"}, "TypeConstraintViolation"),
            ({"listVersion": 2, "updateType": "Partial"}, "PropertyConstraintViolation"),
            (self.payload([{}]), "OccurenceConstraintViolation"),
            (self.payload(["A"]), "TypeConstraintViolation"),
            (self.payload({}), "TypeConstraintViolation"),
            (self.payload([row("A" * 21)]), "PropertyConstraintViolation"),
            (self.payload([row("A", "Fine")]), "PropertyConstraintViolation"),
            (self.payload([row("A", expiryDate="soon")]), "PropertyConstraintViolation"),
            (self.payload([row("A", parentIdTag=5)]), "TypeConstraintViolation"),
            (self.payload([row("A", color="red")]), "FormationViolation"),
            (self.payload([dict(row("A"), color="red")]), "FormationViolation"),
        ):
            with self.subTest(payload=payload):
                self.assertEqual(self.world.ask("SendLocalList", payload), code)

        self.assertEqual(self.version(), 1)

    def payload(self, entries):
        return {"listVersion": 2, "updateType": "Full", "localAuthorizationList": entries}

    def test_fails_when_flash_refuses(self):
        world = self.boot(presets={})
        self.send("Full", 1, row("OLD"))
        local_list = world.authorizer.local_list
        local_list.update._side_path = "/no-such-folder/list.new"

        self.assertEqual(self.send("Full", 2, row("NEW")), "Failed")
        self.assertEqual(self.version(), 1)

        local_list.update._side_path = self.flash.folder + "/list.new"
        self.assertEqual(self.send("Full", 2, row("NEW")), "Accepted")

    def test_fails_while_another_update_is_under_way(self):
        self.send_many(200)
        first_id = self.world.send("SendLocalList", self.difference())
        self.world.run_ms(50)

        self.assertEqual(self.send("Full", 1000, row("B"), run_ms=100), "Failed")
        self.world.run_ms(1000)

        answers = [message[2] for message in self.world.results if message[1] == first_id]
        self.assertEqual(answers, [{"status": "Accepted"}])
        self.assertEqual(self.version(), 999)

    def difference(self):
        """Return an update that takes a while after send_many()."""
        return dict(self.payload([row("A")]), listVersion=999, updateType="Differential")

    def send_many(self, count):
        for first in range(0, count, 20):
            entries = [row("T%05d" % n) for n in range(first, first + 20)]
            self.assertEqual(
                self.send("Differential", first + 1, *entries, run_ms=1500), "Accepted"
            )

    def test_fails_while_another_answer_is_owed(self):
        self.world.controller.unlock_result = 0
        self.world.send("UnlockConnector", {"connectorId": 1})
        self.world.run_ms(100)

        self.assertEqual(self.send("Full", 1, row("A")), "Failed")

        self.assertEqual(self.world.authorizer.local_list._file.count, 0)
        self.assertFalse(self.world.authorizer.local_list.update.is_running)

    def test_finishes_without_an_answer_when_the_connection_is_lost(self):
        self.send_many(200)
        self.world.send("SendLocalList", self.difference())
        self.world.run_ms(100)
        self.assertTrue(self.world.authorizer.local_list.update.is_running)
        results = len(self.world.results)
        self.world.close()
        self.world.run_ms(2000)
        self.world.open()
        self.world.run_ms(1000)

        self.assertEqual(len(self.world.results), results)
        self.assertEqual(self.version(), 999)

    def test_does_not_answer_the_wrong_call_after_a_reconnect(self):
        self.send_many(200)
        self.world.send("SendLocalList", self.difference())
        self.world.run_ms(100)
        self.world.close()
        self.world.open()
        self.world.controller.unlock_result = 0
        unlock_id = self.world.send("UnlockConnector", {"connectorId": 1})
        self.world.run_ms(2000)

        self.assertEqual([m for m in self.world.results if m[1] == unlock_id], [])
        self.world.controller.unlock_result = 1
        self.world.run_ms(200)
        answers = [m[2] for m in self.world.results if m[1] == unlock_id]
        self.assertEqual(answers, [{"status": "Unlocked"}])

    def test_keeps_the_list_over_a_restart(self):
        self.send("Full", 7, row("A"), row("B"))
        self.let_go()
        self.boot(boot_number=8)

        self.assertEqual(self.version(), 7)
        self.assertEqual(self.send("Differential", 7, row("C")), "VersionMismatch")

    def test_takes_the_list_before_when_an_update_was_cut_off(self):
        self.send("Full", 7, row("A"))
        self.send("Full", 8, row("B"))
        self.let_go()
        newest = self.world.authorizer.local_list._file._idx
        write_bytes(self.flash.folder + "/list" + (".a", ".b")[newest], b"half")
        world = self.boot(boot_number=8)

        self.assertEqual(self.version(), 7)
        self.assertIn(EV_LIST_OLD, world.event_codes())

    def test_tells_who_reads_the_log(self):
        self.send("Full", 7, row("A"))

        self.assertIn(EV_LIST_UPDATED, self.world.event_codes())

    def test_takes_a_list_while_the_boot_is_pending(self):
        """B3: a server may prepare a station before it accepts it."""
        self.let_go()
        self.world = world = Ocpp16World(flash=self.flash, boot_number=8)
        world.answers["BootNotification"] = {
            "status": "Pending",
            "currentTime": "2026-11-24T10:00:00Z",
            "interval": 300,
        }
        world.boot()

        self.assertEqual(self.send("Full", 3, row("A")), "Accepted")
        self.assertEqual(self.version(), 3)


class SwitchedOffTest(LocalListCase):
    def test_has_no_version_takes_no_update_and_helps_nobody(self):
        self.send("Full", 3, row("A"))
        self.world.set("LocalPreAuthorize", "true")
        self.world.set("LocalAuthListEnabled", "false")

        self.assertEqual(self.version(), -1)
        self.assertEqual(self.send("Full", 4, row("B")), "NotSupported")
        self.world.swipe("A")
        self.assertEqual(self.asked(), ["A"])

    def test_is_there_again_when_it_is_switched_on(self):
        self.send("Full", 3, row("A"))
        self.world.set("LocalAuthListEnabled", "false")
        self.world.set("LocalAuthListEnabled", "true")

        self.assertEqual(self.version(), 3)

    def test_is_not_supported_when_the_profile_is_not_loaded(self):
        """A11. The keys are unknown then."""
        world = Ocpp16World({"profiles": ["Core"]}).boot()

        self.assertEqual(world.ask("GetLocalListVersion"), "NotSupported")
        status = world.ask("SendLocalList", {"listVersion": 1, "updateType": "Full"})
        self.assertEqual(status, "NotSupported")
        answer = world.ask("GetConfiguration", {"key": ["LocalAuthListEnabled"]})
        self.assertEqual(answer, {"unknownKey": ["LocalAuthListEnabled"]})
        self.assertEqual(world.set("LocalAuthListEnabled", "true"), "NotSupported")


class KeyEffectsTest(LocalListCase):
    """The test of key X is check_X, as in test_key_effects.py."""

    def test_every_key_has_a_check_and_passes_it(self):
        for key in keys_local_list.TABLE:
            with self.subTest(key=key[0]):
                getattr(self, "check_" + key[0].decode())()
                self.let_go()

    def check_LocalAuthListEnabled(self):
        for value, version in (("true", 3), ("false", -1)):
            self.boot()
            self.send("Full", 3, row("A"))
            self.world.set("LocalAuthListEnabled", value)
            self.assertEqual(self.version(), version)

    def check_LocalAuthListMaxLength(self):
        for most, status in (("1", "Failed"), ("2", "Accepted")):
            self.boot(presets={"LocalAuthListMaxLength": most, "LocalAuthListEnabled": "true"})
            self.world.set("LocalAuthListEnabled", "true")
            self.assertEqual(self.send("Full", 1, row("A"), row("B")), status)
        self.assertEqual(self.world.set("LocalAuthListMaxLength", "5"), "Rejected")

    def check_SendLocalListMaxLength(self):
        for most, status in (("1", "OccurenceConstraintViolation"), ("2", "Accepted")):
            self.boot(presets={"SendLocalListMaxLength": most})
            self.assertEqual(self.send("Full", 1, row("A"), row("B")), status)
        self.assertEqual(self.world.set("SendLocalListMaxLength", "5"), "Rejected")


class WhoIsAskedTest(LocalListCase):
    """A1 to A5 with cards that the list knows."""

    def test_starts_without_asking_when_the_list_knows_the_card(self):
        self.world.set("LocalPreAuthorize", "true")
        self.send("Full", 1, row("Tag1", expiryDate=LATER))

        self.world.charge("TAG1")

        self.assertEqual(self.asked(), [])
        self.assertEqual(self.world.payloads("StartTransaction")[0]["idTag"], "TAG1")

    def test_asks_about_a_listed_card_without_pre_authorization(self):
        self.send("Full", 1, row("TAG1"))

        self.world.charge("TAG1")

        self.assertEqual(self.asked(), ["TAG1"])

    def test_asks_about_a_card_that_the_list_refuses(self):
        self.world.set("LocalPreAuthorize", "true")
        entries = [row("A", "Blocked"), row("B", "Invalid"), row("C", "Expired")]
        entries += [row("D", "ConcurrentTx"), row("E", expiryDate=PAST)]
        self.send("Full", 1, *entries)
        for text in "ABCDE":
            self.world.swipe(text)
            self.world.swipe(text)  # drops the pending start

        self.assertEqual(self.asked(), list("ABCDE"))

    def test_asks_when_the_list_cannot_be_read(self):
        self.world.set("LocalPreAuthorize", "true")
        self.send("Full", 1, row("A"))
        self.let_go()
        self.world.authorizer.local_list._file._file = BrokenFile()

        self.world.swipe("A")

        self.assertEqual(self.asked(), ["A"])
        self.assertIn(EV_FLASH_ERROR, self.world.event_codes())

    def test_list_outranks_the_cache(self):
        self.world.set("LocalPreAuthorize", "true")
        self.world.swipe("A")  # into the cache
        self.world.swipe("A")
        self.send("Full", 1, row("A", "Blocked"))

        self.world.swipe("A")

        self.assertEqual(self.asked(), ["A", "A"])

    def test_starts_remotely_without_asking(self):
        self.world.set("LocalPreAuthorize", "true")
        self.send("Full", 1, row("A"))

        status = self.world.status_of("RemoteStartTransaction", connectorId=1, idTag="a")

        self.assertEqual((status, self.asked()), ("Accepted", []))
        self.assertEqual(self.world.connector.pending.text(), "a")

    def test_offline_starts_listed_cards_and_refuses_those_the_list_refuses(self):
        self.world.set("AllowOfflineTxForUnknownId", "true")
        self.send("Full", 1, row("A"), row("B", "Blocked"), row("E", expiryDate=PAST))
        self.world.close()
        for text, is_taken in (("A", True), ("B", False), ("E", False), ("NEW", True)):
            with self.subTest(text=text):
                self.world.swipe(text)
                self.assertEqual(self.world.connector.pending.length > 0, is_taken)
                self.world.connector.drop_pending()

    def test_offline_a_listed_card_needs_leave(self):
        self.world.set("LocalAuthorizeOffline", "false")
        self.send("Full", 1, row("A"))
        self.world.close()

        self.world.swipe("A")

        self.assertEqual(self.world.connector.pending.length, 0)

    def test_a_card_with_a_date_counts_as_expired_while_the_time_is_unknown(self):
        self.send("Full", 1, row("A", expiryDate=LATER), row("B"))
        self.let_go()
        self.world = world = Ocpp16World(flash=self.flash, boot_number=8)
        world.link.is_known = True
        world.run_ms(500)
        for text, is_taken in (("A", False), ("B", True)):
            world.swipe(text)
            self.assertEqual(world.connector.pending.length > 0, is_taken)
            world.connector.drop_pending()

    def test_listed_cards_stay_out_of_the_cache(self):
        """T6, A1."""
        self.send("Full", 1, row("TAG1"))

        self.world.charge("TAG1")
        self.world.swipe("TAG1")

        self.assertTrue(self.world.cache.is_empty)
        self.send("Full", 2, row("OTHER"))
        self.world.controller.unplug()
        self.world.run_ms(3000)
        self.world.charge("TAG1")
        self.assertFalse(self.world.cache.is_empty)

    def test_a_card_of_the_same_listed_parent_stops_the_session(self):
        """T11: parent with parent, both from the list, nobody is asked."""
        self.world.set("LocalPreAuthorize", "true")
        entries = [row("A", parentIdTag="FAM"), row("B", parentIdTag="fam"), row("C")]
        self.send("Full", 1, *entries)
        self.world.charge("A")

        self.world.swipe("C")
        self.assertTrue(self.world.connector.transaction.is_active)
        self.world.swipe("B", run_ms=1000)

        self.assertFalse(self.world.connector.transaction.is_active)
        self.assertEqual(self.world.payloads("StopTransaction")[0]["idTag"], "B")
        self.assertEqual(self.asked(), [])

    def test_a_card_of_the_listed_parent_may_use_the_reservation(self):
        """V3: the parent is looked up in the list; a stranger is refused."""
        self.world.set("LocalPreAuthorize", "true")
        self.send("Full", 1, row("FRIEND", parentIdTag="fam"), row("STRANGER"))
        status = self.world.status_of(
            "ReserveNow",
            connectorId=1,
            expiryDate=LATER,
            idTag="OWNER",
            parentIdTag="FAM",
            reservationId=5,
        )
        self.assertEqual(status, "Accepted")

        self.world.swipe("STRANGER")
        self.assertEqual(self.world.connector.pending.length, 0)
        self.world.charge("FRIEND")

        self.assertEqual(self.asked(), [])
        self.assertEqual(self.world.payloads("StartTransaction")[0]["reservationId"], 5)


class ConflictTest(LocalListCase):
    """A10, S10: LocalListConflict with connectorId 0."""

    def start(self, listed, status):
        """Start a session of a card whose StartTransaction is answered so."""
        self.world.set("LocalPreAuthorize", "true")
        self.send("Full", 1, listed)
        self.world.answers["StartTransaction"] = {
            "idTagInfo": {"status": status},
            "transactionId": 7,
        }
        self.world.charge("TAG1")
        self.world.run_ms(500)

    def conflicts(self):
        """Return (status, errorCode) of every StatusNotification of connectorId 0."""
        return [
            (payload["status"], payload["errorCode"])
            for payload in self.world.payloads("StatusNotification")
            if payload["connectorId"] == 0
        ]

    def test_is_told_when_the_server_refuses_a_card_that_the_list_accepts(self):
        self.start(row("TAG1"), "Blocked")

        self.assertEqual(self.conflicts(), [("Available", "LocalListConflict")])
        self.assertIn(EV_LIST_CONFLICT, self.world.event_codes())
        self.assertEqual(self.version(), 1)

    def test_is_told_when_the_server_accepts_a_card_that_the_list_refuses(self):
        self.start(row("TAG1", "Invalid"), "Accepted")

        self.assertEqual(self.conflicts(), [("Available", "LocalListConflict")])

    def test_is_not_told_when_they_agree_or_the_list_has_no_say(self):
        for listed, status in (
            (row("TAG1"), "Accepted"),
            (row("TAG1", "Blocked"), "Invalid"),
            (row("TAG1"), "ConcurrentTx"),
            (row("OTHER", "Blocked"), "Accepted"),
            (row("OTHER"), "Blocked"),
            (row("TAG1", expiryDate=PAST), "Accepted"),
            (row("TAG1", expiryDate=PAST), "Expired"),
        ):
            with self.subTest(listed=listed, status=status):
                self.let_go()
                self.flash = Flash(self.flash.folder)
                self.boot()
                self.start(listed, status)
                self.assertEqual(len(self.world.payloads("StartTransaction")), 1)
                self.assertEqual(self.conflicts(), [])

    def test_is_over_with_the_next_list(self):
        self.start(row("TAG1"), "Blocked")

        self.send("Differential", 2, row("TAG1", "Blocked"))
        self.world.run_ms(500)

        told = [("Available", "LocalListConflict"), ("Available", "NoError")]
        self.assertEqual(self.conflicts(), told)

    def test_is_over_when_the_list_is_switched_off(self):
        self.start(row("TAG1"), "Blocked")

        self.world.set("LocalAuthListEnabled", "false")
        self.world.run_ms(500)

        self.assertEqual(self.conflicts()[-1], ("Available", "NoError"))

    def test_stays_when_an_update_fails(self):
        self.start(row("TAG1"), "Blocked")

        self.send("Differential", 1, row("TAG1", "Blocked"))
        self.world.run_ms(500)

        self.assertEqual(self.conflicts(), [("Available", "LocalListConflict")])


if __name__ == "__main__":
    unittest.main()
