"""SignatureCheck with RSA: what is no signature of RFC 8017 is none here, however close."""

import hashlib
import unittest

from chargecore.security.schemes import SCHEME_ECDSA, SCHEME_PKCS1, SCHEME_PSS
from chargecore.security.verifier import SignatureCheck
from fakes.rsa_lab import DIGEST_INFO, LabRsaKey
from fakes.step_through import run_steps

DIGEST = hashlib.sha256(b"an image").digest()
KEY = LabRsaKey()
# DigestInfo of SHA-1, and of SHA-256 without its NULL
SHA1_INFO = b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"
NO_NULL_INFO = b"\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20"


def verdict(signature, key=KEY, digest=DIGEST, scheme=None, salt_len=-1):
    return run_steps(SignatureCheck(key.public_key, digest, signature, scheme, salt_len))


class TestPkcs1(unittest.TestCase):
    def test_takes_a_good_signature(self):
        signature = KEY.sign(DIGEST)

        self.assertEqual(verdict(signature), 1)
        self.assertEqual(verdict(signature, scheme=SCHEME_PKCS1), 1)

    def test_takes_a_key_with_a_bit_more_than_whole_bytes(self):
        key = LabRsaKey(2049)

        self.assertEqual(verdict(key.sign(DIGEST), key), 1)
        self.assertEqual(verdict(key.sign_pss(DIGEST), key), 1)

    def test_refuses_another_digest_key_or_scheme(self):
        signature = KEY.sign(DIGEST)

        self.assertEqual(verdict(signature, digest=hashlib.sha256(b"another").digest()), -1)
        self.assertEqual(verdict(LabRsaKey(2049).sign(DIGEST)), -1)
        self.assertEqual(verdict(signature, scheme=SCHEME_PSS), -1)
        self.assertEqual(verdict(signature, scheme=SCHEME_ECDSA), -1)

    def test_refuses_signatures_of_another_length(self):
        signature = KEY.sign(DIGEST)

        for bad in (b"", signature[:-1], signature + b"\x00", b"\x00" + signature, signature[1:]):
            with self.subTest(length=len(bad)):
                self.assertEqual(verdict(bad), -1)

    def test_refuses_numbers_outside_the_modulus(self):
        number = int.from_bytes(KEY.sign(DIGEST), "big")
        beyond = number + KEY.n

        self.assertEqual(verdict(bytes(256)), -1)
        self.assertEqual(verdict(KEY.n.to_bytes(256, "big")), -1)
        self.assertEqual(verdict(b"\xff" * 256), -1)
        self.assertEqual(verdict(beyond.to_bytes(257, "big")), -1)

    def test_refuses_every_padding_but_the_full_one(self):
        tail = DIGEST_INFO + DIGEST
        good = KEY.pkcs1(tail)
        for text, encoded in (
            ("block type 0", b"\x00\x00" + good[2:]),
            ("block type 2", b"\x00\x02" + good[2:]),
            ("first byte", b"\x01" + good[1:]),
            ("a hole in the padding", good[:100] + b"\x00" + good[101:]),
            ("no zero behind it", good[: -len(tail) - 1] + b"\xff" + tail),
            ("SHA-1 named", KEY.pkcs1(SHA1_INFO + DIGEST[:20])),
            ("NULL left out", KEY.pkcs1(NO_NULL_INFO + DIGEST)),
            ("digest alone", KEY.pkcs1(DIGEST)),
            ("long length", KEY.pkcs1(b"\x30\x81" + tail[1:])),
            # Garbage behind a digest that stands at the front: Bleichenbacher 2006
            ("short padding", b"\x00\x01" + b"\xff" * 8 + b"\x00" + tail + bytes(194)),
            ("garbage inside", KEY.pkcs1(tail[:-32] + b"\x00" + DIGEST)),
            ("all zeros", bytes(255) + b"\x02"),
        ):
            with self.subTest(text=text):
                self.assertEqual(len(encoded), 256)
                self.assertEqual(verdict(KEY.power(encoded)), -1)

    def test_refuses_each_changed_bit(self):
        signature = KEY.sign(DIGEST)

        for at in range(0, 256, 17):
            bad = bytearray(signature)
            bad[at] ^= 1 << at % 8
            self.assertEqual(verdict(bad), -1)

    def test_refuses_digests_that_are_none(self):
        for digest in (b"", DIGEST[:20], DIGEST + b"\x00"):
            self.assertEqual(verdict(KEY.sign(DIGEST), digest=digest), -1)

    def test_keeps_its_verdict(self):
        for signature, expected in ((KEY.sign(DIGEST), 1), (bytes(256), -1)):
            check = SignatureCheck(KEY.public_key, DIGEST, signature)
            run_steps(check)
            self.assertEqual(check.step(), expected)

    def test_multiplies_once_a_step(self):
        check = SignatureCheck(KEY.public_key, DIGEST, KEY.sign(DIGEST))

        results = [check.step() for _ in range(18)]

        self.assertEqual(results, [0] * 17 + [1])


class TestPss(unittest.TestCase):
    def test_takes_salts_of_every_length(self):
        for count in (0, 1, 20, 32, 64, 222):
            with self.subTest(count=count):
                signature = KEY.sign_pss(DIGEST, bytes(range(count)))

                self.assertEqual(verdict(signature), 1)
                self.assertEqual(verdict(signature, scheme=SCHEME_PSS), 1)
                self.assertEqual(verdict(signature, scheme=SCHEME_PSS, salt_len=count), 1)
                self.assertEqual(verdict(signature, scheme=SCHEME_PSS, salt_len=count + 1), -1)
                self.assertEqual(verdict(signature, scheme=SCHEME_PKCS1), -1)

    def test_takes_the_longest_salt_of_a_key_with_a_bit_more(self):
        key = LabRsaKey(2049)

        self.assertEqual(verdict(key.sign_pss(DIGEST, bytes(222)), key), 1)

    def test_refuses_another_digest(self):
        signature = KEY.sign_pss(DIGEST)

        self.assertEqual(verdict(signature, digest=hashlib.sha256(b"another").digest()), -1)

    def test_refuses_every_other_encoding(self):
        for text, encoded in (
            ("MGF1 with SHA-1", KEY.pss(DIGEST, mgf_hash=hashlib.sha1)),
            ("trailer", KEY.pss(DIGEST, trailer=0xCC)),
            ("no one before the salt", KEY.pss(DIGEST, one=0)),
            ("two before the salt", KEY.pss(DIGEST, one=2)),
            ("zero salt without its one", KEY.pss(DIGEST, salt=bytes(32), one=0)),
        ):
            with self.subTest(text=text):
                self.assertEqual(verdict(KEY.power(encoded), scheme=SCHEME_PSS), -1)

    def test_refuses_a_bit_above_the_counted_ones(self):
        tried = 0
        for i in range(20):
            encoded = KEY.pss(DIGEST, salt=bytes((i,)), top=0x80)
            if int.from_bytes(encoded, "big") < KEY.n:
                tried += 1
                self.assertEqual(verdict(KEY.power(encoded)), -1)
        self.assertTrue(tried > 0)
        key = LabRsaKey(2049)
        self.assertEqual(verdict(key.power(b"\x01" + key.pss(DIGEST)[1:]), key), -1)

    def test_refuses_padding_that_is_not_zero(self):
        longer = bytes(10) + b"\x05" + bytes(20)
        encoded = KEY.pss(DIGEST, salt=longer, one=0)  # 05 stands where the one is looked for

        self.assertEqual(verdict(KEY.power(encoded), scheme=SCHEME_PSS), -1)


class TestSignatureCheck(unittest.TestCase):
    def test_refuses_what_is_no_key(self):
        for key in (None, 5, b"key"):
            self.assertEqual(run_steps(SignatureCheck(key, DIGEST, KEY.sign(DIGEST))), -1)
