"""StatusNotification: what changed, in order, and what a reconnect still needs."""

import unittest

from chargecore.base.clock import QUALITY_NONE, WALL_UNKNOWN
from chargecore.ocpp16.words import ERROR_CODE, STATUS
from chargecore.safety import faults
from fakes.ocpp16_world import Ocpp16World

WARNINGS = (faults.FAULT_EV_COMMUNICATION, faults.FAULT_READER, faults.FAULT_WEAK_SIGNAL)


class StatusNotificationTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World({"connectors": 2}).boot()

    def test_reports_every_change_of_a_session(self):
        """S2, S4, E 3.19: none left out."""
        world = self.world
        world.charge()
        world.swipe(connector=1)
        world.run_ms(500)
        world.controller.unplug()
        world.run_ms(2000)

        self.assertEqual(
            world.statuses(),
            [(1, "Preparing"), (1, "Charging"), (1, "Finishing"), (1, "Available")],
        )

    def test_is_available_behind_the_stop_when_the_server_is_slow(self):
        """S14: StopTransaction may be overtaken by Finishing, by nothing else."""
        world = self.world
        world.charge()
        world.take_calls()
        world.mute = ("StatusNotification",)
        world.swipe(connector=1)
        world.run_ms(500)
        world.controller.unplug()
        world.run_ms(4_000)
        world.mute = ()
        world.run_ms(2_000)

        told = [row[1].get("status", row[0]) for row in world.take_calls()]
        self.assertEqual(told, ["Finishing", "StopTransaction", "Available"])

    def test_does_not_wait_with_available_for_a_stop_that_is_refused(self):
        """T3: between two attempts lie a minute and more."""
        world = self.world
        world.charge()
        world.take_calls()
        world.answers["StopTransaction"] = ("error", "InternalError")
        world.swipe(connector=1)
        world.run_ms(500)
        world.controller.unplug()
        world.run_ms(4_000)

        self.assertEqual(world.statuses(), [(1, "Finishing"), (1, "Available")])

    def test_carries_error_code_and_time_of_the_change(self):
        """S9: errorCode is mandatory."""
        self.world.controller.plug()
        self.world.run_ms(200)

        row = self.world.payloads("StatusNotification")[0]
        self.assertEqual(row["errorCode"], "NoError")
        self.assertEqual(row["timestamp"][:13], "2026-11-24T10")
        self.assertEqual(sorted(row), ["connectorId", "errorCode", "status", "timestamp"])

    def test_leaves_the_time_out_while_it_is_not_known(self):
        """Nobody ever sends 1970."""
        world = self.world
        world.clock.offset_s = WALL_UNKNOWN
        world.clock.quality = QUALITY_NONE
        world.controller.plug()
        world.run_ms(200)

        self.assertEqual(
            sorted(world.payloads("StatusNotification")[0]),
            ["connectorId", "errorCode", "status"],
        )

    def test_names_every_fault(self):
        """S9: a fault that blocks is Faulted, a warning keeps the status."""
        world = self.world
        world.controller.plug()  # EVCommunicationError needs a car
        world.run_ms(200)
        for fault in range(1, len(ERROR_CODE)):
            if fault in (faults.FAULT_LOCAL_LIST, faults.FAULT_RESET):
                continue  # these are told with connectorId 0
            with self.subTest(fault=fault):
                if fault in WARNINGS:
                    world.controller.warning = fault
                else:
                    world.controller.fault = fault
                world.run_ms(200)
                row = world.payloads("StatusNotification")[-1]
                expected = "Preparing" if fault in WARNINGS else "Faulted"
                self.assertEqual(row["errorCode"], ERROR_CODE[fault].decode())
                self.assertEqual(row["status"], expected)
                world.controller.fault = 0
                world.controller.warning = 0
                world.run_ms(200)
        self.assertEqual(world.payloads("StatusNotification")[-1]["errorCode"], "NoError")

    def test_tells_no_communication_error_of_a_car_that_is_not_there_or_charges(self):
        """S9, OCPP 1.6 §7.6."""
        world = self.world
        world.controller.warning = faults.FAULT_EV_COMMUNICATION
        world.run_ms(200)
        world.charge()
        world.run_ms(200)

        rows = [(row["status"], row["errorCode"]) for row in world.payloads("StatusNotification")]
        self.assertEqual(rows, [("Preparing", "EVCommunicationError"), ("Charging", "NoError")])

    def test_reports_a_fault_of_the_unit_with_connector_zero(self):
        """S1."""
        self.world.station.fault = faults.FAULT_INTERNAL
        self.world.run_ms(200)
        self.world.station.fault = 0
        self.world.run_ms(200)

        rows = self.world.payloads("StatusNotification")
        self.assertEqual([row["errorCode"] for row in rows], ["InternalError", "NoError"])
        self.assertEqual(self.world.statuses(), [(0, "Faulted"), (0, "Available")])

    def test_says_that_the_plug_was_pulled_at_the_car(self):
        """S9, T12, TC_005_3."""
        world = self.world
        world.config.stop_on_ev_side_disconnect = False
        world.charge()
        world.controller.unplug()
        world.run_ms(500)

        row = world.payloads("StatusNotification")[-1]
        self.assertEqual((row["status"], row["info"]), ("SuspendedEV", "EV side disconnected"))

    def test_says_the_same_to_its_end_when_the_plug_is_back_before_it_has_left(self):
        world = self.world
        world.config.stop_on_ev_side_disconnect = False
        world.charge()
        world.channel.is_slow = True
        world.controller.unplug()
        world.run_ms(500)
        self.assertFalse(world.channel.tx_idle)
        world.controller.plug()
        world.run_ms(100)

        world.channel.finish()
        world.run_ms(100)

        row = world.payloads("StatusNotification")[-1]
        self.assertEqual((row["status"], row["info"]), ("SuspendedEV", "EV side disconnected"))

    def test_gives_no_such_info_when_the_car_only_rests(self):
        world = self.world
        world.charge()
        world.controller.rest()
        world.run_ms(10_000, 100)

        row = world.payloads("StatusNotification")[-1]
        self.assertEqual(row["status"], "SuspendedEV")
        self.assertFalse("info" in row)

    def test_reports_only_what_changed_when_it_reconnects(self):
        """B7: the present status, not the history, and nothing that the server knows."""
        world = self.world
        world.close()
        for _ in range(3):
            world.controller.plug()
            world.run_ms(500)
            world.controller.unplug()
            world.run_ms(500)
        world.controllers[1].plug()
        world.run_ms(500)
        world.open()
        world.run_ms(1000)

        self.assertEqual(world.statuses(), [(2, "Preparing")])

    def test_repeats_a_status_whose_answer_got_lost(self):
        """B7: what the server did not acknowledge it may not know."""
        world = self.world
        world.mute.append("StatusNotification")
        world.controller.plug()
        world.run_ms(500)
        world.close()
        world.mute = []
        world.open()
        world.run_ms(500)

        self.assertEqual(world.statuses(), [(1, "Preparing"), (1, "Preparing")])

    def test_goes_on_when_the_server_refuses_one(self):
        world = self.world
        world.answers["StatusNotification"] = ("error", "InternalError")
        world.controller.plug()
        world.run_ms(500)
        world.controller.unplug()
        world.run_ms(1500)

        self.assertEqual(world.statuses(), [(1, "Preparing"), (1, "Available")])

    def test_holds_back_a_status_that_does_not_last(self):
        """S8."""
        world = self.world
        world.set("MinimumStatusDuration", "10")
        world.controller.plug()
        world.run_ms(5000, 100)
        world.controller.unplug()
        world.run_ms(20_000, 100)
        short = world.statuses()
        world.controller.plug()
        world.run_ms(12_000, 100)

        self.assertEqual(short, [])
        self.assertEqual(world.statuses(), [(1, "Preparing")])

    def test_spells_every_status(self):
        """S1."""
        self.assertEqual(len(STATUS), 9)
        for word in (b"SuspendedEV", b"SuspendedEVSE", b"Unavailable", b"Faulted", b"Reserved"):
            self.assertIn(word, STATUS)
