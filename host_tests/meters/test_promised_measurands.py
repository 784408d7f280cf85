"""What the station promises of a meter's model, its driver gives."""

import unittest

from chargecore.meters import models
from chargecore.station import measurands
from chargecore.store.records import Record
from fakes.clock import FakeClock
from fakes.counting_rigs import CseRig, CtRig, S0Rig
from fakes.modbus_frames import eastron_replies, pzem_replies
from fakes.modbus_uart import FakeModbusUart


class PromisedMeasurandsTest(unittest.TestCase):
    def check(self, model, meter):
        record = Record()
        measurands.pack_readings(record, meter, 16_000)
        promised = measurands.supported_mask(meter.phases, ({"meter": model},))

        for bit in range(measurands.COUNT):
            if promised >> bit & 1:
                self.assertTrue(measurands.is_known(record, bit), measurands.ROWS[bit][:2])
        self.assertTrue(promised & measurands.MASK_ENERGY)

    def test_keeps_them_when_it_counts_itself(self):
        rigs = (("cse7766", CseRig()), ("s0", S0Rig(3)), ("s0", S0Rig()), ("ct", CtRig(3)))
        for model, rig in rigs:
            rig.draw(16_000)
            rig.run_ms(20_020)
            self.check(model, rig.meter)

    def test_keeps_them_on_modbus(self):
        cases = [(model, 1, eastron_replies(5, 16_000)) for model in ("sdm120", "sdm230")]
        cases += [
            ("sdm630", 3, eastron_replies(5, 16_000)),
            ("pzem004t", 1, pzem_replies(5, 9_000)),
        ]
        for model, phases, replies in cases:
            clock = FakeClock()
            uart = FakeModbusUart()
            uart.replies = replies
            meter = models.make({"meter": model}, uart, clock, phases)
            for _ in range(20):
                meter.poll(clock.advance_ms(50))
            self.check(model, meter)
