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
from chargecore.base.errors import ConfigError
from chargecore.base.events import EV_LINK_DOWN, EV_LINK_UP

_STATION_PATH = "/station.json"
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
        self.wants_service = service_pin.value() == 0
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
            from boards.shared.console_printer import ConsolePrinter

            self._printer = ConsolePrinter(self, self.console_stalls)

    def unlock_console(self):
        """Let Ctrl-C in again: no station runs."""
        self._printer = None
        micropython.kbd_intr(_CTRL_C)

    def is_closed(self):  # HOT
        """Tell whether a contactor is closed: nothing may hold Python up then."""
        if self.app is not None:
            for controller in self.app.controllers:
                if controller.contactor.is_closed:
                    return True
        return False

    def _tell_link(self, link):  # HOT
        self._was_link_up = link.is_up
        if self.app is not None:
            self.app.events.add(EV_LINK_UP if link.is_up else EV_LINK_DOWN, link.failures)
