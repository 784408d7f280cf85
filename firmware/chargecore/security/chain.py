"""ChainCheck: whether a chain of certificates leads to a root that is installed (RFC 5280 §6.1).

Called by: CertificateSigned, InstallCertificate, SignedUpdateFirmware. At every link: validity,
names, CA, key usage, path length, signature. Not done: revocation, names other than the issuers',
policies (a certificate that insists on those is refused when it is read).
Heap: that of one signature check.
"""

import hashlib

from micropython import const

from chargecore.security.cert_error import CertError
from chargecore.security.extensions import (
    EKU_ANY,
    EKU_CLIENT_AUTH,
    EKU_CODE_SIGNING,
    KU_DIGITAL_SIGNATURE,
    KU_KEY_CERT_SIGN,
    USAGE_NONE,
)
from chargecore.security.schemes import SCHEME_OTHER
from chargecore.security.verifier import SignatureCheck
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

CLIENT_AUTH = const(0)  # the station's own certificate
CODE_SIGNING = const(1)  # signs firmware
CA = const(2)  # signs certificates

CHAIN_MAX = const(8)
_USAGES = (EKU_CLIENT_AUTH, EKU_CODE_SIGNING, 0)  # by purpose


class ChainCheck:
    """chain: Certificates, leaf first; roots: those that are believed, in any order.

    The chain may end below its root or with it. now_s: seconds since 2024-01-01; negative means
    that the time is not known, and nothing is good then. Of several roots with the right name each
    is tried. A root is believed for its own sake: its signature is not looked at.
    """

    def __init__(self, chain, roots, now_s, purpose):
        self._chain = chain
        self._roots = roots
        self._now_s = now_s
        self._purpose = purpose
        self._at = -1  # index of the certificate whose issuer is looked for
        self._below = 0  # CA certificates between leaf and issuer that count for its path length
        self._issuers = []  # that may have signed it and were not tried yet, best last
        self._issuer = None  # whose signature is being checked
        self._why = WHY_ISSUER  # what was wrong with the last of them
        self._check = None  # SignatureCheck

    def step(self):
        """Go on for a short while. Return 0 running, 1 good. Errors: CertError."""
        if self._check is None:
            return self._try_next()
        result = self._check.step()
        if result == 0:
            return 0
        self._check = None
        if result < 0:
            self._why = WHY_SIGNATURE
            return 0
        if self._issuer in self._roots:
            return 1
        return self._climb()

    def _try_next(self):
        """Begin, or begin with the next issuer that may have signed."""
        if self._at < 0:
            self._check_leaf()
            return self._climb()
        if not self._issuers:
            raise CertError(self._why)
        issuer = self._issuers.pop()
        certificate = self._chain[self._at]
        self._why = self._fault_of(issuer)
        if not self._why and (issuer.public_key is None or certificate.scheme == SCHEME_OTHER):
            self._why = WHY_ALGORITHM
        if not self._why:
            tbs = memoryview(certificate.der)[certificate.tbs_start : certificate.tbs_end]
            digest = hashlib.sha256(tbs).digest()
            self._issuer = issuer
            self._check = SignatureCheck(
                issuer.public_key,
                digest,
                certificate.signature,
                certificate.scheme,
                certificate.salt_len,
            )
        return 0

    def _climb(self):
        """Go to the next certificate and find who may have issued it. Return 1 at a root."""
        self._at += 1
        certificate = self._chain[self._at]
        if self._at > 0 and not certificate.is_self_issued():
            self._below += 1
        for root in self._roots:
            if root.der == certificate.der:
                return 1
        above = self._chain[self._at + 1 : self._at + 2]
        self._issuers = [one for one in above if one.subject == certificate.issuer]
        self._issuers += [one for one in self._roots if one.subject == certificate.issuer]
        if not self._issuers:
            raise CertError(WHY_SELF_SIGNED if certificate.is_self_issued() else WHY_ISSUER)
        return 0

    def _check_leaf(self):
        """Look at what the first certificate says of itself. Errors: CertError."""
        if not self._chain:
            raise CertError(WHY_SYNTAX)
        if len(self._chain) > CHAIN_MAX:
            raise CertError(WHY_TOO_LONG)
        leaf = self._chain[0]
        why = self._fault_of_time(leaf)
        if leaf.serial == b"\x00" and self._purpose != CA:
            why = WHY_NO_SERIAL
        elif not self._is_meant(leaf):
            why = WHY_PURPOSE
        elif self._purpose == CA:
            why = why or _fault_of_ca(leaf)
        elif leaf.key_usage != USAGE_NONE and not leaf.key_usage & KU_DIGITAL_SIGNATURE:
            why = WHY_KEY_USAGE
        if why:
            raise CertError(why)

    def _fault_of(self, issuer):
        """Return the WHY_* that keeps a certificate from being the issuer here, or 0."""
        why = self._fault_of_time(issuer) or _fault_of_ca(issuer)
        if not why and 0 <= issuer.path_length < self._below:
            why = WHY_PATH_LENGTH
        if not why and issuer not in self._roots and not self._is_meant(issuer):
            why = WHY_PURPOSE
        return why

    def _fault_of_time(self, certificate):
        if self._now_s < 0:
            return WHY_NO_TIME
        if self._now_s < certificate.not_before_s:
            return WHY_NOT_YET_VALID
        return WHY_EXPIRED if self._now_s > certificate.not_after_s else 0

    def _is_meant(self, certificate):
        """Tell whether extendedKeyUsage, if there is one, allows the purpose."""
        wanted = _USAGES[self._purpose]
        given = certificate.extended_usage
        return wanted == 0 or given == USAGE_NONE or given & (wanted | EKU_ANY) != 0


def _fault_of_ca(certificate):
    """Return the WHY_* that keeps a certificate from signing others, or 0 (§6.1.4 k, n)."""
    if not certificate.is_ca:
        return WHY_NOT_CA
    if certificate.key_usage != USAGE_NONE and not certificate.key_usage & KU_KEY_CERT_SIGN:
        return WHY_KEY_USAGE
    return 0
