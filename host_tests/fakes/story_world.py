"""StoryWorld: the whole firmware but for sockets, on the simulated board, in virtual time.

Real: evse and safety on pins, plant and car; meter drivers on the plant's meters; station, outbox
and journal; the OCPP side. The test's hand: time, car, card, faults, network, server.
"""

from boards.host.fault_switch import FaultSwitch
from boards.host.hardware import Hardware
from boards.host.one_shot import OneShot
from boards.host.plant import Plant
from boards.host.sim_watchdog import SimWatchdog
from chargecore.base.boot_causes import CAUSE_POWER
from chargecore.evse.controller import EvseController
from chargecore.meters.simulated import SimulatedMeter
from chargecore.ocpp16.words import ERROR_CODE, STATUS
from chargecore.safety.dead_man import DeadMan
from chargecore.safety.safety_step import SafetyStep
from chargecore.safety.watchdog import Watchdog
from chargecore.station import builder as station
from chargecore.store.journal import Journal
from chargecore.store.safety_memory import SafetyMemory
from chargecore.wire.outbox import Outbox
from fakes.card_reader import FakeReader
from fakes.ocpp16_world import Ocpp16World

PASS_MS = 10
_LONG_PASS_MS = 50  # still below the gap that opens a contactor (R57)
_SKIP_MS = 500
_FINE_S = 3  # of every wait: what was set off by the test is looked at in short passes
_STATION_MS = 50  # periods, as main.py schedules them
_MEMORY_MS = 1_000
_PWM_FULL = 65_535
# A stop takes up to 6 s (R30). Longer than this nobody may call it Charging without an offer.
_STOP_MS = 7_000
_FOLLOW_MS = 200  # until the station's status follows what it sees


class MeterFile:
    """What the plant's meter keeps: its register."""

    def __init__(self):
        self.value_wh = 0

    def load(self):
        return self.value_wh

    def save(self, value_wh):
        self.value_wh = value_wh


class Site:
    """What stays when the supply fails: hardware, cars, cables, meters."""

    def __init__(self, connector_count, is_tethered=False):
        self.one_shot = OneShot(0)
        self.watchdog = SimWatchdog()
        self.hws = []
        self.plants = []
        self.switches = []
        for idx in range(connector_count):
            hw = Hardware(16 * (idx + 1), is_tethered)
            plant = Plant(hw, self.one_shot, MeterFile(), 3)
            hw.meter_bus = plant.meter
            self.hws.append(hw)
            self.plants.append(plant)
            self.switches.append(FaultSwitch(hw, plant))


class StoryWorld(Ocpp16World):
    """`see()` is every output of a connector, `told()` what the server was told since last time.

    In every pass it is checked that no contactor is closed without a running transaction, and that
    nobody calls it Charging while nothing is offered.
    """

    def __init__(
        self, station=None, flash=None, boot_number=7, presets=None, site=None, cause=CAUSE_POWER
    ):
        self.fields = station or {}
        self.cause = cause  # why this boot happened
        is_tethered = self.fields.get("cable") == "tethered"
        self.site = site or Site(self.fields.get("connectors", 1), is_tethered)
        self._station_ms = 0  # since the station's step
        self._memory_ms = 0  # since the safety memory's
        self._unoffered_ms = [0] * len(self.site.plants)
        self._next_id = 101
        super().__init__(station, flash, boot_number, presets)
        self.answers["StartTransaction"] = {
            "idTagInfo": {"status": "Accepted"},
            "transactionId": None,  # None: the next number
        }

    def _make_station(self):
        clock, events, config = self.clock, self.events, self.config
        site = self.site
        self.journal = Journal(self.flash.journal, events)
        self.outbox = Outbox(self.journal, clock, events, config)
        self.outbox.start()
        self.controllers = []
        self.meters = []
        for idx in range(len(site.hws)):
            hw = site.hws[idx]
            controller = EvseController(hw, config.has_socket, clock, events, idx + 1, config)
            self.controllers.append(controller)
            meter = self._make_meter(hw.meter_bus)
            self.meters.append(meter)
            controller.configure(config)
            controller.set_meter(meter)
        locks = [controller.interlock for controller in self.controllers]
        self.memory = SafetyMemory(self.flash.safety, locks, events, clock)
        self.memory.load(self.cause == CAUSE_POWER)
        guards = DeadMan(site.one_shot), Watchdog(site.watchdog)
        self.safety = SafetyStep(self.controllers, *guards, clock, events)
        self.reader = FakeReader()
        drivers = self.controllers, self.meters, self.reader
        kept = self.outbox, self.state, self.flash.cards
        self.core = station.build(*drivers, *kept, config, clock, events, self.cause)
        self.station = self.core.station
        self.link = self.core.link
        self.authorizer = self.core.authorizer
        self.cache = self.core.authorizer.cache
        self.connectors = self.station.connectors
        self.connector = self.connectors[0]

    def _make_meter(self, bus):
        return SimulatedMeter(bus, self.clock, self.config.phases)

    # ---- time ----

    def step(self, step_ms=PASS_MS):
        """Let one pass go by: first the world, then the firmware, then the server."""
        now_ms = self.time.advance_ms(step_ms)
        site = self.site
        for plant in site.plants:
            plant.step(step_ms)
        site.one_shot.step(step_ms)
        site.watchdog.step(step_ms)
        self.clock.poll(now_ms)
        self.safety.step(now_ms)
        self._station_ms += step_ms
        if self._station_ms >= _STATION_MS:
            self._station_ms = 0
            for meter in self.meters:
                meter.poll(now_ms)
            self.station.step(now_ms)
        self._memory_ms += step_ms
        if self._memory_ms >= _MEMORY_MS:
            self._memory_ms = 0
            self.memory.poll(now_ms)
        self.channel.pump()
        self.ocpp.poll(now_ms)
        self._serve()
        for idx in range(len(site.plants)):
            self._watch(idx, step_ms)

    def run_ms(self, duration_ms, step_ms=PASS_MS):
        """Let time pass."""
        super().run_ms(duration_ms, step_ms)

    def run_s(self, duration_s):
        """Let seconds pass, in longer passes once it is quiet."""
        self.run_ms(min(duration_s, _FINE_S) * 1000)
        if duration_s > _FINE_S:
            self.run_ms((duration_s - _FINE_S) * 1000, _LONG_PASS_MS)

    def skip_s(self, duration_s):
        """Let time pass in very long passes, with nothing going on and the contactor open."""
        worst_ms = self.safety.worst_gap_ms
        self.safety.worst_gap_ms = _SKIP_MS  # late on purpose: not worth an event
        self.run_ms(duration_s * 1000, _SKIP_MS)
        self.safety.worst_gap_ms = worst_ms

    def stall(self, step_ms=PASS_MS):
        """Let a pass go by in which the firmware does not run."""
        self.time.advance_ms(step_ms)
        for plant in self.site.plants:
            plant.step(step_ms)
        self.site.one_shot.step(step_ms)
        self.site.watchdog.step(step_ms)

    def until(self, condition, limit_s, what):
        """Run until condition(). Return the seconds it took."""
        began_ms = self.time.elapsed_ms
        while not condition():
            if self.time.elapsed_ms - began_ms >= limit_s * 1000:
                raise AssertionError("{} s passed without {}".format(limit_s, what))
            is_fine = self.time.elapsed_ms - began_ms < _FINE_S * 1000
            self.step(PASS_MS if is_fine else _LONG_PASS_MS)
        return (self.time.elapsed_ms - began_ms) / 1000

    def _watch(self, idx, step_ms):
        plant = self.site.plants[idx]
        connector = self.connectors[idx]
        is_live = plant.contactor.is_closed
        if self.site.hws[idx].coil_pin.level and not connector.transaction.is_active:
            raise AssertionError("the coil is on without a transaction")
        is_charging = STATUS[connector.status.status] == b"Charging"
        if is_charging and not (self.offer_a(idx + 1) and is_live):
            self._unoffered_ms[idx] += step_ms
        else:
            self._unoffered_ms[idx] = 0
        limit_ms = _STOP_MS if connector.stop_reason >= 0 else _FOLLOW_MS
        if self._unoffered_ms[idx] > limit_ms:
            raise AssertionError("Charging without an offer or a closed contactor")

    # ---- what people do ----

    def plug(self, connector=1, amps=16, phases=3):
        """Put the cable into a car that acts by itself."""
        plant = self.site.plants[connector - 1]
        plant.car.plug(True, amps * 1000, phases)
        plant.pilot_changed()

    def unplug(self, connector=1):
        """Pull the cable out of the car."""
        plant = self.site.plants[connector - 1]
        plant.car.unplug()
        plant.pilot_changed()

    def ev(self, state, ohm=0, connector=1):
        """Force the car's side of the pilot; ohm: its resistance, 0 = the nominal one."""
        plant = self.site.plants[connector - 1]
        plant.car.force(state, ohm)
        plant.pilot_changed()

    def fault(self, kind, is_active=True, value=0, connector=1):
        """Set or clear a fault of the control socket, rcd, weld and lock included."""
        plant = self.site.plants[connector - 1]
        if kind == "rcd":
            plant.rcd.has_residual = is_active
        elif kind == "weld":
            plant.contactor.is_welded = is_active
        elif kind == "lock":
            plant.lock.is_jammed = is_active
        else:
            self.site.switches[connector - 1].set(kind, is_active, value)

    def card(self, text="TAG1", connector=0):
        """Hold a card to the reader."""
        self.reader.swipe(text, connector)

    def cut_power(self):
        """Cut the supply and give it back. Return the world of the next boot."""
        return self.reboot(CAUSE_POWER)

    def reboot(self, cause):
        """Let every output fall back to its safe level, for a second, and boot. Return the world.

        The reset of a chip, its watchdog's too, looks the same from outside as a cut supply.
        """
        self.close()
        self.site.one_shot.reset()
        self.site.watchdog.reset()
        for hw in self.site.hws:
            hw.reset()
        for _ in range(100):
            for plant in self.site.plants:
                plant.step(PASS_MS)
        boot_number = self.clock.boot_number + 1
        world = type(self)(self.fields, self.flash, boot_number, None, self.site, cause)
        world._next_id = self._next_id
        return world

    # ---- what people see ----

    def offer_a(self, connector=1):
        """Return the whole amperes that the pilot offers to the car, 0 without PWM."""
        duty = self.site.hws[connector - 1].pilot_pwm.duty
        if duty in (0, _PWM_FULL):
            return 0
        return (duty * 600 + _PWM_FULL // 2) // _PWM_FULL // 10

    def see(self, connector=1):
        """Return (contacts, offered A, drawn A, bolt, status): every output of a connector."""
        plant = self.site.plants[connector - 1]
        return (
            "closed" if plant.contactor.is_closed else "open",
            self.offer_a(connector),
            plant.car.drawn_ma // 1000,
            "locked" if plant.lock.is_locked else "free",
            self.status_word(connector),
        )

    def status_word(self, connector=1):
        """Return the OCPP status of this moment."""
        return STATUS[self.connectors[connector - 1].status.status].decode()

    def error_word(self, connector=1):
        """Return the OCPP error code of this moment."""
        return ERROR_CODE[self.connectors[connector - 1].fault].decode()

    def register_wh(self, connector=1):
        """Return what the meter itself has counted."""
        return self.site.plants[connector - 1].meter.import_wh

    def told(self):
        """Return the calls since the last time but Heartbeat, a short text each."""
        calls = self.take_calls()
        return [_brief(*call) for call in calls if call[0] != "Heartbeat"]

    # ---- server ----

    def _answer(self, message_id, answer):
        if isinstance(answer, dict) and answer.get("transactionId", 0) is None:
            answer = dict(answer, transactionId=self._next_id)
            self._next_id += 1
        super()._answer(message_id, answer)


def _brief(action, payload):
    """Return a call as one line with what matters in a story."""
    if action == "StatusNotification":
        error = payload["errorCode"]
        more = "" if error == "NoError" else " " + error
        return "{} {}{}".format(payload["connectorId"], payload["status"], more)
    if action == "StartTransaction":
        return "Start {} {} {}".format(
            payload["connectorId"], payload["idTag"], payload["meterStart"]
        )
    if action == "StopTransaction":
        return "Stop {} {}".format(payload["transactionId"], payload.get("reason", "Local"))
    if action == "Authorize":
        return "Authorize " + payload["idTag"]
    return action
