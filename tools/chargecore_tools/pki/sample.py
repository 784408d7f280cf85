"""Sample: one certificate of a lab PKI and the files in which it stands."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key


class Sample:
    """Paths of its files; read when asked."""

    def __init__(self, folder, facts):
        self.name = facts["name"]
        self.what = facts["what"]
        self.kind = facts["kind"]
        self.issuer = facts["issuer"]  # name of the sample that signed it, "" = itself
        self._stem = folder / facts["folder"] / self.name

    def _path(self, ending):
        return self._stem.with_name(self.name + ending)

    @property
    def pem(self):
        """Return the path of the certificate alone, PEM."""
        return self._path(".pem")

    @property
    def der(self):
        """Return the path of the certificate alone, DER."""
        return self._path(".der")

    @property
    def chain_pem(self):
        """Return the path of the certificate and its intermediates, PEM; a CA has none."""
        return self._path(".chain.pem")

    @property
    def key_pem(self):
        """Return the path of the private key, PEM."""
        return self._path(".key.pem")

    @property
    def key_der(self):
        """Return the path of the private key, DER as MicroPython's tls reads it."""
        return self._path(".key.der")

    @property
    def certificate(self):
        """Return the certificate of `cryptography`."""
        return x509.load_pem_x509_certificate(self.pem.read_bytes())

    @property
    def key(self):
        """Return the private key of `cryptography`."""
        return load_pem_private_key(self.key_pem.read_bytes(), None)

    @property
    def chain_der(self):
        """Return the certificate and its intermediates, each as DER bytes, as they are sent."""
        chain = x509.load_pem_x509_certificates(self.chain_pem.read_bytes())
        return [one.public_bytes(Encoding.DER) for one in chain]
