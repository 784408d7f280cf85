"""Sessions with the drivers of real card readers: a card that stays, a reader that is cut off."""

import pytest

from chargecore.readers import models
from fakes.card_14443 import FakeCard14443
from fakes.mfrc522_chip import FakeMfrc522
from fakes.pn532_chip import FakePn532Chip, FakePn532I2c, FakePn532Uart
from fakes.story_world import StoryWorld
from fakes.wiegand_lines import FakeWiegandLines, bits_of

_UID = bytes.fromhex("04A1B2C3")
_TEXT = "04A1B2C3"
_CHARGING = ("closed", 32, 16, "locked", "Charging")


class Pn532Hand:
    """Holds cards to a PN532 and cuts its cable."""

    model = "pn532"
    has_presence = True

    def __init__(self, bus_class):
        self.chip = FakePn532Chip()
        self.bus = bus_class(self.chip)

    def hold(self):
        self.chip.show(_UID)

    def take_away(self):
        self.chip.show(None)

    def cut(self, is_cut):
        self.chip.is_dead = is_cut


class Mfrc522Hand:
    """Holds cards to an MFRC522 and cuts its supply."""

    model = "mfrc522"
    has_presence = True

    def __init__(self):
        self.bus = self
        self.spi = self.cs_pin = FakeMfrc522()

    def hold(self):
        self.spi.cards = [FakeCard14443(_UID)]

    def take_away(self):
        self.spi.cards = []

    def cut(self, is_cut):
        self.spi.is_dead = is_cut


class WiegandHand:
    """Holds cards to a Wiegand reader, which sends them once, and cuts a line."""

    model = "wiegand"
    has_presence = False

    def __init__(self):
        self.bus = FakeWiegandLines()

    def hold(self):
        self.bus.send(bits_of(_UID))

    def take_away(self):
        pass

    def cut(self, is_cut):
        self.bus.d1_pin.level = 0 if is_cut else 1


_HANDS = {
    "pn532 i2c": lambda: Pn532Hand(FakePn532I2c),
    "pn532 uart": lambda: Pn532Hand(FakePn532Uart),
    "mfrc522": Mfrc522Hand,
    "wiegand": WiegandHand,
}


@pytest.fixture(params=_HANDS)
def hand(request):
    return _HANDS[request.param]()


@pytest.fixture
def world(hand):
    world = StoryWorld()
    world.station._reader = models.make(hand.model, hand.bus, world.clock)
    world.boot()
    world.run_s(2)
    world.told()
    yield world
    world.close()


def test_a_card_starts_a_session_and_the_same_card_ends_it(world, hand):
    world.plug()
    world.run_s(1)
    hand.hold()
    world.run_s(10)

    assert world.see() == _CHARGING
    told = world.told()
    assert f"Authorize {_TEXT}" in told and f"Start 1 {_TEXT} 0" in told

    world.run_s(60)  # the card lies there
    assert world.see() == _CHARGING

    hand.take_away()
    world.run_s(2)
    hand.hold()
    world.run_s(10)
    assert world.see()[0] == "open"
    assert [line for line in world.told() if line.startswith("Stop")] == ["Stop 101 Local"]


def test_a_silent_reader_is_told_and_stops_nobody(world, hand):
    world.plug()
    hand.hold()
    world.run_s(10)
    hand.take_away()
    world.told()

    hand.cut(True)
    world.run_s(10)
    assert world.told() == ["0 Available ReaderFailure"]
    assert world.see() == _CHARGING

    hand.cut(False)
    world.run_s(5)
    assert world.told() == ["0 Available"]

    hand.hold()
    world.run_s(10)
    assert [line for line in world.told() if line.startswith("Stop")] == ["Stop 101 Local"]
