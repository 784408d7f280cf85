"""Credentials: what a TLS connection trusts and shows, out of the keystore.

Called by: TLS (the protocol is in net/__init__.py), and the certificate messages.
Heap: none kept; certificates and the key while TLS or a message asks for them.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import E_MISSING
from chargecore.store.keystore import KIND_MAKER_ROOT, KIND_SERVER_ROOT, KIND_STATION, unpack

_NO_ROW = const(-1)


class Credentials:
    """Of the certificates of the station the newest that is valid already counts (A02.FR.09).

    One that a server refuses is passed over once, for the one before.
    """

    def __init__(self, keystore, clock, verify_host=True):
        self.keystore = keystore
        self._clock = clock
        self.verify_host = verify_host
        self.used_row = E_MISSING  # of the root that secures the latest connection
        self.working_row = E_MISSING  # of our certificate in it
        self.has_connected = False  # a connection has opened; whoever acts on it clears this
        self.is_reconnect_due = False  # there is a new certificate; likewise
        self._passed_over_row = _NO_ROW
        self._renewals = 0  # changes that are not the keystore's

    @property
    def changed(self):  # HOT
        """A number that is another one when roots() or the client certificate are."""
        return self.keystore.changes + self._renewals

    # ---- what TLS asks ----

    def roots(self):
        """Return the DER of every CentralSystemRootCertificate, the newest first."""
        return self._contents(KIND_SERVER_ROOT)

    def client_chain(self):
        """Return the DER of our certificates, leaf first; empty without one."""
        return self._station()[1:]

    def client_key(self):
        """Return our private key as DER, None without one."""
        parts = self._station()
        return parts[0] if parts else None

    def used_root(self, der):
        """Take the root that the server's certificate was verified with; b"": none was."""
        self.used_row = self.keystore.find(KIND_SERVER_ROOT, der) if der else E_MISSING

    def connected(self):
        """A connection with all this has opened: the next one begins with the newest again."""
        self.has_connected = True
        self.working_row = self.station_row()
        self._pass_over(_NO_ROW)

    def refused(self):
        """The server did not take our certificate: try the other one next, if there is one."""
        is_first = self._passed_over_row == _NO_ROW
        self._pass_over(self.station_row() if is_first else _NO_ROW)

    def _pass_over(self, row):
        if row != self._passed_over_row:
            self._passed_over_row = row
            self.renew()

    def renew(self):
        """Have the next connection ask for everything again."""
        self._renewals += 1

    # ---- what the protocol asks ----

    def maker_roots(self):
        """Return the DER of every ManufacturerRootCertificate, the newest first."""
        return self._contents(KIND_MAKER_ROOT)

    @property
    def has_root(self):
        """Whether the certificate of a server can be verified at all."""
        return bool(self.keystore.rows(KIND_SERVER_ROOT))

    @property
    def has_client(self):
        """Whether there is a certificate of ours to show."""
        return bool(self.keystore.rows(KIND_STATION))

    def station_row(self):
        """Return the row of the certificate to show, -1 without one."""
        rows = self.keystore.rows(KIND_STATION)
        others = [row for row in rows if row != self._passed_over_row]
        row = self._newest(others)
        return row if row != _NO_ROW else self._newest(rows)

    def _newest(self, rows):
        """Return the row whose validity began last, of those where it has begun."""
        keystore = self.keystore
        now_s = self._clock.wall_s()
        best = _NO_ROW
        for row in rows:
            begins_s = keystore.not_before_s(row)
            if now_s != WALL_UNKNOWN and begins_s > now_s:
                continue
            if best == _NO_ROW or begins_s > keystore.not_before_s(best):
                best = row
        return best

    def _station(self):
        row = self.station_row()
        packed = self.keystore.read(row) if row != _NO_ROW else None
        return unpack(packed) if packed is not None else []

    def _contents(self, kind):
        found = [self.keystore.read(row) for row in self.keystore.rows(kind)]
        return [der for der in found if der is not None]
