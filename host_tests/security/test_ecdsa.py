"""SignatureCheck with P-256: r, s and their encoding have one form each."""

import hashlib
import unittest

from chargecore.security import p256
from chargecore.security.der_write import element, unsigned
from chargecore.security.p256_key import P256Key
from chargecore.security.schemes import SCHEME_ECDSA, SCHEME_PKCS1
from chargecore.security.verifier import SignatureCheck
from fakes.cert_maker import SEQUENCE, LabKey
from fakes.step_through import run_steps

DIGEST = hashlib.sha256(b"an image").digest()
KEY = LabKey(7)
PUBLIC = P256Key(KEY.bits)
# RFC 6979 A.2.5, SHA-256, "sample"
RFC_KEY = P256Key(
    bytes.fromhex(
        "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
    )
)
RFC_SIGNATURE = bytes.fromhex(
    "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
)


def verdict(signature, key=PUBLIC, digest=DIGEST, scheme=None):
    return run_steps(SignatureCheck(key, digest, signature, scheme))


def numbers(signature):
    """Return (r, s) of a good signature."""
    r_len = signature[3]
    r = int.from_bytes(signature[4 : 4 + r_len], "big")
    return r, int.from_bytes(signature[6 + r_len :], "big")


def number_der(number):
    return unsigned(number.to_bytes(33, "big"))


def encoded(r, s):
    return element(SEQUENCE, number_der(r), number_der(s))


class TestEcdsa(unittest.TestCase):
    def test_takes_good_signatures(self):
        self.assertEqual(verdict(KEY.sign(DIGEST)), 1)
        self.assertEqual(verdict(KEY.sign(DIGEST), scheme=SCHEME_ECDSA), 1)
        digest = hashlib.sha256(b"sample").digest()
        self.assertEqual(verdict(RFC_SIGNATURE, RFC_KEY, digest), 1)

    def test_takes_the_mirrored_s(self):
        r, s = numbers(KEY.sign(DIGEST))  # as FIPS 186-4 does; nothing here needs one form

        self.assertEqual(verdict(encoded(r, p256.N - s)), 1)

    def test_refuses_another_digest_key_or_scheme(self):
        self.assertEqual(verdict(KEY.sign(DIGEST), digest=hashlib.sha256(b"x").digest()), -1)
        self.assertEqual(verdict(KEY.sign(DIGEST), key=RFC_KEY), -1)
        self.assertEqual(verdict(KEY.sign(DIGEST), scheme=SCHEME_PKCS1), -1)
        for digest in (b"", DIGEST[:31], DIGEST + b"\x00"):
            self.assertEqual(verdict(KEY.sign(DIGEST), digest=digest), -1)

    def test_refuses_numbers_outside_1_to_n(self):
        r, s = numbers(KEY.sign(DIGEST))
        n = p256.N
        for bad in ((0, s), (r, 0), (0, 0), (n, s), (r, n), (r + n, s), (r, s + n), (1, 1)):
            with self.subTest(bad=bad):
                self.assertEqual(verdict(encoded(*bad)), -1)
        self.assertEqual(verdict(encoded(r, s)), 1)

    def test_refuses_numbers_that_would_fit_the_digest_zero(self):
        for bad in ((1, 1), (1, p256.N - 1), (p256.GX % p256.N, 1)):
            self.assertEqual(verdict(encoded(*bad), digest=bytes(32)), -1)

    def test_refuses_every_other_encoding(self):
        good = KEY.sign(DIGEST)
        r, s = numbers(good)
        r_der, s_der = number_der(r), number_der(s)
        padded = element(0x02, b"\x00\x00" + r_der[2:])
        for text, bad in (
            ("nothing", b""),
            ("truncated", good[:-1]),
            ("trailing byte", good + b"\x00"),
            ("byte inside", element(SEQUENCE, r_der, s_der, b"\x00")),
            ("third number", element(SEQUENCE, r_der, s_der, s_der)),
            ("one number", element(SEQUENCE, r_der)),
            ("padded r", element(SEQUENCE, padded, s_der)),
            ("long length", b"\x30\x81" + good[1:]),
            ("indefinite length", b"\x30\x80" + r_der + s_der + b"\x00\x00"),
            ("SET", b"\x31" + good[1:]),
            ("OCTET STRING", element(SEQUENCE, b"\x04" + r_der[1:], s_der)),
            ("raw numbers", r.to_bytes(32, "big") + s.to_bytes(32, "big")),
            ("negative s", element(SEQUENCE, r_der, b"\x02\x01\xff")),
            ("empty s", element(SEQUENCE, r_der, b"\x02\x00")),
            ("swapped", encoded(s, r)),
        ):
            with self.subTest(text=text):
                self.assertEqual(verdict(bad), -1)

    def test_meets_the_same_point_and_the_opposite_one(self):
        base = P256Key(LabKey(1).bits)
        opposite = P256Key(base.bits[:33] + (p256.P - p256.GY).to_bytes(32, "big"))

        self.assertEqual(verdict(LabKey(1).sign(DIGEST), base), 1)
        self.assertEqual(verdict(LabKey(1).sign(DIGEST), opposite), -1)

    def test_keeps_its_verdict(self):
        for signature, expected in ((KEY.sign(DIGEST), 1), (KEY.sign(bytes(32)), -1)):
            check = SignatureCheck(PUBLIC, DIGEST, signature)
            self.assertEqual(run_steps(check), expected)
            self.assertEqual(check.step(), expected)


class TestPoints(unittest.TestCase):
    def test_adds_every_pair_of_points(self):
        base = (p256.GX, p256.GY, 1)
        two = p256.double(base)
        opposite = (p256.GX, p256.P - p256.GY, 1)

        self.assertEqual(p256.add(base, base), two)
        self.assertIsNone(p256.add(base, opposite))
        self.assertEqual(p256.add(None, base), base)
        self.assertEqual(p256.add(base, None), base)
        self.assertIsNone(p256.double(None))
        self.assertTrue(p256.is_jacobian_on_curve(p256.add(two, base)))

    def test_comes_back_to_infinity_behind_the_last_point(self):
        point = None
        for i in range(255, -1, -1):
            point = p256.double(point)
            if p256.N >> i & 1:
                point = p256.add(point, (p256.GX, p256.GY, 1))

        self.assertIsNone(point)
