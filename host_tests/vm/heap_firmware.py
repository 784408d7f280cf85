"""Firmware Management with the heap locked: what runs in every pass, whatever is under way."""

import gc
import os
import sys
import unittest

from chargecore.base.codes import OK
from chargecore.base.ticks import ticks_add
from chargecore.station.task_news import INSTALLING, UPLOADING, TaskNews, is_upload
from chargecore.station.trial import Trial
from chargecore.station.update import STAGE_INSTALL_DATE, STAGE_REBOOT, STAGE_WAIT
from chargecore.store.app_slots import AppSlots
from chargecore.wire.json_writer import JsonWriter
from chargecore.wire.rpc import ANSWER_LOST, ANSWER_RESULT, ANSWER_TIMEOUT
from fakes.ocpp16_world import Ocpp16World
from fakes.scratch import new_folder
from fakes.transfer_world import TransferWorld
from heap import growth, locked

COVERS = (
    "chargecore.net.transfer.Transfer.is_busy",
    "chargecore.ocpp16.file_desk.FileDesk.poll",
    "chargecore.ocpp16.file_desk.FileDesk.poll_call",
    "chargecore.ocpp16.file_desk.FileDesk.render_word",
    "chargecore.ocpp16.file_desk.FileDesk.dropped",
    "chargecore.ocpp16.file_desk.FileDesk.diagnostics_word",
    "chargecore.ocpp16.file_desk.FileDesk.firmware_word",
    "chargecore.ocpp16.firmware_management.FirmwareManagement.poll",
    "chargecore.ocpp16.firmware_management.FirmwareManagement.dropped",
    "chargecore.ocpp16.log_upload.LogUpload.poll",
    "chargecore.ocpp16.log_upload.LogUpload.dropped",
    "chargecore.ocpp16.log_upload.LogUpload.status_word",
    "chargecore.ocpp16.log_upload.LogUpload.request_id",
    "chargecore.ocpp16.signed_updates.SignedUpdates.poll",
    "chargecore.ocpp16.signed_updates.SignedUpdates.status_word",
    "chargecore.ocpp16.signed_updates.SignedUpdates.request_id",
    "chargecore.station.signed_update.SignedUpdate.is_signed",
    "chargecore.station.signed_update.SignedUpdate.request_id",
    "chargecore.station.signed_update.SignedUpdate._poll_more",
    "chargecore.station.update.Update._poll_more",
    "chargecore.station.signed_update.SignedUpdate._postponed",
    "chargecore.station.upload.Upload.is_busy",
    "chargecore.station.upload.Upload.poll",
    "chargecore.station.file_jobs.FileJobs.poll",
    "chargecore.station.file_jobs.FileJobs.are_idle",
    "chargecore.station.task_news.is_upload",
    "chargecore.station.task_news.TaskNews.has_id",
    "chargecore.station.task_news.TaskNews.request_id",
    "chargecore.station.task_news.TaskNews.tell",
    "chargecore.station.task_news.TaskNews.oldest",
    "chargecore.station.task_news.TaskNews.told",
    "chargecore.station.task_news.TaskNews.failed",
    "chargecore.station.task_news.TaskNews._shift",
    "chargecore.station.trial.Trial.step",
    "chargecore.station.trial.Trial._is_good",
    "chargecore.station.update.Update.is_idle",
    "chargecore.station.update.Update.is_busy",
    "chargecore.station.update.Update.is_installing",
    "chargecore.station.update.Update._postponed",
    "chargecore.station.update.Update.poll",
    "chargecore.station.update.Update._poll_scheduled",
    "chargecore.station.update.Update._keep_late",
    "chargecore.station.update.Update._must_not_write",
    "chargecore.station.update.Update._poll_wait",
    "chargecore.station.update.Update._close_connectors",
    "chargecore.station.update.Update._poll_reboot",
)

_URL = "http://files.example/x"
_DATE = "2026-11-24T09:00:00Z"


class QuietRpc:
    """Takes every call."""

    def call(self, action, render, arg, answer, timeout_ms, seq=0):
        return OK


class FilesWorld(Ocpp16World):
    """A station that can be updated, on a chip whose writes stall it."""

    def _before_build(self):
        self.core.slots = AppSlots(self.root, "a", b"host", True)


class FirmwareHeapTest(unittest.TestCase):
    def setUp(self):
        FilesWorld.root = new_folder(self)
        self.addCleanup(self.empty)
        self.begin(False)

    def begin(self, has_security):
        """A station with firmware management, with or without the security whitepaper."""
        station = {"profiles": ["Core", "FirmwareManagement"], "security": has_security}
        self.world = FilesWorld(station).boot()
        self.files = self.world.ocpp._profiles[0]
        self.files._rpc = QuietRpc()
        self.world.network.transfer.is_held = True

    def empty(self):
        try:
            os.rmdir(FilesWorld.root + "/b")
        except OSError:
            pass

    def ask(self, action, **more):
        self.files._rpc = self.world.ocpp.rpc
        more["location"] = _URL
        self.world.ask(action, more)
        self.files._rpc = QuietRpc()

    def poll(self, times=50):
        files, now_ms = self.files, self.world.time.ticks_ms()
        with locked():
            for _ in range(times):
                files.poll(now_ms)
                files.poll_call(now_ms)

    def test_nothing_under_way(self):
        self.poll()
        with locked():
            words = self.files.diagnostics_word() == self.files.firmware_word()
            self.files.dropped()

        self.assertTrue(words)

    def test_an_upload_that_takes_its_time(self):
        self.ask("GetDiagnostics")
        self.world.run_ms(1_000)
        self.poll()
        with locked():
            word = self.files.diagnostics_word()

        self.assertEqual(word, b"Uploading")

    def test_an_update_in_each_stage(self):
        self.world.charge()
        self.ask("UpdateFirmware", retrieveDate=_DATE)
        self.world.run_ms(500)
        self.poll()  # waits for the open contactor
        update = self.files.jobs.update
        for stage in (STAGE_WAIT, STAGE_REBOOT):
            update._memory.stage = stage
            if stage == STAGE_REBOOT:
                update._memory.slot = 1
                update._is_waiting = True
                update._deadline_ms = ticks_add(self.world.time.ticks_ms(), 9_000)
                self.files._news.tell(INSTALLING)
            self.poll()
        update._memory.stage = STAGE_INSTALL_DATE  # of a signed update: this one lets it be
        self.poll()
        update._memory.stage = STAGE_REBOOT
        with locked():
            is_busy = update.is_busy
            is_idle = update.is_idle
            is_installing = update.is_installing
            word = self.files.firmware_word()

        self.assertEqual((is_busy, is_idle, is_installing), (True, False, True))
        self.assertEqual(word, b"Downloading")

    def test_statuses_told_lost_and_given_up(self):
        files, news = self.files, self.files._news
        writer = JsonWriter(bytearray(64))
        with locked():
            for _ in range(20):
                news.tell(UPLOADING)
            files.poll_call(0)
            writer.begin(0)
            files.render_word(writer, None)
            files.answered(ANSWER_LOST, UPLOADING)
            for _ in range(3):
                files.answered(ANSWER_TIMEOUT, UPLOADING)
            files.answered(ANSWER_RESULT, UPLOADING)
            oldest = news.oldest
            has_id = is_upload(oldest) and news.has_id

        self.assertEqual((news.count, oldest, has_id), (10, UPLOADING, False))

    def test_a_signed_update_and_a_log_that_take_their_time(self):
        self.begin(True)
        by_name = {type(part).__name__: part for part in self.world.ocpp._profiles}
        management, logs, updates = (
            by_name[name] for name in ("FirmwareManagement", "LogUpload", "SignedUpdates")
        )
        files = self.files
        self.world.core.slots.is_trial = True  # nothing begins
        files.load(True)
        update = files.jobs.update
        date_s = self.world.clock.wall_s() + 9_000
        tries, dates = (0, 0), (0, date_s)
        update.ask_signed(42, _URL.encode(), tries, dates, b"certificate", b"signature")
        self.poll()
        for stage in (STAGE_INSTALL_DATE, STAGE_WAIT):
            self.world.station.reset_kind = 1
            update._memory.stage = stage
            self.poll()
        with locked():
            management.poll(0)
            logs.poll(0)
            updates.poll(0)
            management.dropped()
            logs.dropped()
            word = updates.status_word
            number = updates.request_id + update.request_id
            log = logs.status_word
            is_signed = update.is_signed and logs.request_id == 0

        self.assertEqual((word, number, log), (b"DownloadScheduled", 84, b"Idle"))
        self.assertTrue(is_signed)

    def test_a_queue_of_news(self):
        news = TaskNews()
        with locked():
            news.tell(1, True, 42)
            number = news.request_id
            news.failed()
            news.failed()
            news.failed()
            news.told()

        self.assertEqual((news.count, number), (0, 42))

    def test_whether_a_file_moves(self):
        transfer = TransferWorld().transfer
        with locked():
            is_busy = transfer.is_busy

        self.assertFalse(is_busy)
        self.assertEqual(
            type(transfer).__name__, "Transfer"
        )  # unloaded and loaded, it is another class

    def test_a_trial(self):
        self.passes = 0
        self.failed = 0
        self.needs_reset = False
        self.is_passed = True
        self.interlock = self.self_test = self
        trial = Trial(self, [self], self, self.world.station, self.world.events)
        with locked():
            for _ in range(40):
                self.passes += 1
                trial.step(0)

        self.assertTrue(trial.is_over)

    def confirm(self):
        return OK

    def test_what_a_report_has_loaded_is_unloaded_behind_it(self):
        self.world.network.transfer.is_held = False
        self.files._rpc = self.world.ocpp.rpc
        self.report_and_collect()

        self.assertLessEqual(growth(self.report_and_collect, 3), 512)
        self.assertFalse("chargecore.station.report" in sys.modules)

    def report_and_collect(self):
        """Bring a report and forget everything that the fakes have kept of it."""
        self.world.ask("GetDiagnostics", {"location": _URL})
        self.world.run_ms(2_000)
        self.world.take_calls()
        self.world.results = []
        self.world.network.transfer.sent = []
        self.world.network.transfer.asked = []
        self.assertIsNone(self.files.jobs)
        gc.collect()
