"""SignedUpdate: an Update whose bundle must be signed, with more dates and states.

Called by: SignedUpdateFirmware (ask_signed), else as Update. It also ends a plain update that an
older version has begun. Never: lets a bundle go on whose signature is not verified: what is kept
over a reboot is the digest, and the signature is verified from the start then.
Source: OCPP 1.6 security whitepaper ed.3 L01; W12 of the behaviour rules. Heap: Update's, a hash,
and what verifies a signature meanwhile.
"""

import gc

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import E_BUSY, E_IO, OK
from chargecore.base.events import EV_UPDATE_REFUSED
from chargecore.base.security_events import SE_INVALID_FIRMWARE_SIGNATURE, SE_MEMORY_EXHAUSTION
from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.station.firmware_signature import FirmwareSignature
from chargecore.station.hashing_sink import HashingSink
from chargecore.station.task_news import (
    DOWNLOAD_FAILED,
    DOWNLOAD_PAUSED,
    DOWNLOAD_SCHEDULED,
    DOWNLOADED,
    INSTALL_REBOOTING,
    INSTALL_SCHEDULED,
    INSTALL_VERIFICATION_FAILED,
    INSTALLATION_FAILED,
    INVALID_SIGNATURE,
    SIGNATURE_VERIFIED,
)
from chargecore.station.update import (
    STAGE_END,
    STAGE_INSTALL_DATE,
    STAGE_NONE,
    STAGE_REBOOT,
    STAGE_VERIFY,
    STAGE_WAIT,
    Update,
)
from chargecore.store.bundle_writer import REFUSED_FLASH

_SOON_S = const(10)  # a date that is no further is now: clocks differ
_TRIES = const(10)  # for want of heap
_RETRY_MS = const(2_000)


class SignedUpdate(Update):
    """`has_cancelled`: the request taken last has ended another one."""

    def __init__(self, transfer, slots, files, writer, memory, core, stores, news, clock, events):
        self._core = core  # whose desk may come later
        self._signature = FirmwareSignature(stores.pair("update_key"))
        self._hashing = HashingSink(writer)
        self._has_told_wait = False  # DownloadScheduled was told
        self._verify_tries = 0  # without heap
        self._is_starved = False  # until, for want of heap
        self._starved_until_ms = 0
        self.has_cancelled = False
        parts = transfer, slots, files, writer, memory, core, stores, news, clock, events
        super().__init__(*parts)

    @property
    def is_signed(self):  # HOT
        """Whether a signed update is under way, or was the last."""
        return self._memory.is_signed and self._memory.stage != STAGE_NONE

    @property
    def request_id(self):  # HOT
        """The number of its request."""
        return self._memory.request_id

    def ask_signed(self, request_id, url, tries, dates, certificate_der, signature):
        """Take a SignedUpdateFirmware whose certificate was verified.

        tries: retries, interval in s. dates: of retrieving, of installing or WALL_UNKNOWN.
        Return OK, E_BUSY when the next boot is the new version's already, or E_IO.
        """
        memory = self._memory
        if memory.stage == STAGE_REBOOT:
            return E_BUSY
        was_busy = memory.stage not in (STAGE_NONE, STAGE_END)
        self._signature.take(certificate_der, signature)
        if not self._must_not_write() and self._signature.keep() != OK:
            self._signature.forget()
            return E_IO
        self._leave()
        memory.is_signed = True
        memory.request_id = request_id
        memory.install_s = dates[1]
        self._has_told_wait = False
        self._verify_tries = 0
        self.has_cancelled = was_busy
        self._begin(url, *tries, dates[0])
        if dates[0] > self._clock.wall_s() + _SOON_S:
            self._postponed()
        return OK

    def _leave(self):
        super()._leave()
        if self._must_not_write():
            self._files.drop()  # prepare() removes it before anything of the next one comes
        else:
            self._files.discard()
        if self._signature.is_running:
            self._signature.stop()

    def _keep(self):
        """Write the signature, then what wants to be verified with it."""
        if self._signature.keep() == OK:
            super()._keep()
            return
        self._events.add(EV_UPDATE_REFUSED, REFUSED_FLASH, 0)
        self._signature.forget()
        self._finish(DOWNLOAD_FAILED)

    def _poll_more(self, stage):  # HOT
        if stage == STAGE_VERIFY:
            self._poll_verify()
        elif stage == STAGE_INSTALL_DATE and self._clock.wall_s() >= self._memory.install_s:
            self._enter(STAGE_WAIT)

    def _go_on(self):
        stage = self._memory.stage
        if stage == STAGE_VERIFY:
            self._tell_again(DOWNLOADED)
        elif stage == STAGE_INSTALL_DATE:
            self._tell_again(INSTALL_SCHEDULED)
        elif stage == STAGE_WAIT and self._memory.is_signed:
            self._tell_again(INSTALL_SCHEDULED)
        else:
            super()._go_on()

    def _is_on_the_way(self, status):
        if not self._memory.is_signed:
            return super()._is_on_the_way(status)
        return status != INSTALL_SCHEDULED or self._memory.install_s != WALL_UNKNOWN

    # ---- download ----

    def _postponed(self):  # HOT
        if self._memory.is_signed and not (self._has_told_wait or self._has_told):
            self._has_told_wait = True
            self._tell(DOWNLOAD_SCHEDULED)

    def _is_pause_told(self):
        if self._memory.is_signed:
            self._has_told_wait = True
            self._tell(DOWNLOAD_PAUSED)
        return self._memory.is_signed

    def _sink(self):
        return self._hashing if self._memory.is_signed else self._writer

    def _begin_bundle(self):
        super()._begin_bundle()
        self._hashing.begin()

    def _has_arrived(self):
        memory = self._memory
        if not memory.is_signed:
            super()._has_arrived()
            return
        memory.digest = self._hashing.digest()
        self._enter(STAGE_VERIFY)
        self._tell(DOWNLOADED)

    # ---- signature ----

    def _poll_verify(self):
        """Do a part of it, when there is heap for it, and no contactor that its end would drop."""
        if self._must_not_write():
            if self._signature.is_running:
                self._signature.stop()
            return
        now_ms = self._clock.ticks_ms()
        if self._is_starved and ticks_diff(now_ms, self._starved_until_ms) < 0:
            return
        self._is_starved = False
        try:
            result = self._verify()
        except MemoryError:
            self._signature.stop()
            self._verify_tries += 1
            self._is_starved = True
            self._starved_until_ms = ticks_add(now_ms, _RETRY_MS)
            if self._verify_tries == _TRIES:
                self._core.security.report(SE_MEMORY_EXHAUSTION, b"no heap to verify firmware")
                self._files.discard()
                self._finish(INSTALL_VERIFICATION_FAILED)
            return
        if result > 0:
            self._is_good()
        elif result < 0:
            self._files.discard()
            text = b"update %d" % self._memory.request_id
            self._core.security.report(SE_INVALID_FIRMWARE_SIGNATURE, text)
            self._finish(INVALID_SIGNATURE)

    def _verify(self):
        """Return 0 running, 1 good, -1 bad. Errors: MemoryError."""
        signature = self._signature
        if not signature.is_running:
            gc.collect()  # what it loads should lie close together
            if signature.begin(self._memory.digest) != OK:
                return -1
        return signature.step()

    def _is_good(self):
        memory = self._memory
        must_wait = memory.install_s > self._clock.wall_s()
        if not must_wait:
            memory.install_s = WALL_UNKNOWN
        self._enter(STAGE_INSTALL_DATE if must_wait else STAGE_WAIT)
        self._tell(SIGNATURE_VERIFIED)
        if must_wait:
            self._tell(INSTALL_SCHEDULED)

    # ---- installation ----

    def _failure_of(self, refused):
        if not self._memory.is_signed or refused == REFUSED_FLASH:
            return INSTALLATION_FAILED
        return INSTALL_VERIFICATION_FAILED

    def _will_reboot(self):
        if self._memory.is_signed:
            self._tell(INSTALL_REBOOTING)  # L01.FR.15
