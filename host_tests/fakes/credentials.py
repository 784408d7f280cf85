"""FakeCredentials: what TLS trusts and shows, in RAM; remembers what TLS told it."""


class FakeCredentials:
    """The protocol of net/__init__.py."""

    def __init__(self, roots=(), chain=(), key=None):
        self.root_list = list(roots)
        self.chain = list(chain)
        self.key = key
        self.verify_host = True
        self.changed = 0
        self.has_root = bool(roots)
        self.has_client = key is not None
        self.history = []

    def roots(self):
        return self.root_list

    def client_chain(self):
        return self.chain

    def client_key(self):
        return self.key

    def used_root(self, der):
        self.history.append(("used_root", der))

    def connected(self):
        self.history.append(("connected",))

    def refused(self):
        self.history.append(("refused",))
