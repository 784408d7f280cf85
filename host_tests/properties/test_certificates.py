"""Certificates and chains, good and bent: what `cryptography` reads and accepts, and no more.

800 of the 2,000 inputs that are compared in all; the others are in test_signatures.py. Two things
are no disagreement. Stricter on purpose, with a reason of its own: a critical extension that is
not read here (name constraints and policies among them) refuses the certificate; RSA has one
exponent; a name is made of strings, without zero bytes. Not looked at on purpose: what stands in
extensions that allow nothing (alternative names, key identifiers), and points of curves that are
not computed.
"""

import datetime
import functools
from random import Random

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chargecore.base.calendar import wall_from_date
from chargecore.security.cert_error import CertError
from chargecore.security.cert_hash import hash_data
from chargecore.security.chain import CLIENT_AUTH, ChainCheck
from chargecore.security.der import DerReader
from chargecore.security.der_write import bits, element
from chargecore.security.extensions import (
    EKU_CLIENT_AUTH,
    EKU_CODE_SIGNING,
    EKU_SERVER_AUTH,
    KU_DIGITAL_SIGNATURE,
    KU_KEY_CERT_SIGN,
)
from chargecore.security.p256 import N
from chargecore.security.schemes import SCHEME_ECDSA, SCHEME_OTHER, SCHEME_PKCS1, SCHEME_PSS
from chargecore.security.verifier import SignatureCheck
from chargecore.security.whys import WHY_ALGORITHM, WHY_EXTENSION, WHY_SYNTAX
from chargecore.security.x509 import Certificate
from fakes.rsa_lab import LabRsaKey
from fakes.step_through import run_steps

_GOOD, _BENT, _CHAINS = 250, 350, 200
_DER = serialization.Encoding.DER
_EPOCH = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
_NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc)
_NOW_S = wall_from_date(2026, 6, 1)
_USAGES = {
    ExtendedKeyUsageOID.SERVER_AUTH: EKU_SERVER_AUTH,
    ExtendedKeyUsageOID.CLIENT_AUTH: EKU_CLIENT_AUTH,
    ExtendedKeyUsageOID.CODE_SIGNING: EKU_CODE_SIGNING,
}


def _ec_key(dice, curve=None):
    return ec.derive_private_key(dice.randrange(1, N), curve or ec.SECP256R1())


@functools.cache
def _rsa_key():
    lab = LabRsaKey()
    p, q = lab.p, lab.q
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, lab.n)
    parts = (d % (p - 1), d % (q - 1), pow(q, -1, p))
    return rsa.RSAPrivateNumbers(p, q, d, *parts, public).private_key()


def _key_usage(sign, certs):
    return x509.KeyUsage(sign, False, False, False, False, certs, certs, False, False)


def _name(common_name, organization="Lab", unit=None):
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)]
    if unit:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    return x509.Name(parts + [x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _text(dice, length_max):
    letters = "abcXYZ 0189-.äß€"
    return "".join(dice.choice(letters) for _ in range(dice.randrange(1, length_max)))


def _days(dice, low, high):
    return _EPOCH + datetime.timedelta(
        days=dice.randrange(low, high), seconds=dice.randrange(86400)
    )


def _with_extensions(dice, builder):
    if dice.random() < 0.6:
        is_ca = dice.random() < 0.5
        path_length = dice.choice((None, 0, 1, 3, 200)) if is_ca else None
        builder = builder.add_extension(x509.BasicConstraints(is_ca, path_length), True)
    if dice.random() < 0.6:
        sign, certs = dice.choice(((True, False), (False, True), (True, True)))
        builder = builder.add_extension(_key_usage(sign, certs), dice.random() < 0.5)
    if dice.random() < 0.5:
        oids = dice.sample(sorted(_USAGES, key=str), dice.randrange(1, 4))
        builder = builder.add_extension(x509.ExtendedKeyUsage(oids), dice.random() < 0.5)
    if dice.random() < 0.3:
        name = x509.DNSName("cp{}.example".format(dice.randrange(99)))
        builder = builder.add_extension(x509.SubjectAlternativeName([name]), dice.random() < 0.5)
    return builder


def _made(dice, issuer_key, issuer_name, *more_keys):
    """Return a random certificate, of one of more_keys too."""
    kinds = (_ec_key(dice), _ec_key(dice), _rsa_key(), *more_keys)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(_text(dice, 20), _text(dice, 20), dice.choice((None, "Unit"))))
        .issuer_name(issuer_name)
        .public_key(dice.choice(kinds).public_key())
        .serial_number(dice.getrandbits(dice.randrange(1, 159)) | 1)
        .not_valid_before(_days(dice, -9000, 3000))
        .not_valid_after(_days(dice, 3000, 40000))
    )
    builder = _with_extensions(dice, builder)
    algorithm = dice.choice((hashes.SHA256(), hashes.SHA256(), hashes.SHA384()))
    if isinstance(issuer_key, rsa.RSAPrivateKey):
        salted = padding.PSS(padding.MGF1(algorithm), dice.choice((32, 20)))
        how = dice.choice((padding.PKCS1v15(), salted))
        return builder.sign(issuer_key, algorithm, rsa_padding=how)
    return builder.sign(issuer_key, algorithm, ecdsa_deterministic=True)


def _clamped_s(instant):
    seconds = int((instant - _EPOCH).total_seconds())
    if instant.year > 2057:
        return 0x3FFFFFFF
    return seconds if instant.year >= 1990 else -0x40000000


def _usage_of(theirs, kind):
    try:
        return theirs.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _compare_extensions(ours, theirs):
    constraints = _usage_of(theirs, x509.BasicConstraints)
    assert ours.is_ca == bool(constraints and constraints.ca)
    length = constraints.path_length if constraints else None
    assert ours.path_length == (-1 if length is None else length)
    usage = _usage_of(theirs, x509.KeyUsage)
    if usage is None:
        assert ours.key_usage == -1
    else:
        assert bool(ours.key_usage & KU_DIGITAL_SIGNATURE) == usage.digital_signature
        assert bool(ours.key_usage & KU_KEY_CERT_SIGN) == usage.key_cert_sign
    extended = _usage_of(theirs, x509.ExtendedKeyUsage)
    expected = -1 if extended is None else sum(_USAGES[one] for one in extended)
    assert ours.extended_usage == expected


def _scheme_of(theirs):
    if theirs.signature_hash_algorithm.name != "sha256":
        return SCHEME_OTHER
    how = theirs.signature_algorithm_parameters
    if isinstance(how, padding.PSS):
        return SCHEME_PSS
    return SCHEME_ECDSA if isinstance(how, ec.ECDSA) else SCHEME_PKCS1


def _compare(ours, theirs, issuer):
    serial = "{:x}".format(theirs.serial_number)
    assert int.from_bytes(ours.serial, "big") == theirs.serial_number
    assert ours.issuer == theirs.issuer.public_bytes()
    assert ours.subject == theirs.subject.public_bytes()
    assert ours.not_before_s == _clamped_s(theirs.not_valid_before_utc)
    assert ours.not_after_s == _clamped_s(theirs.not_valid_after_utc)
    assert ours.der[ours.tbs_start : ours.tbs_end] == theirs.tbs_certificate_bytes
    assert ours.signature == theirs.signature
    assert ours.scheme == _scheme_of(theirs)
    for oid, found in (
        (NameOID.COMMON_NAME, ours.common_name),
        (NameOID.ORGANIZATION_NAME, ours.organization),
    ):
        assert found.decode() == theirs.subject.get_attributes_for_oid(oid)[-1].value
    _compare_extensions(ours, theirs)
    digest = hashes.Hash(hashes.SHA1())
    digest.update(ours.key_bits)
    key_id = x509.SubjectKeyIdentifier.from_public_key(theirs.public_key())
    assert digest.finalize() == key_id.digest  # the same bits, as RFC 5280 §4.2.1.2 hashes them
    assert hash_data(ours, issuer)[2] == serial.encode()


def _accepts(ours, issuer):
    """Return whether we believe that issuer has signed it."""
    if ours.issuer != issuer.subject:
        return False
    digest = hashes.Hash(hashes.SHA256())
    digest.update(ours.der[ours.tbs_start : ours.tbs_end])
    check = SignatureCheck(
        issuer.public_key, digest.finalize(), ours.signature, ours.scheme, ours.salt_len
    )
    return run_steps(check) > 0


def _root(dice, key):
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name("Root"))
        .issuer_name(_name("Root"))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(_EPOCH)
        .not_valid_after(_EPOCH + datetime.timedelta(days=9000))
        .add_extension(x509.BasicConstraints(True, None), True)
        .add_extension(_key_usage(False, True), True)
    )
    return builder.sign(key, hashes.SHA256())


def test_good_certificates_are_read_as_cryptography_reads_them():
    dice = Random(5)
    roots = [_root(dice, key) for key in (_ec_key(dice), _rsa_key())]
    keys = [_ec_key(Random(5)), _rsa_key()]
    accepted = 0
    for _ in range(_GOOD):
        which = dice.randrange(2)
        p384 = _ec_key(dice, ec.SECP384R1())
        theirs = _made(dice, keys[which], roots[which].subject, p384)
        issuer = Certificate(roots[which].public_bytes(_DER))

        ours = Certificate(theirs.public_bytes(_DER))

        _compare(ours, theirs, issuer)
        if ours.scheme != SCHEME_OTHER:
            theirs.verify_directly_issued_by(roots[which])
            assert _accepts(ours, issuer)
            accepted += 1
    assert accepted > _GOOD // 3


def _bend(dice, tbs):
    """Change a byte or two of what is signed."""
    bent = bytearray(tbs)
    for _ in range(dice.choice((0, 1, 1, 1, 2))):
        at = dice.randrange(4, len(bent))
        bent[at] = dice.choice((bent[at] ^ 1 << dice.randrange(8), dice.randrange(256), 0, 0xFF))
    return bytes(bent)


def _signed_again(theirs, tbs, key):
    """Return the DER of another TBSCertificate, signed as it should be."""
    outer = DerReader(theirs.public_bytes(_DER), 0, 0xFFFF).open(0x30)
    outer.skip(0x30)
    identifier = outer.take_whole(0x30)
    how = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    return element(0x30, tbs, identifier, bits(key.sign(tbs, how)))


def _read_by_cryptography(der, root):
    """Return "good", "bad", or "odd" when only an extension cannot be read that we pass over."""
    try:
        theirs = x509.load_der_x509_certificate(der)
        theirs.verify_directly_issued_by(root)
        if theirs.serial_number < 0:
            return "bad"
        _ = theirs.issuer, theirs.subject, theirs.not_valid_before_utc, theirs.not_valid_after_utc
        theirs.public_key()
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.InvalidVersion):
        return "bad"
    try:
        _ = theirs.extensions
    except (ValueError, TypeError, x509.DuplicateExtension) as error:
        return "bad" if isinstance(error, x509.DuplicateExtension) else "odd"
    return "good"


def test_bent_certificates_are_accepted_by_both_or_by_none():
    dice = Random(6)
    key = _ec_key(dice)
    root = _root(dice, key)
    issuer = Certificate(root.public_bytes(_DER))
    seen = {"good": 0, "bad": 0, "odd": 0}
    stricter = {WHY_EXTENSION: 0, WHY_SYNTAX: 0, WHY_ALGORITHM: 0}
    for _ in range(_BENT):
        theirs = _made(dice, key, root.subject)
        while theirs.signature_hash_algorithm.name != "sha256":
            theirs = _made(dice, key, root.subject)
        tbs = _bend(dice, theirs.tbs_certificate_bytes)
        der = _signed_again(theirs, tbs, key)
        expected = _read_by_cryptography(der, root)
        why = 0
        try:
            is_good = _accepts(Certificate(der), issuer)
        except CertError as error:
            is_good, why = False, error.why

        if is_good:
            assert expected != "bad", der.hex()
            seen[expected] += 1
        elif expected == "good":
            assert why in stricter, (why, der.hex())
            stricter[why] += 1
        else:
            seen["bad"] += 1
    assert seen["good"] > 100 and seen["bad"] > 100, seen
    assert seen["odd"] < 10 and stricter[WHY_SYNTAX] < 15 and stricter[WHY_ALGORITHM] < 5


_FAULTS = (
    "expired",
    "future",
    "no CA",
    "no certificate signing",
    "path length",
    "another issuer name",
    "another key",
    "server only",
    "none",
    "none",
)


class _ChainRig:
    """A random chain: leaf, up to three CAs, root, with at most one fault at one link."""

    def __init__(self, dice):
        self._dice = dice
        self.fault = dice.choice(_FAULTS)
        self._depth = dice.randrange(1, 5)  # certificates below the root
        self._where = dice.randrange(self._depth)  # the link with the fault, 0 the leaf
        if self.fault in ("no CA", "no certificate signing", "path length"):
            self._depth = max(self._depth, 2 if self.fault != "path length" else 3)
            self._where = dice.randrange(1, self._depth)
        if self.fault == "path length":
            self._where = dice.randrange(2, self._depth)
        if self.fault == "server only":
            self._where = 0
        self._keys = [_ec_key(dice) for _ in range(self._depth)]
        self._keys.append(dice.choice((_ec_key(dice), _rsa_key())))
        self.root = self._make(self._depth, self._depth)
        self.chain = [self._make(i, i + 1) for i in range(self._depth)]

    def _make(self, at, above):
        fault = self.fault if at == self._where else "none"
        issuer = "Elsewhere" if fault == "another issuer name" else "CA {}".format(above)
        signer = self._keys[above]
        if fault == "another key":
            is_ec = isinstance(signer, ec.EllipticCurvePrivateKey)
            signer = _ec_key(self._dice) if is_ec else self._keys[0]
        year = datetime.timedelta(days=365)
        begin, end = _NOW - year, _NOW + year
        if fault == "expired":
            end = _NOW - datetime.timedelta(seconds=1)
        if fault == "future":
            begin = _NOW + datetime.timedelta(seconds=1)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name("CA {}".format(at)))
            .issuer_name(_name(issuer))
            .public_key(self._keys[at].public_key())
            .serial_number(self._dice.getrandbits(100) | 1)
            .not_valid_before(begin)
            .not_valid_after(end)
        )
        builder = self._extend(builder, at, fault)
        return builder.sign(signer, hashes.SHA256())

    def _extend(self, builder, at, fault):
        is_ca = at > 0 and fault != "no CA"
        path_length = 0 if fault == "path length" else None
        builder = builder.add_extension(x509.BasicConstraints(is_ca, path_length), True)
        certs = at > 0 and fault != "no certificate signing"
        builder = builder.add_extension(_key_usage(True, certs), True)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(
            self._keys[min(at + 1, self._depth)].public_key()
        )
        builder = builder.add_extension(identifier, False)
        if at == 0:
            oids = [ExtendedKeyUsageOID.SERVER_AUTH]
            if fault != "server only":
                oids.append(ExtendedKeyUsageOID.CLIENT_AUTH)
            builder = builder.add_extension(x509.ExtendedKeyUsage(oids), False)
            name = x509.DNSName("cp.example")
            builder = builder.add_extension(x509.SubjectAlternativeName([name]), False)
        return builder

    def is_good_to_cryptography(self):
        builder = verification.PolicyBuilder().store(verification.Store([self.root])).time(_NOW)
        try:
            builder.build_client_verifier().verify(self.chain[0], self.chain[1:])
        except verification.VerificationError:
            return False
        return True

    def is_good_to_us(self):
        chain = [Certificate(one.public_bytes(_DER)) for one in self.chain]
        roots = [Certificate(self.root.public_bytes(_DER))]
        try:
            return run_steps(ChainCheck(chain, roots, _NOW_S, CLIENT_AUTH)) == 1
        except CertError:
            return False


def test_chains_are_accepted_by_both_or_by_none():
    dice = Random(7)
    seen = {True: 0, False: 0}
    for _ in range(_CHAINS):
        rig = _ChainRig(dice)

        ours = rig.is_good_to_us()

        assert ours == rig.is_good_to_cryptography(), (rig.fault, rig._where, len(rig.chain))
        assert ours == (rig.fault == "none"), rig.fault
        seen[ours] += 1
    assert seen[True] > 20 and seen[False] > 100, seen
