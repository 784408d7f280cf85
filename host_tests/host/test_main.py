"""firmware/main.py on the host board: how a run begins and ends. The sessions are in e2e."""

import os
import unittest

import main as firmware

from boards.host.board import POWER_ON, POWER_STOP, Board
from chargecore.base.boot_causes import CAUSE_POWER, CAUSE_RESET, CAUSE_WATCHDOG
from chargecore.base.codes import OK
from chargecore.base.errors import ConfigError
from chargecore.base.events import EV_BOOT
from chargecore.evse import calibration_file
from chargecore.evse.pilot_sense import GAIN_UV_PER_V
from chargecore.safety.fault_latch import NO_REASON
from chargecore.safety.faults import FAULT_NONE, FAULT_POWER_SWITCH
from chargecore.safety.reasons import OPEN_EXCEPTION, OPEN_SHUTDOWN, OPEN_WELDED
from chargecore.station.config import CONNECTORS_MAX
from chargecore.station.station import RESET_HARD
from fakes.edge_pin import EdgePin
from fakes.scratch import new_folder

_STATION = {
    "id": "CP01",
    "csms_url": "ws://127.0.0.1:9/ocpp",
    "cable": "tethered",
    "phases": 3,
    "max_current": 16,
    "connectors": [{"meter": "simulated"}],
}
_PASS_MS = 10
_ENERGISED_MS = 2_000


class Interrupted(KeyboardInterrupt):
    """What Ctrl-C raises, or anything else that ends the loop from outside."""


class TurningBoard(Board):
    """The host board with time that goes by in steps; turn(board) runs in every pass."""

    def __init__(self, folder, turn, **station):
        options = {
            "station": dict(_STATION, **station),
            "state": folder,
            "speed_permille": 1_000,
            "dns_servers": [],
        }
        super().__init__(options)
        self.passes = 0
        self._turn = turn

    def idle(self):
        self.pass_time(_PASS_MS)
        self.passes += 1
        if self.passes > 5_000:
            self.power = POWER_STOP
        self._turn(self)


def stop(board):
    board.power = POWER_STOP


def charge(board):
    """Let a session draw energy: the station core is asked directly, no server is there."""
    if board.passes == 1:
        board.plants[0].car.plug(True, 16_000, 3)
        board.plants[0].pilot_changed()
    board.app.connectors[0].limit_ma = 16_000
    controller = board.app.controllers[0]
    controller.set_offer_ma(16_000)
    controller.allow(True)


class MainTest(unittest.TestCase):
    def new_board(self, turn, **station):
        folder = new_folder(self)
        board = TurningBoard(folder, turn, **station)
        self.addCleanup(self.remove, folder, board)
        return board

    def remove(self, folder, board):
        board.close()
        for name in os.listdir(folder + "/flash"):
            os.remove(folder + "/flash/" + name)
        os.rmdir(folder + "/flash")

    def test_keeps_the_register_of_a_meter_it_counts_itself_over_a_restart(self):
        pin = EdgePin()

        def pulse_then_reset(board):
            pin.set(board.passes % 10 // 5)
            if board.passes == 200:
                board.app.station.request_reset(RESET_HARD, board.ticks_ms())

        row = {"meter": "s0", "pulses_per_kwh": 1_000}
        board = self.new_board(pulse_then_reset, connectors=[row])
        board.connectors[0].meter_bus = pin
        ended_as = firmware.run(board)
        counted_wh = board.app.meters[0].import_wh
        board._turn = stop
        board.power = POWER_ON
        firmware.run(board)
        board.app.meters[0].poll(board.ticks_ms())

        self.assertEqual(ended_as, firmware.RESTART)
        self.assertTrue(counted_wh >= 15)
        self.assertEqual(board.app.meters[0].import_wh, counted_wh)

    def test_names_the_option_of_a_meter_that_is_wrong(self):
        row = {"meter": "s0", "pulses_per_kwh": 0}
        board = self.new_board(stop, connectors=[row])
        board.connectors[0].meter_bus = EdgePin()

        with self.assertRaises(ConfigError) as caught:
            firmware.run(board)

        self.assertEqual(caught.exception.args[0], "pulses_per_kwh")

    def test_ends_as_stopped_when_the_board_stops(self):
        board = self.new_board(stop)

        ended_as = firmware.run(board)

        self.assertEqual(ended_as, firmware.STOPPED)
        self.assertEqual(board.passes, 1)

    def test_runs_with_as_many_connectors_as_there_may_be(self):
        rows = [{"meter": "simulated"}] * CONNECTORS_MAX
        board = self.new_board(stop, connectors=rows, reader="simulated", lamp="simulated")

        ended_as = firmware.run(board)

        self.assertEqual(ended_as, firmware.STOPPED)
        self.assertEqual(len(board.app.connectors), CONNECTORS_MAX)

    def test_gives_the_controllers_what_the_station_file_says(self):
        fields = {"cable": "socket", "wake_up": False, "fault_pilot_f": True, "phases": 1}
        board = self.new_board(stop, connectors=[{"meter": "simulated"}] * 2, **fields)

        firmware.run(board)

        for idx in range(2):
            controller = board.app.controllers[idx]
            pulse = controller._pulse
            self.assertEqual((pulse.wakes, pulse.tells_faults), (False, True))
            self.assertTrue(controller.sensors.proximity.is_single_phase)
            self.assertIs(controller.sensors.meter, board.app.meters[idx])

    def test_uses_the_calibration_that_was_kept(self):
        board = self.new_board(stop, connectors=[{"meter": "simulated"}] * 2)
        firmware.run(board)
        pair = board.app.stores.pair("pilot_2")
        self.assertEqual(calibration_file.save(pair, 1_290_000, 90_000), OK)

        board.power = 0
        firmware.run(board)

        senses = [controller.sense for controller in board.app.controllers]
        self.assertEqual(senses[0].gain_uv_per_v, GAIN_UV_PER_V)
        self.assertEqual((senses[1].centre_uv, senses[1].gain_uv_per_v), (1_290_000, 90_000))

    def test_lights_the_lamps(self):
        def turn(board):
            if board.passes == 450:  # two rounds of a lamp whose station has no server
                stop(board)

        board = self.new_board(turn, lamp="simulated")

        firmware.run(board)

        self.assertIn(board.connectors[0].lamp_bus.changes, (4, 5))  # lit and dark again, twice

    def test_refuses_a_reader_and_a_lamp_that_the_board_does_not_have(self):
        for field, value in (("reader", "pn532"), ("lamp", "pixels"), ("reader", "rc522")):
            with self.assertRaises(ConfigError) as refused:
                firmware.run(self.new_board(stop, **{field: value}))
            self.assertEqual(str(refused.exception), field)

    def test_ends_as_restart_when_a_reset_is_due(self):
        def turn(board):
            if board.passes == 10:
                board.app.station.request_reset(RESET_HARD, board.ticks_ms())

        board = self.new_board(turn)

        ended_as = firmware.run(board)

        self.assertEqual(ended_as, firmware.RESTART)

    def test_counts_its_boots(self):
        board = self.new_board(stop)

        firmware.run(board)
        first = board.app.clock.boot_number
        board.power = 0
        firmware.run(board)

        self.assertEqual(board.app.clock.boot_number, first + 1)

    def test_opens_the_contactor_when_something_ends_the_loop(self):
        def turn(board):
            charge(board)
            if board.plants[0].contactor.is_closed and board.passes * _PASS_MS > _ENERGISED_MS:
                raise Interrupted()

        board = self.new_board(turn)

        with self.assertRaises(Interrupted):
            firmware.run(board)
        contactor = board.app.controllers[0].contactor

        self.assertEqual(board.connectors[0].coil_pin.level, 0)
        self.assertEqual(contactor.reason, OPEN_SHUTDOWN)

    def test_opens_the_contactor_and_goes_on_when_a_step_fails(self):
        def fail(now_ms):
            raise ValueError("a step with a fault")

        def turn(board):
            charge(board)
            if not board.app.scheduler.failed and board.plants[0].contactor.is_closed:
                board.app.scheduler._steps[0] = fail
            elif board.app.scheduler.failed:
                board.power = POWER_STOP

        board = self.new_board(turn)

        firmware.run(board)

        self.assertEqual(board.connectors[0].coil_pin.level, 0)
        self.assertEqual(board.app.controllers[0].contactor.reason, OPEN_EXCEPTION)
        self.assertEqual(board.app.scheduler.failed, 1)

    def test_restarts_when_the_loop_is_held_up_for_longer_than_the_watchdog_waits(self):
        """F38: the coils drop long before, the chip restarts after 2 s."""
        coil_off_ms = []

        def turn(board):
            charge(board)
            if board.plants[0].contactor.is_closed and board.passes * _PASS_MS > _ENERGISED_MS:
                board.block_loop(3_000)
                began_ms = board.clock.elapsed_ms
                board._hold_up()
                coil_off_ms.append(board.clock.elapsed_ms - began_ms)

        board = self.new_board(turn)
        board.begin_boot()
        first_cause = board.reset_cause

        firmware.run(board)
        is_closed = board.plants[0].contactor.is_closed
        board.begin_boot()

        self.assertEqual((first_cause, board.reset_cause), (CAUSE_POWER, CAUSE_WATCHDOG))
        self.assertEqual(len(coil_off_ms), 1)
        self.assertTrue(1_900 <= coil_off_ms[0] <= 2_100)
        self.assertFalse(is_closed)
        self.assertEqual(board.connectors[0].coil_pin.level, 0)

    def test_leaves_the_watchdog_asleep_when_the_loop_is_held_up_for_less(self):
        def turn(board):
            if board.passes == 50:
                board.block_loop(1_800)
                board._hold_up()
            if board.passes == 100:
                stop(board)

        board = self.new_board(turn)

        self.assertEqual(firmware.run(board), firmware.STOPPED)
        self.assertEqual(board.passes, 100)

    def test_tells_why_it_booted(self):
        board = self.new_board(stop)
        board.cut_power()
        board.begin_boot()
        firmware.run(board)
        first = board.app.events.field(0, 2)
        board.begin_boot()
        firmware.run(board)

        self.assertEqual(board.app.events.field(0, 0), EV_BOOT)
        self.assertEqual((first, board.app.events.field(0, 2)), (CAUSE_POWER, CAUSE_RESET))

    def run_with(self, board, passes, cause=None):
        """Boot for that cause, run for so many passes, and return the interlock."""
        if cause is not None:
            board.begin_boot()
            board.reset_cause = cause
        board.power = 0
        last = board.passes + passes
        board._turn = lambda board: stop(board) if board.passes >= last else None
        firmware.run(board)
        return board.app.controllers[0].interlock

    def test_keeps_a_weld_over_resets_until_the_supply_was_off_and_the_contacts_are_open(self):
        """F23, R52: written with open contactors, in force before the first safety step."""
        board = self.new_board(stop)
        contactor = board.plants[0].contactor
        contactor.is_welded = contactor.is_closed = True
        lock = self.run_with(board, 200)
        self.assertEqual(lock.fault_reason, OPEN_WELDED)
        contactor.is_welded = False

        for cause in (CAUSE_RESET, CAUSE_WATCHDOG):
            lock = self.run_with(board, 200, cause)
            self.assertEqual((lock.fault_reason, lock.is_permanent), (OPEN_WELDED, True))
            self.assertEqual(board.connectors[0].pilot_pwm.duty, 0)
        lock = self.run_with(board, 5, CAUSE_POWER)
        self.assertEqual((lock.fault, lock.is_permanent), (FAULT_POWER_SWITCH, False))
        lock = self.run_with(board, 200, CAUSE_POWER)
        self.assertEqual((lock.fault, lock.latch.kept_reason()), (FAULT_NONE, NO_REASON))

        lock = self.run_with(board, 200, CAUSE_RESET)

        self.assertEqual(lock.fault, FAULT_NONE)
        self.assertEqual(lock.latch.counts[1], 1)

    def test_keeps_a_weld_over_a_power_cycle_while_the_contacts_are_closed(self):
        board = self.new_board(stop)
        contactor = board.plants[0].contactor
        contactor.is_welded = contactor.is_closed = True
        self.run_with(board, 200)

        for _ in range(2):
            lock = self.run_with(board, 200, CAUSE_POWER)
            self.assertEqual((lock.fault_reason, lock.is_permanent), (OPEN_WELDED, True))

    def test_offers_6_a_when_both_versions_of_the_settings_are_damaged(self):
        """F44: until somebody sets a value."""
        board = self.new_board(stop)
        for name in ("/settings.a", "/settings.b"):
            with open(board.flash_root + name, "wb") as file:
                file.write(b"broken")
        offers_ma = set()

        def turn(board):
            if board.passes == 400:
                board.plants[0].car.plug(True, 16_000, 3)
                board.plants[0].pilot_changed()
            controller = board.app.controllers[0]
            controller.set_offer_ma(board.app.connectors[0].limit_ma)
            controller.allow(True)
            offers_ma.add(controller.offered_ma)
            if board.passes == 1_000:
                board.app.stores.settings.set(b"HeartbeatInterval", b"300")
            if board.passes == 2_000:
                stop(board)

        board._turn = turn
        firmware.run(board)

        self.assertEqual(board.app.config.max_current_ma, 16_000)
        self.assertEqual(sorted(offers_ma), [0, 6_000, 16_000])

    def test_writes_what_it_has_counted_before_a_reset(self):
        def turn(board):
            charge(board)
            if board.passes == 2_000:
                board.app.controllers[0].allow(False)
                board.app.station.request_reset(RESET_HARD, board.ticks_ms())

        board = self.new_board(turn)
        self.assertEqual(firmware.run(board), firmware.RESTART)
        closings = board.app.memory.closings(0)
        self.assertTrue(closings >= 1)

        self.run_with(board, 5, CAUSE_RESET)

        self.assertEqual(board.app.memory.closings(0), closings)

    def test_resets_for_a_silent_server_when_no_session_runs(self):
        """The last rung of the liveness ladder waits for the end of the session."""

        def turn(board):
            connector = board.app.connectors[0]
            if board.passes == 5:
                connector.transaction.is_active = True  # a session, as far as main can tell
                board.app.network.liveness.needs_reset = True
            if board.passes == 300:
                connector.transaction.is_active = False

        board = self.new_board(turn)

        self.assertEqual(firmware.run(board), firmware.RESTART)
        self.assertTrue(300 <= board.passes <= 320)

    def test_hands_the_link_to_the_connection(self):
        seen = []

        def turn(board):
            if board.passes in (5, 20):
                board.set_network(board.passes == 20)
            if board.passes in (10, 30):
                seen.append(board.app.connection.link_up)
            if board.passes == 30:
                board.link.restart()
            if board.passes in (40, 200):
                seen.append(board.app.connection.link_up)
            if board.passes == 200:
                stop(board)

        firmware.run(self.new_board(turn))

        self.assertEqual(seen, [False, True, False, True])

    def test_names_the_field_when_the_station_file_cannot_be_used(self):
        for field, value in (
            ("max_current", 5),
            ("csms_url", "http://x"),
            ("phases", 2),
            ("id", ""),
            ("connectors", [{"meter": "abacus"}]),
        ):
            board = self.new_board(stop, **{field: value})
            try:
                firmware.run(board)
                text = "taken"
            except ConfigError as error:
                text = str(error)

            self.assertEqual(text, "meter" if field == "connectors" else field)
            self.assertEqual(board.connectors[0].coil_pin.level, 0)


if __name__ == "__main__":
    unittest.main()
