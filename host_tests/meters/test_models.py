"""make(): which options a connector's row of station.json may have, and what they do."""

import unittest

from chargecore.base.errors import ConfigError
from chargecore.meters import models
from fakes.clock import FakeClock
from fakes.edge_pin import EdgePin
from fakes.modbus_frames import eastron_replies
from fakes.modbus_uart import FakeModbusUart
from fakes.storage import FakeStorage
from fakes.talking_uart import TalkingUart

_CT = {"meter": "ct", "ct_ratio": 2_000, "ct_burden_mohm": 33_000}
_S0 = {"meter": "s0", "pulses_per_kwh": 1_000}


class Stores:
    """Remembers the names of the pairs it gave away."""

    def __init__(self):
        self.names = []

    def pair(self, name):
        self.names.append(name)
        return FakeStorage()


def merged(row, more):
    row = dict(row)
    row.update(more)
    return row


class MakeTest(unittest.TestCase):
    def setUp(self):
        self.stores = Stores()

    def make(self, row, bus, phases=1, number=1):
        return models.make(row, bus, FakeClock(), phases, self.stores, None, number)

    def check_refused(self, field, row, bus, phases=1):
        try:
            self.make(row, bus, phases)
        except ConfigError as error:
            self.assertEqual(error.args[0], field, row)
            return
        self.fail("not refused: {}".format(row))

    def test_refuses_a_model_it_does_not_know(self):
        for model in ("sdm72", "", None, 5, ["sdm120"]):
            self.check_refused("meter", {"meter": model}, FakeModbusUart())
        self.check_refused("meter", {}, FakeModbusUart())

    def test_refuses_a_single_phase_meter_for_three_phases(self):
        for model in ("sdm120", "sdm230", "pzem004t", "cse7766"):
            self.check_refused("meter", {"meter": model}, FakeModbusUart(), 3)

    def test_refuses_a_bus_of_another_kind(self):
        adcs = (object(),)
        for row in ({"meter": "sdm630"}, {"meter": "cse7766"}):
            self.check_refused("meter", row, object())
        self.check_refused("meter", _S0, FakeModbusUart())
        self.check_refused("meter", _CT, FakeModbusUart())
        self.check_refused("meter", _CT, adcs, 3)

    def test_refuses_numbers_that_are_none_or_out_of_range(self):
        wrong = ("1", 1.5, True, None, [], -1)
        sdm = {"meter": "sdm120"}
        cases = [(sdm, "meter_address", wrong + (0, 248)), (sdm, "meter_baud", wrong + (0, 9_601))]
        cases += [(_S0, "pulses_per_kwh", wrong + (0, 9, 100_001))]
        cases += [(_CT, "ct_ratio", wrong + (0, 10_001)), (_CT, "ct_burden_mohm", wrong + (99,))]
        cases += [(_CT, "nominal_voltage", wrong + (99, 301)), (_CT, "mains_hz", wrong + (55,))]
        for row, option, values in cases:
            bus = EdgePin() if row is _S0 else (object(),) if row is _CT else FakeModbusUart()
            for value in values:
                self.check_refused(option, merged(row, {option: value}), bus)

    def test_wants_what_it_cannot_guess(self):
        self.check_refused("pulses_per_kwh", {"meter": "s0"}, EdgePin())
        self.check_refused("ct_burden_mohm", {"meter": "ct", "ct_ratio": 2_000}, (object(),))
        self.check_refused("ct_ratio", {"meter": "ct", "ct_burden_mohm": 33_000}, (object(),))

    def test_refuses_a_transformer_that_does_not_suit_the_adc(self):
        row = merged(_CT, {"ct_ratio": 10_000, "ct_burden_mohm": 1_000})
        self.check_refused("ct_ratio", row, (object(),))
        row = merged(_CT, {"ct_ratio": 1, "ct_burden_mohm": 1_000_000})
        self.check_refused("ct_ratio", row, (object(),))

    def test_refuses_an_option_that_the_model_does_not_have(self):
        cases = [("pzem004t", "meter_baud", 9_600), ("sdm120", "pulses_per_kwh", 1_000)]
        cases += [("cse7766", "meter_address", 1), ("simulated", "ct_ratio", 2_000)]
        cases += [("s0", "nominal_voltage", 230), ("ct", "meter_baud", 9_600)]
        for model, option, value in cases:
            self.check_refused(option, {"meter": model, option: value}, FakeModbusUart())

    def test_leaves_alone_what_is_not_the_meters(self):
        meter = self.make({"meter": "sdm120", "phases": 1, "name": "left"}, FakeModbusUart())

        self.assertEqual(meter.phases, 1)

    def test_asks_the_address_it_is_given(self):
        for row in ({"meter": "sdm120"}, {"meter": "pzem004t"}):
            for address in (1, 7, 247):
                uart = FakeModbusUart()
                meter = self.make(merged(row, {"meter_address": address}), uart)
                meter.poll(FakeClock().ticks_ms())
                self.assertEqual(uart.request_buf[0], address)

    def test_asks_address_1_without_the_option(self):
        uart = FakeModbusUart()
        self.make({"meter": "sdm120"}, uart).poll(FakeClock().ticks_ms())

        self.assertEqual(uart.request_buf[0], 1)

    def test_stays_at_the_baud_rate_it_is_given(self):
        clock = FakeClock()
        uart = FakeModbusUart(19_200)
        meter = models.make({"meter": "sdm630", "meter_baud": 19_200}, uart, clock, 3)
        for _ in range(100):
            meter.poll(clock.advance_ms(100))
        uart.replies = eastron_replies(5, 0)
        for _ in range(20):
            meter.poll(clock.advance_ms(100))

        self.assertEqual((uart.rates, meter.import_wh), ([19_200], 5))

    def test_gives_each_connector_its_own_register(self):
        self.make(_S0, EdgePin(), 1, 1)
        self.make(_CT, (object(),), 1, 2)
        self.make({"meter": "cse7766"}, TalkingUart(), 1, 3)
        self.make({"meter": "sdm120"}, FakeModbusUart(), 1, 4)

        self.assertEqual(self.stores.names, ["meter_1", "meter_2", "meter_3"])

    def test_commits_the_drivers_that_count_themselves(self):
        stores = self.stores
        storage = FakeStorage()
        stores.pair = lambda name: storage
        pin = EdgePin()
        clock = FakeClock()
        counting = models.make(_S0, pin, clock, 1, stores)
        pin.set(0)
        clock.advance_ms(40)
        pin.set(1)
        counting.poll(clock.ticks_ms())
        models.commit([counting, self.make({"meter": "sdm120"}, FakeModbusUart())])

        self.assertEqual(storage.images[0][:4], b"\x01\x00\x00\x00")
