"""F36: the meter is silent, talks nonsense, or counts down."""

from chargecore.base.events import (
    EV_CONTACTOR_CLOSED,
    EV_CONTACTOR_OPENED,
    EV_METER_SILENT,
    EV_PILOT_STATE,
)
from chargecore.meters.eastron import Eastron
from chargecore.safety import reasons
from chargecore.safety.pilot_states import PILOT_B, PILOT_C
from fakes.fault_story import B1, C2, LOCKED, OFF, ON, FaultStory
from fakes.modbus_frames import eastron_replies
from fakes.modbus_uart import FakeModbusUart
from fakes.story_world import StoryWorld

_LIMIT_MS = 10_000  # until nobody trusts the last reading any more
_LATE_MS = 400  # the meter's own poll, a pass of the station, the pilot


class ModbusWorld(StoryWorld):
    """A StoryWorld with an SDM630 on a serial line that a story may spoil."""

    def __init__(self, *args, **more):
        self.uart = None
        self.is_spoiled = False
        super().__init__(*args, **more)

    def _make_meter(self, bus):
        self.uart = FakeModbusUart()
        self._plant_meter = bus
        return Eastron(self.uart, self.clock, 3)

    def step(self, step_ms=10):
        meter = self._plant_meter
        replies = eastron_replies(meter.import_wh, meter.current_ma)
        if self.is_spoiled:
            replies = {key: reply[:-1] + bytes([reply[-1] ^ 1]) for key, reply in replies.items()}
        self.uart.replies = replies
        super().step(step_ms)


class MeterTest(FaultStory):
    def check_pause(self, spoil):
        """It pauses 10 s after the last good reading; nothing flows that nobody counts."""
        world = self.charging(is_auto=True)
        spoil(world, True)

        took_ms = self.until(lambda: world.offer_a() == 0, _LIMIT_MS + _LATE_MS, "a pause")
        self.assertTrue(took_ms >= _LIMIT_MS - 2_000, took_ms)
        self.opens_within(coil_ms=1_000, dead_ms=1_050)
        world.run_s(4)
        self.check_outputs(
            power=OFF,
            pilot=B1,
            lock=LOCKED,
            ocpp=("SuspendedEVSE", "PowerMeterFailure"),
            reason=reasons.OPEN_STOPPED,
            events=[
                (EV_METER_SILENT, _LIMIT_MS // 1_000),
                (EV_PILOT_STATE, PILOT_B),
                (EV_CONTACTOR_OPENED, reasons.OPEN_STOPPED),
            ],
            told=["1 SuspendedEVSE PowerMeterFailure"],
        )
        self.stays_open(60)

        spoil(world, False)
        world.run_s(8)
        self.check_outputs(
            power=ON,
            pilot=C2,
            lock=LOCKED,
            ocpp=("Charging", "NoError"),
            reason=reasons.OPEN_STOPPED,
            events=[(EV_PILOT_STATE, PILOT_C), (EV_CONTACTOR_CLOSED, 0)],
            told=["1 SuspendedEVSE", "1 Charging"],
        )

    def test_f36_pauses_when_the_meter_is_silent(self):
        self.check_pause(lambda world, is_on: world.fault("meter_silent", is_on))

    def test_f36_pauses_when_every_answer_has_a_wrong_crc(self):
        def spoil(world, is_on):
            world.is_spoiled = is_on

        self.world_class = ModbusWorld
        self.check_pause(spoil)

    def test_f36_never_tells_a_register_that_goes_back(self):
        world = self.charging(run_s=60, is_auto=True, presets={"MeterValueSampleInterval": "1"})
        begin_wh = world.register_wh()
        world.fault("meter_backwards")
        world.run_s(60)
        self.assertTrue(world.register_wh() < begin_wh)  # it has counted down until the pause
        self.assertEqual(world.status_word(), "SuspendedEVSE")

        world.card()
        world.run_s(8)

        told_wh = [_register_wh(row) for row in world.payloads("MeterValues")]
        stop_wh = world.payloads("StopTransaction")[0]["meterStop"]
        self.assertTrue(len(told_wh) > 3)
        self.assertEqual(sorted(told_wh), told_wh)
        self.assertTrue(stop_wh >= told_wh[-1] >= 0)
        self.assertEqual(world.see(), ("open", 0, 0, "free", "Faulted"))
        self.assertEqual(world.error_word(), "PowerMeterFailure")


def _register_wh(payload):
    """Return the register that a MeterValues tells."""
    for row in payload["meterValue"][0]["sampledValue"]:
        if (
            row.get("measurand", "Energy.Active.Import.Register")
            == "Energy.Active.Import.Register"
        ):
            return int(row["value"])
    raise AssertionError("no register in {}".format(payload))
