"""SignedUpdateJob: verifies the signing certificate of one SignedUpdateFirmware, then starts it.

Called by: SignedUpdates, which loads it for one answer. Revocation is not known of: there is no
list of revoked certificates in OCPP 1.6, and RevokedCertificate is never answered.
Source: OCPP 1.6 security whitepaper ed.3 L01.FR.02, L01.FR.23-27. Heap: the texts of the request,
and what verifies it.
"""

import binascii

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import OK
from chargecore.base.security_events import SE_INVALID_SIGNING_CERTIFICATE
from chargecore.ocpp16.file_fields import INTERVAL_S, RETRIES, given, text_of
from chargecore.security import pem, whys
from chargecore.security.cert_error import CertError
from chargecore.security.chain import CODE_SIGNING, ChainCheck
from chargecore.security.x509 import Certificate


class SignedUpdateJob:
    """`word` is the status for the answer, empty while it is not known."""

    def __init__(self, core, files, clock):
        self._core = core
        self._files = files
        self._clock = clock
        self._request_id = 0
        self._url = b""
        self._tries = (0, 0)
        self._dates = (0, WALL_UNKNOWN)
        self._text = b""  # PEM, until it was read
        self._signature = b""
        self._certificate = None
        self._check = None  # ChainCheck
        self.word = b""

    def start(self, reader):
        """Take what it needs of the message."""
        values = reader.values
        self._request_id = values[0]
        self._tries = given(values[1], RETRIES), given(values[2], INTERVAL_S)
        self._url = text_of(reader, values[4])
        self._dates = values[5], given(values[6], WALL_UNKNOWN)
        self._text = text_of(reader, values[7])
        self._signature = _bytes_of(text_of(reader, values[8]))

    def step(self):
        """Do some of it. Return True when the answer is there."""
        try:
            if self._check is None:
                self._begin()
            elif self._check.step():
                self._check = None
                self._accept()
        except CertError as error:
            text = b"update %d: " % self._request_id + whys.text_of(error.why)
            self._core.security.report(SE_INVALID_SIGNING_CERTIFICATE, text)
            self.word = b"InvalidCertificate"
        return bool(self.word)

    def _begin(self):
        """Take the certificate apart. A maker should have no intermediate ones (L01, remarks);
        where he has, they stand behind it."""
        chain = [Certificate(der) for der in pem.blocks(self._text)]
        self._text = b""
        self._certificate = chain[0]
        if self._certificate.public_key is None:
            raise CertError(whys.WHY_ALGORITHM)
        roots = []
        for der in self._core.credentials.maker_roots():
            try:
                roots.append(Certificate(der))
            except CertError:
                pass  # it was good when it was installed: of a build that knew more
        now_s = self._clock.wall_s()
        self._check = ChainCheck(chain, roots, now_s, CODE_SIGNING)

    def _accept(self):
        self.word = b"Rejected"
        der = self._certificate.der
        self._certificate = None
        if self._files.load(True) != OK:
            return
        update = self._files.jobs.update
        parts = self._request_id, self._url, self._tries, self._dates
        if update.ask_signed(*parts, der, self._signature) == OK:
            self.word = b"AcceptedCanceled" if update.has_cancelled else b"Accepted"


def _bytes_of(text):
    """Return what base64 stands for; nothing when it is none: no signature fits then."""
    try:
        return binascii.a2b_base64(text)
    except ValueError:
        return b""
