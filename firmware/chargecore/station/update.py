"""Update: UpdateFirmware from its date to the new version running, over reboots and power cuts.

Called by: firmware_management (ask, poll, told). The slots write and choose, Trial confirms.
Never: interrupts a session, begins while this version itself is on trial, boots a bundle that was
not read back whole.
Source: OCPP 1.6 §4.5, §5.19, errata 3.50; F2 of the behaviour rules. A second request takes the
place of the first until that is being installed: then the answer is a CALLERROR, for the standard
knows no other refusal. What a power cut leaves: UpdateMemory. A download begins anew then; within
one boot it goes on where it was.
Heap: the bundle writer's, 0.7 KiB at start; file and hash objects while an update is under way.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import E_BUSY, OK
from chargecore.base.events import EV_UPDATE_ASKED, EV_UPDATE_REFUSED, EV_UPDATE_STATUS
from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.station.station import RESET_NONE, RESET_OWN
from chargecore.station.task_news import (
    DOWNLOAD_FAILED,
    DOWNLOADED,
    DOWNLOADING,
    INSTALLATION_FAILED,
    INSTALLED,
    INSTALLING,
)

# Stages, as UpdateMemory keeps them: numbers are never reused.
STAGE_NONE = const(0)
STAGE_SCHEDULED = const(1)  # for its date, its turn, the next try
STAGE_DOWNLOAD = const(2)
STAGE_WAIT = const(3)  # for the end of every session
STAGE_INSTALL = const(4)  # reads the bundle back
STAGE_REBOOT = const(5)  # the next boot tries the new version; behind it, until that is confirmed

_NEWS_MS = const(30_000)  # longest wait for the server to hear of it before the reboot
_LONGEST_WAIT_S = const(500_000)  # ticks end at 6.2 days
_REFUSED_FLASH = const(8)  # as BundleWriter says it


class Update:
    """slots: see store.app_slots; files: what it gives for writing; writer: BundleWriter."""

    def __init__(
        self, transfer, slots, files, writer, memory, station, state, news, clock, events
    ):
        self._transfer = transfer
        self._slots = slots
        self._files = files
        self._writer = writer
        self._memory = memory
        self._station = station
        self._state = state
        self._clock = clock
        self._events = events
        self._check_buf = bytearray(512)
        self._news = news
        self.status = DOWNLOADING  # the newest, for a TriggerMessage while is_busy
        self._is_fetching = False  # the transfer is ours
        self._is_begun = False  # the writer has a part of the bundle: go on behind it
        self._has_told = False  # Downloading was, in this boot
        self._deadline_ms = 0  # of the wait for the next try, or for the news
        self._is_waiting = False  # _deadline_ms counts
        self._go_on()

    @property
    def is_idle(self):  # HOT
        """Whether there is nothing to be done, now or at some date."""
        return self._memory.stage == STAGE_NONE

    @property
    def is_busy(self):  # HOT
        """Whether something is being downloaded or installed; a date in the future is not yet."""
        return self._memory.stage > STAGE_SCHEDULED

    def ask(self, url, retries, interval_s, retrieve_s):
        """Take an UpdateFirmware. Return OK, or E_BUSY while one is being installed."""
        memory = self._memory
        if memory.stage >= STAGE_INSTALL:
            return E_BUSY
        self._leave_download()
        self._set_operative()
        memory.url = url
        memory.retries = min(max(retries, 0), 255)
        memory.interval_s = min(max(interval_s, 0), _LONGEST_WAIT_S)
        memory.retrieve_s = max(retrieve_s, 0)
        memory.told = 0
        self._is_waiting = False
        self._is_begun = False
        self._has_told = False
        self._enter(STAGE_SCHEDULED)
        self._events.add(EV_UPDATE_ASKED, retrieve_s - self._clock.wall_s(), 1 + memory.retries)
        return OK

    def told(self, status):  # HOT
        """The server knows that status."""
        self._memory.told = status + 1

    def poll(self, now_ms):  # HOT
        """Go on."""
        stage = self._memory.stage
        if stage == STAGE_NONE:
            return
        if stage == STAGE_SCHEDULED:
            self._poll_scheduled(now_ms)
        elif stage == STAGE_DOWNLOAD:
            self._poll_download(now_ms)
        elif stage == STAGE_WAIT:
            self._poll_wait()
        elif stage == STAGE_INSTALL:
            self._poll_install(now_ms)
        else:
            self._poll_reboot(now_ms)

    # ---- over a reboot ----

    def _go_on(self):
        """Find out what the boot has done to the stage that was kept."""
        memory = self._memory
        stage = memory.stage
        if stage == STAGE_DOWNLOAD:
            memory.stage = STAGE_SCHEDULED
        elif stage == STAGE_WAIT:
            self._tell_again(DOWNLOADED)
        elif stage == STAGE_INSTALL or stage == STAGE_REBOOT:
            self._tell_again(INSTALLING)
            if memory.slot == self._slots.running:
                memory.stage = STAGE_REBOOT  # it has been tried: this is it
            elif stage == STAGE_REBOOT:
                self._finish(INSTALLATION_FAILED)  # the boot has fallen back
        elif stage > STAGE_REBOOT:  # of a newer build
            memory.stage = STAGE_NONE

    def _tell_again(self, status):
        """Tell what the server has not confirmed of the good way up to status."""
        for earlier in (DOWNLOADING, DOWNLOADED, INSTALLING):
            if self._memory.told <= earlier <= status:
                self._news.tell(earlier)
        self.status = status
        self._has_told = True

    # ---- download ----

    def _poll_scheduled(self, now_ms):  # HOT
        """Wait for the date, for the next try, for our turn, and for this version to be good."""
        if self._is_waiting:
            if ticks_diff(now_ms, self._deadline_ms) < 0:
                return
            self._is_waiting = False
        wall_s = self._clock.wall_s()
        if wall_s == WALL_UNKNOWN or wall_s < self._memory.retrieve_s:
            return
        if self._transfer.is_busy or self._slots.is_trial or self._must_not_write():
            return
        self._begin_download(now_ms)

    def _begin_download(self, now_ms):
        if not self._has_told:
            self._has_told = True
            self._tell(DOWNLOADING)
        if not self._is_begun:
            code = self._files.prepare()
            if code == E_BUSY:
                return
            if code != OK:
                self._events.add(EV_UPDATE_REFUSED, _REFUSED_FLASH, 0)
                self._finish(DOWNLOAD_FAILED)
                return
            self._writer.begin()
            self._is_begun = True
        self._enter(STAGE_DOWNLOAD)
        self._transfer.get(self._memory.url, self._writer, self._writer.taken_b, now_ms)
        self._is_fetching = True

    def _must_not_write(self):  # HOT
        """Return True where a write could make a contactor drop (R57)."""
        if not self._slots.stalls:
            return False
        for connector in self._station.connectors:
            if connector.controller.is_energised:
                return True
        return False

    def _poll_download(self, now_ms):
        if self._must_not_write():  # it goes on behind what there is
            self._transfer.stop()
            self._is_fetching = False
            self._enter(STAGE_SCHEDULED)
            return
        result = self._transfer.poll(now_ms)
        if result == 0:
            return
        self._is_fetching = False
        memory = self._memory
        if result > 0:
            self._writer.end()
            self._is_begun = False
            self._enter(STAGE_WAIT)
            self._tell(DOWNLOADED)
        elif memory.retries > 0:
            memory.retries -= 1
            self._is_waiting = True
            self._deadline_ms = ticks_add(now_ms, memory.interval_s * 1000)
            self._enter(STAGE_SCHEDULED)
        else:
            self._leave_download()
            self._finish(DOWNLOAD_FAILED)

    def _leave_download(self):
        if self._is_fetching:
            self._transfer.stop()
            self._is_fetching = False
        if self._is_begun:
            self._writer.end()
            self._is_begun = False

    # ---- installation ----

    def _poll_wait(self):  # HOT
        """Keep free connectors out of use; begin when no session runs any more."""
        station = self._station
        if station.reset_kind != RESET_NONE:
            return
        self._close_connectors()
        if not station.is_charging():
            self._begin_install()

    def _close_connectors(self):  # HOT
        """Unavailable until the end; not kept on flash, so a reboot gives back what is."""
        for connector in self._station.connectors:
            if connector.operative and not connector.goes_inoperative:
                connector.set_operative(False)

    def _set_operative(self):
        """Give the connectors back, as ChangeAvailability has left them."""
        if self._memory.stage < STAGE_WAIT:
            return
        for connector in self._station.connectors:
            if self._state.is_operative(connector.connector_id):
                connector.set_operative(True)

    def _begin_install(self):
        refused = self._writer.refused
        if refused:
            self._events.add(EV_UPDATE_REFUSED, refused, self._writer.file)
        self._memory.slot = 1 - self._slots.running
        self._enter(STAGE_INSTALL)
        self._tell(INSTALLING)
        if refused:
            self._finish(INSTALLATION_FAILED)

    def _poll_install(self, now_ms):
        """Read the bundle back, then mark it for the next boot."""
        self._close_connectors()
        code = self._files.check(self._check_buf)
        if code == E_BUSY:
            return
        if code == OK:
            code = self._slots.activate()
        if code != OK:
            self._events.add(EV_UPDATE_REFUSED, _REFUSED_FLASH, 0)
            self._finish(INSTALLATION_FAILED)
            return
        self._is_waiting = True
        self._deadline_ms = ticks_add(now_ms, _NEWS_MS)
        self._enter(STAGE_REBOOT)

    def _poll_reboot(self, now_ms):  # HOT
        """Before the reboot: let the server hear of it. Behind it: wait for the verdict."""
        if self._memory.slot == self._slots.running:
            if not self._slots.is_trial:
                self._finish(INSTALLED)
            return
        self._close_connectors()
        is_late = not self._is_waiting or ticks_diff(now_ms, self._deadline_ms) >= 0
        if (is_late or not self._news.count) and self._station.reset_kind == RESET_NONE:
            self._is_waiting = False
            self._memory.save()
            self._station.request_reset(RESET_OWN, now_ms)

    # ---- both ----

    def _enter(self, stage):
        """Go to a stage and keep that it was reached."""
        self._memory.stage = stage
        self._memory.save()

    def _finish(self, status):
        """It is over, well or badly."""
        self._set_operative()
        self._memory.url = b""
        self._enter(STAGE_NONE)
        self._tell(status)

    def _tell(self, status):
        self._events.add(EV_UPDATE_STATUS, status)
        self.status = status
        self._news.tell(status)
