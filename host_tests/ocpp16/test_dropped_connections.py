"""A server that answers a message by closing the connection: counted, and not for ever."""

import unittest

from chargecore.base.events import EV_CALL_DROPPED, EV_RECORD_PARKED
from fakes.ocpp16_world import Ocpp16World


class DroppingWorld(Ocpp16World):
    """The server closes the connection on the actions in `hated`, and is there again 3 s later."""

    def __init__(self, **options):
        super().__init__(**options)
        self.hated = ()
        self.drops = []
        self._dark_ms = 0  # until it is connected again

    def step(self, step_ms=50):
        super().step(step_ms)
        if self._dark_ms > 0:
            self._dark_ms -= step_ms
            if self._dark_ms <= 0:
                self.open()
        for row in self._ids:
            if row[1] in self.hated:
                self.drops.append(row[1])
                self.close(by_server=True)
                self._dark_ms = 3_000
                return

    def _serve(self):
        self.mute = list(self.hated)
        super()._serve()


EVERYTHING = (
    "Authorize",
    "BootNotification",
    "Heartbeat",
    "MeterValues",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
)


class DroppedConnectionTest(unittest.TestCase):
    def setUp(self):
        self.world = DroppingWorld(station={"connectors": 2}).boot()

    def events_of(self, code):
        log = self.world.events
        rows = range(log.oldest(), log.total)
        return [(log.field(n, 1), log.field(n, 2)) for n in rows if log.field(n, 0) == code]

    def charge(self, connector_idx=0):
        """A whole session on a connector."""
        world = self.world
        tag = "TAG{}".format(connector_idx)
        world.charge(tag, connector_idx)
        world.swipe(tag, connector=connector_idx + 1)
        world.run_ms(500)
        world.controllers[connector_idx].unplug()
        world.run_ms(2_000)

    def test_parks_and_reports_a_stop_on_which_the_server_always_closes(self):
        self.world.hated = ("StopTransaction",)
        self.charge()
        self.world.run_ms(120_000, 500)

        self.assertEqual(self.world.drops.count("StopTransaction"), 10)
        self.assertEqual((self.world.outbox.pending, self.world.outbox.parked), (0, 1))
        self.assertEqual(self.events_of(EV_CALL_DROPPED), [(10, 1)])
        self.assertEqual(len(self.events_of(EV_RECORD_PARKED)), 1)

    def test_delivers_what_is_behind_it(self):
        self.world.hated = ("StopTransaction",)
        self.charge()
        self.world.run_ms(120_000, 500)
        self.world.hated = ()
        self.world.take_calls()

        self.charge(1)

        seen = self.world.actions()
        self.assertIn("StartTransaction", seen)
        self.assertIn("StopTransaction", seen)
        self.assertEqual(self.world.outbox.parked, 1)

    def test_tells_other_things_between_the_attempts(self):
        """Nothing waits behind a message that the server cannot stand, but the queue itself."""
        self.world.hated = ("StopTransaction",)
        self.charge()
        self.world.take_calls()

        self.world.controllers[1].plug()
        self.world.run_ms(5_000, 500)

        self.assertIn((2, "Preparing"), self.world.statuses())

    def test_asks_first_whether_the_server_answers_anything_at_all(self):
        self.world.hated = ("StopTransaction",)
        self.charge()
        self.world.run_ms(60_000, 500)

        seen = [action for action in self.world.actions() if action != "StatusNotification"]
        first = seen.index("StopTransaction")
        self.assertEqual(seen[first : first + 4], ["StopTransaction", "Heartbeat"] * 2)

    def test_parks_nothing_while_the_server_closes_on_everything(self):
        """It restarts over and over: that says nothing about any message."""
        self.world.connector.controller.plug()
        self.world.run_ms(500)
        self.world.charge("TAG0", 0)
        self.world.hated = EVERYTHING
        self.world.swipe("TAG0", connector=1)
        self.world.run_ms(600_000, 500)
        self.assertTrue(len(self.world.drops) > 20)
        self.assertEqual(self.world.outbox.parked, 0)

        self.world.hated = ()
        self.world.run_ms(10_000, 100)

        self.assertEqual((self.world.outbox.pending, self.world.outbox.parked), (0, 0))
        self.assertIn("StopTransaction", self.world.actions())

    def test_parks_nothing_when_the_line_breaks_on_it_again_and_again(self):
        """T4: a lost connection is no failure to process, however often it is lost."""
        world = Ocpp16World().boot()
        world.charge()
        world.mute = ["StopTransaction"]
        world.swipe()
        for _ in range(30):
            world.run_ms(1_000)
            world.close()
            world.run_ms(2_000)
            world.open()
        world.run_ms(1_000)

        self.assertEqual(world.actions().count("StopTransaction"), 31)
        self.assertEqual((world.outbox.pending, world.outbox.parked), (1, 0))

    def test_begins_to_count_anew_when_it_was_delivered(self):
        self.world.hated = ("StartTransaction",)
        self.world.charge("TAG0", 0)
        while len(self.world.drops) < 9:
            self.world.run_ms(500)
        self.world.hated = ()
        self.world.run_ms(10_000, 500)
        self.assertEqual(self.world.outbox.parked, 0)

        self.world.hated = ("StopTransaction",)
        self.world.swipe("TAG0", connector=1)
        self.world.run_ms(120_000, 500)

        self.assertEqual(self.world.drops.count("StopTransaction"), 10)

    def test_gives_a_status_up_on_which_the_server_closes(self):
        self.world.hated = ("StatusNotification",)
        self.world.controller.plug()
        self.world.run_ms(40_000, 500)

        self.assertTrue(5 <= self.world.drops.count("StatusNotification") <= 6)
        self.assertEqual(self.events_of(EV_CALL_DROPPED), [(5, 2)])

    def test_tells_the_next_status_when_one_was_given_up(self):
        self.world.hated = ("StatusNotification",)
        self.world.controller.plug()
        self.world.run_ms(40_000, 500)
        self.world.hated = ()
        self.world.take_calls()

        self.world.controller.unplug()
        self.world.run_ms(2_000)

        self.assertEqual(self.world.statuses(), [(1, "Available")])

    def test_does_not_let_a_server_that_closes_on_heartbeats_block_the_queue(self):
        self.world.charge("TAG0", 0)
        self.world.hated = ("Heartbeat", "StopTransaction")
        self.world.swipe("TAG0", connector=1)
        self.world.run_ms(10_000, 500)
        self.world.hated = ("Heartbeat",)
        self.world.run_ms(30_000, 500)

        self.assertEqual((self.world.outbox.pending, self.world.outbox.parked), (0, 0))

    def test_sends_no_other_call_twice_on_which_the_server_closes(self):
        """DataTransfer, or what a TriggerMessage asked for: nobody is owed a second try."""
        self.world.hated = ("DataTransfer", "DiagnosticsStatusNotification")
        self.world.ocpp.data_transfer.start(b"V", b"", b"")
        self.world.run_ms(5_000, 500)
        self.world.ask("TriggerMessage", {"requestedMessage": "DiagnosticsStatusNotification"})
        self.world.run_ms(20_000, 500)

        self.assertEqual(self.world.drops, ["DataTransfer", "DiagnosticsStatusNotification"])


if __name__ == "__main__":
    unittest.main()
