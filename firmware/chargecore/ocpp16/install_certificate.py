"""InstallCertificate: a root is checked in steps, then it counts, and no power cut takes it away.

Called by: Certificates, which loads it for one answer. Heap: the certificate, and what verifies
it. Source: OCPP 1.6 security whitepaper ed.3, M05; W8 of the behaviour rules.
A root that is not self-signed has to be signed by one that is installed: its hashes need the key
of its issuer (RFC 6960 §4.1.1).
"""

import hashlib

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import E_IO, E_MISSING
from chargecore.base.security_events import SE_INVALID_SERVER_CERTIFICATE, SE_PARAMETERS_CHANGED
from chargecore.ocpp16.certificate_jobs import write_status
from chargecore.ocpp16.file_fields import text_of
from chargecore.security import pem, whys
from chargecore.security.cert_error import CertError
from chargecore.security.cert_hash import hash_data
from chargecore.security.chain import CA, ChainCheck
from chargecore.security.schemes import SCHEME_OTHER
from chargecore.security.verifier import SignatureCheck
from chargecore.security.x509 import Certificate
from chargecore.store.keystore import KIND_SERVER_ROOT, label_of


class InstallCertificate:
    """A job of Certificates."""

    def __init__(self, core, config, clock):
        self._core = core
        self._config = config
        self._clock = clock
        self._credentials = core.credentials
        self._keystore = core.credentials.keystore
        self._kind = KIND_SERVER_ROOT
        self._text = b""  # PEM
        self._certificate = None
        self._issuer = None  # Certificate of the root that signed it, None: itself
        self._drops = []  # rows that go when it comes
        self._check = None  # of its signature; None: it has not been looked at
        self._word = b"Failed"

    def start(self, reader):
        """Take type and text."""
        self._kind = reader.values[0] + 1
        self._text = text_of(reader, reader.values[1])

    def step(self):
        """Do some of it. Return True when the answer is there."""
        try:
            if self._certificate is None:
                return self._read()
            if self._check is None:
                return self._begin_check()
            state = self._check.step()
            if state == 0:
                return False
            if state < 0:
                raise CertError(whys.WHY_SIGNATURE)
            self._install()
        except CertError as error:
            self._refuse(error.why)
        return True

    def give_up(self):
        """No heap: nothing has changed."""
        self._word = b"Failed"

    def _read(self):
        """Take the certificate apart. Return True when there is nothing to verify."""
        ders = pem.blocks(self._text, most=1)
        self._text = b""
        if self._keystore.find(self._kind, ders[0]) != E_MISSING:
            self._word = b"Accepted"  # it is there
            return True
        now_s = self._clock.wall_s()
        if now_s == WALL_UNKNOWN:
            return True  # whether it is valid cannot be told
        certificate = Certificate(ders[0])
        if now_s < certificate.not_before_s:
            raise CertError(whys.WHY_NOT_YET_VALID)
        if now_s > certificate.not_after_s:
            raise CertError(whys.WHY_EXPIRED)
        if not certificate.is_ca:
            raise CertError(whys.WHY_NOT_CA)
        self._certificate = certificate
        return False

    def _begin_check(self):
        """Find who has to have signed it. Return True when there is no room for it."""
        certificate = self._certificate
        rows = self._keystore.rows(self._kind)
        room = self._config.certificate_store_max - self._keystore.count_of_roots()
        is_strict = self._config.additional_root_certificate_check
        if is_strict and rows and self._kind == KIND_SERVER_ROOT:
            self._must_follow(rows)
            room += len(self._drops) + 1  # for the fallback
        elif not certificate.is_self_issued():
            self._issuer = self._issuer_among(rows)
        if room <= 0:
            self._word = b"Rejected"  # M05.FR.03
            return True
        if self._issuer is not None:
            now_s = self._clock.wall_s()
            self._check = ChainCheck([certificate], [self._issuer], now_s, CA)
        elif self._kind == KIND_SERVER_ROOT and _is_beyond_us(certificate):
            self._install()
            return True
        else:
            self._check = _own_signature(certificate)
        return False

    def _must_follow(self, rows):
        """Only the root that works now may vouch for the next one, and stays meanwhile (M05)."""
        keep = self._credentials.used_row
        if keep not in rows:
            keep = rows[-1]
        self._drops = [row for row in rows if row != keep]
        self._issuer = self._issuer_among([keep])

    def _issuer_among(self, rows):
        """Return the installed root that the certificate names. Errors: CertError, without one."""
        for row in rows:
            der = self._keystore.read(row)
            if der is not None:
                issuer = Certificate(der)
                if issuer.subject == self._certificate.issuer:
                    return issuer
        raise CertError(whys.WHY_ISSUER)

    def _install(self):
        certificate = self._certificate
        label = label_of(*hash_data(certificate, self._issuer))
        times = certificate.not_before_s, certificate.not_after_s
        row = self._keystore.put(self._kind, certificate.der, label, *times, self._drops)
        if row >= 0:
            self._word = b"Accepted"
            self._core.security.report(SE_PARAMETERS_CHANGED, b"root certificate installed")
        else:
            self._word = b"Failed" if row == E_IO else b"Rejected"

    def _refuse(self, why):
        self._word = b"Rejected"
        if self._kind == KIND_SERVER_ROOT:
            self._core.security.report(SE_INVALID_SERVER_CERTIFICATE, whys.text_of(why))

    def render(self, w):
        """Write {"status": word}."""
        write_status(w, self._word)

    def after_reply(self):
        """Nothing follows from it: a root counts from the next connection on."""


def _is_beyond_us(certificate):
    """Tell whether a self-signed root is of P-384 or SHA-384, say, which TLS can do and we cannot.

    Its own signature vouches for nothing: it is believed because the server says so.
    """
    is_computed = certificate.public_key is not None and certificate.scheme != SCHEME_OTHER
    return certificate.is_self_issued() and not is_computed


def _own_signature(certificate):
    """Return the check of a self-signed certificate. Errors: CertError, it names somebody else."""
    if not certificate.is_self_issued():
        raise CertError(whys.WHY_ISSUER)
    if certificate.public_key is None:
        raise CertError(whys.WHY_ALGORITHM)
    signed = memoryview(certificate.der)[certificate.tbs_start : certificate.tbs_end]
    digest = hashlib.sha256(signed).digest()
    parts = certificate.public_key, digest, certificate.signature
    return SignatureCheck(*parts, certificate.scheme, certificate.salt_len)
