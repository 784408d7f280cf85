"""FakeConnection: the connection as the protocol adapter sees it; remembers what it was told."""

from fakes.stream import FakeStream


class FakeTlsAttempt:
    """What a connection knows of TLS."""

    def __init__(self):
        self.cause = 0
        self.heap_failures = 0
        self.is_energised = None
        self.made_with = None

    def set(self, make, clock):
        self.made_with = make, clock


class FakeConnection:
    """`history` holds (name, values) of every command."""

    def __init__(self):
        self.history = []
        self.on_open = None
        self.on_close = None
        self.is_open = False
        self.is_ended_by_server = False
        self.link_up = True
        self.connects = 0
        self.failures = 0
        self.refusals = 0
        self.polls = 0
        self.stream = FakeStream()
        self.tls = FakeTlsAttempt()
        self.last_http_status = 0
        self.on_failure = None

    def set_callbacks(self, on_open, on_close):
        self.on_open = on_open
        self.on_close = on_close

    def set_on_failure(self, on_failure):
        self.on_failure = on_failure

    def configure(self, url, identity, auth_key, is_tls=None, is_mutual=False):
        self.history.append(("configure", url, identity, auth_key))
        self.is_tls = is_tls
        self.is_mutual = is_mutual

    def confirmed(self):
        self.history.append(("confirmed",))

    def reconnect_now(self):
        self.history.append(("reconnect_now",))

    @property
    def reconnects(self):
        """How often it was told to connect anew."""
        return self.names().count("reconnect_now")

    def drop(self, code):
        self.history.append(("drop", code))

    def poll(self, now_ms):
        self.polls += 1

    def names(self):
        """Return the names of the commands, in order."""
        return [row[0] for row in self.history]
