"""ReserveNow and CancelReservation: answers, who may start, what ends a reservation."""

import unittest

from chargecore.base.clock import QUALITY_CSMS, WALL_UNKNOWN
from chargecore.safety.faults import FAULT_GROUND
from fakes.core_world import tag
from fakes.ocpp16_world import Ocpp16World

_END = "2026-11-24T11:00:00Z"  # an hour after the boot
_FAMILY = {"idTagInfo": {"status": "Accepted", "parentIdTag": "FAMILY"}}


class ReservationCase(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World({"connectors": 2}).boot()
        self.world.answers["BootNotification"]["interval"] = 80_000

    def reserve(self, connector=1, number=7, text="A", end=_END, **fields):
        return self.world.status_of(
            "ReserveNow",
            connectorId=connector,
            expiryDate=end,
            idTag=text,
            reservationId=number,
            **fields,
        )

    def cancel(self, number=7):
        return self.world.status_of("CancelReservation", reservationId=number)

    def start_of(self, text, connector=1):
        """Swipe and plug. Return the StartTransaction, None when there is none."""
        self.world.swipe(text, connector=connector)
        self.world.controllers[connector - 1].plug()
        self.world.run_ms(600)
        starts = self.world.payloads("StartTransaction")
        return starts[-1] if starts else None

    def restart(self):
        """Cut the power."""
        self.world = Ocpp16World({"connectors": 2}, self.world.flash, 8)
        self.world.open()
        self.world.run_ms(2000)


class TestAnswers(ReservationCase):
    def test_rejects_what_cannot_be_a_reservation(self):
        for fields in (
            {"connector": 3},
            {"connector": -1},
            {"end": "2026-11-24T09:59:59Z"},
            {"end": "1999-01-01T00:00:00Z"},
            {"text": ""},
            {"text": "\u00e4" * 11},  # 22 bytes
            {"parentIdTag": "\u00e4" * 11},
        ):
            self.assertEqual(self.reserve(**fields), "Rejected")
        self.assertEqual(self.world.station.reservations.table.count, 0)

    def test_rejects_while_the_time_is_unknown(self):
        self.world.clock.offset_s = WALL_UNKNOWN

        self.assertEqual(self.reserve(), "Rejected")

    def test_takes_any_id_and_an_empty_parent(self):
        for number in (0, -1, 0x7FFFFFFF, -0x7FFFFFFF - 1):
            self.assertEqual(self.reserve(number=number, parentIdTag=""), "Accepted")
            self.assertEqual(self.cancel(number + 1 if number < 0 else number - 1), "Rejected")
            self.assertEqual(self.cancel(number), "Accepted")

    def test_refuses_what_flash_refuses(self):
        self.reserve(number=1)
        self.world.flash.pair("reservations").is_broken = True

        answers = self.reserve(2, 2), self.cancel(1), self.reserve(2, 1)

        self.assertEqual(answers, ("Rejected", "Rejected", "Rejected"))
        self.world.flash.pair("reservations").is_broken = False
        self.restart()
        self.assertEqual(self.cancel(1), "Accepted")

    def test_second_reservation_for_any_finds_no_connector_left(self):
        answers = [self.reserve(0, 1), self.reserve(0, 2), self.reserve(0, 3), self.reserve(1, 4)]

        self.assertEqual(answers, ["Accepted", "Accepted", "Occupied", "Occupied"])

    def test_same_id_moves_and_extends(self):
        self.reserve(0, 1, end="2026-11-24T10:00:30Z")
        self.assertEqual(self.reserve(2, 1), "Accepted")
        self.world.run_ms(40_000)

        statuses = [connector.status.status for connector in self.world.connectors]
        self.assertEqual(statuses, [0, 6])

    def test_mixed_outages(self):
        world = self.world
        world.controllers[0].fault = FAULT_GROUND
        world.run_ms(200)
        world.status_of("ChangeAvailability", connectorId=2, type="Inoperative")
        self.assertEqual(self.reserve(0), "Unavailable")
        self.assertEqual((self.reserve(1), self.reserve(2)), ("Faulted", "Unavailable"))
        world.controllers[1].fault = FAULT_GROUND
        world.run_ms(200)
        self.assertEqual(self.reserve(0), "Faulted")


class TestWhoMayStart(ReservationCase):
    def test_only_the_reserved_tag_and_with_its_number(self):
        self.reserve(number=-3)
        self.assertIsNone(self.start_of("B"))
        self.assertEqual(self.world.actions().count("Authorize"), 0)

        self.assertEqual(self.start_of("a")["reservationId"], -3)

        statuses = [row[1] for row in self.world.statuses() if row[0] == 1]
        self.assertEqual(statuses[:2], ["Reserved", "Preparing"])
        self.assertEqual(self.cancel(-3), "Rejected")

    def test_nobody_takes_the_last_one_when_both_cables_come_at_once(self):
        self.reserve(0)
        self.world.controllers[0].plug()
        self.world.controllers[1].plug()
        self.world.run_ms(300)
        self.start_of("B", 1)

        self.world.swipe("C", connector=2)

        self.assertEqual(len(self.world.payloads("StartTransaction")), 1)
        self.assertEqual(self.start_of("A", 2)["reservationId"], 7)

    def test_foreign_tag_goes_to_the_other_connector_when_its_family_does_not_fit(self):
        self.reserve(parentIdTag="FAMILY")
        self.world.controllers[0].plug()
        self.world.run_ms(200)

        self.world.swipe("B")  # asked for the plugged one, which turns out to be another family's

        self.assertEqual(self.world.connectors[0].pending.length, 0)
        self.assertEqual(self.world.connectors[1].pending.text(), "B")

    def test_family_of_the_cache_needs_no_question_for_a_remote_start(self):
        self.world.set("AuthorizeRemoteTxRequests", "false")
        self.world.cache.put(tag("B"), 0, -1, tag("FAMILY"), 0)
        self.reserve(parentIdTag="FAMILY")

        answer = self.world.status_of("RemoteStartTransaction", connectorId=1, idTag="B")

        self.assertEqual(answer, "Accepted")
        self.assertEqual(self.world.actions().count("Authorize"), 0)
        self.assertEqual(self.world.connector.pending.text(), "B")

    def test_parent_is_never_compared_with_a_tag(self):
        self.reserve(parentIdTag="FAMILY")

        self.assertIsNone(self.start_of("FAMILY"))

    def test_second_swipe_gives_the_reservation_back(self):
        self.reserve()
        self.world.swipe("A")
        self.world.swipe("A")
        self.world.run_ms(300)

        self.assertEqual(self.world.statuses()[-2:], [(1, "Available"), (1, "Reserved")])

    def test_waiting_driver_of_any_connector_does_not_reserve_the_other(self):
        self.reserve(0)

        self.world.swipe("A", connector=1)

        self.assertEqual(self.world.connectors[1].status.status, 0)
        self.assertEqual(self.start_of("B", 2)["idTag"], "B")


class TestEnd(ReservationCase):
    def test_cable_that_waits_becomes_preparing_after_available(self):
        self.reserve(end="2026-11-24T10:00:30Z")
        self.world.controllers[0].plug()
        self.world.run_ms(40_000)

        told = [row[1] for row in self.world.statuses() if row[0] == 1]
        self.assertEqual(told, ["Reserved", "Available", "Preparing"])

    def test_ends_with_availability(self):
        self.reserve()
        self.world.status_of("ChangeAvailability", connectorId=1, type="Inoperative")
        self.world.run_ms(200)

        self.assertEqual(self.cancel(), "Rejected")
        self.restart()
        self.assertEqual(self.world.station.reservations.table.count, 0)

    def test_reservation_for_any_ends_with_the_station(self):
        self.reserve(0)
        self.world.status_of("ChangeAvailability", connectorId=0, type="Inoperative")
        self.world.run_ms(200)

        self.assertEqual(self.cancel(), "Rejected")

    def test_survives_a_power_cut_and_a_damaged_image_means_none(self):
        self.reserve()
        self.restart()
        self.assertIn((1, "Reserved"), self.world.statuses())
        self.world.flash.pair("reservations").is_damaged = True
        self.restart()

        self.assertEqual(self.world.station.reservations.table.count, 0)

    def test_lasts_no_longer_than_it_was_made_for_while_the_time_is_unknown(self):
        self.reserve(end="2026-11-24T10:01:00Z")
        world = Ocpp16World({"connectors": 2}, self.world.flash, 8)
        world.run_ms(30_000, 500)
        before = world.connector.status.status
        world.run_ms(40_000, 500)

        self.assertEqual((before, world.connector.status.status), (6, 0))

    def test_expired_during_the_cut_is_never_told(self):
        self.reserve(end="2026-11-24T10:01:00Z")
        world = self.world = Ocpp16World({"connectors": 2}, self.world.flash, 8)
        answer = {"status": "Accepted", "currentTime": "2026-11-24T12:00:00Z", "interval": 300}
        world.answers["BootNotification"] = answer
        world.open()
        world.run_ms(2000)

        self.assertEqual([row for row in world.statuses() if row[1] == "Reserved"], [])

    def test_used_one_stays_used_when_the_cut_comes_between_the_two_writes(self):
        self.reserve()
        image = self.world.flash.pair("reservations").images[-1]
        self.start_of("A")
        self.world.flash.pair("reservations").images.append(image)

        self.restart()

        self.assertEqual(self.world.station.reservations.table.count, 0)

    def test_time_that_is_set_forward_ends_it(self):
        self.reserve()
        self.world.clock.set_wall(self.world.clock.wall_s() + 4000, 0, QUALITY_CSMS)
        self.world.run_ms(200)

        self.assertEqual(self.cancel(), "Rejected")


class TestWithoutProfile(unittest.TestCase):
    def test_known_but_not_there(self):
        world = Ocpp16World({"profiles": ["Core", "RemoteTrigger"]}).boot()
        fields = {"connectorId": 1, "expiryDate": _END, "idTag": "A", "reservationId": 7}

        self.assertEqual(world.status_of("ReserveNow", **fields), "Rejected")
        self.assertEqual(world.ask("CancelReservation", {"reservationId": 7}), "NotSupported")
        self.assertEqual(world.set("ReserveConnectorZeroSupported", "true"), "NotSupported")
        self.assertIsNone(world.station.reservations)

    def test_key_of_the_profile_is_read_only_and_acts(self):
        world = Ocpp16World(presets={"ReserveConnectorZeroSupported": "false"}).boot()
        fields = {"connectorId": 0, "expiryDate": _END, "idTag": "A", "reservationId": 7}

        self.assertEqual(world.set("ReserveConnectorZeroSupported", "true"), "Rejected")
        self.assertEqual(world.status_of("ReserveNow", **fields), "Rejected")
