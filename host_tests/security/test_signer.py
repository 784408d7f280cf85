"""Signer, KeyMaker, CsrMaker: known answers, and no key from numbers that are not random."""

import hashlib
import unittest

from chargecore.security import p256, pem
from chargecore.security.base_point import BasePoint
from chargecore.security.cert_error import CertError
from chargecore.security.csr import CsrMaker
from chargecore.security.der import TAG_SEQUENCE, DerReader
from chargecore.security.key_maker import KeyMaker, sec1_der
from chargecore.security.nonce import Nonces, hmac_sha256
from chargecore.security.p256_key import P256Key
from chargecore.security.signer import Signer
from chargecore.security.verifier import SignatureCheck
from chargecore.security.whys import WHY_NAME, WHY_RANDOM, WHY_SIGNATURE, WHY_SYNTAX
from fakes.cert_maker import LabKey, name
from fakes.step_through import run_steps

# RFC 6979 A.2.5
PRIVATE = bytes.fromhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")
PUBLIC = P256Key(
    bytes.fromhex(
        "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
    )
)
# message, nonce, r, s
ANSWERS = (
    (
        b"sample",
        "a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60",
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    ),
    (
        b"test",
        "d16b6ae827f17175e040871a1c7ec3500192c4c92677336ec2537acaee0008e0",
        "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
        "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
    ),
)


class Dice:
    """random_bytes that gives what a test wants, one text after the other."""

    def __init__(self, *texts):
        self._texts = list(texts)
        self.asked = []

    def random_bytes(self, count):
        self.asked.append(count)
        return self._texts.pop(0)


class TestSigner(unittest.TestCase):
    def test_gives_the_answers_of_rfc_6979(self):
        for message, _, r, s in ANSWERS:
            with self.subTest(message=message):
                digest = hashlib.sha256(message).digest()
                signer = Signer(PRIVATE, PUBLIC)
                signer.begin(digest)

                run_steps(signer)

                found = signer.signature
                self.assertTrue(
                    bytes.fromhex(r) in found and bytes.fromhex(s).lstrip(b"\0") in found
                )
                self.assertEqual(run_steps(SignatureCheck(PUBLIC, digest, found)), 1)

    def test_draws_the_nonces_of_rfc_6979(self):
        for message, nonce, _, _ in ANSWERS:
            nonces = Nonces(PRIVATE, hashlib.sha256(message).digest())

            first, second = nonces.next(), nonces.next()

            self.assertEqual(first, int(nonce, 16))
            self.assertTrue(0 < second < p256.N and second != first)

    def test_has_no_signature_before_its_end_and_forgets_the_one_before(self):
        signer = Signer(PRIVATE, PUBLIC)
        signer.begin(bytes(32))
        self.assertEqual(signer.signature, b"")
        run_steps(signer)
        first = signer.signature
        self.assertEqual(signer.step(), 1)

        signer.begin(b"\x01" * 32)

        self.assertEqual(signer.signature, b"")
        run_steps(signer)
        self.assertFalse(signer.signature == first)

    def test_refuses_keys_and_digests_that_are_none(self):
        for private in (b"", bytes(32), p256.N.to_bytes(32, "big"), b"\xff" * 32, PRIVATE + b"\0"):
            with self.assertRaises(CertError) as caught:
                Signer(private, PUBLIC)
            self.assertEqual(caught.exception.why, WHY_SYNTAX)
        for digest in (b"", bytes(31), bytes(33)):
            with self.assertRaises(CertError) as caught:
                Signer(PRIVATE, PUBLIC).begin(digest)
            self.assertEqual(caught.exception.why, WHY_SYNTAX)

    def test_takes_the_same_steps_for_every_key_and_digest(self):
        counts = set()
        for private in (1, 2, 3, p256.N - 1, p256.N - 2, int.from_bytes(PRIVATE, "big")):
            for digest in (bytes(32), b"\xff" * 32, hashlib.sha256(b"x").digest()):
                signer = Signer(private.to_bytes(32, "big"), PUBLIC)
                signer.begin(digest)
                count = 1
                while not signer.step():
                    count += 1
                counts.add(count)

        self.assertEqual(len(counts), 1)

    def test_gives_no_signature_when_arithmetic_fails(self):
        signer = Signer(PRIVATE, PUBLIC)
        signer.begin(bytes(32))
        for _ in range(40):
            signer.step()
        x, y, z = signer._point._point
        signer._point._point = (x ^ 1, y, z)  # a bit of memory tips over

        with self.assertRaises(CertError) as caught:
            run_steps(signer)

        self.assertEqual(caught.exception.why, WHY_SIGNATURE)
        self.assertEqual(signer.signature, b"")


class TestHmac(unittest.TestCase):
    def test_gives_the_answers_of_rfc_4231(self):
        for key, message, expected in (
            (
                b"\x0b" * 20,
                b"Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
        ):
            self.assertEqual(hmac_sha256(key, message), bytes.fromhex(expected))


class TestBasePoint(unittest.TestCase):
    def test_multiplies_numbers_small_and_large(self):
        blind = int.from_bytes(hashlib.sha256(b"blind").digest(), "big")
        for number in (1, 2, 3, 5, 15, 16, 17, 31, 32, 33):
            key = LabKey(number)
            for value, y_of in ((number, lambda y: y), (p256.N - number, lambda y: p256.P - y)):
                with self.subTest(number=number):
                    point = BasePoint(value, blind)
                    run_steps(point)
                    x, y = (
                        int.from_bytes(key.bits[1:33], "big"),
                        int.from_bytes(key.bits[33:], "big"),
                    )
                    self.assertEqual((point.x, point.y), (x, y_of(y)))

    def test_gives_the_same_point_whatever_blinds_it(self):
        for blind in (1, 2, p256.P - 1, 1 << 255):
            point = BasePoint(int.from_bytes(PRIVATE, "big"), blind)
            run_steps(point)
            self.assertEqual(point.x.to_bytes(32, "big"), PUBLIC.bits[1:33])
            self.assertEqual(point.y.to_bytes(32, "big"), PUBLIC.bits[33:])


class TestKeyMaker(unittest.TestCase):
    def test_makes_the_key_of_the_numbers_it_draws(self):
        dice = Dice(PRIVATE, hashlib.sha256(b"blind").digest())
        maker = KeyMaker(dice.random_bytes)

        run_steps(maker)

        self.assertEqual(maker.private, PRIVATE)
        self.assertEqual(maker.public_key.bits, PUBLIC.bits)
        self.assertEqual(dice.asked, [32, 32])
        self.assertEqual(maker.step(), 1)

    def test_draws_again_when_the_number_is_no_key(self):
        beyond = (p256.N + 5).to_bytes(32, "big")
        dice = Dice(beyond, PRIVATE, hashlib.sha256(b"blind").digest())
        maker = KeyMaker(dice.random_bytes)

        run_steps(maker)

        self.assertEqual(maker.private, PRIVATE)

    def test_makes_no_key_from_a_source_that_is_stuck(self):
        beyond = (p256.N + 5).to_bytes(32, "big")
        for texts in (
            (bytes(32),),
            (b"\xff" * 32,),
            (b"\xaa" * 32,),
            (b"short",),
            (beyond, beyond),
        ):
            with self.subTest(texts=texts):
                maker = KeyMaker(Dice(*texts).random_bytes)
                with self.assertRaises(CertError) as caught:
                    run_steps(maker)
                self.assertEqual(caught.exception.why, WHY_RANDOM)
                self.assertIsNone(maker.public_key)

    def test_writes_the_key_as_tls_takes_it(self):
        der = sec1_der(PRIVATE, PUBLIC)

        outer = DerReader(der, 0, len(der))
        reader = outer.open(TAG_SEQUENCE)
        outer.finish()
        self.assertEqual(reader.take_small(), 1)
        self.assertEqual(reader.take(0x04), PRIVATE)
        self.assertEqual(reader.take(0xA0), bytes.fromhex("06082a8648ce3d030107"))
        self.assertEqual(reader.open(0xA1).take_bits(), PUBLIC.bits)
        reader.finish()


class TestCsrMaker(unittest.TestCase):
    def _der(self, organization=b"Lab", common_name=b"CP001"):
        maker = CsrMaker(Signer(PRIVATE, PUBLIC), organization, common_name)
        run_steps(maker)
        self.assertEqual(maker.step(), 1)
        return pem.blocks(maker.pem, b"CERTIFICATE REQUEST")[0]

    def test_asks_for_both_names_with_the_new_key(self):
        """W6: O is CpoName, CN the serial number."""
        reader = DerReader(self._der(), 0, len(self._der())).open(TAG_SEQUENCE)

        info = reader.open(TAG_SEQUENCE)
        self.assertEqual(info.take_small(), 0)
        self.assertEqual(info.take_whole(TAG_SEQUENCE), name(b"CP001"))
        self.assertTrue(PUBLIC.bits in info.take(TAG_SEQUENCE))
        self.assertEqual(info.take(0xA0), b"")
        info.finish()

    def test_signs_what_it_asks_for(self):
        der = self._der()
        reader = DerReader(der, 0, len(der)).open(TAG_SEQUENCE)

        digest = hashlib.sha256(reader.take_whole(TAG_SEQUENCE)).digest()
        reader.skip(TAG_SEQUENCE)
        signature = reader.take_bits()
        reader.finish()

        self.assertEqual(run_steps(SignatureCheck(PUBLIC, digest, signature)), 1)

    def test_refuses_names_that_no_certificate_can_have(self):
        signer = Signer(PRIVATE, PUBLIC)
        for organization, common_name in (
            (b"", b"CP001"),
            (b"Lab", b""),
            (b"L" * 65, b"CP001"),
            (b"Lab", b"C" * 65),
            (b"\xff\xfe", b"CP001"),
        ):
            with self.assertRaises(CertError) as caught:
                CsrMaker(signer, organization, common_name)
            self.assertEqual(caught.exception.why, WHY_NAME)

    def test_counts_characters_not_bytes(self):
        self._der(b"\xc3\xbc" * 64, b"C" * 64)
