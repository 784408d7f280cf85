"""BenchCredentials: what TLS trusts and shows in a bench, out of the folder of tls_peer."""


class BenchCredentials:
    """The protocol of firmware/chargecore/net."""

    verify_host = True
    changed = 0

    def __init__(self, folder):
        self._folder = folder

    def _read(self, name):
        with open(self._folder + "/" + name, "rb") as file:
            return file.read()

    def roots(self):
        """Return the root of the server."""
        return [self._read("ca.der")]

    def client_chain(self):
        """Return our own certificate."""
        return [self._read("client.der")]

    def client_key(self):
        """Return its key."""
        return self._read("client.key.der")
