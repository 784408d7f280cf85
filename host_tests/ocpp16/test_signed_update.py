"""SignedUpdateFirmware: the certificate, the signature, dates, statuses, and power cuts; W12."""

import binascii
import unittest

from chargecore.security import pem
from chargecore.station.line_file import time_text
from fakes import signing_samples
from fakes.ocpp16_world import Ocpp16World
from fakes.scratch import new_folder
from fakes.update_world import URL, UpdateWorld, bundle, empty

ACTION = "SignedFirmwareStatusNotification"
GOOD = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting"]


class MakerRoots:
    """Credentials with one root of the maker."""

    def __init__(self, *texts):
        self.ders = [pem.blocks(text.encode())[0] for text in texts]

    def maker_roots(self):
        return self.ders


def base64(data):
    return binascii.b2a_base64(data).decode().strip()


class SignedTest(unittest.TestCase):
    def setUp(self):
        self.root = new_folder(self)
        self.addCleanup(empty, self.root)
        self.boots = 7
        self.start(None)

    def start(self, flash, stalls=False):
        station = {"connectors": 2}
        self.world = UpdateWorld(self.root, flash, self.boots, stalls, station)
        self.world.core.credentials = MakerRoots(signing_samples.ROOT)
        self.transfer = self.world.network.transfer
        self.data = bundle()
        self.transfer.files[URL.encode()] = self.data
        self.world.answers["Heartbeat"] = {}
        self.world.open()
        self.world.run_ms(3_000)

    def reboot(self, stalls=False):
        """Cut the power; the next boot has the same flash."""
        self.boots += 1
        self.start(self.world.flash, stalls)

    def firmware(self, in_s=-5, install_in_s=None, **more):
        now_s = self.world.clock.wall_s()
        fields = {
            "location": URL,
            "retrieveDateTime": time_text(now_s + in_s).decode(),
            "signingCertificate": signing_samples.SIGNER,
            "signature": base64(signing_samples.sign(self.data)),
        }
        if install_in_s is not None:
            fields["installDateTime"] = time_text(now_s + install_in_s).decode()
        fields.update(more)
        return fields

    def ask(self, request_id=42, firmware=None, run_ms=1_000, **more):
        payload = {"requestId": request_id, "firmware": firmware or self.firmware()}
        payload.update(more)
        return self.world.status_of_late("SignedUpdateFirmware", payload, run_ms)

    def told(self):
        return [row["status"] for row in self.world.payloads(ACTION)]

    def events(self):
        return [
            (row["type"], row.get("techInfo"))
            for row in self.world.security_events
            if row["type"].startswith("Invalid")
        ]

    def run_until(self, is_done, limit_ms=120_000):
        for _ in range(limit_ms // 500):
            if is_done():
                return
            self.world.run_ms(500)
        self.assertTrue(is_done(), self.told())

    def is_over(self):
        return bool(self.told()) and self.told()[-1] in (
            "Installed",
            "InstallationFailed",
            "InstallVerificationFailed",
            "InvalidSignature",
            "DownloadFailed",
        )


class TestTheGoodWay(SignedTest):
    def test_downloads_verifies_installs_reboots_and_is_installed(self):
        """W12, TC_080."""
        self.assertEqual(self.ask(), "Accepted")
        self.run_until(lambda: self.world.station.is_reset_due)
        self.assertEqual(self.told(), GOOD)
        self.assertEqual({row["requestId"] for row in self.world.payloads(ACTION)}, {42})

        self.reboot()
        self.assertEqual(self.told(), [])
        self.world.slots.confirm()
        self.world.run_ms(2_000)

        self.assertEqual(self.world.slots.version, b"2.0")
        self.assertEqual(self.world.payloads(ACTION), [{"status": "Installed", "requestId": 42}])
        types = [row["type"] for row in self.world.security_events]
        self.assertIn("FirmwareUpdated", types)

    def test_tells_the_end_again_when_the_supply_fails_before_the_server_knows(self):
        self.ask()
        self.run_until(lambda: self.world.station.is_reset_due)
        self.reboot()
        self.world.mute = [ACTION]
        self.world.slots.confirm()
        self.world.run_ms(2_000)
        self.reboot()
        self.assertEqual(self.told(), ["Installed"])
        self.reboot()

        self.assertEqual(self.told(), [])

    def test_takes_numbers_of_any_size(self):
        for request_id in (0, -1, 2_147_483_647, -2_147_483_648, 1_073_741_824):
            with self.subTest(request_id=request_id):
                self.setUp()
                self.ask(request_id)
                self.world.run_ms(500)
                self.reboot()
                self.run_until(lambda: len(self.told()) > 1)
                ids = {row["requestId"] for row in self.world.payloads(ACTION)}
                self.assertEqual(ids, {request_id})

    def test_tells_that_it_has_fallen_back(self):
        self.ask()
        self.run_until(lambda: self.world.station.is_reset_due)
        self.reboot()
        self.reboot()

        self.assertEqual(self.told(), ["InstallationFailed"])

    def test_plain_updates_are_not_supported(self):
        """L01.FR.20, F3."""
        payload = {"location": URL, "retrieveDate": "2026-11-24T09:00:00Z"}

        self.assertEqual(self.world.ask("UpdateFirmware", payload), "NotSupported")
        self.world.run_ms(5_000)
        self.assertEqual(self.transfer.asked, [])

    def test_a_plain_update_that_an_older_version_has_begun_ends_as_such(self):
        self.world = UpdateWorld(self.root, None, 7, False, {"security": False}).boot()
        self.transfer = self.world.network.transfer
        self.transfer.files[URL.encode()] = self.data
        fields = self.firmware()
        self.world.ask(
            "UpdateFirmware", {"location": URL, "retrieveDate": fields["retrieveDateTime"]}
        )
        self.run_until(lambda: self.world.station.is_reset_due)
        self.reboot()
        self.world.slots.confirm()
        self.world.run_ms(2_000)

        self.assertEqual(self.told(), [])
        self.assertEqual(
            self.world.payloads("FirmwareStatusNotification"), [{"status": "Installed"}]
        )


class TestCertificate(SignedTest):
    def refused(self, text, why):
        self.assertEqual(self.ask(firmware=self.firmware(signingCertificate=text)), why)
        self.world.run_ms(3_000)
        self.assertEqual((self.told(), self.transfer.asked), ([], []))

    def test_refuses_one_that_is_no_good_and_tells_why(self):
        """L01.FR.02, L01.FR.24."""
        for text, why in (
            (signing_samples.EXPIRED, "expired"),
            (signing_samples.STRANGER, "issuer unknown"),
            ("no certificate", "cannot be read"),
            ("", "cannot be read"),
            (signing_samples.SIGNER * 5, "too long"),
            (signing_samples.SIGNER.replace("M", "N", 1), "cannot be read"),
        ):
            with self.subTest(why=why):
                self.setUp()
                self.refused(text, "InvalidCertificate")
                self.assertEqual(
                    self.events(), [("InvalidFirmwareSigningCertificate", "update 42: " + why)]
                )

    def test_refuses_any_without_a_root_of_the_maker(self):
        self.world.core.credentials = MakerRoots()
        self.refused(signing_samples.SIGNER, "InvalidCertificate")

    def test_takes_a_chain_that_ends_with_the_root(self):
        chain = signing_samples.SIGNER + signing_samples.ROOT

        self.assertEqual(self.ask(firmware=self.firmware(signingCertificate=chain)), "Accepted")

    def test_passes_over_a_root_that_it_cannot_read(self):
        self.world.core.credentials.ders.insert(0, b"junk")

        self.assertEqual(self.ask(), "Accepted")

    def test_refuses_when_the_board_has_one_copy_only(self):
        world = Ocpp16World().boot()
        payload = {"requestId": 1, "firmware": self.firmware()}

        self.assertEqual(world.ask("SignedUpdateFirmware", payload), "NotSupported")

    def test_refuses_when_there_is_no_flash_for_it(self):
        self.world.flash.pair("update_key").is_broken = True

        self.assertEqual(self.ask(), "Rejected")

    def test_forgets_a_request_whose_connection_is_gone(self):
        payload = {"requestId": 1, "firmware": self.firmware()}
        self.world.send("SignedUpdateFirmware", payload)
        self.world.run_ms(100)
        self.world.close()
        self.world.run_ms(5_000)
        self.world.open()
        self.world.run_ms(3_000)

        self.assertEqual((self.told(), self.transfer.asked), ([], []))
        self.assertEqual(self.ask(), "Accepted")

    def test_refuses_what_is_no_request(self):
        whole = self.firmware()
        for key, value, code in (
            ("location", None, "OccurenceConstraintViolation"),
            ("retrieveDateTime", "now", "PropertyConstraintViolation"),
            ("signingCertificate", "x" * 5_501, "PropertyConstraintViolation"),
            ("signature", "x" * 801, "PropertyConstraintViolation"),
            ("signature", 5, "TypeConstraintViolation"),
        ):
            with self.subTest(key=key):
                firmware = dict(whole)
                firmware[key] = value
                if value is None:
                    del firmware[key]
                self.assertEqual(self.ask(firmware=firmware), code)
        payload = {"firmware": whole}
        code = self.world.ask("SignedUpdateFirmware", payload)
        self.assertEqual(code, "OccurenceConstraintViolation")


class TestSignature(SignedTest):
    def test_installs_nothing_whose_signature_is_wrong(self):
        """L01.FR.03, TC_081."""
        good = self.firmware()
        other = base64(signing_samples.sign(self.data + b"x"))
        for signature in (other, "", "no base64!", base64(b"\x30\x06" * 40), "AAAA"):
            with self.subTest(signature=signature[:10]):
                self.setUp()
                self.assertEqual(self.ask(firmware=dict(good, signature=signature)), "Accepted")
                self.run_until(self.is_over)
                self.world.run_ms(2_000)

                self.assertEqual(self.told(), ["Downloading", "Downloaded", "InvalidSignature"])
                self.assertEqual(self.events(), [("InvalidFirmwareSignature", "update 42")])
                self.assertFalse(self.world.slots.is_other_next)
                self.assertFalse(self.world.station.is_reset_due)
                self.assertTrue(self.world.connector.operative)

    def test_one_changed_byte_is_enough(self):
        firmware = self.firmware()
        for at in (0, 20, len(self.data) - 1):
            with self.subTest(at=at):
                self.setUp()
                changed = self.data[:at] + bytes((self.data[at] ^ 1,)) + self.data[at + 1 :]
                self.transfer.files[URL.encode()] = changed
                self.ask(firmware=firmware)
                self.run_until(self.is_over)

                self.assertEqual(self.told()[-1], "InvalidSignature")

    def test_a_signed_bundle_that_is_none_fails_its_verification(self):
        self.data = b"no bundle" * 100
        self.transfer.files[URL.encode()] = self.data
        self.ask()
        self.run_until(self.is_over)

        self.assertEqual(self.told()[2:], ["SignatureVerified", "Installing"] + self.told()[-1:])
        self.assertEqual(self.told()[-1], "InstallVerificationFailed")
        self.assertFalse(self.world.slots.is_other_next)

    def test_verifies_later_when_there_is_no_heap_for_it_and_gives_up_in_the_end(self):
        for times, end in ((3, "Installed"), (99, "InstallVerificationFailed")):
            with self.subTest(times=times):
                self.setUp()
                self.transfer.is_held = True
                self.ask()
                self.starve(times)
                self.transfer.is_held = False
                self.run_until(lambda: self.world.station.is_reset_due or self.is_over())
                if end == "Installed":
                    self.assertEqual(self.told(), GOOD)
                else:
                    self.assertEqual(self.told()[2:], [end])
                    types = [row["type"] for row in self.world.security_events]
                    self.assertIn("MemoryExhaustion", types)
                    self.assertFalse(self.world.slots.is_other_next)

    def starve(self, times):
        """Let the first `times` checks of a signature find no heap."""
        desks = [part for part in self.world.ocpp._profiles if hasattr(part, "jobs")]
        signature = desks[0].jobs.update._signature
        begin = signature.begin
        left = [times]

        def starving(digest):
            if left[0]:
                left[0] -= 1
                raise MemoryError()
            return begin(digest)

        signature.begin = starving

    def test_sums_every_byte_once_when_the_download_breaks_off(self):
        self.transfer.results = [400, -4]
        self.ask(retries=2, retryInterval=1)
        self.run_until(lambda: "SignatureVerified" in self.told())

        self.assertEqual([row[1] for row in self.transfer.asked], [0, 400, 400])


class TestDates(SignedTest):
    def test_waits_for_the_date_of_retrieving_and_says_so(self):
        self.ask(firmware=self.firmware(in_s=60))
        self.world.run_ms(30_000)
        self.assertEqual((self.told(), self.transfer.asked), (["DownloadScheduled"], []))
        self.run_until(lambda: self.world.station.is_reset_due)

        self.assertEqual(self.told(), ["DownloadScheduled"] + GOOD)

    def test_a_date_that_is_all_but_now_is_not_called_scheduled(self):
        self.ask(firmware=self.firmware(in_s=3))
        self.run_until(lambda: self.world.station.is_reset_due)

        self.assertEqual(self.told(), GOOD)

    def test_waits_for_the_date_of_installing_also_over_a_cut(self):
        """L01.FR.16."""
        self.ask(firmware=self.firmware(install_in_s=120))
        self.world.run_ms(20_000)
        self.assertEqual(self.told(), GOOD[:3] + ["InstallScheduled"])
        self.assertTrue(self.world.connector.operative)
        asked = len(self.transfer.asked)
        self.reboot()
        self.world.run_ms(20_000)
        again = ["SignatureVerified", "InstallScheduled"]  # flash did not know that they were told
        self.assertEqual((self.told(), len(self.transfer.asked)), (again, 0))
        self.run_until(lambda: self.world.station.is_reset_due, 240_000)

        self.assertEqual(asked, 1)
        self.assertEqual(self.told(), again + ["Installing", "InstallRebooting"])

    def test_installs_at_once_when_the_date_has_passed(self):
        self.ask(firmware=self.firmware(install_in_s=-100))
        self.run_until(lambda: self.world.station.is_reset_due)

        self.assertEqual(self.told(), GOOD)


class TestSessions(SignedTest):
    def test_waits_for_the_session_and_takes_no_other(self):
        """L01.FR.06, L01.FR.07."""
        self.world.charge()
        self.ask()
        self.world.run_ms(10_000)
        self.assertEqual(self.told(), GOOD[:3])
        self.assertEqual(self.world.statuses()[-1], (2, "Unavailable"))
        self.world.swipe("TAG1")
        self.run_until(lambda: self.world.station.is_reset_due)

        self.assertEqual(self.told(), GOOD)

    def test_a_chip_that_stalls_pauses_while_a_contactor_is_closed(self):
        """R57, L01.FR.13, L01.FR.14."""
        self.boots += 1
        self.start(None, stalls=True)
        self.transfer.is_held = True
        self.ask()
        self.world.run_ms(500)
        self.world.charge()
        self.world.run_ms(1_000)
        self.assertEqual(self.told(), ["Downloading", "DownloadPaused"])
        self.transfer.is_held = False
        self.world.swipe("TAG1")
        self.run_until(lambda: self.world.station.is_reset_due)
        self.assertEqual(self.told(), ["Downloading", "DownloadPaused"] + GOOD)

    def test_a_chip_that_stalls_begins_behind_the_session(self):
        self.boots += 1
        self.start(None, stalls=True)
        self.world.charge()
        self.ask()
        self.world.run_ms(5_000)

        self.assertEqual((self.told(), self.transfer.asked), (["DownloadScheduled"], []))

    def test_a_chip_that_stalls_keeps_request_and_signature_behind_the_session(self):
        self.boots += 1
        self.start(None, stalls=True)
        self.world.charge()
        flash = self.world.flash
        request, signature = flash.pair("update"), flash.pair("update_key")
        self.assertEqual(self.ask(), "Accepted")
        self.world.run_ms(5_000)
        self.assertEqual((len(request.images), len(signature.images)), (0, 0))
        self.world.swipe("TAG1")
        self.run_until(lambda: self.world.station.is_reset_due)

        self.assertEqual(self.told(), ["DownloadScheduled"] + GOOD)
        self.assertEqual(len(signature.images), 1)

    def test_a_power_cut_before_the_session_ends_leaves_no_half_of_a_request(self):
        self.boots += 1
        self.start(None, stalls=True)
        self.world.charge()
        self.ask()
        self.world.run_ms(2_000)
        self.reboot(stalls=True)
        self.world.run_ms(5_000)

        self.assertEqual((self.told(), self.transfer.asked), ([], []))

    def test_flash_that_takes_no_signature_behind_the_session_ends_the_update(self):
        self.boots += 1
        self.start(None, stalls=True)
        self.world.charge()
        self.ask()
        self.world.flash.pair("update_key").is_broken = True
        self.world.swipe("TAG1")
        self.run_until(self.is_over)

        self.assertEqual(self.told(), ["DownloadScheduled", "DownloadFailed"])
        self.assertEqual(self.transfer.asked, [])

    def test_a_chip_that_stalls_verifies_when_all_contactors_are_open(self):
        self.boots += 1
        self.start(None, stalls=True)
        self.ask()
        self.run_until(lambda: "Downloaded" in self.told())
        self.world.charge()
        self.world.run_ms(60_000, 1_000)
        self.assertEqual(self.told()[-1], "Downloaded")
        self.world.swipe("TAG1")
        self.run_until(lambda: self.world.station.is_reset_due)

        self.assertEqual(self.told(), GOOD)

    def test_a_chip_that_stalls_keeps_what_the_server_knows_behind_the_session(self):
        """R57: rather told twice than a contactor that drops."""
        self.ask()
        self.run_until(lambda: self.world.station.is_reset_due)
        self.reboot(stalls=True)
        self.world.charge()
        self.world.slots.confirm()
        self.world.run_ms(2_000)
        self.assertEqual(self.told(), ["Installed"])
        self.assertTrue(self.world.station.is_energised())
        self.reboot()
        self.assertEqual(self.told(), ["Installed"])
        self.reboot()

        self.assertEqual(self.told(), [])


class TestRequests(SignedTest):
    def test_a_newer_request_ends_the_older_one(self):
        """L01.FR.26."""
        self.transfer.is_held = True
        self.ask(1)
        self.world.run_ms(1_000)
        self.assertEqual(self.ask(2), "AcceptedCanceled")
        self.transfer.is_held = False
        self.run_until(lambda: self.world.station.is_reset_due)

        rows = [(row["requestId"], row["status"]) for row in self.world.payloads(ACTION)]
        self.assertEqual(rows, [(1, "Downloading")] + [(2, status) for status in GOOD])

    def test_one_that_waits_for_its_date_is_ended_too(self):
        self.ask(1, self.firmware(install_in_s=500))
        self.run_until(lambda: "InstallScheduled" in self.told())
        bad = self.firmware(location="http://nowhere.example/x")
        self.assertEqual(self.ask(2, bad, retries=0), "AcceptedCanceled")
        self.run_until(self.is_over)

        self.assertEqual(self.told()[-2:], ["Downloading", "DownloadFailed"])
        self.world.run_ms(600_000, 1_000)
        self.assertFalse(self.world.slots.is_other_next)

    def test_a_bad_certificate_ends_nothing(self):
        self.transfer.is_held = True
        self.ask(1)
        bad = self.firmware(signingCertificate=signing_samples.EXPIRED)
        self.assertEqual(self.ask(2, bad), "InvalidCertificate")
        self.transfer.is_held = False
        self.run_until(lambda: self.world.station.is_reset_due)

        self.assertEqual({row["requestId"] for row in self.world.payloads(ACTION)}, {1})

    def test_cannot_be_ended_when_the_next_boot_is_the_new_version(self):
        """L01.FR.27."""
        self.world.mute = [ACTION]
        self.ask(1)
        self.run_until(lambda: self.world.slots.is_other_next)

        self.assertEqual(self.ask(2), "Rejected")

    def test_a_new_request_behind_the_end_is_just_accepted(self):
        self.ask(1, self.firmware(signature="AAAA"))
        self.run_until(self.is_over)

        self.assertEqual(self.ask(2), "Accepted")


class TestPowerCuts(SignedTest):
    def test_a_cut_at_any_moment_leaves_a_working_version_and_the_right_statuses(self):
        for at_ms in (0, 100, 200, 300, 400, 500, 600, 700, 1_000, 1_500, 2_500, 4_000):
            with self.subTest(at_ms=at_ms):
                self.setUp()
                self.ask(run_ms=0)
                self.run_until(lambda: bool(self.world.results))
                self.world.run_ms(at_ms, 50)
                seen = self.told()
                for _ in range(5):
                    self.reboot()
                    if self.world.slots.is_trial:
                        self.world.slots.confirm()
                    self.run_until(lambda: self.world.station.is_reset_due or self.is_over())
                    seen += self.told()
                    if self.is_over():
                        break

                self.assertEqual(seen[-1], "Installed")
                self.assertEqual(self.world.slots.version, b"2.0")
                self.assertEqual(in_order(seen), GOOD + ["Installed"])

    def test_a_bad_signature_is_never_installed_whenever_the_supply_fails(self):
        for at_ms in (0, 200, 400, 600, 1_000):
            with self.subTest(at_ms=at_ms):
                self.setUp()
                self.ask(firmware=self.firmware(signature="AAAA"), run_ms=0)
                self.run_until(lambda: bool(self.world.results))
                self.world.run_ms(at_ms, 50)
                for _ in range(4):
                    self.reboot()
                    self.assertEqual(self.world.slots.version, b"")
                    self.world.run_ms(5_000)
                self.assertFalse(self.world.slots.is_other_next)


def in_order(statuses):
    """Return the statuses without those that were told again after a cut."""
    found = []
    for status in statuses:
        if status not in found:
            found.append(status)
    return found


if __name__ == "__main__":
    unittest.main()
