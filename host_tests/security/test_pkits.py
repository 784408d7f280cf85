"""ChainCheck on the certificates of NIST's path validation suite (PKITS) for what is checked here.

Its tests of revocation, policies and name constraints are left out, but for some that show that a
certificate which insists on those is refused. Sources: data/README.md.
"""

import unittest

from chargecore.base.calendar import wall_from_date
from chargecore.security.cert_error import CertError
from chargecore.security.chain import CLIENT_AUTH, ChainCheck
from chargecore.security.der import TAG_SEQUENCE, DerReader
from chargecore.security.whys import (
    WHY_EXPIRED,
    WHY_EXTENSION,
    WHY_ISSUER,
    WHY_KEY_USAGE,
    WHY_NOT_CA,
    WHY_NOT_YET_VALID,
    WHY_PATH_LENGTH,
    WHY_SIGNATURE,
    WHY_SYNTAX,
)
from chargecore.security.x509 import Certificate
from fakes.step_through import run_steps

_FOLDER = __file__.rsplit("/", 1)[0] + "/data/"
_NOW_S = wall_from_date(2026, 6, 1)

# Test, the certificates above its own, from the bottom up. All of them lead to the trust anchor.
_VALID = (
    (
        "ValidBasicSelfIssuedNewWithOldTest3",
        "BasicSelfIssuedOldKeyNewWithOldCA BasicSelfIssuedOldKeyCA",
    ),
    ("ValidBasicSelfIssuedNewWithOldTest4", "BasicSelfIssuedOldKeyCA"),
    (
        "ValidBasicSelfIssuedOldWithNewTest1",
        "BasicSelfIssuedNewKeyOldWithNewCA BasicSelfIssuedNewKeyCA",
    ),
    ("ValidCertificatePathTest1", "GoodCA"),
    ("ValidGeneralizedTimenotAfterDateTest8", "GoodCA"),
    ("ValidGeneralizedTimenotBeforeDateTest4", "GoodCA"),
    ("ValidLongSerialNumberTest16", "LongSerialNumberCA"),
    ("ValidLongSerialNumberTest17", "LongSerialNumberCA"),
    ("ValidNameUIDsTest6", "UIDCA"),
    ("ValidNegativeSerialNumberTest14", "NegativeSerialNumberCA"),
    ("ValidNoissuingDistributionPointTest10", "NoissuingDistributionPointCA"),
    ("ValidRFC3280MandatoryAttributeTypesTest7", "RFC3280MandatoryAttributeTypesCA"),
    ("ValidRFC3280OptionalAttributeTypesTest8", "RFC3280OptionalAttributeTypesCA"),
    (
        "ValidSelfIssuedpathLenConstraintTest15",
        "pathLenConstraint0SelfIssuedCA pathLenConstraint0CA",
    ),
    (
        "ValidSelfIssuedpathLenConstraintTest17",
        "pathLenConstraint1SelfIssuedsubCA pathLenConstraint1subCA "
        "pathLenConstraint1SelfIssuedCA pathLenConstraint1CA",
    ),
    ("ValidUTF8StringEncodedNamesTest9", "UTF8StringEncodedNamesCA"),
    ("ValidUnknownNotCriticalCertificateExtensionTest1", ""),
    ("ValidbasicConstraintsNotCriticalTest4", "basicConstraintsNotCriticalCA"),
    ("ValidkeyUsageNotCriticalTest3", "keyUsageNotCriticalCA"),
    (
        "ValidpathLenConstraintTest13",
        "pathLenConstraint6subsubsubCA41X pathLenConstraint6subsubCA41 "
        "pathLenConstraint6subCA4 pathLenConstraint6CA",
    ),
    (
        "ValidpathLenConstraintTest14",
        "pathLenConstraint6subsubsubCA41X pathLenConstraint6subsubCA41 "
        "pathLenConstraint6subCA4 pathLenConstraint6CA",
    ),
    ("ValidpathLenConstraintTest7", "pathLenConstraint0CA"),
    ("ValidpathLenConstraintTest8", "pathLenConstraint0CA"),
    ("Validpre2000UTCnotBeforeDateTest3", "GoodCA"),
)
# The same, and why it is refused.
_INVALID = (
    ("InvalidCASignatureTest2", "BadSignedCA", WHY_SYNTAX),
    ("InvalidCAnotAfterDateTest5", "BadnotAfterDateCA", WHY_EXPIRED),
    ("InvalidCAnotBeforeDateTest1", "BadnotBeforeDateCA", WHY_NOT_YET_VALID),
    ("InvalidDNnameConstraintsTest2", "nameConstraintsDN1CA", WHY_EXTENSION),
    ("InvalidDSASignatureTest6", "DSACA", WHY_SYNTAX),
    ("InvalidEESignatureTest3", "GoodCA", WHY_SIGNATURE),
    ("InvalidEEnotAfterDateTest6", "GoodCA", WHY_EXPIRED),
    ("InvalidEEnotBeforeDateTest2", "GoodCA", WHY_NOT_YET_VALID),
    ("InvalidMissingbasicConstraintsTest1", "MissingbasicConstraintsCA", WHY_NOT_CA),
    ("InvalidNameChainingOrderTest2", "NameOrderingCA", WHY_ISSUER),
    ("InvalidNameChainingTest1", "GoodCA", WHY_ISSUER),
    ("InvalidNegativeSerialNumberTest15", "NegativeSerialNumberCA", WHY_SYNTAX),
    (
        "InvalidSelfIssuedpathLenConstraintTest16",
        "pathLenConstraint0subCA2 pathLenConstraint0CA",
        WHY_PATH_LENGTH,
    ),
    ("InvalidUnknownCriticalCertificateExtensionTest2", "", WHY_EXTENSION),
    ("InvalidcAFalseTest2", "basicConstraintsCriticalcAFalseCA", WHY_NOT_CA),
    ("InvalidcAFalseTest3", "basicConstraintsNotCriticalcAFalseCA", WHY_NOT_CA),
    ("InvalidinhibitAnyPolicyTest1", "inhibitAnyPolicy0CA", WHY_EXTENSION),
    (
        "InvalidkeyUsageCriticalkeyCertSignFalseTest1",
        "keyUsageCriticalkeyCertSignFalseCA",
        WHY_KEY_USAGE,
    ),
    (
        "InvalidkeyUsageNotCriticalkeyCertSignFalseTest2",
        "keyUsageNotCriticalkeyCertSignFalseCA",
        WHY_KEY_USAGE,
    ),
    (
        "InvalidpathLenConstraintTest10",
        "pathLenConstraint6subsubCA00 pathLenConstraint6subCA0 pathLenConstraint6CA",
        WHY_PATH_LENGTH,
    ),
    (
        "InvalidpathLenConstraintTest11",
        "pathLenConstraint6subsubsubCA11X pathLenConstraint6subsubCA11 "
        "pathLenConstraint6subCA1 pathLenConstraint6CA",
        WHY_PATH_LENGTH,
    ),
    (
        "InvalidpathLenConstraintTest12",
        "pathLenConstraint6subsubsubCA11X pathLenConstraint6subsubCA11 "
        "pathLenConstraint6subCA1 pathLenConstraint6CA",
        WHY_PATH_LENGTH,
    ),
    (
        "InvalidpathLenConstraintTest5",
        "pathLenConstraint0subCA pathLenConstraint0CA",
        WHY_PATH_LENGTH,
    ),
    (
        "InvalidpathLenConstraintTest6",
        "pathLenConstraint0subCA pathLenConstraint0CA",
        WHY_PATH_LENGTH,
    ),
    (
        "InvalidpathLenConstraintTest9",
        "pathLenConstraint6subsubCA00 pathLenConstraint6subCA0 pathLenConstraint6CA",
        WHY_PATH_LENGTH,
    ),
    ("Invalidpre2000UTCEEnotAfterDateTest7", "GoodCA", WHY_EXPIRED),
    (
        "InvalidrequireExplicitPolicyTest3",
        "requireExplicitPolicy4subsubsubCA requireExplicitPolicy4subsubCA "
        "requireExplicitPolicy4subCA requireExplicitPolicy4CA",
        WHY_EXTENSION,
    ),
)
# Valid to NIST, refused here on purpose: names are compared byte by byte, constraints not at all.
_STRICTER = (
    ("ValidDNnameConstraintsTest1", "nameConstraintsDN1CA", WHY_EXTENSION),
    ("ValidNameChainingCapitalizationTest5", "GoodCA", WHY_ISSUER),
    ("ValidNameChainingWhitespaceTest3", "GoodCA", WHY_ISSUER),
    ("ValidNameChainingWhitespaceTest4", "GoodCA", WHY_ISSUER),
    (
        "ValidRolloverfromPrintableStringtoUTF8StringTest10",
        "RolloverfromPrintableStringtoUTF8StringCA",
        WHY_ISSUER,
    ),
    ("ValidUTF8StringCaseInsensitiveMatchTest11", "UTF8StringCaseInsensitiveMatchCA", WHY_ISSUER),
)


def _certificates():
    """Return {name: DER}; the file is one certificate behind the other, in the order of names."""
    with open(_FOLDER + "pkits.der", "rb") as file:
        data = file.read()
    with open(_FOLDER + "pkits.txt") as file:
        names = file.read().split()
    reader = DerReader(data, 0, len(data))
    found = {name: reader.take_whole(TAG_SEQUENCE) for name in names}
    reader.finish()
    return found


_DER = _certificates()


def why_of(name, issuers):
    """Return the WHY_* of a test, 0 when its certificate is good."""
    root = Certificate(_DER["TrustAnchorRootCertificate"])
    ders = [_DER[name + "EE"]] + [_DER[issuer + "Cert"] for issuer in issuers.split()]
    try:
        chain = [Certificate(der) for der in ders]
        run_steps(ChainCheck(chain, [root], _NOW_S, CLIENT_AUTH))
    except CertError as error:
        return error.why
    return 0


class TestPkits(unittest.TestCase):
    def test_takes_what_nist_calls_valid(self):
        for name, issuers in _VALID:
            with self.subTest(name=name):
                self.assertEqual(why_of(name, issuers), 0)

    def test_refuses_what_nist_calls_invalid(self):
        for name, issuers, why in _INVALID:
            with self.subTest(name=name):
                self.assertEqual(why_of(name, issuers), why)

    def test_is_stricter_where_it_says_so(self):
        for name, issuers, why in _STRICTER:
            with self.subTest(name=name):
                self.assertEqual(why_of(name, issuers), why)
