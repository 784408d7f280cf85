"""KeyRequest: a new key pair on flash, and the request to certify it, made in steps.

Called by: SignCertificate, which loads it meanwhile. The private key goes to the keystore and
nowhere else. Heap: what the arithmetic takes.
Source: OCPP 1.6 security whitepaper ed.3, A02.FR.02-05, A02.FR.13.
"""

import os

from chargecore.ocpp16.certificate_jobs import name_of
from chargecore.security.cert_error import CertError
from chargecore.security.csr import CsrMaker
from chargecore.security.key_maker import KeyMaker, sec1_der
from chargecore.security.signer import Signer
from chargecore.store.keystore import KIND_PENDING


class KeyRequest:
    """`csr`: PEM, once step() has returned True; None when it could not be made."""

    def __init__(self, config, keystore):
        self._config = config
        self._keystore = keystore
        self._keys = KeyMaker(os.urandom)
        self._maker = None  # CsrMaker, once there is a key
        self.csr = None

    def step(self):
        """Do some of it. Return True when it is over."""
        try:
            if self._maker is None:
                if self._keys.step():
                    self._maker = self._request()
                return False
            if self._maker.step() == 0:
                return False
        except CertError:
            return True  # no random numbers, or a name that no certificate can have
        self._keep()
        return True

    def _request(self):
        """Return what makes the request. Errors: CertError."""
        config = self._config
        signer = Signer(self._keys.private, self._keys.public_key)
        return CsrMaker(signer, config.cpo_name, name_of(config))

    def _keep(self):
        """Keep the key before anybody hears of it; one that waited till now has had its time."""
        keystore = self._keystore
        key = sec1_der(self._keys.private, self._keys.public_key)
        if keystore.put(KIND_PENDING, key, b"", 0, 0, keystore.rows(KIND_PENDING)) >= 0:
            self.csr = self._maker.pem
