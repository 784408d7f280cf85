"""FakeSockets: a socket module without a network; each socket remembers what was done to it."""

import errno


class FakeSocket:
    """`sent` was written; `replies` are what readinto gives: bytes, or an errno to raise."""

    def __init__(self, kind):
        self.kind = kind
        self.address = None
        self.sent = []
        self.replies = []
        self.connect_errno = 0
        self.write_errno = 0
        self.is_closed = False
        self.is_blocking = True

    def setblocking(self, is_blocking):
        self.is_blocking = is_blocking

    def connect(self, address):
        self.address = address
        if self.connect_errno:
            raise OSError(self.connect_errno, "connect")

    def write(self, buf, at, count):
        if self.write_errno:
            raise OSError(self.write_errno, "write")
        self.sent.append(bytes(buf[at : at + count]))
        return count

    def readinto(self, buf):
        if not self.replies:
            return None
        reply = self.replies.pop(0)
        if not isinstance(reply, bytes):
            raise OSError(reply, "read")
        count = min(len(reply), len(buf))
        buf[:count] = reply[:count]
        return count

    def close(self):
        self.is_closed = True


class FakeSockets:
    """`made` holds every socket; `connect_errno` and `write_errno` are given to new ones."""

    AF_INET = 2
    SOCK_STREAM = 1
    SOCK_DGRAM = 2

    def __init__(self):
        self.made = []
        self.connect_errno = 0
        self.write_errno = 0
        self.looked_up = []

    def socket(self, family, kind):
        made = FakeSocket(kind)
        made.connect_errno = self.connect_errno
        made.write_errno = self.write_errno
        self.made.append(made)
        return made

    def getaddrinfo(self, host, port):
        """Refuse names as a real one would: by blocking for long, which a test must not see."""
        self.looked_up.append(host)
        if not host.replace(".", "").isdigit():
            raise OSError(errno.EINVAL, "name")
        return [(self.AF_INET, 0, 0, "", (host, port))]
