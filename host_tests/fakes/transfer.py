"""FakeTransfer: moves files as fast as the test says; FakeNetwork hands it out."""


class FakeTransfer:
    """`files` are what servers have, by URL; `sent` what was brought, as (url, name, bytes).

    results: what the next transfers come to, WHY_* or a number of bytes after which one ends with
    WHY_LOST; empty: all is well. is_held: nothing moves.
    """

    def __init__(self):
        self.files = {}
        self.sent = []
        self.asked = []  # (url, from_b)
        self.results = []
        self.is_held = False
        self.is_busy = False
        self.failure = 0
        self.stops = 0
        self._job = None
        self._buf = bytearray(256)

    def get(self, url, sink, from_b, now_ms):
        self.asked.append((url, from_b))
        self._job = ("get", url, sink, from_b)
        self.is_busy = True

    def put(self, url, source, now_ms):
        self.asked.append((url, 0))
        self._job = ("put", url, source, 0)
        self.is_busy = True

    def stop(self):
        self.stops += 1
        self.is_busy = False
        self._job = None

    def poll(self, now_ms):
        if self.is_held:
            return 0
        kind, url, end, from_b = self._job
        self.is_busy = False
        result = self.results.pop(0) if self.results else 1
        if result < 0:
            return result
        if kind == "put":
            return self._put(url, end)
        if url not in self.files:
            return -8
        data = self.files[url]
        last_b = len(data) if result == 1 else result
        for at in range(from_b, last_b, 200):
            part = bytearray(data[at : min(at + 200, last_b)])
            code = end.take(part, 0, len(part))
            if code:
                return -10
        return 1 if result == 1 else -5

    def _put(self, url, source):
        data = bytearray()
        while len(data) < source.length_b:
            count = source.fill(self._buf)
            if count == 0:
                return -10
            data.extend(self._buf[:count])
        self.sent.append((url, source.name, bytes(data)[: source.length_b]))
        return 1


class FakeNetwork:
    """What net.builder gives out."""

    def __init__(self, connection, channel, backoff, liveness):
        self.connection = connection
        self.channel = channel
        self.backoff = backoff
        self.liveness = liveness
        self.transfer = FakeTransfer()
        self.guard = None
        self.tls = None  # what enable_tls() was called with
        self.tls_stalls = False

    def enable_tls(self, credentials, kept_time, sntp_host):
        self.tls = credentials, kept_time, sntp_host

    def make_transfer(self):
        return self.transfer
