"""models.make(): the reader that station.json names."""

import unittest

from chargecore.base.errors import ConfigError
from chargecore.readers import models
from chargecore.readers.mfrc522 import Mfrc522
from chargecore.readers.pn532 import Pn532
from chargecore.readers.simulated import SimulatedReader
from chargecore.readers.wiegand import Wiegand
from fakes.card_14443 import FakeCard14443
from fakes.clock import FakeClock
from fakes.mfrc522_chip import FakeMfrc522
from fakes.pn532_chip import FakePn532Chip, FakePn532I2c, FakePn532Uart
from fakes.wiegand_lines import FakeWiegandLines


class SpiBus:
    """What a board gives for an MFRC522."""

    def __init__(self):
        self.spi = self.cs_pin = FakeMfrc522()
        self.spi.cards = [FakeCard14443(b"\x04\xa1\xb2\xc3")]


def i2c_bus():
    return FakePn532I2c(FakePn532Chip())


class ReaderModelsTest(unittest.TestCase):
    def test_makes_the_model_on_the_bus_of_its_kind(self):
        cases = (
            ("simulated", SimulatedReader(), SimulatedReader),
            ("pn532", i2c_bus(), Pn532),
            ("pn532", FakePn532Uart(FakePn532Chip()), Pn532),
            ("mfrc522", SpiBus(), Mfrc522),
            ("wiegand", FakeWiegandLines(), Wiegand),
        )
        for model, bus, kind in cases:
            with self.subTest(model=model):
                reader = models.make(model, bus, FakeClock())
                self.assertIsInstance(reader, kind)
                self.assertFalse(reader.has_card or reader.is_silent)

    def test_reads_a_card_with_what_it_made(self):
        clock = FakeClock()
        reader = models.make("mfrc522", SpiBus(), clock)
        for _ in range(10):
            reader.poll(clock.advance_ms(50))

        self.assertTrue(reader.has_card)

    def test_makes_no_reader_when_none_is_named(self):
        self.assertIsNone(models.make(None, None, FakeClock()))

    def test_refuses_what_does_not_fit(self):
        buses = None, i2c_bus(), FakePn532Uart(FakePn532Chip()), SpiBus(), FakeWiegandLines()
        fitting = {"pn532": (1, 2), "mfrc522": (3,), "wiegand": (4,), "simulated": (), "": ()}
        for model, places in fitting.items():
            for place, bus in enumerate(buses):
                if place in places:
                    continue
                with self.subTest(model=model, bus=bus):
                    with self.assertRaises(ConfigError):
                        models.make(model, bus, FakeClock())

    def test_refuses_a_model_that_it_does_not_know(self):
        for model in ("rc522", 5, ["pn532"], True):
            with self.assertRaises(ConfigError):
                models.make(model, i2c_bus(), FakeClock())
