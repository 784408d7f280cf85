"""Roots over OCPP: what is installed, listed, deleted, refused, and what may replace it."""

import hashlib
import unittest

from chargecore.base.security_events import (
    SE_INVALID_SERVER_CERTIFICATE,
    SE_PARAMETERS_CHANGED,
)
from chargecore.ocpp16.certificates import Certificates
from fakes.cert_maker import (
    EC_KEY,
    OID,
    RSA_KEY,
    SEQUENCE,
    SHA1_RSA,
    SHA384_ECDSA,
    UTC,
    CertMaker,
    LabKey,
    bits,
    element,
    name,
)
from fakes.certificate_world import (
    MAKER_ROOT,
    SERVER_ROOT,
    VERIFY_MS,
    CertificateWorld,
    hex_of,
    root,
    text_of,
)

PAST = element(UTC, b"260101000000Z")
FUTURE = element(UTC, b"270101000000Z")
INSTALLED = (SE_PARAMETERS_CHANGED, b"root certificate installed")
DELETED = (SE_PARAMETERS_CHANGED, b"root certificate deleted")


def signed_root(number, issuer_number, subject=b"Next", issuer=b"Root", **parts):
    """Return a root that another one has signed."""
    maker = CertMaker(subject, issuer, LabKey(number), LabKey(issuer_number)).as_ca()
    for part in parts:
        setattr(maker, part, parts[part])
    return maker.der()


class CertificatesTest(unittest.TestCase):
    def setUp(self):
        self.world = CertificateWorld(self)

    def invalid(self, why):
        return [(SE_INVALID_SERVER_CERTIFICATE, why)]

    # ---- install ----

    def test_installs_a_root_of_each_type(self):
        """W8, TC_075_1, TC_075_2."""
        for kind, number in ((SERVER_ROOT, 2), (MAKER_ROOT, 3)):
            with self.subTest(kind=kind):
                self.assertEqual(self.world.install(root(number), kind), "Accepted")
                self.assertEqual(len(self.world.installed(kind)), 1)
                self.assertEqual(self.world.told(), [INSTALLED])

    def test_trusts_what_was_installed_from_the_next_connection_on(self):
        changed = self.world.credentials.changed
        self.world.install(root(2))

        self.assertEqual(self.world.credentials.roots(), [root(2)])
        self.assertTrue(self.world.credentials.changed != changed)

    def test_keeps_roots_over_a_power_cut(self):
        self.world.install(root(2))

        again = CertificateWorld(self, flash=self.world.flash)

        self.assertEqual(again.credentials.roots(), [root(2)])

    def test_accepts_a_root_that_is_there_and_keeps_it_once(self):
        self.world.install(root(2))

        self.assertEqual(self.world.install(root(2)), "Accepted")
        self.assertEqual(len(self.world.installed()), 1)

    def test_takes_any_line_ends(self):
        """PEM in JSON has its line ends escaped; servers differ in what they make of them."""
        text = text_of(root(2))
        for ending in ("\n", "\r\n", "\\n"):
            with self.subTest(ending=ending):
                status = self.world.install_text(text.replace("\n", ending))
                self.assertEqual(status, "Rejected" if ending == "\\n" else "Accepted")

    def test_rejects_what_is_no_valid_root_and_tells_why(self):
        """W8, TC_078: the trust store is unchanged."""
        broken = bytearray(root(2))
        broken[-1] ^= 1
        rows = (
            (root(2, not_after=PAST), b"expired"),
            (root(2, not_before=FUTURE), b"not yet valid"),
            (root(2, extensions=[]), b"issuer is no CA"),
            (bytes(broken), b"signature wrong"),
            (root(2, by=LabKey(5)), b"signature wrong"),
            (signed_root(2, 3), b"issuer unknown"),
            (root(2)[:-1], b"cannot be read"),
            (root(2) + b"\0", b"cannot be read"),
        )
        for der, why in rows:
            with self.subTest(why=why):
                status = self.world.install(der)
                self.assertEqual(status, "Rejected")
                self.assertEqual(self.world.told(), self.invalid(why))
                self.assertIs(self.world.installed(), None)

    def test_takes_a_public_root_whose_own_signature_it_cannot_verify(self):
        """TLS can do more: many roots in use have P-384, or sign themselves with SHA-384."""
        on_p384 = element(SEQUENCE, EC_KEY, element(OID, b"\x2b\x81\x04\x00\x22"))
        p384 = element(SEQUENCE, on_p384, bits(b"\x04" + bytes(96)))
        for parts in ({"key": p384}, {"algorithm": SHA384_ECDSA}, {"algorithm": SHA1_RSA}):
            with self.subTest(parts=parts):
                world = CertificateWorld(self)
                self.assertEqual(world.install(root(2, **parts)), "Accepted")
                self.assertEqual(world.install(root(2, **parts), MAKER_ROOT), "Rejected")
                expired = root(2, not_after=PAST, **parts)
                self.assertEqual(world.install(expired), "Rejected")

    def test_rejects_what_is_no_single_pem_block(self):
        for text, why in (
            ("", b"cannot be read"),
            ("MIIB", b"cannot be read"),
            ("-----BEGIN CERTIFICATE-----\n", b"cannot be read"),
            ("-----BEGIN CERTIFICATE-----\n@@\n-----END CERTIFICATE-----\n", b"cannot be read"),
            (text_of(root(2), root(3)), b"too long"),
            ("\u00e9" * 100, b"cannot be read"),
        ):
            with self.subTest(text=text[:40]):
                self.assertEqual(self.world.install_text(text), "Rejected")
                self.assertEqual(self.world.told(), self.invalid(why))

    def test_tells_nothing_of_the_server_when_a_root_of_the_maker_is_invalid(self):
        self.assertEqual(self.world.install(root(2, not_after=PAST), MAKER_ROOT), "Rejected")
        self.assertEqual(self.world.told(), [])

    def test_takes_a_root_that_an_installed_one_has_signed(self):
        self.world.install(root(2))

        self.assertEqual(self.world.install(signed_root(3, 2)), "Accepted")
        self.assertEqual(self.world.install(signed_root(4, 5, b"Wrong")), "Rejected")

    def test_rejects_more_roots_than_the_store_takes(self):
        """W8, M05.FR.03: both types count; a full store is no fault of the certificate."""
        presets = {"CertificateStoreMaxLength": "2"}
        world = CertificateWorld(self, presets=presets)
        world.install(root(2))
        world.install(root(3), MAKER_ROOT)
        world.told()

        self.assertEqual(world.install(root(4)), "Rejected")
        self.assertEqual(world.told(), [])
        self.assertEqual(world.installed()[0], world.installed()[-1])
        self.assertEqual(world.delete(world.installed(MAKER_ROOT)[0]), "Accepted")
        self.assertEqual(world.install(root(4)), "Accepted")

    def test_takes_as_many_as_it_says(self):
        most = self.world.ask("GetConfiguration", {"key": ["CertificateStoreMaxLength"]})
        most = int(most["configurationKey"][0]["value"])

        statuses = [self.world.install(root(n + 2, b"R%d" % n)) for n in range(most + 1)]

        self.assertEqual(statuses, ["Accepted"] * most + ["Rejected"])
        self.assertEqual(len(self.world.installed()), most)

    def test_fails_while_the_time_is_not_known(self):
        world = self.world
        world.clock.offset_s = -1

        self.assertEqual(world.install(root(2)), "Failed")
        self.assertEqual(world.told(), [])

    def test_fails_when_flash_refuses(self):
        world = self.world
        world.flash.pair("keystore").is_broken = True

        self.assertEqual(world.install(root(2)), "Failed")
        self.assertIs(world.installed(), None)
        world.flash.pair("keystore").is_broken = False
        self.assertEqual(world.install(root(2)), "Accepted")

    def test_goes_on_with_a_check_in_steps(self):
        """Nothing blocks the scheduler: the answer comes some passes later, others meanwhile."""
        world = self.world
        payload = {"certificateType": SERVER_ROOT, "certificate": text_of(root(2))}
        message_id = world.send("InstallCertificate", payload)
        world.run_ms(200)

        self.assertEqual([row for row in world.results if row[1] == message_id], [])
        self.assertEqual(world.ask("GetConfiguration", {"key": ["X"]}), {"unknownKey": ["X"]})
        world.run_ms(VERIFY_MS)
        self.assertEqual(world.results[-1], [3, message_id, {"status": "Accepted"}])

    def test_answers_a_second_call_meanwhile_with_an_error(self):
        world = self.world
        payload = {"certificateType": SERVER_ROOT, "certificate": text_of(root(2))}
        world.send("InstallCertificate", payload)
        world.run_ms(100)

        self.assertEqual(world.install(root(3)), "InternalError")
        world.run_ms(VERIFY_MS)
        self.assertEqual(len(world.installed()), 1)

    def test_has_nothing_half_done_when_the_connection_breaks_meanwhile(self):
        world = self.world
        payload = {"certificateType": SERVER_ROOT, "certificate": text_of(root(2))}
        world.send("InstallCertificate", payload)
        world.run_ms(200)
        world.close()
        world.run_ms(VERIFY_MS)
        world.open()
        world.run_ms(2_000)

        self.assertIs(world.installed(), None)
        self.assertEqual(world.install(root(2)), "Accepted")

    def test_survives_a_heap_that_is_full(self):
        """Whatever step it happens in: Failed, nothing changed, and the next one is taken."""
        world = self.world
        profile = [row for row in world.ocpp._profiles if isinstance(row, Certificates)][0]
        payload = {"certificateType": SERVER_ROOT, "certificate": text_of(root(2))}
        world.send("InstallCertificate", payload)
        world.step()
        profile._job.step = _no_memory
        world.run_ms(500)

        self.assertEqual(world.results[-1][2], {"status": "Failed"})
        self.assertEqual(world.install(root(2)), "Accepted")

    # ---- list ----

    def test_lists_nothing_at_first(self):
        """W9."""
        for kind in (SERVER_ROOT, MAKER_ROOT):
            answer = self.world.ask("GetInstalledCertificateIds", {"certificateType": kind})
            self.assertEqual(answer, {"status": "NotFound"})

    def test_lists_the_hashes_of_a_root(self):
        """W9: RFC 6960 §4.1.1."""
        self.world.install(root(2))
        key_hash = hashlib.sha256(LabKey(2).bits).digest()
        name_hash = hashlib.sha256(name(b"Root")).digest()

        rows = self.world.installed()

        row = {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": hex_of(name_hash),
            "issuerKeyHash": hex_of(key_hash),
            "serialNumber": "a1b",  # no leading zeros
        }
        self.assertEqual(rows, [row])

    def test_lists_the_issuer_of_a_root_that_another_one_has_signed(self):
        self.world.install(root(2))
        self.world.install(signed_root(3, 2))

        rows = self.world.installed()

        issuer = hex_of(hashlib.sha256(LabKey(2).bits).digest())
        self.assertEqual([row["issuerKeyHash"] for row in rows], [issuer, issuer])

    def test_never_lists_a_certificate_of_the_station_or_its_keys(self):
        self.world.request()

        self.assertIs(self.world.installed(), None)
        self.assertIs(self.world.installed(MAKER_ROOT), None)

    # ---- delete ----

    def test_deletes_a_root(self):
        """W10, TC_076."""
        self.world.install(root(2))
        self.world.told()

        self.assertEqual(self.world.delete(self.world.installed()[0]), "Accepted")
        self.assertIs(self.world.installed(), None)
        self.assertEqual(self.world.credentials.roots(), [])
        self.assertEqual(self.world.told(), [DELETED])

    def test_deletes_in_any_case_and_with_zeros_in_front(self):
        """W10."""
        self.world.install(root(2))
        hashes = {name: text.upper() for name, text in self.world.installed()[0].items()}
        hashes["serialNumber"] = "00" + hashes["serialNumber"]

        self.assertEqual(self.world.delete(hashes), "Accepted")

    def test_finds_nothing_when_one_of_the_hashes_differs(self):
        """W10."""
        self.world.install(root(2))
        good = self.world.installed()[0]
        for field, value in (
            ("issuerNameHash", good["issuerKeyHash"]),
            ("issuerKeyHash", good["issuerNameHash"]),
            ("issuerKeyHash", good["issuerKeyHash"][:-1]),
            ("serialNumber", good["serialNumber"] + "0"),
            ("serialNumber", ""),
            ("hashAlgorithm", "SHA384"),
        ):
            with self.subTest(field=field, value=value):
                hashes = dict(good)
                hashes[field] = value
                self.assertEqual(self.world.delete(hashes), "NotFound")
        self.assertEqual(len(self.world.installed()), 1)

    def test_fails_to_delete_the_root_that_secures_the_connection(self):
        """W10, M04.FR.06."""
        self.world.install(root(2))
        self.world.install(root(3, b"Other"))
        self.world.credentials.used_root(root(2))
        other, used = self.world.installed()

        self.assertEqual(self.world.delete(used), "Failed")
        self.assertEqual(self.world.delete(other), "Accepted")
        self.assertEqual(self.world.installed(), [used])

    def test_fails_to_delete_when_flash_refuses(self):
        self.world.install(root(2))
        self.world.flash.pair("keystore").is_broken = True

        self.assertEqual(self.world.delete(self.world.installed()[0]), "Failed")
        self.assertEqual(len(self.world.installed()), 1)

    # ---- AdditionalRootCertificateCheck ----

    def strict(self):
        self.world = CertificateWorld(self, presets={"AdditionalRootCertificateCheck": "true"})
        self.assertEqual(self.world.install(root(2)), "Accepted")
        self.world.credentials.used_root(root(2))
        return self.world

    def test_takes_only_a_root_that_the_one_before_has_signed(self):
        """W8, M05.FR.08-11, TC_075_2."""
        world = self.strict()
        world.told()

        self.assertEqual(world.install(root(3, b"Next")), "Rejected")
        self.assertEqual(world.told(), self.invalid(b"issuer unknown"))
        self.assertEqual(world.install(signed_root(3, 4)), "Rejected")
        self.assertEqual(world.told(), self.invalid(b"signature wrong"))
        self.assertEqual(world.install(signed_root(3, 2)), "Accepted")
        self.assertEqual(world.credentials.roots(), [signed_root(3, 2), root(2)])

    def test_drops_the_old_root_when_the_new_one_has_secured_a_connection(self):
        """M05.FR.12."""
        world = self.strict()
        world.install(signed_root(3, 2))
        world.credentials.used_root(root(2))
        world.credentials.connected()
        world.run_ms(200)
        self.assertEqual(len(world.credentials.roots()), 2)

        world.credentials.used_root(signed_root(3, 2))
        world.credentials.connected()
        world.run_ms(200)

        self.assertEqual(world.credentials.roots(), [signed_root(3, 2)])

    def test_replaces_a_new_root_that_has_not_worked_yet(self):
        world = self.strict()
        world.install(signed_root(3, 2))

        self.assertEqual(world.install(signed_root(4, 2, b"Right")), "Accepted")
        self.assertEqual(world.credentials.roots(), [signed_root(4, 2, b"Right"), root(2)])

    def test_has_room_for_the_fallback_in_a_full_store(self):
        presets = {"AdditionalRootCertificateCheck": "true", "CertificateStoreMaxLength": "1"}
        world = CertificateWorld(self, presets=presets)
        world.install(root(2))

        self.assertEqual(world.install(signed_root(3, 2)), "Accepted")
        self.assertEqual(world.install(root(5), MAKER_ROOT), "Rejected")

    def test_leaves_the_roots_of_the_maker_alone(self):
        world = self.strict()

        self.assertEqual(world.install(root(5), MAKER_ROOT), "Accepted")
        self.assertEqual(world.install(root(6), MAKER_ROOT), "Accepted")

    # ---- messages ----

    def test_refuses_what_the_schemas_refuse(self):
        good = root(2)
        rows = (
            ("InstallCertificate", {}, "OccurenceConstraintViolation"),
            ("InstallCertificate", {"certificateType": "V2G", "certificate": "x"}, None),
            ("InstallCertificate", {"certificateType": SERVER_ROOT, "certificate": 1}, "Type"),
            (
                "InstallCertificate",
                {"certificateType": SERVER_ROOT, "certificate": "x" * 5_501},
                None,
            ),
            ("GetInstalledCertificateIds", {"certificateType": 1}, "Type"),
            ("DeleteCertificate", {"certificateHashData": []}, "Type"),
            ("DeleteCertificate", {"certificateHashData": {}}, "Occurence"),
            ("CertificateSigned", {"certificateChain": [text_of(good)]}, "Type"),
            ("ExtendedTriggerMessage", {"requestedMessage": "Heartbeat", "x": 1}, None),
        )
        for action, payload, code in rows:
            with self.subTest(action=action, code=code):
                answer = self.world.ask(action, payload)
                self.assertTrue(answer.startswith(code or ""), answer)
                self.assertTrue(answer.endswith("Violation"), answer)

    def test_is_not_supported_when_security_is_not_loaded(self):
        world = CertificateWorld(self, {"security": False}, has_cpo=False)
        payload = {"certificateType": SERVER_ROOT, "certificate": "x"}

        self.assertEqual(world.ask("InstallCertificate", payload), "NotSupported")
        self.assertIs(world.credentials, None)

    def test_reads_no_key_that_is_too_weak(self):
        modulus = b"\xc1" + b"\x35" * 127
        weak = element(0x30, element(0x02, b"\0" + modulus), element(0x02, b"\x01\0\x01"))
        info = element(0x30, RSA_KEY, element(0x03, b"\0", weak))
        maker = CertMaker(b"Root", b"Root").as_ca()
        maker.key = info

        self.assertEqual(self.world.install(maker.der()), "Rejected")
        self.assertEqual(self.world.told(), self.invalid(b"key too weak"))


def _no_memory():
    raise MemoryError


if __name__ == "__main__":
    unittest.main()
