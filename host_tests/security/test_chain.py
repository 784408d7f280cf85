"""ChainCheck: every rule of RFC 5280 §6.1 that is kept, broken once."""

import unittest

from chargecore.base.calendar import wall_from_date
from chargecore.security.cert_error import CertError
from chargecore.security.chain import CA, CLIENT_AUTH, CODE_SIGNING, ChainCheck
from chargecore.security.der_write import element, unsigned
from chargecore.security.extensions import KU_DIGITAL_SIGNATURE
from chargecore.security.whys import (
    WHY_ALGORITHM,
    WHY_EXPIRED,
    WHY_ISSUER,
    WHY_KEY_USAGE,
    WHY_NO_SERIAL,
    WHY_NO_TIME,
    WHY_NOT_CA,
    WHY_NOT_YET_VALID,
    WHY_PATH_LENGTH,
    WHY_PURPOSE,
    WHY_SELF_SIGNED,
    WHY_SIGNATURE,
    WHY_SYNTAX,
    WHY_TOO_LONG,
)
from chargecore.security.x509 import Certificate
from fakes.cert_maker import (
    ANY_USAGE,
    SHA384_ECDSA,
    UTC,
    CertMaker,
    LabKey,
    basic_constraints,
    extended_usage,
    key_usage,
)
from fakes.cert_maker import (
    CLIENT_AUTH as EKU_CLIENT,
)
from fakes.cert_maker import (
    CODE_SIGNING as EKU_CODE,
)
from fakes.cert_maker import (
    SERVER_AUTH as EKU_SERVER,
)
from fakes.rsa_lab import LabRsaKey
from fakes.step_through import run_steps

NOW_S = wall_from_date(2026, 6, 1)
ROOT_KEY, SUB_KEY, LEAF_KEY, OTHER_KEY = LabKey(2), LabKey(3), LabKey(4), LabKey(5)
EARLY, LATE = element(UTC, b"250101000000Z"), element(UTC, b"270101000000Z")


class TestChainCheck(unittest.TestCase):
    def setUp(self):
        self.root = CertMaker(b"Root", b"Root", ROOT_KEY, ROOT_KEY).as_ca()
        self.sub = CertMaker(b"Sub", b"Root", SUB_KEY, ROOT_KEY).as_ca()
        self.leaf = CertMaker(b"CP001", b"Sub", LEAF_KEY, SUB_KEY)
        self.leaf.extensions = [key_usage(KU_DIGITAL_SIGNATURE)]
        self.now_s = NOW_S
        self.purpose = CLIENT_AUTH
        self.chain = [self.leaf, self.sub]
        self.roots = [self.root]

    def _run(self):
        chain = [Certificate(one.der()) for one in self.chain]
        roots = [Certificate(one.der()) for one in self.roots]
        return run_steps(ChainCheck(chain, roots, self.now_s, self.purpose))

    def _why(self):
        with self.assertRaises(CertError) as caught:
            self._run()
        return caught.exception.why

    def test_takes_a_good_chain_with_its_root_and_without(self):
        self.assertEqual(self._run(), 1)
        self.chain = [self.leaf, self.sub, self.root]
        self.assertEqual(self._run(), 1)

    def test_takes_a_leaf_right_under_the_root_and_itself_installed(self):
        self.leaf = CertMaker(b"CP001", b"Root", LEAF_KEY, ROOT_KEY)
        self.chain = [self.leaf]
        self.assertEqual(self._run(), 1)
        self.purpose = CA
        self.chain = [self.root]
        self.assertEqual(self._run(), 1)

    def test_takes_a_root_of_rsa_above_keys_of_p256(self):
        rsa = LabRsaKey()
        self.root = CertMaker(b"Root", b"Root", rsa, rsa).as_ca()
        self.sub = CertMaker(b"Sub", b"Root", SUB_KEY, rsa).as_ca()
        self.chain, self.roots = [self.leaf, self.sub], [self.root]
        self.assertEqual(self._run(), 1)
        self.sub.signature = rsa.sign(bytes(32))
        self.assertEqual(self._why(), WHY_SIGNATURE)

    def test_tries_every_root_with_the_name(self):
        other = CertMaker(b"Root", b"Root", OTHER_KEY, OTHER_KEY).as_ca()
        old = CertMaker(b"Root", b"Root", ROOT_KEY, ROOT_KEY).as_ca()
        old.not_after = EARLY
        self.roots = [other, self.root, old, other]
        self.assertEqual(self._run(), 1)
        self.roots = [other, other]
        self.assertEqual(self._why(), WHY_SIGNATURE)

    def test_takes_a_new_root_that_the_old_one_has_signed(self):
        self.purpose = CA
        self.chain = [CertMaker(b"New root", b"Root", OTHER_KEY, ROOT_KEY).as_ca()]
        self.assertEqual(self._run(), 1)
        self.chain = [CertMaker(b"Root", b"Root", OTHER_KEY, ROOT_KEY).as_ca()]  # same name
        self.assertEqual(self._run(), 1)
        self.chain = [CertMaker(b"New root", b"New root", OTHER_KEY, OTHER_KEY).as_ca()]
        self.assertEqual(self._why(), WHY_SELF_SIGNED)

    def test_refuses_a_signature_by_another_key_under_the_right_name(self):
        self.leaf.by = OTHER_KEY
        self.assertEqual(self._why(), WHY_SIGNATURE)

    def test_refuses_the_right_key_under_another_name(self):
        self.leaf.issuer = CertMaker(b"x", b"Elsewhere").issuer
        self.assertEqual(self._why(), WHY_ISSUER)

    def test_refuses_a_changed_byte_in_what_is_signed(self):
        self.leaf.signature = SUB_KEY.sign(bytes(32))
        self.assertEqual(self._why(), WHY_SIGNATURE)

    def test_refuses_a_chain_that_leads_nowhere(self):
        self.chain = [self.leaf]
        self.assertEqual(self._why(), WHY_ISSUER)
        self.chain = [self.leaf, self.sub]
        self.roots = []
        self.assertEqual(self._why(), WHY_ISSUER)
        self.chain = [self.leaf, self.sub, self.root]
        self.assertEqual(self._why(), WHY_SELF_SIGNED)
        self.chain = [self.sub, self.leaf]  # upside down
        self.purpose = CA
        self.roots = [self.root]
        self.assertEqual(self._run(), 1)  # sub is itself under the root; the rest is not asked for
        self.purpose = CLIENT_AUTH
        self.assertEqual(self._why(), WHY_KEY_USAGE)

    def test_refuses_a_self_signed_leaf(self):
        self.chain = [CertMaker(b"CP001", b"CP001", LEAF_KEY, LEAF_KEY)]
        self.assertEqual(self._why(), WHY_SELF_SIGNED)

    def test_refuses_an_issuer_that_is_no_ca(self):
        for extensions in (
            [],
            [basic_constraints(False), key_usage(0x60)],
            [key_usage(0x60)],
        ):
            self.sub.extensions = extensions
            self.assertEqual(self._why(), WHY_NOT_CA)
        self.sub.extensions = []
        self.sub.version = b""  # v1 has no way to say it
        self.assertEqual(self._why(), WHY_NOT_CA)

    def test_refuses_an_issuer_whose_key_may_not_sign_certificates(self):
        self.sub.extensions = [basic_constraints(True), key_usage(KU_DIGITAL_SIGNATURE)]
        self.assertEqual(self._why(), WHY_KEY_USAGE)
        self.sub.extensions = [basic_constraints(True)]
        self.assertEqual(self._run(), 1)

    def test_refuses_a_root_that_is_no_ca(self):
        self.root.extensions = []
        self.assertEqual(self._why(), WHY_NOT_CA)

    def test_refuses_what_is_out_of_date_at_any_link(self):
        for maker in (self.leaf, self.sub, self.root):
            maker.not_after = EARLY
            self.assertEqual(self._why(), WHY_EXPIRED)
            maker.not_after = element(UTC, b"440101000000Z")
            maker.not_before = LATE
            self.assertEqual(self._why(), WHY_NOT_YET_VALID)
            maker.not_before = element(UTC, b"240101000000Z")
        self.assertEqual(self._run(), 1)

    def test_counts_the_first_and_the_last_second_in(self):
        self.leaf.not_before = EARLY
        self.leaf.not_after = LATE
        begin_s, end_s = wall_from_date(2025, 1, 1), wall_from_date(2027, 1, 1)
        for now_s, why in (
            (begin_s - 1, WHY_NOT_YET_VALID),
            (begin_s, 0),
            (end_s, 0),
            (end_s + 1, WHY_EXPIRED),
        ):
            self.now_s = now_s
            if why:
                self.assertEqual(self._why(), why)
            else:
                self.assertEqual(self._run(), 1)

    def test_refuses_everything_while_the_time_is_unknown(self):
        self.now_s = -1
        self.assertEqual(self._why(), WHY_NO_TIME)

    def test_keeps_path_lengths(self):
        middle_key = LabKey(6)
        middle = CertMaker(b"Middle", b"Root", middle_key, ROOT_KEY).as_ca()
        self.sub = CertMaker(b"Sub", b"Middle", SUB_KEY, middle_key).as_ca()
        self.chain = [self.leaf, self.sub, middle]
        self.assertEqual(self._run(), 1)
        self.sub.as_ca(0)
        middle.as_ca(1)
        self.root.as_ca(2)
        self.assertEqual(self._run(), 1)
        self.root.as_ca(1)
        self.assertEqual(self._why(), WHY_PATH_LENGTH)
        self.root.as_ca()
        middle.as_ca(0)
        self.assertEqual(self._why(), WHY_PATH_LENGTH)

    def test_does_not_count_self_issued_certificates_for_the_path_length(self):
        rolled = CertMaker(b"Sub", b"Sub", OTHER_KEY, SUB_KEY).as_ca()
        self.leaf = CertMaker(b"CP001", b"Sub", LEAF_KEY, OTHER_KEY)
        self.chain = [self.leaf, rolled, self.sub]
        self.sub.as_ca(0)
        self.root.as_ca(1)
        self.assertEqual(self._run(), 1)
        self.root.as_ca(0)
        self.assertEqual(self._why(), WHY_PATH_LENGTH)

    def test_refuses_a_leaf_for_another_purpose(self):
        for purpose, oids, why in (
            (CLIENT_AUTH, (EKU_CLIENT,), 0),
            (CLIENT_AUTH, (EKU_SERVER, EKU_CLIENT), 0),
            (CLIENT_AUTH, (ANY_USAGE,), 0),
            (CLIENT_AUTH, (EKU_SERVER,), WHY_PURPOSE),
            (CLIENT_AUTH, (EKU_CODE,), WHY_PURPOSE),
            (CODE_SIGNING, (EKU_CODE,), 0),
            (CODE_SIGNING, (ANY_USAGE,), 0),
            (CODE_SIGNING, (EKU_CLIENT,), WHY_PURPOSE),
        ):
            with self.subTest(purpose=purpose, oids=oids):
                self.purpose = purpose
                self.leaf.extensions = [extended_usage(*oids)]
                if why:
                    self.assertEqual(self._why(), why)
                else:
                    self.assertEqual(self._run(), 1)

    def test_keeps_the_purpose_that_an_issuer_is_limited_to(self):
        self.sub.extensions.append(extended_usage(EKU_SERVER))
        self.assertEqual(self._why(), WHY_PURPOSE)
        self.sub.as_ca()
        self.sub.extensions.append(extended_usage(EKU_CLIENT))
        self.assertEqual(self._run(), 1)

    def test_refuses_a_leaf_whose_key_may_not_sign(self):
        self.leaf.extensions = [key_usage(0x10)]  # keyAgreement
        self.assertEqual(self._why(), WHY_KEY_USAGE)
        self.leaf.extensions = []
        self.assertEqual(self._run(), 1)

    def test_refuses_a_leaf_without_a_serial_number(self):
        """W5."""
        self.leaf.serial = unsigned(b"\x00")
        self.assertEqual(self._why(), WHY_NO_SERIAL)
        self.leaf.serial = unsigned(b"\x01")
        self.root.serial = unsigned(b"\x00")  # a root may
        self.assertEqual(self._run(), 1)

    def test_wants_a_ca_where_one_is_to_be_installed(self):
        self.purpose = CA
        self.assertEqual(self._why(), WHY_NOT_CA)
        self.chain = [self.sub]
        self.assertEqual(self._run(), 1)
        self.sub.extensions = [basic_constraints(True), key_usage(KU_DIGITAL_SIGNATURE)]
        self.assertEqual(self._why(), WHY_KEY_USAGE)

    def test_refuses_algorithms_that_are_not_computed(self):
        self.leaf.algorithm = SHA384_ECDSA
        self.assertEqual(self._why(), WHY_ALGORITHM)

    def test_refuses_empty_and_long_chains(self):
        self.chain = []
        self.assertEqual(self._why(), WHY_SYNTAX)
        self.chain = [self.leaf] + [self.sub] * 8
        self.assertEqual(self._why(), WHY_TOO_LONG)

    def test_refuses_a_signature_of_the_wrong_kind(self):
        self.leaf.signature = LabRsaKey().sign(bytes(32))  # the algorithm says ECDSA
        self.assertEqual(self._why(), WHY_SIGNATURE)
