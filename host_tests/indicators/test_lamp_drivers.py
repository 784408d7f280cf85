"""The lamps themselves: pins and WS2812 strips, and which of them the builder takes."""

import unittest

from boards.host.sim_lamp import SimLamp
from chargecore.base.errors import ConfigError
from chargecore.indicators import builder
from chargecore.indicators.pixels import Pixels
from chargecore.indicators.rgb_pins import RgbPins
from fakes.lamp import FakeDutyPin, FakeLevelPin, FakeRgbBus, FakeStrip


def levels(bus):
    return bus.red_pin.level, bus.green_pin.level, bus.blue_pin.level


def duties(bus):
    return bus.red_pin.duty, bus.green_pin.duty, bus.blue_pin.duty


class RgbPinsTest(unittest.TestCase):
    def test_is_dark_at_first(self):
        for is_active_low, level, duty in ((False, 0, 0), (True, 1, 65_535)):
            switched = FakeRgbBus(FakeLevelPin, is_active_low)
            dimmed = FakeRgbBus(FakeDutyPin, is_active_low)
            RgbPins(switched)
            RgbPins(dimmed)

            self.assertEqual(levels(switched), (level,) * 3)
            self.assertEqual(duties(dimmed), (duty,) * 3)

    def test_dims_what_can_be_dimmed(self):
        bus = FakeRgbBus(FakeDutyPin)
        RgbPins(bus).show(255, 160, 1)
        self.assertEqual(duties(bus), (65_535, 41_120, 257))

        low = FakeRgbBus(FakeDutyPin, True)
        RgbPins(low).show(255, 160, 1)
        self.assertEqual(duties(low), (0, 24_415, 65_278))

    def test_switches_what_can_only_be_switched(self):
        bus = FakeRgbBus(FakeLevelPin)
        RgbPins(bus).show(255, 128, 127)
        self.assertEqual(levels(bus), (1, 1, 0))

        low = FakeRgbBus(FakeLevelPin, True)
        RgbPins(low).show(255, 128, 127)
        self.assertEqual(levels(low), (0, 0, 1))


class PixelsTest(unittest.TestCase):
    def test_is_dark_at_first(self):
        strip = FakeStrip(2)
        strip.buf[0] = 9

        Pixels(strip)

        self.assertEqual((bytes(strip.sent), strip.writes), (bytes(6), 1))

    def test_sends_the_colours_in_the_order_of_the_strip(self):
        strip = FakeStrip(2)

        Pixels(strip).show(255, 128, 4)

        self.assertEqual(bytes(strip.sent), bytes((32, 63, 1)) * 2)

    def test_leaves_the_fourth_colour_dark(self):
        strip = FakeStrip(2, 4)

        Pixels(strip).show(255, 255, 255)

        self.assertEqual(bytes(strip.sent), bytes((63, 63, 63, 0)) * 2)

    def test_refuses_a_strip_that_would_hold_up_the_station(self):
        with self.assertRaises(ConfigError):
            Pixels(FakeStrip(22))


class Bundle:
    """A connector's hardware, as far as lamps go."""

    def __init__(self, lamp_bus):
        self.lamp_bus = lamp_bus


class BuilderTest(unittest.TestCase):
    def build(self, model, *buses):
        events = Bundle(None)
        events.total = 0
        return builder.build(model, [Bundle(bus) for bus in buses], [], None, events)._lamps

    def test_makes_the_kind_on_the_bus_that_fits(self):
        lamp = SimLamp()

        self.assertEqual(self.build("simulated", lamp, None), [lamp, None])
        self.assertIsInstance(self.build("rgb", FakeRgbBus(FakeLevelPin))[0], RgbPins)
        self.assertIsInstance(self.build("pixels", FakeStrip(8))[0], Pixels)

    def test_refuses_what_does_not_fit(self):
        cases = (
            ("simulated", FakeStrip(1)),
            ("rgb", FakeStrip(1)),
            ("pixels", FakeRgbBus(FakeLevelPin)),
            ("pixels", None),  # a board without any
            ("neon", SimLamp()),
            (7, SimLamp()),
        )
        for model, bus in cases:
            with self.subTest(model=model):
                with self.assertRaises(ConfigError):
                    self.build(model, bus)


class SimLampTest(unittest.TestCase):
    def test_remembers_what_it_shows(self):
        lamp = SimLamp()
        lamp.show(1, 2, 3)
        lamp.show(1, 2, 3)

        self.assertEqual((list(lamp.colour), lamp.changes), ([1, 2, 3], 1))
