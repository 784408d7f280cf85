"""Update: a new version from its date until it runs, over reboots and power cuts.

Called by: UpdateFirmware and SignedUpdateFirmware (ask), FileJobs (poll), FileDesk (told). The
slots write and choose, Trial confirms. SignedUpdate is another that can do more.
Never: interrupts a session, begins while this version itself is on trial, boots a bundle that was
not read back whole, or a signed one whose signature was not verified.
Source: OCPP 1.6 §4.5, §5.19, errata 3.50, security whitepaper ed.3 L01; F2, W12 of the behaviour
rules. A second request takes the place of the first: a plain one until that is being installed, a
signed one until the next boot is the new version's. What a power cut leaves: UpdateMemory. A
download begins anew then; within one boot it goes on where it was. The end is kept until the
server knows it. Where a write could make a contactor drop (R57) it waits until all are open, or an
hour, and what follows with it; what a cut loses then has to come again, as a charging profile.
Heap: the bundle writer's, 0.7 KiB at start; file and hash objects while an update is under way.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import E_BUSY, E_CORRUPT, OK
from chargecore.base.events import EV_UPDATE_ASKED, EV_UPDATE_REFUSED, EV_UPDATE_STATUS
from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.station.station import RESET_NONE, RESET_OWN
from chargecore.station.task_news import (
    DOWNLOAD_FAILED,
    DOWNLOADED,
    DOWNLOADING,
    INSTALL_REBOOTING,
    INSTALL_SCHEDULED,
    INSTALLATION_FAILED,
    INSTALLED,
    INSTALLING,
    SIGNATURE_VERIFIED,
)
from chargecore.store.bundle_writer import REFUSED_CHECKSUM, REFUSED_FLASH

# Stages, as UpdateMemory keeps them: numbers are never reused.
STAGE_NONE = const(0)
STAGE_SCHEDULED = const(1)  # for its date, its turn, the next try
STAGE_DOWNLOAD = const(2)
STAGE_WAIT = const(3)  # for the end of every session
STAGE_INSTALL = const(4)  # reads the bundle back
STAGE_REBOOT = const(5)  # the next boot tries the new version; behind it, until that is confirmed
STAGE_VERIFY = const(6)  # SignedUpdate's
STAGE_INSTALL_DATE = const(7)  # the same
STAGE_END = const(8)  # over; the server has not heard how

_PATIENCE_MS = const(3_600_000)  # longest wait for an open contactor
_NEWS_MS = const(30_000)  # longest wait for the server to hear of it before the reboot
_LONGEST_WAIT_S = const(500_000)  # ticks end at 6.2 days
# The good way; a plain update goes without what only the signed notification knows.
_WAY = (
    DOWNLOADING,
    DOWNLOADED,
    SIGNATURE_VERIFIED,
    INSTALL_SCHEDULED,
    INSTALLING,
    INSTALL_REBOOTING,
)


class Update:
    """slots: see store.app_slots; files: what it gives for writing; writer: BundleWriter."""

    def __init__(self, transfer, slots, files, writer, memory, core, stores, news, clock, events):
        self._transfer = transfer
        self._slots = slots
        self._files = files
        self._writer = writer
        self._memory = memory
        self._station = core.station
        self._state = stores.state
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
        self._is_unkept = False  # flash does not know what has changed, since
        self._unkept_since_ms = 0
        self._go_on()

    @property
    def is_idle(self):  # HOT
        """Whether there is nothing to be done, now or at some date."""
        return self._memory.stage == STAGE_NONE and not self._is_unkept

    @property
    def is_busy(self):  # HOT
        """Whether something is being downloaded or installed; a date in the future is not yet."""
        return STAGE_SCHEDULED < self._memory.stage < STAGE_END

    @property
    def is_installing(self):  # HOT
        """Whether it has been downloaded and found good."""
        return STAGE_WAIT <= self._memory.stage <= STAGE_REBOOT

    def ask(self, url, retries, interval_s, retrieve_s):
        """Take an UpdateFirmware. Return OK, or E_BUSY while one is being installed."""
        memory = self._memory
        if STAGE_INSTALL <= memory.stage < STAGE_END:
            return E_BUSY
        self._leave()
        memory.is_signed = False
        self._begin(url, retries, interval_s, retrieve_s)
        return OK

    def _leave(self):
        self._leave_download()
        self._set_operative()

    def _begin(self, url, retries, interval_s, retrieve_s):
        memory = self._memory
        memory.url = url
        memory.retries = min(max(retries, 0), 255)
        memory.interval_s = min(max(interval_s, 0), _LONGEST_WAIT_S)
        memory.retrieve_s = max(retrieve_s, 0)
        memory.told = 0
        memory.end = 0
        self._is_waiting = False
        self._is_begun = False
        self._has_told = False
        self._enter(STAGE_SCHEDULED)
        self._events.add(EV_UPDATE_ASKED, retrieve_s - self._clock.wall_s(), 1 + memory.retries)

    def told(self, status, is_signed, request_id):
        """The server knows that status, or cannot be told."""
        memory = self._memory
        if is_signed != memory.is_signed or (is_signed and request_id != memory.request_id):
            return  # of a request whose place another one has taken
        memory.told = status + 1
        if memory.stage == STAGE_END and memory.end == status + 1:
            memory.end = 0
            self._enter(STAGE_NONE)

    def poll(self, now_ms):  # HOT
        """Go on."""
        if self._is_unkept:
            self._keep_late(now_ms)
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
        elif stage == STAGE_REBOOT:
            self._poll_reboot(now_ms)
        else:
            self._poll_more(stage)

    def _poll_more(self, stage):  # HOT
        """A stage that only SignedUpdate knows."""

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
        elif stage == STAGE_END and memory.end:
            self._tell(memory.end - 1)
        elif stage > STAGE_REBOOT:  # of a build that can do more
            memory.stage = STAGE_NONE

    def _tell_again(self, status):
        """Tell what the server has not confirmed of the good way up to status."""
        memory = self._memory
        place = _WAY.index(memory.told - 1) + 1 if memory.told - 1 in _WAY else 0
        for earlier in _WAY[place : _WAY.index(status) + 1]:
            if self._is_on_the_way(earlier):
                self._tell(earlier)
        self.status = status
        self._has_told = True

    def _is_on_the_way(self, status):
        """Return whether this update comes by that status."""
        return status in (DOWNLOADING, DOWNLOADED, INSTALLING)

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
            self._postponed()
            return
        self._begin_download(now_ms)

    def _postponed(self):  # HOT
        """It cannot begin now."""

    def _is_pause_told(self):
        """Return whether the server hears that it goes on later."""
        return False

    def _sink(self):
        """Return what takes the bundle from the transfer."""
        return self._writer

    def _begin_download(self, now_ms):
        if not self._has_told:
            self._has_told = True
            self._tell(DOWNLOADING)
        if not self._is_begun:
            code = self._files.prepare()
            if code == E_BUSY:
                return
            if code != OK:
                self._events.add(EV_UPDATE_REFUSED, REFUSED_FLASH, 0)
                self._finish(DOWNLOAD_FAILED)
                return
            self._begin_bundle()
            self._is_begun = True
        self._enter(STAGE_DOWNLOAD)
        self._transfer.get(self._memory.url, self._sink(), self._writer.taken_b, now_ms)
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
            if self._is_pause_told():
                self._has_told = False  # so is Downloading, when it goes on
            return
        result = self._transfer.poll(now_ms)
        if result == 0:
            return
        self._is_fetching = False
        memory = self._memory
        if result > 0:
            self._writer.end()
            self._is_begun = False
            self._has_arrived()
        elif memory.retries > 0:
            memory.retries -= 1
            self._is_waiting = True
            self._deadline_ms = ticks_add(now_ms, memory.interval_s * 1000)
            self._enter(STAGE_SCHEDULED)
        else:
            self._leave_download()
            self._finish(DOWNLOAD_FAILED)

    def _begin_bundle(self):
        self._writer.begin()

    def _has_arrived(self):
        """The bundle is there, whatever it is worth."""
        self._enter(STAGE_WAIT)
        self._tell(DOWNLOADED)

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
        if not self.is_installing:
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
            self._finish(self._failure_of(refused))

    def _failure_of(self, refused):
        """Return how an update ends whose bundle was refused for that, REFUSED_*."""
        return INSTALLATION_FAILED

    def _poll_install(self, now_ms):
        """Read the bundle back, then mark it for the next boot."""
        self._close_connectors()
        code = self._files.check(self._check_buf)
        if code == E_BUSY:
            return
        if code == OK:
            code = self._slots.activate()
        if code != OK:
            refused = REFUSED_CHECKSUM if code == E_CORRUPT else REFUSED_FLASH
            self._events.add(EV_UPDATE_REFUSED, refused, 0)
            self._finish(self._failure_of(refused))
            return
        self._is_waiting = True
        self._deadline_ms = ticks_add(now_ms, _NEWS_MS)
        self._enter(STAGE_REBOOT)
        self._will_reboot()

    def _will_reboot(self):
        """The new version is marked for the next boot."""

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
        if not self._must_not_write():
            self._keep()
        elif not self._is_unkept:
            self._is_unkept = True
            self._unkept_since_ms = self._clock.ticks_ms()

    def _keep_late(self, now_ms):  # HOT
        """Keep what has changed while a contactor was closed, when it may be."""
        is_late = ticks_diff(now_ms, self._unkept_since_ms) >= _PATIENCE_MS
        if is_late or not self._must_not_write():
            self._keep()

    def _keep(self):
        self._is_unkept = False
        self._memory.save()

    def _finish(self, status):
        """It is over, well or badly; not before the server knows."""
        memory = self._memory
        self._set_operative()
        memory.url = b""
        memory.end = status + 1
        self._enter(STAGE_END)
        self._tell(status)

    def _tell(self, status):
        memory = self._memory
        self._events.add(EV_UPDATE_STATUS, status)
        self.status = status
        self._news.tell(status, memory.is_signed, memory.request_id)
