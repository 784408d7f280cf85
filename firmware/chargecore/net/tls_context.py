"""TlsContext: the one SSLContext of the station, made from the credentials and kept.

Called by: TlsStream. Never: connects, knows a host.
Heap: about 2 KiB, 1 KiB per root and 1 to 3 KiB for the own certificate, kept until renew(); on
ESP32 that lies outside the heap of Python.
"""

from micropython import const

from chargecore.base.tls_causes import TLS_NO_HEAP, TLS_NO_ROOT, TLS_NONE, TLS_OWN_FILES

_ENOMEM = const(12)
# Both pairs of OCPP (W3 of the behaviour rules). ECDHE-RSA beside them: servers with an RSA
# certificate and today's default settings, OpenSSL 3 and Python among them, refuse static RSA.
_CIPHERS = (
    "TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256",
    "TLS-ECDHE-ECDSA-WITH-AES-256-GCM-SHA384",
    "TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256",
    "TLS-ECDHE-RSA-WITH-AES-256-GCM-SHA384",
    "TLS-RSA-WITH-AES-128-GCM-SHA256",
    "TLS-RSA-WITH-AES-256-GCM-SHA384",
)


class TlsContext:
    """`tls` is the module or a look-alike; credentials: see net/__init__.py."""

    def __init__(self, tls, credentials):
        self._tls = tls
        self.credentials = credentials
        self._made_at = -1  # credentials.changed when it was made
        self.shows_client = False  # servers that ask for a certificate get ours
        self._has_client = False  # value holds it
        self.value = None  # the SSLContext, None: to be made
        self.makes = 0  # times it was made

    def prepare(self):
        """See to it that `value` fits the credentials. Return TLS_NONE or why it cannot."""
        is_old = self._made_at != self.credentials.changed
        if is_old or self._has_client != self.shows_client:
            self.renew()
        if self.value is not None:
            return TLS_NONE
        try:
            cause = self._make()
        except MemoryError:
            cause = TLS_NO_HEAP
        except ValueError:
            cause = TLS_OWN_FILES
        except OSError as error:
            cause = TLS_NO_HEAP if error.errno == _ENOMEM else TLS_OWN_FILES
        if cause != TLS_NONE:
            self.value = None
        return cause

    def renew(self):
        """Forget it: the next prepare() makes another."""
        self.value = None

    def _make(self):
        tls, credentials = self._tls, self.credentials
        self._made_at = credentials.changed
        self._has_client = self.shows_client
        context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        context.verify_mode = tls.CERT_REQUIRED
        context.set_ciphers(_CIPHERS)
        has_root = False
        for root in credentials.roots():
            context.load_verify_locations(root)
            has_root = True
        if not has_root:
            return TLS_NO_ROOT
        if self.shows_client:
            chain, key = credentials.client_chain(), credentials.client_key()
            if not chain or key is None:
                return TLS_OWN_FILES
            for certificate in chain:  # the leaf first; mbedtls sends all that were loaded
                context.load_cert_chain(certificate, key)
        self.value = context
        self.makes += 1
        return TLS_NONE
