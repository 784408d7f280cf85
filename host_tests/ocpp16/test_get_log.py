"""GetLog: both logs, their names, windows and tries, and what is told of them; W13."""

import unittest

from chargecore.base.codes import E_IO, E_RANGE, E_READ_ONLY, E_SYNTAX
from chargecore.base.events import EV_FLASH_ERROR
from chargecore.base.security_events import SE_INVALID_MESSAGES, SE_TAMPER
from chargecore.station.line_file import time_text
from fakes.ocpp16_world import Ocpp16World

ACTION = "LogStatusNotification"
URL = "http://files.example/up"


class GetLogTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World({"auth_key": "41" * 16, "serial": "S1"}).boot(8_000)
        self.world.answers["Heartbeat"] = {}
        self.transfer = self.world.network.transfer

    def ask(self, log_type="SecurityLog", request_id=7, window=(), **more):
        log = {"remoteLocation": URL}
        log.update(window)
        payload = {"logType": log_type, "requestId": request_id, "log": log}
        payload.update(more)
        return self.world.ask("GetLog", payload)

    def told(self):
        return [(row["status"], row["requestId"]) for row in self.world.payloads(ACTION)]

    def text(self):
        return self.transfer.sent[-1][2].decode()

    def lines(self):
        """Return the lines of events, without times."""
        lines = self.text().split("[security events]\n")[1].rstrip().split("\n")
        return [line.split(" s: ", 1)[1] for line in lines if " s: " in line]


class SecurityLogTest(GetLogTest):
    def test_brings_the_security_log_and_tells_so(self):
        """W13, TC_079."""
        self.world.core.security.report(SE_TAMPER, b"lid")
        self.world.run_ms(1_000)
        answer = self.ask()
        self.world.run_ms(3_000)

        self.assertEqual(
            (answer["status"], answer["filename"][-13:]), ("Accepted", "_security.txt")
        )
        self.assertEqual(self.transfer.sent[0][1].decode(), answer["filename"])
        self.assertEqual(self.told(), [("Uploading", 7), ("Uploaded", 7)])
        self.assertIn("serial=S1\n", self.text())
        self.assertEqual(
            self.lines(),
            [
                "StartupOfTheDevice",
                "SettingSystemTime: first time since the start",
                "TamperDetectionActivated: lid",
            ],
        )

    def test_has_what_happened_in_former_boots_and_what_is_not_on_flash_yet(self):
        self.world.core.security.report(SE_TAMPER, b"old")
        self.world.run_ms(1_000)
        self.world = Ocpp16World(flash=self.world.flash, boot_number=8).boot(8_000)
        self.transfer = self.world.network.transfer
        self.world.controllers[0].is_energised = self.world.is_welded = True
        for _ in range(3):
            self.world.core.security.report(SE_INVALID_MESSAGES, b"new")
        self.ask()
        self.world.run_ms(3_000)

        self.assertIn("TamperDetectionActivated: old", self.lines())
        self.assertEqual(self.lines()[-1], "InvalidMessages x3: new")

    def test_has_only_what_happened_in_the_window(self):
        now_s = self.world.clock.wall_s()
        for _ in range(5):
            self.world.run_ms(10_000)
            passed_s = self.world.clock.wall_s() - now_s
            self.world.core.security.report(SE_TAMPER, b"%d" % (passed_s // 10))
        window = {
            "oldestTimestamp": time_text(now_s + 15).decode(),
            "latestTimestamp": time_text(now_s + 35).decode(),
        }
        self.ask(window=window)
        self.world.run_ms(3_000)

        self.assertEqual(
            self.lines(), ["TamperDetectionActivated: 2", "TamperDetectionActivated: 3"]
        )

    def test_is_as_long_as_it_said_also_while_events_come_in(self):
        for number in range(60):
            self.world.core.security.report(SE_TAMPER, b"x" * 100 + b"%d" % number)
            self.world.run_ms(200)
        self.transfer.is_held = True
        self.ask()
        self.world.run_ms(2_000)
        length_b = self.transfer._job[2].length_b
        for _ in range(60):
            self.world.core.security.report(SE_TAMPER, b"later" * 30)
            self.world.run_ms(200)
        self.transfer.is_held = False
        self.world.run_ms(2_000)

        self.assertEqual(len(self.transfer.sent[0][2]), length_b)
        self.assertFalse("later" in self.text())
        self.assertEqual(self.told()[-1][0], "Uploaded")


class BothLogsTest(GetLogTest):
    def test_brings_the_diagnostics_log_without_secrets(self):
        self.world.events.add(EV_FLASH_ERROR, 28)
        self.ask("DiagnosticsLog", 8)
        self.world.run_ms(3_000)

        self.assertEqual(self.told(), [("Uploading", 8), ("Uploaded", 8)])
        self.assertIn("flash operation failed, errno 28", self.text())
        self.assertIn("AuthorizationKey: not shown", self.text())
        for secret in ("41414141", "AAAAAAAA"):
            self.assertFalse(secret in self.text())

    def test_quotes_no_exception(self):
        class Broken:
            passes = overruns = failed = full_steps = worst_gap_ms = late_steps = count = 0
            last_error = ValueError("secret", 5)

        self.world.core.scheduler = self.world.core.safety = Broken()
        self.ask("DiagnosticsLog")
        self.world.run_ms(3_000)

        self.assertIn("last_error=ValueError(5)\n", self.text())
        self.assertFalse("secret" in self.text())

    def test_a_newer_request_ends_the_older_one(self):
        """N01.FR.11."""
        self.transfer.is_held = True
        self.ask(request_id=1)
        self.world.run_ms(1_000)
        self.assertEqual(self.ask(request_id=2)["status"], "AcceptedCanceled")
        self.transfer.is_held = False
        self.world.run_ms(2_000)

        self.assertEqual(len(self.transfer.sent), 1)
        self.assertEqual(self.told(), [("Uploading", 1), ("Uploading", 2), ("Uploaded", 2)])

    def test_diagnostics_of_the_plain_call_are_told_without_number(self):
        self.ask(request_id=1)
        self.world.run_ms(3_000)
        self.world.ask("GetDiagnostics", {"location": URL})
        self.world.run_ms(3_000)

        self.assertEqual(len(self.told()), 2)
        plain = self.world.payloads("DiagnosticsStatusNotification")
        self.assertEqual(plain, [{"status": "Uploading"}, {"status": "Uploaded"}])

    def test_tells_why_it_failed_behind_the_last_try(self):
        """N01.FR.10."""
        for failure, word in (
            (E_IO, "UploadFailure"),
            (E_SYNTAX, "BadMessage"),
            (E_READ_ONLY, "PermissionDenied"),
            (E_RANGE, "NotSupportedOperation"),
        ):
            with self.subTest(word=word):
                self.world.take_calls()
                self.transfer.asked = []
                self.transfer.failure = failure
                self.transfer.results = [-8, -8]
                self.ask(retries=1, retryInterval=1)
                self.world.run_ms(5_000)

                self.assertEqual(len(self.transfer.asked), 2)
                self.assertEqual(self.told(), [("Uploading", 7), (word, 7)])

    def test_works_without_firmware_management(self):
        self.world = Ocpp16World({"profiles": ["Core"]}).boot(8_000)
        self.transfer = self.world.network.transfer
        self.assertEqual(self.ask()["status"], "Accepted")
        self.world.run_ms(3_000)

        self.assertEqual(self.told()[-1], ("Uploaded", 7))
        for action in ("GetDiagnostics", "SignedUpdateFirmware", "UpdateFirmware"):
            self.assertEqual(self.world.ask(action), "NotSupported")

    def test_refuses_what_is_no_request(self):
        log = {"remoteLocation": URL}
        for payload, code in (
            ({}, "OccurenceConstraintViolation"),
            ({"logType": "Log", "requestId": 1, "log": log}, "PropertyConstraintViolation"),
            ({"logType": "SecurityLog", "requestId": "1", "log": log}, "TypeConstraintViolation"),
            (
                {"logType": "SecurityLog", "requestId": 1, "log": {}},
                "OccurenceConstraintViolation",
            ),
            (
                {"logType": "SecurityLog", "requestId": 1, "log": {"remoteLocation": "x" * 513}},
                "PropertyConstraintViolation",
            ),
            (
                {"logType": "SecurityLog", "requestId": 1, "log": log, "more": 1},
                "FormationViolation",
            ),
        ):
            with self.subTest(payload=str(payload)[:60]):
                self.assertEqual(self.world.ask("GetLog", payload), code)
        self.assertEqual(self.transfer.asked, [])


if __name__ == "__main__":
    unittest.main()
