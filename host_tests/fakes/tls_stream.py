"""FakeTlsStream: a FakeStream with the handshake in the test's hand."""

from chargecore.base.codes import E_IO, OK
from chargecore.base.tls_causes import TLS_NONE
from fakes.stream import FakeStream


class FakeTlsStream(FakeStream):
    """`hosts`: what secure() was called with. `secured`: what poll_secured() returns."""

    is_tls = True

    def __init__(self):
        super().__init__()
        self.hosts = []
        self.secure_result = OK
        self.secured = 1
        self.cause = TLS_NONE
        self.alert = -1
        self.root = b"root"
        self.wants_again = False
        self.wrong_names = 0  # handshakes that fail for the name, and know another one
        self.is_strict = False
        self.is_mutual = False
        self.renewals = 0

    def secure(self, host):
        self.hosts.append(host)
        self.wants_again = False
        return self.secure_result

    def poll_secured(self):
        if self.wrong_names:
            self.wrong_names -= 1
            self.wants_again = True
            return E_IO
        return self.secured

    def set_mutual(self, is_mutual):
        self.is_mutual = is_mutual

    def renew(self):
        self.renewals += 1
