"""TlsStream: TLS 1.2 over a TcpStream, by the protocol of net/__init__.py, never blocking.

Called by: connection, websocket, transfer and its clients.
Never: makes a connection whose certificate, name or date was not checked; keeps a name or a root
longer than the connection they belong to, but for the name of an unchecked host.
Heap: 23 KiB for mbedtls while a connection is open, 30 KiB while it handshakes (P-256); in Python
a few objects per connection, nothing to send and receive.

One call is at most one operation with a key (RecordGate): on a chip a few hundred ms, with the
safety step before and after. After secure() has failed, `cause` says why.
"""

import errno
import gc

from micropython import const

from chargecore.base.codes import E_IO, OK
from chargecore.base.tls_causes import (
    TLS_LOST,
    TLS_NO_HEAP,
    TLS_NONE,
    TLS_NOT_ASKED,
    TLS_PROTOCOL,
    TLS_WRONG_NAME,
)
from chargecore.net.server_name import name_in
from chargecore.net.tls_gate import RecordGate
from chargecore.net.tls_verdict import cause_of_error, cause_of_flaws

_WRITE_MAX = const(4096)  # what one record of mbedtls takes: MBEDTLS_SSL_OUT_CONTENT_LEN
_NOTHING = b"\0"


class TlsStream:
    """`tcp` carries it and is used by nobody else meanwhile. reserve_b: see boards/README.md.

    is_strict: the name is checked even where credentials.verify_host is false: files, whose
    servers the operator of the network names.
    """

    is_tls = True

    def __init__(self, tcp, context, tick, reserve_b=0):
        self._tcp = tcp
        self._context = context  # TlsContext, maybe shared
        self._tick = tick
        self._gate = RecordGate(tcp, tick)
        self._certificate_seen = self._see_certificate
        self._reserve_b = reserve_b
        self.is_strict = False
        self._is_mutual = False  # the server has to ask for our certificate
        self._read_buf = bytearray(1)
        self._reserve = bytearray(reserve_b) if reserve_b else None  # the hole mbedtls will fill
        self._sock = None  # the TLS object, None before secure() and after close()
        self._host = ""
        self._given_name = ""  # what the certificate of this unchecked host calls itself
        self._given_host = ""  # and the host that gave it
        self._tried_name = ""  # what the running handshake looks for
        self.wants_again = False  # the next handshake looks for another name: no need to wait
        self._is_flushing = False  # mbedtls holds a record that we have said was taken
        self.root = b""  # DER of the root that the last good handshake ended at
        self.cause = TLS_NONE  # TLS_* of the last failure
        self.errno = 0  # of the last E_IO; 0: the other side has closed

    @property
    def alert(self):
        """Return the alert of the server's that has ended the handshake, -1 for none."""
        return self._gate.alert

    def open(self, ip_text, port):
        """Begin to connect; return OK or E_IO."""
        self.close()
        self.cause = TLS_NONE
        code = self._tcp.open(ip_text, port)
        self.errno = self._tcp.errno
        return code

    def poll_connected(self):
        """Return 1 when TCP is connected, 0 not yet, E_IO when it will not come to that."""
        code = self._tcp.poll_connected()
        self.errno = self._tcp.errno
        return code

    def set_mutual(self, is_mutual):
        """Set whether the server has to ask for our certificate (security profile 3)."""
        self._is_mutual = is_mutual
        self._context.shows_client = is_mutual

    def secure(self, host):
        """Begin the handshake with host (bytes) on the connected stream. Return OK or E_IO."""
        self._host = host.decode()
        self._gate.reset()
        self._is_flushing = False
        self.root = b""
        if self._reserve is not None:
            self._reserve = None
            gc.collect()
        cause = self._context.prepare()
        if cause != TLS_NONE:
            return self._refused(cause)
        name = self._host
        if not self._checks_name and self._given_host == name:
            name = self._given_name
        self._tried_name = name
        self.wants_again = False
        try:
            self._sock = self._context.value.wrap_socket(
                self._gate, server_hostname=name, do_handshake_on_connect=False
            )
        except MemoryError:
            return self._refused(TLS_NO_HEAP)
        except (OSError, ValueError) as error:
            return self._refused(self._cause_of(error))
        return OK

    def poll_secured(self):
        """Go on with the handshake. Return 1 done, 0 not yet, E_IO failed."""
        if self._sock is None:
            return E_IO
        context = self._context.value
        if context is None:  # renewed in the middle
            return self._refused(TLS_LOST)
        context.verify_callback = self._certificate_seen
        try:
            count = self._sock.readinto(self._read_buf)
        except MemoryError:
            return self._refused(TLS_NO_HEAP)
        except (OSError, ValueError) as error:
            return self._refused(self._cause_of(error))
        if count is not None:  # nobody may send before the handshake is over
            return self._refused(TLS_LOST if count == 0 else TLS_PROTOCOL)
        if not self._gate.is_done:
            return 0
        if self._is_mutual and not self._gate.is_asked:
            return self._refused(TLS_NOT_ASKED)
        self._gate.is_open = True
        return 1

    def readinto(self, buf):  # HOT
        """Return how many bytes were read, 0 for none now, E_IO when the connection has ended."""
        if self._sock is None:
            return E_IO
        try:
            if self._is_flushing:
                self._flush()
            count = self._sock.readinto(buf)
        except OSError as error:
            return self._failed(error)
        if count:
            return count
        # mbedtls tells close_notify nobody when data came in the same call, and calls a connection
        # that is cut off ended, too: the gate knows better.
        if self._gate.is_ended:
            self.errno = 0
        elif count is None:
            return 0
        else:
            self.errno = errno.ECONNRESET
        return E_IO

    def write(self, buf, at, count):  # HOT
        """Return how many bytes of buf[at:at + count] were taken, or E_IO when it has ended.

        When the socket takes none of a record, mbedtls has made it all the same, and would not
        look at what it is offered then: so its bytes count as taken, and it goes out first.
        """
        if self._sock is None:
            return E_IO
        try:
            if self._is_flushing and not self._flush():
                return 0
            count = min(count, _WRITE_MAX)
            taken = self._sock.write(buf, at, count)
        except OSError as error:
            return self._failed(error)
        if taken is None:
            self._is_flushing = True
            return count
        return taken

    def flush(self):
        """Return 1 when all that was taken has left, 0 not yet, or E_IO."""
        if not self._is_flushing:
            return 1
        try:
            return 1 if self._flush() else 0
        except OSError as error:
            return self._failed(error)

    def close(self):
        """Give everything back. Calling it again does nothing."""
        sock = self._sock
        if sock is not None:
            self._sock = None
            sock.close()
            sock = None
        self._tcp.close()
        if self._reserve_b and self._reserve is None:
            gc.collect()
            try:
                self._reserve = bytearray(self._reserve_b)
            except MemoryError:
                pass  # the next handshake may fail; two in a row end in a reset

    def renew(self):
        """Make what is kept for all connections anew with the next one."""
        self._context.renew()
        self._given_host = ""

    def _flush(self):  # HOT
        """Send what mbedtls holds. Return False when the socket does not take it yet.

        Errors: OSError. While a record waits, mbedtls does not look at what it is offered.
        """
        if self._sock.write(_NOTHING, 0, 1) is None:
            return False
        self._is_flushing = False
        return True

    def _see_certificate(self, der, depth):
        """A certificate of the chain, the root first, 0 is the server's. Called out of mbedtls."""
        self._tick()
        try:
            if not self.root:
                self.root = bytes(der)
            if depth == 0 and not self._checks_name:
                self._given_name = name_in(der)
        except MemoryError:
            pass  # nobody will know which root it was, or what the server calls itself
        return 0

    def _cause_of(self, error):
        """Return the cause for an exception of the tls module."""
        if isinstance(error, OSError):
            self.errno = error.errno or 0
            if self.errno > 0:
                self._gate.drain()  # a server says why, and closes while we still send
            return cause_of_error(self.errno, self._gate)
        cause = cause_of_flaws(str(error))
        if cause == TLS_WRONG_NAME and not self._checks_name:
            self._given_host = self._host
            self.wants_again = self._given_name not in ("", self._tried_name)
        return cause

    @property
    def _checks_name(self):
        return self.is_strict or self._context.credentials.verify_host

    def _refused(self, cause):
        self.cause = cause
        return E_IO

    def _failed(self, error):
        """Tell why an open connection has ended; one cut off without a word is no clean end."""
        number = error.errno or 0
        self.errno = number if number > 0 else errno.ECONNRESET
        return E_IO
