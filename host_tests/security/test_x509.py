"""Certificate: what is read, and what is refused though it looks like a certificate."""

import unittest

from chargecore.base.calendar import wall_from_date
from chargecore.security.asn1_time import TIME_MAX_S, TIME_MIN_S
from chargecore.security.cert_error import CertError
from chargecore.security.cert_hash import hash_data
from chargecore.security.der_write import bits, element, unsigned
from chargecore.security.extensions import (
    EKU_ANY,
    EKU_CLIENT_AUTH,
    EKU_CODE_SIGNING,
    EKU_OTHER,
    EKU_SERVER_AUTH,
    KU_DIGITAL_SIGNATURE,
    KU_KEY_CERT_SIGN,
)
from chargecore.security.p256_key import P256Key
from chargecore.security.rsa_key import RsaKey
from chargecore.security.schemes import SCHEME_ECDSA, SCHEME_OTHER, SCHEME_PKCS1
from chargecore.security.whys import (
    WHY_ALGORITHM,
    WHY_EXTENSION,
    WHY_SYNTAX,
    WHY_TOO_LONG,
    WHY_WEAK_KEY,
    text_of,
)
from chargecore.security.x509 import Certificate
from fakes.cert_maker import (
    ANY_USAGE,
    CLIENT_AUTH,
    CODE_SIGNING,
    EC_KEY,
    GENERAL,
    OID,
    ON_P256,
    RSA_KEY,
    SEQUENCE,
    SERVER_AUTH,
    SHA1_RSA,
    SHA256_ECDSA,
    SHA256_RSA,
    SHA384_ECDSA,
    TRUE,
    UTC,
    CertMaker,
    LabKey,
    basic_constraints,
    extended_usage,
    extension,
    key_usage,
    name,
)


def rsa_info(n_bytes, e_bytes=b"\x01\x00\x01", tail=b""):
    key = element(SEQUENCE, unsigned(n_bytes), unsigned(e_bytes), tail)
    return element(SEQUENCE, RSA_KEY, bits(key))


class TestCertificate(unittest.TestCase):
    def setUp(self):
        self.maker = CertMaker()

    def _read(self):
        return Certificate(self.maker.der())

    def _why(self):
        with self.assertRaises(CertError) as caught:
            self._read()
        return caught.exception.why

    def test_reads_every_part(self):
        self.maker.extensions = [
            basic_constraints(False),
            key_usage(KU_DIGITAL_SIGNATURE),
            extended_usage(CLIENT_AUTH),
        ]

        found = self._read()

        self.assertEqual(found.serial, b"\x0a\x1b")
        self.assertEqual(found.issuer, name(b"Root"))
        self.assertEqual(found.subject, name(b"CP001"))
        self.assertEqual(found.common_name, b"CP001")
        self.assertEqual(found.organization, b"Lab")
        self.assertEqual(found.not_before_s, 0)
        self.assertEqual(found.not_after_s, wall_from_date(2044, 1, 1))
        self.assertFalse(found.is_ca)
        self.assertEqual(found.path_length, -1)
        self.assertEqual(found.key_usage, KU_DIGITAL_SIGNATURE)
        self.assertEqual(found.extended_usage, EKU_CLIENT_AUTH)
        self.assertIsInstance(found.public_key, P256Key)
        self.assertEqual(found.key_bits, LabKey(1).bits)
        self.assertEqual(found.scheme, SCHEME_ECDSA)
        self.assertEqual(found.der[found.tbs_start : found.tbs_end], self.maker.tbs())
        self.assertFalse(found.is_self_issued())

    def test_reads_a_ca_with_its_path_length(self):
        found = Certificate(CertMaker(b"Root", b"Root").as_ca(2).der())

        self.assertTrue(found.is_ca)
        self.assertTrue(found.extensions.is_ca_critical)
        self.assertEqual(found.path_length, 2)
        self.assertEqual(found.key_usage & KU_KEY_CERT_SIGN, KU_KEY_CERT_SIGN)
        self.assertTrue(found.is_self_issued())

    def test_reads_extended_usages(self):
        for oids, expected in (
            ((SERVER_AUTH,), EKU_SERVER_AUTH),
            ((CODE_SIGNING, CLIENT_AUTH), EKU_CODE_SIGNING | EKU_CLIENT_AUTH),
            ((ANY_USAGE,), EKU_ANY),
            ((b"\x2b\x06\x01\x05\x05\x07\x03\x09",), EKU_OTHER),
        ):
            with self.subTest(expected=expected):
                self.maker.extensions = [extended_usage(*oids)]
                self.assertEqual(self._read().extended_usage, expected)

    def test_takes_the_last_of_several_common_names(self):
        self.maker.subject = element(SEQUENCE, name(b"A")[2:], name(b"B")[2:])

        self.assertEqual(self._read().common_name, b"B")

    def test_reads_rsa_keys_from_2048_to_4096_bits(self):
        for byte_count in (256, 384, 512):
            with self.subTest(byte_count=byte_count):
                self.maker.key = rsa_info(b"\xc1" * byte_count)
                found = self._read()
                self.assertIsInstance(found.public_key, RsaKey)
                self.assertEqual(found.public_key.bits, byte_count * 8)

    def test_refuses_weak_rsa_keys(self):
        """W5, A00.FR.501."""
        for n_bytes, e_bytes, why in (
            (b"\xc1" * 128, b"\x01\x00\x01", WHY_WEAK_KEY),
            (b"\x7f" + b"\xc1" * 255, b"\x01\x00\x01", WHY_WEAK_KEY),  # 2047 bits
            (b"\xc1" * 513, b"\x01\x00\x01", WHY_ALGORITHM),
            (b"\xc1" * 256, b"\x03", WHY_ALGORITHM),
            (b"\xc1" * 256, b"\x01", WHY_ALGORITHM),
            (b"\xc1" * 256, b"\x01\x00\x00\x00\x01", WHY_ALGORITHM),
            (b"\xc1" * 255 + b"\xc0", b"\x01\x00\x01", WHY_SYNTAX),  # even
            (b"", b"\x01\x00\x01", WHY_SYNTAX),  # zero
        ):
            with self.subTest(n=len(n_bytes), e=e_bytes):
                self.maker.key = rsa_info(n_bytes, e_bytes)
                self.assertEqual(self._why(), why)
        self.maker.key = rsa_info(b"\xc1" * 256, tail=b"\x05\x00")
        self.assertEqual(self._why(), WHY_SYNTAX)

    def test_reads_stronger_curves_without_a_key_and_refuses_weaker_ones(self):
        """W5, A00.FR.502."""
        for curve, why in (
            (b"\x2b\x81\x04\x00\x22", 0),  # P-384
            (b"\x2b\x81\x04\x00\x23", 0),  # P-521
            (b"\x2a\x86\x48\xce\x3d\x03\x01\x01", WHY_WEAK_KEY),  # P-192
            (b"\x2b\x81\x04\x00\x0a", WHY_ALGORITHM),  # secp256k1
        ):
            with self.subTest(curve=curve):
                algorithm = element(SEQUENCE, EC_KEY, element(OID, curve))
                self.maker.key = element(SEQUENCE, algorithm, bits(b"\x04" + bytes(96)))
                if why:
                    self.assertEqual(self._why(), why)
                else:
                    self.assertIsNone(self._read().public_key)

    def test_refuses_curves_that_are_described_and_keys_of_other_kinds(self):
        own_curve = element(SEQUENCE, EC_KEY, element(SEQUENCE, unsigned(b"\x01")))
        self.maker.key = element(SEQUENCE, own_curve, bits(LabKey(1).bits))
        self.assertEqual(self._why(), WHY_ALGORITHM)
        ed25519 = element(SEQUENCE, element(OID, b"\x2b\x65\x70"))
        self.maker.key = element(SEQUENCE, ed25519, bits(bytes(32)))
        self.assertEqual(self._why(), WHY_ALGORITHM)

    def test_refuses_points_that_are_none(self):
        good = LabKey(2).bits
        for point, why in (
            (good[:-1] + bytes((good[-1] ^ 1,)), WHY_SYNTAX),  # not on the curve
            (b"\x00", WHY_SYNTAX),  # infinity
            (b"\x04" + bytes(64), WHY_SYNTAX),
            (b"\x04" + b"\xff" * 64, WHY_SYNTAX),  # not in the field
            (good[:-1], WHY_SYNTAX),
            (good + b"\x00", WHY_SYNTAX),
            (b"", WHY_SYNTAX),
            (b"\x02" + good[1:33], WHY_ALGORITHM),  # compressed
            (b"\x06" + good[1:], WHY_SYNTAX),  # hybrid
        ):
            with self.subTest(point=point):
                self.maker.key = element(SEQUENCE, ON_P256, bits(point))
                self.assertEqual(self._why(), why)

    def test_knows_how_it_is_signed(self):
        self.maker.signature = bytes(256)
        for algorithm, scheme in (
            (SHA256_RSA, SCHEME_PKCS1),
            (SHA256_ECDSA, SCHEME_ECDSA),
            (SHA1_RSA, SCHEME_OTHER),
            (SHA384_ECDSA, SCHEME_OTHER),
        ):
            with self.subTest(scheme=scheme):
                self.maker.algorithm = algorithm
                self.assertEqual(self._read().scheme, scheme)

    def test_refuses_two_different_algorithms(self):
        self.maker.outer_algorithm = SHA384_ECDSA

        self.assertEqual(self._why(), WHY_SYNTAX)

    def test_refuses_parameters_that_do_not_belong_to_the_algorithm(self):
        self.maker.algorithm = element(SEQUENCE, SHA256_ECDSA[2:], b"\x05\x00")

        self.assertEqual(self._why(), WHY_SYNTAX)

    def test_reads_serial_numbers(self):
        """W9: without leading zeros."""
        for der, serial, text in (
            (unsigned(b"\x01"), b"\x01", b"1"),
            (unsigned(b"\x00\x9a"), b"\x9a", b"9a"),
            (unsigned(b"\x00"), b"\x00", b"0"),
            (unsigned(b"\xff" * 20), b"\xff" * 20, b"ff" * 20),
        ):
            with self.subTest(serial=serial):
                self.maker.serial = der
                found = self._read()
                self.assertEqual(found.serial, serial)
                self.assertEqual(hash_data(found)[2], text)

    def test_refuses_serial_numbers_that_are_none(self):
        for der in (
            b"\x02\x00",
            b"\x02\x01\x80",  # negative
            b"\x02\x02\x00\x01",  # padded
            unsigned(b"\x01" * 21),
            b"",
        ):
            with self.subTest(der=der):
                self.maker.serial = der
                self.assertEqual(self._why(), WHY_SYNTAX)

    def test_reads_times(self):
        for tag, text, expected in (
            (UTC, b"491231235959Z", wall_from_date(2049, 12, 31) + 86399),
            (UTC, b"500101000000Z", TIME_MIN_S),  # 1950
            (UTC, b"991231235959Z", wall_from_date(2000, 1, 1) - 1),
            (UTC, b"240229120000Z", wall_from_date(2024, 2, 29) + 43200),
            (UTC, b"000229000000Z", wall_from_date(2000, 2, 29)),
            (UTC, b"900101000000Z", wall_from_date(1990, 1, 1)),
            (UTC, b"891231235959Z", TIME_MIN_S),
            (GENERAL, b"20500101000000Z", wall_from_date(2050, 1, 1)),
            (GENERAL, b"20571231235959Z", wall_from_date(2057, 12, 31) + 86399),
            (GENERAL, b"20580101000000Z", TIME_MAX_S),
            (GENERAL, b"99991231235959Z", TIME_MAX_S),
            (GENERAL, b"00000101000000Z", TIME_MIN_S),
        ):
            with self.subTest(text=text):
                self.maker.not_after = element(tag, text)
                self.assertEqual(self._read().not_after_s, expected)

    def test_refuses_times_that_are_none(self):
        for tag, text in (
            (UTC, b"2401010000Z"),  # without seconds
            (UTC, b"240101000000"),
            (UTC, b"240101000000+0100"),
            (UTC, b"241301000000Z"),
            (UTC, b"240001000000Z"),
            (UTC, b"240100000000Z"),
            (UTC, b"230229000000Z"),
            (UTC, b"240431000000Z"),
            (UTC, b"240101240000Z"),
            (UTC, b"240101006000Z"),
            (UTC, b"240101000060Z"),
            (UTC, b"24010100000aZ"),
            (UTC, b"24-101000000Z"),
            (UTC, b"20240101000000Z"),
            (GENERAL, b"240101000000Z"),
            (GENERAL, b"20240101000000.5Z"),
            (GENERAL, b"21000229000000Z"),  # 2100 is no leap year
            (GENERAL, b"202401010000Z"),
            (0x0C, b"240101000000Z"),
            (UTC, b""),
        ):
            with self.subTest(text=text):
                self.maker.not_before = element(tag, text)
                self.assertEqual(self._why(), WHY_SYNTAX)

    def test_reads_old_versions_as_far_as_they_go(self):
        self.maker.version = b""  # v1
        self.assertFalse(self._read().is_ca)
        self.maker.extensions = [basic_constraints(True)]
        self.assertEqual(self._why(), WHY_SYNTAX)
        for version in (b"\x02\x01\x00", b"\x02\x01\x03", b"\x02\x01\x02\x00", b""):
            self.maker.version = element(0xA0, version)
            self.assertEqual(self._why(), WHY_SYNTAX)

    def test_passes_over_extensions_that_allow_nothing(self):
        self.maker.extensions = [
            extension(14, b"\x04\x01a", False),
            extension(17, b"\x30\x00", True),
            extension(31, b"anything", False),
        ]

        self.assertEqual(self._read().key_usage, -1)

    def test_refuses_critical_extensions_that_it_does_not_know(self):
        for number in (30, 32, 36, 54, 99):  # name and policy constraints among them
            with self.subTest(number=number):
                self.maker.extensions = [extension(number, b"\x30\x00", True)]
                self.assertEqual(self._why(), WHY_EXTENSION)

    def test_refuses_an_extension_that_stands_twice(self):
        self.maker.extensions = [basic_constraints(False), basic_constraints(True)]

        self.assertEqual(self._why(), WHY_SYNTAX)

    def test_refuses_broken_extensions(self):
        for bad in (
            [extension(19, b"\x30\x03\x01\x01\x01")],  # BOOLEAN of 01
            [extension(19, b"\x30\x03\x02\x01\x00")],  # a path length without CA
            [extension(19, b"\x30\x00\x00")],
            [extension(19, b"\x30\x06\x01\x01\xff\x02\x01\xff")],  # negative
            [extension(15, b"\x03\x01\x07")],  # unused bits of no byte
            [extension(15, b"\x03\x02\x08\x80")],
            [extension(15, b"\x03\x02\x07\xc0")],  # an unused bit is set
            [extension(15, b"\x03\x00")],
            [extension(37, b"\x30\x00")],
            [extension(37, b"\x30\x02\x05\x00")],
            [extension(37, b"\x30\x03\x06\x01\x80")],
            [element(SEQUENCE, b"\x06\x03\x55\x1d\x0f", b"\x01\x01\x00", b"\x04\x00")],
            [element(SEQUENCE, element(OID, b"\x55\x1d\x13"), TRUE)],
            [basic_constraints(True) + b"\x00"],
        ):
            with self.subTest(bad=bad):
                self.maker.extensions = bad
                self.assertEqual(self._why(), WHY_SYNTAX)

    def test_refuses_an_empty_list_of_extensions(self):
        self.maker.tail = element(0xA3, element(SEQUENCE))

        self.assertEqual(self._why(), WHY_SYNTAX)

    def test_refuses_names_that_are_none(self):
        for bad in (
            element(SEQUENCE, element(0x31)),
            element(SEQUENCE, element(0x31, element(SEQUENCE, element(OID, b"\x55\x04\x03")))),
            element(SEQUENCE, b"\x05\x00"),
            name(b"CP001\x00.example"),
            name(b"\xff\xfe"),
            name(b"CP001").replace(b"\x0c\x05", b"\x04\x05"),  # an OCTET STRING
            name(b"CP001").replace(b"\x55\x04\x03", b"\x55\x80\x03"),
            name(b"CP001").replace(b"\x55\x04\x03", b"\x55\x04\x83"),
            b"\x30\x05\x31\x03\x30\x02\x06\x00",
            b"",
        ):
            with self.subTest(bad=bad):
                self.maker.subject = bad
                self.assertEqual(self._why(), WHY_SYNTAX)
                self.maker.subject, self.maker.issuer = name(b"A"), bad
                self.assertEqual(self._why(), WHY_SYNTAX)
                self.maker.issuer = name(b"A")

    def test_refuses_what_follows_anywhere(self):
        self.maker.tail = b"\x05\x00"
        self.assertEqual(self._why(), WHY_SYNTAX)
        self.maker.tail = b""
        good = self.maker.der()
        for bad in (good + b"\x00", good[:-1], b"", b"\x30\x00", good[4:]):
            with self.assertRaises(CertError) as caught:
                Certificate(bad)
            self.assertEqual(caught.exception.why, WHY_SYNTAX)

    def test_refuses_signatures_with_unused_bits(self):
        good = self.maker.der()
        at = good.rfind(b"\x03\x47\x00")
        if at < 0:
            at = good.rfind(b"\x03\x48\x00")
        self.assertTrue(at > 0 or b"\x03\x46\x00" in good)
        at = at if at > 0 else good.rfind(b"\x03\x46\x00")

        with self.assertRaises(CertError):
            Certificate(good[: at + 2] + b"\x01" + good[at + 3 :])

    def test_refuses_more_than_a_message_can_hold(self):
        self.maker.extensions = [extension(31, bytes(4000), False)]

        self.assertEqual(self._why(), WHY_TOO_LONG)

    def test_reads_bytes_of_every_kind(self):
        der = self.maker.der()

        self.assertEqual(Certificate(bytearray(der)).der, der)
        self.assertEqual(Certificate(memoryview(der)).der, der)


class TestHashData(unittest.TestCase):
    def test_hashes_issuer_name_and_issuer_key(self):
        """W9."""
        import hashlib
        from binascii import hexlify

        root = Certificate(CertMaker(b"Root", b"Root", LabKey(2), LabKey(2)).as_ca().der())
        leaf = Certificate(CertMaker(b"CP001", b"Root", LabKey(3), LabKey(2)).der())

        of_root = hash_data(root)
        of_leaf = hash_data(leaf, root)

        expected_name = hexlify(hashlib.sha256(name(b"Root")).digest())
        expected_key = hexlify(hashlib.sha256(LabKey(2).bits).digest())
        self.assertEqual(of_root, (expected_name, expected_key, b"a1b"))
        self.assertEqual(of_leaf, (expected_name, expected_key, b"a1b"))


class TestWhys(unittest.TestCase):
    def test_has_words_for_every_reason(self):
        texts = [text_of(why) for why in range(1, 20)]

        self.assertEqual(len(set(texts)), 19)
        for why in (0, -1, 20, 10_000):
            self.assertEqual(text_of(why), b"unknown")
