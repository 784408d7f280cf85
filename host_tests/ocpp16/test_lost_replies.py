"""One lost reply to any one call stops nothing; a stray, late or double reply changes nothing."""

import json
import unittest

from chargecore.base.events import EV_CALL_TIMEOUT
from fakes.ocpp16_world import NOW, Ocpp16World

_TIMEOUT_MS = 31_000  # MessageTimeout and a moment
_ACCEPTED = {"idTagInfo": {"status": "Accepted"}}

# Answers that belong to no call, as servers in the wild send them.
STRAYS = (
    [3, "no-such-id", {"status": "Rejected", "currentTime": NOW, "interval": 5}],
    [3, "no-such-id", {"idTagInfo": {"status": "Blocked"}, "transactionId": 666}],
    [3, "", {}],
    [3, 17, {}],
    [4, "no-such-id", "InternalError", "", {}],
    [4, "-1", "FormationViolation", "cannot read this", {}],
    [4, "", "FormationViolation", "", []],
    [4, None, "RpcFrameworkError", "", {}],
)


class DoublingWorld(Ocpp16World):
    """A world whose server sends every answer twice."""

    def _answer(self, message_id, answer):
        super()._answer(message_id, answer)
        super()._answer(message_id, answer)


def make_world():
    """Return a world with two connectors, accepted, whose sessions are sampled often."""
    return Ocpp16World({"connectors": 2}).boot()


def boot(world):
    world.close()
    world._make_station()
    world._make_ocpp()
    world.open()


def status(world):
    world.controller.plug()


def authorize(world):
    world.controller.plug()
    world.swipe("TAG1", connector=1)


def start(world):
    world.charge()


def meter_values(world):
    world.set("MeterValueSampleInterval", "5")
    world.charge()
    world.run_ms(5_500)
    world.set("MeterValueSampleInterval", "0")


def stop(world):
    world.charge()
    world.swipe("TAG1", connector=1)


def heartbeat(world):
    world.ask("TriggerMessage", {"requestedMessage": "Heartbeat"})


def data_transfer(world):
    world.ocpp.data_transfer.start(b"V", b"", b"")


def diagnostics(world):
    world.ask("TriggerMessage", {"requestedMessage": "DiagnosticsStatusNotification"})


def firmware(world):
    world.ask("TriggerMessage", {"requestedMessage": "FirmwareStatusNotification"})


# Every call the station has, and what makes it send one.
CALLS = (
    ("BootNotification", boot),
    ("StatusNotification", status),
    ("Authorize", authorize),
    ("StartTransaction", start),
    ("MeterValues", meter_values),
    ("StopTransaction", stop),
    ("Heartbeat", heartbeat),
    ("DataTransfer", data_transfer),
    ("DiagnosticsStatusNotification", diagnostics),
    ("FirmwareStatusNotification", firmware),
)


def state_of(world):
    """Return what a reply could change."""
    transactions = [row.transaction for row in world.connectors]
    return (
        world.ocpp.boot.state,
        [(row.is_active, row.is_id_known, row.transaction_id) for row in transactions],
        [row.status.status for row in world.connectors],
        world.outbox.pending,
        world.outbox.parked,
        world.clock.wall_s() // 60,
        world.ocpp.data_transfer.state,
        world.link.is_online,
    )


class LostReplyTest(unittest.TestCase):
    def lose_one(self, action, provoke):
        """Let one call of an action get no answer in time. Return the world behind that."""
        world = make_world()
        world.mute = [action]
        provoke(world)
        world.run_ms(500)
        self.assertEqual(world.actions().count(action), 1)
        world.run_ms(_TIMEOUT_MS, 100)
        self.assertIn(EV_CALL_TIMEOUT, world.event_codes())
        return world

    def check_goes_on(self, world):
        """A whole session on the other connector is told and delivered."""
        world.mute = []
        world.run_ms(150_000, 100)
        self.assertEqual((world.outbox.pending, world.outbox.parked), (0, 0))
        self.assertTrue(world.link.is_online)
        world.take_calls()
        world.charge("TAG2", 1)
        world.swipe("TAG2", connector=2)
        world.controllers[1].unplug()
        world.run_ms(5_000)
        heartbeat(world)
        seen = world.actions()
        for action in ("StatusNotification", "StartTransaction", "StopTransaction", "Heartbeat"):
            self.assertIn(action, seen)
        self.assertEqual(world.outbox.pending, 0)

    def test_goes_on_when_one_reply_to_any_call_is_lost(self):
        for action, provoke in CALLS:
            with self.subTest(action=action):
                self.check_goes_on(self.lose_one(action, provoke))

    def test_goes_on_when_the_connection_breaks_on_any_call(self):
        for action, provoke in CALLS:
            with self.subTest(action=action):
                world = make_world()
                world.mute = [action]
                provoke(world)
                world.run_ms(500)
                world.close()
                world.run_ms(5_000)
                world.open()
                self.check_goes_on(world)

    def test_ignores_the_reply_that_comes_too_late(self):
        late = {"idTagInfo": {"status": "Blocked"}, "transactionId": 666, "status": "Rejected"}
        late.update({"currentTime": "2031-01-01T00:00:00Z", "interval": 1})
        for action, provoke in CALLS:
            with self.subTest(action=action):
                world = self.lose_one(action, provoke)
                before = state_of(world)
                unknown = world.ocpp.rpc.unknown_ids
                world.answer(action, late)
                world.run_ms(300)
                self.assertEqual(state_of(world), before)
                self.assertEqual(world.ocpp.rpc.unknown_ids, unknown + 1)
                self.check_goes_on(world)

    def test_ignores_strays_while_any_call_waits(self):
        for action, provoke in CALLS:
            with self.subTest(action=action):
                world = make_world()
                world.mute = [action]
                provoke(world)
                world.run_ms(500)
                before = state_of(world)
                for message in STRAYS:
                    world.channel.feed(json.dumps(message).encode())
                world.run_ms(1_000)
                self.assertEqual(state_of(world), before)
                self.assertTrue(world.ocpp.rpc.is_calling)
                self.check_goes_on(world)

    def test_does_the_same_when_every_reply_comes_twice(self):
        histories = []
        for kind in (Ocpp16World, DoublingWorld):
            world = kind({"connectors": 2}).boot()
            world.set("MeterValueSampleInterval", "5")
            world.charge()
            data_transfer(world)
            world.run_ms(12_000)
            world.swipe("TAG1", connector=1)
            world.controller.unplug()
            world.run_ms(5_000)
            histories.append([row[0] for row in world.take_calls()])
            self.assertEqual((world.outbox.pending, world.outbox.parked), (0, 0))

        self.assertEqual(histories[0], histories[1])

    def test_uses_the_real_answer_after_all_the_strays(self):
        world = make_world()
        world.mute = ["StartTransaction"]
        world.charge()
        for message in STRAYS:
            world.channel.feed(json.dumps(message).encode())
        world.run_ms(1_000)

        world.answer("StartTransaction", dict(_ACCEPTED, transactionId=42))
        world.run_ms(500)

        self.assertEqual(world.connector.transaction.transaction_id, 42)


class RefusedCallTest(unittest.TestCase):
    """CALLERROR to any call never loops for ever, and the code does not matter."""

    CODES = ("NotImplemented", "NotSupported", "InternalError", "FormatViolation", "Whatever")

    def test_sends_nothing_again_and_again_when_any_call_is_refused(self):
        for action, provoke in CALLS:
            for code in self.CODES[:2] if action != "StartTransaction" else self.CODES:
                with self.subTest(action=action, code=code):
                    self.check_refused(action, provoke, code)

    def check_refused(self, action, provoke, code):
        world = make_world()
        world.answers[action] = ("error", code)
        provoke(world)
        world.run_ms(600_000, 500)
        # Boot is asked for ever, once a minute or less; transaction messages three times.
        most = {"BootNotification": 10, "Heartbeat": 3}.get(action, 3)
        self.assertTrue(1 <= world.actions().count(action) <= most, world.actions())
        self.assertEqual(world.outbox.pending, 0)
        world.answers[action] = {"status": "Accepted", "currentTime": NOW, "interval": 300}
        if action in ("StartTransaction", "StopTransaction", "Authorize"):
            world.answers[action] = dict(_ACCEPTED, transactionId=8)
        if action == "StartTransaction":
            world.swipe("TAG1", connector=1)
        world.run_ms(80_000, 100)
        world.take_calls()
        world.charge("TAG2", 1)
        world.run_ms(1_000)
        self.assertIn("StartTransaction", world.actions())


if __name__ == "__main__":
    unittest.main()
