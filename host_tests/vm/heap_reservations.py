"""Reservations with the heap locked: made, used, expired, cancelled; foreign tags."""

import unittest

from heap_ocpp16 import World

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.station.id_tag import IdTag
from chargecore.station.reservation_table import ReservationTable
from chargecore.station.statuses import AVAILABLE, CHARGING, RESERVED
from fakes.quiet_station import WALL_S
from heap import growth, locked

COVERS = (
    "chargecore.ocpp16.reservation.Reservation.poll",
    "chargecore.ocpp16.requests.Requests.reject",
    "chargecore.station.connector.Connector._write_start",
    "chargecore.station.reservation_table.ReservationTable.next",
    "chargecore.station.reservation_table.ReservationTable.after",
    "chargecore.station.reservation_table.ReservationTable.find",
    "chargecore.station.reservation_table.ReservationTable.id_at",
    "chargecore.station.reservation_table.ReservationTable.connector_at",
    "chargecore.station.reservation_table.ReservationTable.expiry_s",
    "chargecore.station.reservation_table.ReservationTable.duration_s",
    "chargecore.station.reservation_table.ReservationTable.has_parent",
    "chargecore.station.reservation_table.ReservationTable.fits",
    "chargecore.station.reservation_table.ReservationTable.put",
    "chargecore.station.reservation_table.ReservationTable.remove",
    "chargecore.station.reservation_table.ReservationTable.undo",
    "chargecore.station.reservation_table.ReservationTable._remember",
    "chargecore.station.reservation_table.ReservationTable._changed",
    "chargecore.station.reservation_table.ReservationTable._u32",
    "chargecore.station.reservations.Reservations.step",
    "chargecore.station.reservations.Reservations._is_expired",
    "chargecore.station.reservations.Reservations._is_out_of_order",
    "chargecore.station.reservations.Reservations._end",
    "chargecore.station.reservations.Reservations._show",
    "chargecore.station.reservations.Reservations.allows",
    "chargecore.station.reservations.Reservations.id_for",
    "chargecore.station.reservations.Reservations.choose",
    "chargecore.station.reservations.Reservations.look_up",
    "chargecore.station.reservations.Reservations._rank",
    "chargecore.station.reservations.Reservations._is_any_for_family",
    "chargecore.station.reservations.Reservations._find",
    "chargecore.station.reservations.Reservations._verdict",
    "chargecore.station.reservations.Reservations._down",
    "chargecore.station.reservations.Reservations._all_down",
    "chargecore.station.reservations.Reservations._is_free",
    "chargecore.station.reservations.Reservations._free",
    "chargecore.station.reservations.Reservations._own",
    "chargecore.station.reservations.Reservations._wanted",
    "chargecore.station.reservations.Reservations._is_at_hand",
    "chargecore.station.swipe_desk.SwipeDesk._ask",
)

_ANY = (
    b'[2,"1","ReserveNow",{"connectorId":0,"expiryDate":"2026-11-25T10:00:00Z","idTag":"CARD9",'
    b'"parentIdTag":"FAMILY","reservationId":5}]'
)
_ONE = (
    b'[2,"2","ReserveNow",{"connectorId":1,"expiryDate":"2026-11-25T10:00:00Z","idTag":"CARD9",'
    b'"reservationId":6}]'
)
_CANCEL = b'[2,"3","CancelReservation",{"reservationId":5}]'


class TestHeapOfReservations(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.world.run_all(20)
        self.kept = self.world.station.reservations
        self.channel = self.world.channel
        self.status = self.last = 0

    def ask(self, text):
        """Take a call of the server."""
        self.channel.feed(text)
        self.world.run_all(6)

    def charge(self, card):
        """Run a session on connector 1. Return the status it came to."""
        world = self.world
        controller = world.controllers[0]
        controller.is_plugged = True
        world.run_all(4)
        world.reader.swipe(card, 1)
        world.run_all(10)
        controller.charge()
        world.run_all(30)
        status = world.connectors[0].status.status
        world.reader.swipe(card, 1)
        world.run_all(10)
        controller.unplug()
        world.run_all(40)
        return status

    def use_and_cancel(self):
        """Use one by its family, and cancel one."""
        self.ask(_ANY)
        self.status = self.charge(b"CARD1")
        self.ask(_ONE)
        self.ask(_ANY)
        self.last = self.world.connectors[1].status.status
        self.ask(_CANCEL)
        self.ask(_ONE)
        self.world.station.reservations.cancel(6)
        self.world.run_all(4)

    def test_reservation_that_is_used_and_one_that_is_cancelled(self):
        with locked():
            self.use_and_cancel()

        self.assertEqual((self.status, self.last), (CHARGING, RESERVED))
        self.assertEqual(self.kept.table.count, 0)

    def test_leaves_nothing_behind(self):
        self.assertEqual(growth(self.use_and_cancel, 3), 0)

    def test_expiry_and_a_tag_that_may_not(self):
        world = self.world
        with locked():
            self.ask(_ONE)
            world.reader.swipe(b"CARD2", 1)
            world.run_all(10)
            before = world.connectors[0].status.status
            world.clock.set_wall(WALL_S + 14_400, 0, 1)
            world.run_all(4)

        self.assertEqual(before, RESERVED)
        self.assertEqual(world.connectors[0].status.status, AVAILABLE)
        self.assertEqual(self.kept.table.count, 0)

    def test_family_that_only_the_server_knows(self):
        world = self.world
        with locked():
            world.connectors[1].set_operative(False)
            self.ask(_ANY)
            before = world.connectors[0].status.status
            world.reader.swipe(b"CARD2", 1)
            world.run_all(10)

        self.assertEqual((before, world.connectors[0].pending.length), (RESERVED, 5))

    def test_answer_without_the_profile(self):
        self.world = World(profiles=b"Core")
        self.channel = self.world.channel
        self.world.run_all(20)
        before = self.channel.replies
        with locked():
            self.ask(_ONE)

        self.assertEqual(self.channel.replies - before, 1)
        self.assertEqual(self.world.connectors[0].status.status, AVAILABLE)

    def test_time_that_becomes_known(self):
        world = self.world
        self.ask(_ONE)
        part = [row for row in world.ocpp._profiles if hasattr(row, "reserve")][0]
        part._is_dated = False
        world.clock.offset_s = WALL_UNKNOWN
        with locked():
            world.run(10)
            part.poll(world.ticks.at_ms)
            before = world.connectors[0].status.status
            world.clock.set_wall(WALL_S + 14_400, 0, 1)
            part.poll(world.ticks.at_ms)

        self.assertEqual((before, world.connectors[0].status.status), (RESERVED, AVAILABLE))

    def test_table_also_when_it_is_full(self):
        table = ReservationTable(2)
        tag = IdTag()
        tag.set(b"CARD1", 0, 5)
        with locked():
            first = table.put(-1, 1, 5, tag, tag, 100, 50)
            table.put(-1, 2, -6, tag, tag, 100, 50)
            full = table.put(-1, 0, 7, tag, tag, 100, 50)
            table.remove(first)
            table.undo()

        self.assertEqual((full, table.count, table.find(5)), (-1, 2, first))
