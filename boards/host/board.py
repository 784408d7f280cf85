"""Board: the PC as a board, with the names every board offers to firmware/main.py.

Called by: main.run (pins, sockets, config, idle), sim_main (boot, power), the control socket.
Owns: simulated time, one plant per connector, the supply. idle() is where simulated time passes.
"""

import os
import random
import time

from boards.host import pins
from boards.host.fault_switch import FaultSwitch
from boards.host.hardware import Hardware
from boards.host.meter_store import MeterStore
from boards.host.one_shot import OneShot
from boards.host.plant import Plant
from boards.host.sim_flash import SimFlash
from boards.host.sim_link import SimLink
from boards.host.sim_rtc import SimRtc
from boards.host.sim_sockets import SimSockets
from boards.host.sim_watchdog import SimWatchdog
from boards.host.virtual_clock import PASS_MS, VirtualClock
from chargecore.base.boot_causes import CAUSE_POWER, CAUSE_RESET, CAUSE_WATCHDOG
from chargecore.readers.simulated import SimulatedReader
from chargecore.store.app_slots import AppSlots

# Real time to sleep per pass: 2 ms of real, or 4 ms of simulated time, whatever is less.
_SLEEP_MAX_US = 2_000
_SLEEP_SIMULATED_US = 4_000

_BLOCK_SIZE = 4096  # erase block of the journal's flash
_BLOCKS = 16

POWER_ON = 0  # supply is there and the firmware runs
POWER_CUT = 1  # the supply failed, or the watchdog bit: the firmware stops at once, boots later
POWER_STOP = 2  # the simulator was told to end


class Board:
    """The host board. options is what `chargecore sim` wrote for it, see sim_main.py."""

    def __init__(self, options):
        self.config = options["station"]
        self._state = options["state"]  # folder of what keeps its contents without supply
        self.flash_root = options["state"] + "/flash"
        # Two copies of the application; in CPython and where no image boots there is only one.
        self.slots = None
        if options.get("slot"):
            self.slots = AppSlots(self.flash_root, options["slot"], b"host", stalls=False)
        self.journal_flash = SimFlash(self._state + "/journal.bin", _BLOCK_SIZE, _BLOCKS)
        _make_folder(self.flash_root)
        self.dns_servers = options["dns_servers"]
        self.clock = VirtualClock(time.ticks_us, options["speed_permille"])
        self.ticks_ms = self.clock.ticks_ms
        self.sockets = SimSockets()
        self.link = SimLink()
        self.rtc = SimRtc()
        self.random_bits = random.getrandbits
        self.reader_bus = SimulatedReader()
        self.dead_man_pin = OneShot(pins.DEAD_MAN[0])
        self.watchdog = SimWatchdog()
        self.connectors = []  # Hardware, in order of connector number
        self.plants = []
        self.faults = []  # FaultSwitch
        self._stores = []
        for idx, row in enumerate(self.config["connectors"]):
            self._add_connector(idx, row)
        self.app = None  # what main.run has built, None while rebooting
        self.bench = None  # what bench.run has built, in place of a station
        self.on_idle = None  # bound method called once per pass: the control socket
        self.setup = None  # SetupAccess, where a set-up page was asked for
        self.power = POWER_ON
        self.reset_cause = CAUSE_POWER  # CAUSE_* of this boot
        self._next_cause = CAUSE_POWER  # of the next one
        self.boots = 0
        self.boot_at_ms = 0  # simulated time since start, at the last boot
        self.worst_gap_us = 0  # longest real time between two passes of this boot
        self._has_passed = False  # the first pass of a boot measures the boot itself: not counted
        self._sleep_us = _sleep_us(options["speed_permille"])
        self._blocked_ms = 0  # simulated time the next pass is held up

    def _add_connector(self, idx, row):
        is_tethered = self.config.get("cable", "socket") == "tethered"
        hw = Hardware(pins.PINS_PER_CONNECTOR * (idx + 1), is_tethered)
        store = MeterStore("{}/meter_{}.txt".format(self._state, idx + 1))
        phases = row.get("phases", self.config["phases"])
        plant = Plant(hw, self.dead_man_pin, store, phases)
        hw.meter_bus = plant.meter
        self.connectors.append(hw)
        self.plants.append(plant)
        self.faults.append(FaultSwitch(hw, plant))
        self._stores.append(store)

    # ---- what the firmware sees ----

    @property
    def is_running(self):
        """Tell whether main.run should go on."""
        return self.power == POWER_ON

    def idle(self):
        """End a loop pass: sleep a little, let simulated time pass, serve the control socket."""
        clock = self.clock
        if not clock.is_behind:
            time.sleep_us(self._sleep_us)
        dt_ms = clock.catch_up()
        if clock.gap_us > self.worst_gap_us and self._has_passed:
            self.worst_gap_us = clock.gap_us
        self._has_passed = True
        if dt_ms:
            self.pass_time(dt_ms)
        if self._blocked_ms:
            self._hold_up()
        if self.on_idle is not None:
            self.on_idle()

    # ---- what the simulator does ----

    def pass_time(self, dt_ms):
        """Let dt_ms pass for the clock and all plants."""
        self.clock.advance(dt_ms)
        for plant in self.plants:
            plant.step(dt_ms)
        self.dead_man_pin.step(dt_ms)
        self.link.step(dt_ms)
        self.watchdog.step(dt_ms)
        if self.watchdog.has_bitten:
            self._restart_chip()

    def block_loop(self, blocked_ms):
        """Hold up the next pass by blocked_ms of simulated time, as a stalled VM would."""
        self._blocked_ms += blocked_ms

    def stand_still(self, still_ms):
        """Let time pass in the middle of a pass: a firmware that hangs, for the bench."""
        self.pass_time(still_ms)

    def set_speed(self, speed_permille):
        """Let simulated time run at another speed from now on."""
        self.clock.set_speed(speed_permille)
        self._sleep_us = _sleep_us(speed_permille)

    def begin_boot(self):
        """Power is there: count the boot and start its time."""
        self.power = POWER_ON
        self.reset_cause = self._next_cause
        self._next_cause = CAUSE_RESET  # unless something else happens first
        self.boots += 1
        self.boot_at_ms = self.clock.elapsed_ms
        for plant in self.plants:
            plant.begin_boot()
        self.worst_gap_us = 0
        self._has_passed = False

    def cut_power(self):
        """Let the supply fail: all outputs fall back, all sockets are dead, the firmware ends."""
        self._next_cause = CAUSE_POWER
        self._fall()

    def set_network(self, is_up):
        """Cut the network at once, or bring it back; it stays so over reboots."""
        self.link.is_plugged = is_up
        connection = getattr(self.app, "connection", None)
        if connection is not None:  # at once, not only when the firmware looks at the link
            connection.link_up = self.link.is_up

    def stop(self):
        """End the simulator after this pass."""
        self.power = POWER_STOP

    def reset_outputs(self):
        """Put every output to its safe level, as a reset of the chip does."""
        self.dead_man_pin.reset()
        self.watchdog.reset()
        for hw in self.connectors:
            hw.reset()

    def setup_window(self, _trouble, is_asked):
        """Return the open set-up page, None when it is not due, or cannot be opened."""
        return self.setup.open(self.ticks_ms()) if is_asked else None

    def close_setup(self):
        """What was loaded for the page stays: a PC has room for it."""

    def say(self, text):
        """Write a line to where the simulator prints."""
        print("chargecore: " + text)

    def close(self):
        """Close sockets and files at the end."""
        self.sockets.close_all()
        for store in self._stores:
            store.close()
        self.journal_flash.close()

    @property
    def uptime_ms(self):
        """Return simulated time since the last boot."""
        return self.clock.elapsed_ms - self.boot_at_ms

    def _restart_chip(self):
        self._next_cause = CAUSE_WATCHDOG
        self._fall()

    def _fall(self):
        if self.power == POWER_ON:
            self.power = POWER_CUT
        self.reset_outputs()
        self.sockets.close_all()

    def _hold_up(self):
        left_ms = self._blocked_ms
        self._blocked_ms = 0
        while left_ms > 0 and self.is_running:
            dt_ms = min(left_ms, PASS_MS)
            self.pass_time(dt_ms)
            left_ms -= dt_ms


def _sleep_us(speed_permille):
    return min(_SLEEP_MAX_US, _SLEEP_SIMULATED_US * 1000 // speed_permille)


def _make_folder(path):
    try:
        os.mkdir(path)
    except OSError:
        pass  # it is there, or the first write will say what is wrong
