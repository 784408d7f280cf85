"""ImageKeeper with the heap locked: all passes between two writes."""

import unittest

from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_SETTINGS_OLD
from chargecore.base.ticks import ticks_add
from chargecore.station.image_keeper import ImageKeeper
from chargecore.station.profile_slot import PURPOSE_DEFAULT
from fakes.clock import FakeClock
from fakes.controller import FakeController
from fakes.profile_world import ProfileWorld
from fakes.storage import FakeStorage
from heap import locked

COVERS = (
    "chargecore.station.image_keeper.ImageKeeper.step",
    "chargecore.station.image_keeper.ImageKeeper._may_write",
)


class OneConnector:
    """What the keeper asks of a connector."""

    def __init__(self):
        self.controller = FakeController()


class TestHeapOfImageKeeper(unittest.TestCase):
    def test_the_keeper_until_it_writes(self):
        clock = FakeClock()
        connector = OneConnector()
        connector.controller.is_energised = True
        storage = FakeStorage()
        world = ProfileWorld()
        events = EventLog(clock, 16)
        keeper = ImageKeeper(world.table, storage, [connector], events, EV_SETTINGS_OLD)
        now_ms = clock.ticks_ms()
        world.install(PURPOSE_DEFAULT, [(0, 10)])

        with locked():
            for _ in range(3_000):
                now_ms = ticks_add(now_ms, 1_000)
                keeper.step(now_ms)
        connector.controller.is_energised = False
        keeper.step(now_ms)

        self.assertEqual((keeper.writes, len(storage.images)), (1, 1))
