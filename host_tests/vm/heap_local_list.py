"""The local list with the heap locked: questions, steps of an update, sessions of its cards."""

import gc
import unittest

from heap_ocpp16 import World

from chargecore.base.codes import E_BUSY, E_MISSING, OK
from chargecore.safety.faults import FAULT_LOCAL_LIST, FAULT_NONE
from chargecore.station.auth_cache import TAG_BLOCKED, TAG_EXPIRED, TAG_UNKNOWN
from chargecore.station.id_tag import IdTag
from chargecore.store.list_file import NO_EXPIRY
from fakes.list_world import ListWorld, tag
from fakes.scratch import new_folder
from heap import growth, locked

COVERS = (
    "chargecore.ocpp16.local_list.LocalListCalls.get_version",
    "chargecore.ocpp16.local_list.LocalListCalls.render_version",
    "chargecore.ocpp16.local_list.LocalListCalls.poll",
    "chargecore.ocpp16.local_list.LocalListCalls.dropped",
    "chargecore.ocpp16.local_list.LocalListCalls.render_status",
    "chargecore.station.authorizer.Authorizer.start_judged",
    "chargecore.station.local_list.LocalList.version",
    "chargecore.station.local_list.LocalList.status",
    "chargecore.station.local_list.LocalList.parent_into",
    "chargecore.station.local_list.LocalList.compare",
    "chargecore.station.local_list.LocalList._find",
    "chargecore.station.local_list.LocalList.step",
    "chargecore.station.local_list.LocalList.watch",
    "chargecore.store.list_file.compare",
    "chargecore.store.list_file.chain",
    "chargecore.store.list_file.get_expiry",
    "chargecore.store.list_file.ListFile.find",
    "chargecore.store.list_file.ListFile.read",
    "chargecore.store.list_update.ListUpdate.step",
    "chargecore.store.list_update.ListUpdate._merge",
    "chargecore.store.list_update.ListUpdate._merge_some",
    "chargecore.store.list_update.ListUpdate._take_lower",
    "chargecore.store.list_update.ListUpdate._put",
)

_STEPS = 5  # of an update that takes more, so that none of them is the last
_ROWS = [("CARD%03d" % n, 0, NO_EXPIRY, "") for n in range(120)]
_CHANGES = (("CARD010",), ("CARD011", TAG_BLOCKED, 5, "FAMILY"), ("CARD0115", 0, 5, ""))
_GET_VERSION = b'[2,"v","GetLocalListVersion",{}]'
_SEND = (
    b'[2,"l","SendLocalList",{"listVersion":9,"updateType":"Full","localAuthorizationList":'
    b'[{"idTag":"CARD1","idTagInfo":{"status":"Accepted"}}]}]'
)
_SEND_OLD = b'[2,"o","SendLocalList",{"listVersion":9,"updateType":"Differential"}]'


class TestHeapOfListFile(unittest.TestCase):
    def setUp(self):
        self.world = ListWorld(new_folder(self))
        self.world.send(True, 1, _ROWS)

    def test_questions(self):
        file = self.world.file
        listed, unlisted = tag("card077"), tag("card0777")
        with locked():
            first = file.find(listed)
            second = file.find(unlisted)

        self.assertEqual((first, second), (OK, E_MISSING))

    def test_steps_of_an_update(self):
        self.world.start(False, 2, _CHANGES)
        update = self.world.update
        codes = update.step()  # opens a file
        with locked():
            for _ in range(_STEPS):
                codes |= update.step()
        while update.is_running:
            code = update.step()

        self.assertEqual((codes, code), (E_BUSY, OK))
        self.assertEqual(self.world.file.count, len(_ROWS))

    def test_updates_leave_nothing_behind(self):
        # 0 on the VM; CPython, which counts in blocks of its own, is not that exact.
        self.assertTrue(growth_of_updates(self.world) <= 256)


def growth_of_updates(world):
    """Return how much more heap is in use after ten updates, garbage collected."""

    def used_b():
        gc.collect()
        return gc.mem_alloc()

    world.send(False, 2, _CHANGES)
    before_b = used_b()
    for version in range(3, 13):
        world.send(False, version, _CHANGES)
    return used_b() - before_b


class TestHeapOfLocalList(unittest.TestCase):
    def setUp(self):
        self.world = World(new_folder(self), b"Core,LocalAuthListManagement")
        self.world.run_all(20)
        self.channel = self.world.channel
        self.local_list = self.world.authorizer.local_list
        self.card = IdTag()
        self.card.set(b"CARD1", 0, 5)
        self.parent = IdTag()

    def ask(self, text, steps=60):
        self.channel.feed(text)
        self.world.run_all(steps)

    def test_sessions_and_questions(self):
        self.ask(_SEND)
        self.world.config.local_pre_authorize = True
        with locked():
            self.ask(_GET_VERSION, 5)
            self.ask(_SEND_OLD, 5)
            self.charge()
        version = self.local_list.version

        self.assertEqual(version, 9)
        self.assertEqual(self.world.outbox.pending, 0)
        self.assertTrue(self.world.authorizer.cache.is_empty)

    def charge(self):
        """Run a session on connector 1."""
        world = self.world
        controller = world.controllers[0]
        controller.is_plugged = True
        world.reader.swipe(b"CARD1", 1)
        world.run_all(10)
        controller.charge()
        world.run_all(60)
        world.reader.swipe(b"CARD1", 1)
        world.run_all(10)
        controller.unplug()
        world.run_all(40)

    def test_a_conflict_and_its_end(self):
        self.ask(_SEND)
        station = self.world.station
        with locked():
            listed = self.local_list.parent_into(self.card, self.parent)
            status = self.local_list.status(self.card)
            self.world.authorizer.start_judged(self.card, TAG_BLOCKED)
            told = station.warning
            self.world.run_all(5)
            self.world.config.local_auth_list_enabled = False
            self.world.run_all(5)
            after = self.local_list.status(self.card)

        self.assertEqual((listed, status, after), (True, 0, TAG_UNKNOWN))
        self.assertEqual((told, station.warning), (FAULT_LOCAL_LIST, FAULT_NONE))

    def test_an_update_whose_connection_is_lost(self):
        update = self.local_list.update
        self.assertEqual(update.begin(), OK)
        for n in range(10, 90):
            self.card.set(b"CARD%d" % n, 0, 6)
            update.add(self.card, TAG_EXPIRED, NO_EXPIRY, self.parent)
        update.start(True, 3, 100)
        update.step()
        with locked():
            self.world.ocpp.closed()
            self.world.run_all(3)
            is_running = update.is_running
        self.world.run_all(10)

        self.assertTrue(is_running)
        self.assertEqual(self.local_list.version, 3)

    def test_questions_leave_nothing_behind(self):
        self.ask(_SEND)

        self.assertEqual(growth(self.ask_twice, 10), 0)

    def ask_twice(self):
        self.ask(_GET_VERSION, 5)
        self.local_list.compare(self.card, TAG_BLOCKED)


if __name__ == "__main__":
    unittest.main()
