"""CertificateSigned: the certificate for a key pair of ours is checked in steps, then it is shown.

Called by: Certificates, which loads it for one answer. Heap: the chain, and what verifies it.
Source: OCPP 1.6 security whitepaper ed.3, A02, A00.FR.501-512; W5, W6 of the behaviour rules.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import E_MISSING
from chargecore.base.security_events import (
    SE_INVALID_STATION_CERTIFICATE,
    SE_PARAMETERS_CHANGED,
)
from chargecore.ocpp16.certificate_jobs import name_of, public_bits, write_status
from chargecore.ocpp16.file_fields import text_of
from chargecore.security import pem, whys
from chargecore.security.cert_error import CertError
from chargecore.security.chain import CLIENT_AUTH, ChainCheck
from chargecore.security.x509 import Certificate
from chargecore.store.keystore import KIND_PENDING, KIND_SERVER_ROOT, KIND_STATION, pack, unpack

_CHAIN_MOST = const(4)  # certificates


class CertificateSigned:
    """A job of Certificates."""

    def __init__(self, core, config, clock):
        self._core = core
        self._config = config
        self._clock = clock
        self._credentials = core.credentials
        self._keystore = core.credentials.keystore
        self._text = b""  # PEM
        self._ders = []  # of the certificates that are not read yet
        self._chain = []
        self._key = None  # DER of the private key
        self._check = None  # ChainCheck
        self._word = b"Rejected"
        self._is_new = False  # the next connection is to show it

    def start(self, reader):
        """Take the chain, unless it is too long."""
        idx = reader.values[0]
        if reader.char_count(idx) <= self._config.certificate_chain_max:
            self._text = text_of(reader, idx)

    def step(self):
        """Do some of it. Return True when the answer is there."""
        try:
            if self._check is not None:
                if self._check.step() == 0:
                    return False
                self._keep()
                return True
            if self._ders:
                self._chain.append(Certificate(self._ders.pop(0)))
                if not self._ders:
                    self._begin_check()
                return False
            return self._read()
        except CertError as error:
            report = self._core.security.report
            report(SE_INVALID_STATION_CERTIFICATE, whys.text_of(error.why))
        return True

    def give_up(self):
        """No heap: the certificate that was there stays."""
        self._word = b"Rejected"

    def _read(self):
        """Take the text apart. Return True when it is the chain that is there already."""
        if not self._text:
            raise CertError(whys.WHY_TOO_LONG)
        self._ders = pem.blocks(self._text, most=_CHAIN_MOST)
        self._text = b""
        for row in self._keystore.rows(KIND_STATION):
            packed = self._keystore.read(row)
            if packed is not None and unpack(packed)[1] == self._ders[0]:
                self._word = b"Accepted"  # asked twice: the answer was lost
                return True
        return False

    def _begin_check(self):
        """Look at what can be told without arithmetic. Errors: CertError."""
        chain = self._chain
        leaf = chain[0]
        now_s = self._clock.wall_s()
        if now_s == WALL_UNKNOWN:
            raise CertError(whys.WHY_NO_TIME)
        self._key = pending = self._pending()
        if pending is None or public_bits(pending) != leaf.key_bits:
            raise CertError(whys.WHY_KEY_MISMATCH)
        if leaf.common_name != name_of(self._config) or not leaf.organization:
            raise CertError(whys.WHY_NAME)
        # A02.FR.08: it may be for later.
        at_s = max(now_s, leaf.not_before_s)
        self._check = ChainCheck(chain, self._roots(), at_s, CLIENT_AUTH)

    def _pending(self):
        rows = self._keystore.rows(KIND_PENDING)
        return self._keystore.read(rows[0]) if rows else None

    def _roots(self):
        """Return the installed roots that the chain names."""
        named = [certificate.issuer for certificate in self._chain]
        roots = []
        for row in self._keystore.rows(KIND_SERVER_ROOT):
            der = self._keystore.read(row)
            root = Certificate(der) if der is not None else None
            if root is not None and root.subject in named:
                roots.append(root)
        return roots

    def _keep(self):
        """Keep key and chain, and the certificate that works as the fallback."""
        keystore = self._keystore
        leaf = self._chain[0]
        # The server has the root: to send it costs the handshake a certificate.
        ders = [part.der for part in self._chain if not part.is_self_issued()]
        fallback = self._credentials.working_row
        rows = keystore.rows(KIND_STATION)
        if fallback not in rows:
            fallback = rows[0] if rows else E_MISSING
        drops = keystore.rows(KIND_PENDING) + [row for row in rows if row != fallback]
        times = leaf.not_before_s, leaf.not_after_s
        if keystore.put(KIND_STATION, pack(self._key, ders), b"", *times, drops) >= 0:
            self._word = b"Accepted"
            self._is_new = True
            self._core.security.report(SE_PARAMETERS_CHANGED, b"station certificate changed")

    def render(self, w):
        """Write {"status": word}."""
        write_status(w, self._word)

    def after_reply(self):
        """Have the new certificate shown, if certificates are."""
        if self._is_new:
            self._credentials.is_reconnect_due = True
