"""ChipBoard: a chip as the board that firmware/main.py runs on; what the chips have in common.

Called by: make_board of boards/esp32 and boards/rp2, which fill in what is theirs; main.py.
Owns: station.json, the console, the network's turn in each pass. Never: touches a coil.
Heap: none per pass, but for what the network interface takes when it comes up.
"""

import os
import random
import socket
import time

import machine
import micropython
from micropython import const

from boards.shared.chip_rtc import ChipRtc
from boards.shared.chip_watchdog import TRIAL_MS, ChipWatchdog
from boards.shared.station_file import read
from chargecore.base.boot_causes import CAUSE_POWER
from chargecore.base.errors import ConfigError
from chargecore.base.events import EV_LINK_DOWN, EV_LINK_UP
from chargecore.base.modules import unload

_STATION_PATH = "/station.json"
_LABEL_PATH = "/setup.json"
_FLASH_ROOT = "/state"
_CTRL_C = const(3)
_NOBODY = const(-1)  # no character interrupts


class ChipBoard:
    """The names are those of boards/README.md, "what a board offers"."""

    def __init__(self, reset_cause, service_pin, before_restart, timer_id):
        self.reset_cause = reset_cause
        self._before_restart = before_restart  # what must stop before the chip may be reset
        self._timer_id = timer_id  # a machine.Timer that nothing else uses
        self.config, error = read(_STATION_PATH)
        # What keeps a station from running, in words for the console; None: nothing.
        self.trouble = None if error is None else "station.json: " + error
        # An open console is for the workbench, and has no watchdog: a station that somebody has
        # stopped is not to come back by itself. Unless one runs already: fill().
        is_open = self.config is not None and self.config.get("console") == "open"
        self.is_console_open = is_open
        self.watchdog = None if is_open else ChipWatchdog(machine.WDT)
        self._service_pin = service_pin
        self.wants_service = self.is_service_held()
        self.pilot_adc = None  # returns the pilot's input of a board that has no connectors yet
        self.has_wifi = True  # the network is told in station.json
        self.connectors = []
        self.dead_man_pin = None
        self.slots = None
        self.link = None
        self.reader_bus = None
        self.tamper_pin = None
        self.flash_root = _FLASH_ROOT
        self.journal_flash = None  # files
        self.keeps_events = True
        self.rtc = ChipRtc(machine.RTC())
        self.tls_reserve_b = 0  # mbedtls has memory of its own
        self.tls_stalls = True  # expected; to be measured
        self.sockets = socket
        self.dns_servers = []
        self.ticks_ms = time.ticks_ms
        self.random_bits = random.getrandbits
        self.is_running = True
        self.app = None
        self.bench = None  # of chargecore.bench, in place of a station
        self._was_link_up = False
        self._is_watched = False  # by the watchdog of a trial, which nothing stops
        self.console_stalls = False  # the port says that there is room when nobody reads
        self._printer = None  # while a station runs with an open console

    def idle(self):  # HOT
        """Give the chip a moment, and the network interface its turn."""
        machine.idle()
        if self._printer is not None:
            self._printer.poll(self.ticks_ms())
        link = self.link
        if link is None:
            return
        link.poll(self.ticks_ms(), not self.is_closed())
        if link.is_up != self._was_link_up:
            self._tell_link(link)

    def stand_still(self, still_ms):
        """Do nothing for so long: the bench asks for it, to see what hardware does then."""
        time.sleep_ms(still_ms)

    def fill(self, build, root, is_watched):
        """Make what a station needs: build(board, row of the connector), unless none can run.

        root: folder of the two copies. is_watched: boot.py has called watch_trial(). What goes
        wrong is kept in `trouble`.
        """
        self._is_watched = is_watched
        if is_watched and self.watchdog is None:
            self.watchdog = ChipWatchdog(machine.WDT, TRIAL_MS)
        if self.trouble is not None or self.wants_service:
            return
        for folder in (_FLASH_ROOT, root):
            try:
                os.mkdir(folder)
            except OSError:
                pass  # it is there, or the first write will say what is wrong
        try:
            build(self, self.config["connectors"][0])
        except ConfigError as error:
            self.trouble = "station.json: field " + str(error.args[0])
        except OSError as error:
            self.trouble = "the hardware does not answer: " + str(error)

    def is_service_held(self):
        """Tell whether somebody holds the service pin."""
        return self._service_pin.value() == 0

    def setup_window(self, trouble, is_asked):
        """Return the open set-up page, None when it is not due, or cannot be opened.

        trouble: why no station can run, None: one can. is_asked: somebody wants it now.
        """
        if not is_asked and not self._is_setup_due(trouble):
            return None
        link = self.link
        self.link = None  # the radio is the page's now, until the restart behind it
        try:
            from boards.shared.setup_access import SetupAccess

            paths = _STATION_PATH, _LABEL_PATH
            access = SetupAccess(paths, self._pilot(), self.has_wifi, self.say)
            window = access.open(self.ticks_ms())
        except MemoryError:
            self.say("set-up page: it does not fit into the memory")
            window = None
        if window is None:
            self.close_setup()
            self.link = link
            if link is not None:
                link.restart()
        return window

    def close_setup(self):
        """Give back what was loaded for the set-up page."""
        from boards.shared.setup_access import unload_setup

        unload_setup()
        unload(("boards.shared.setup_access", "boards.shared.access_point"))

    def restart(self):
        """Reset the whole chip."""
        self._before_restart()
        machine.reset()

    def attend(self):
        """Somebody is at the console, where no watchdog is to interrupt: keep it fed."""
        if self._is_watched:
            feeder = ChipWatchdog(machine.WDT, TRIAL_MS)
            feeder.feed_from(machine.Timer(self._timer_id))

    def release(self):
        """Leave the chip to the console: nothing goes on that only a running station may have."""
        self._before_restart()
        self.unlock_console()

    def say(self, text):
        """Write a line to the console."""
        print("chargecore: " + text)  # noqa: T201  the console is all there is

    def lock_console(self):
        """Let no Ctrl-C end the station, unless station.json leaves the console open."""
        micropython.kbd_intr(_CTRL_C if self.is_console_open else _NOBODY)
        if self.is_console_open:
            try:
                from boards.shared.console_printer import ConsolePrinter

                self._printer = ConsolePrinter(self, self.console_stalls)
            except MemoryError:
                pass  # a station that just fits runs without words

    def unlock_console(self):
        """Let Ctrl-C in again: no station runs."""
        self._printer = None
        micropython.kbd_intr(_CTRL_C)

    def _is_setup_due(self, trouble):
        if self._is_watched:
            return False  # a version on trial has to show that it runs
        from boards.shared import setup_due

        station = self.config if trouble is None else None
        has_network = not self.has_wifi or (station is not None and "wifi" in station)
        is_power_on = self.reset_cause == CAUSE_POWER
        is_due = setup_due.is_due(_LABEL_PATH, station is not None, has_network, is_power_on)
        used = "setup.setup_file", "setup.words"
        unload(["boards.shared.setup_due"] + ["chargecore." + name for name in used])
        return is_due

    def _pilot(self):
        """Return (adc, sampler) of the pilot of connector 1."""
        if self.connectors:
            return self.connectors[0].pilot_adc, self.connectors[0].pilot_sampler
        return self.pilot_adc(), None

    def is_closed(self):  # HOT
        """Tell whether a contactor is closed: nothing may hold Python up then."""
        runs = self.bench if self.app is None else self.app
        if runs is not None:
            for controller in runs.controllers:
                if controller.contactor.is_closed:
                    return True
        return False

    def _tell_link(self, link):  # HOT
        self._was_link_up = link.is_up
        if self.app is not None:
            self.app.events.add(EV_LINK_UP if link.is_up else EV_LINK_DOWN, link.failures)
