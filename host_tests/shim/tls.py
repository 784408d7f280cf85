"""tls for CPython: MicroPython's module over OpenSSL, as far as the firmware uses it.

Like mbedtls it asks its stream for a record's head, then for its body, hands records over one by
one, leaves when the stream says None, and tells what is wrong in mbedtls's words and numbers.
"""

import ssl
import tempfile

CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED = range(3)
PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER = range(2)

_HEAD_LEN = 5
_ALERT, _EOF, _PROTOCOL = -0x7780, -0x7280, -0x7200
_EXPIRED, _NOT_YET, _NAME, _IP = 10, 9, 62, 64  # X509_V_ERR_*
_FLAWS = {
    _EXPIRED: "The certificate validity has expired\n",
    _NOT_YET: "The certificate validity starts in the future\n",
    _NAME: "The certificate Common Name (CN) does not match with the expected CN\n",
    _IP: "The certificate Common Name (CN) does not match with the expected CN\n",
}
_UNTRUSTED = "The certificate is not correctly signed by the trusted CA\n"


def _name_of(suite):
    """Return OpenSSL's name of a suite."""
    name = suite.removeprefix("TLS-").replace("-WITH", "").replace("AES-", "AES")
    return name.removeprefix("RSA-")  # static RSA has no prefix there


def _as_pem(der, kind):
    body = ssl.DER_cert_to_PEM_cert(der)
    return body if kind == "CERTIFICATE" else body.replace("CERTIFICATE", kind)


class SSLContext:
    """What modtls calls by that name."""

    def __init__(self, protocol):
        self.is_server = protocol == PROTOCOL_TLS_SERVER
        kind = ssl.PROTOCOL_TLS_SERVER if self.is_server else ssl.PROTOCOL_TLS_CLIENT
        self.context = ssl.SSLContext(kind)
        self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.verify_mode = CERT_NONE if self.is_server else CERT_REQUIRED
        self.verify_callback = None
        self._chain = []

    def set_ciphers(self, names):
        self.context.set_ciphers(":".join(_name_of(name) for name in names))

    def load_verify_locations(self, der):
        if not isinstance(der, bytes):
            raise TypeError("bytes only")
        try:
            self.context.load_verify_locations(cadata=der)
        except ssl.SSLError:
            raise ValueError("invalid cert") from None

    def load_cert_chain(self, certificate, key):
        self._chain.append(_as_pem(certificate, "CERTIFICATE"))
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(_as_pem(key, "EC PRIVATE KEY") + "".join(self._chain))
            file.flush()
            try:
                self.context.load_cert_chain(file.name)
            except ssl.SSLError:
                raise ValueError("invalid key") from None

    def wrap_socket(
        self, sock, server_side=False, server_hostname=None, do_handshake_on_connect=True
    ):
        if self.verify_mode == CERT_REQUIRED and server_hostname is None:
            raise ValueError("CERT_REQUIRED requires server_hostname")
        return _SSLSocket(self, sock, server_side, server_hostname)


class _SSLSocket:
    """A TLS object over whatever has readinto and write."""

    def __init__(self, context, stream, is_server, name):
        self._context = context
        self._stream = stream
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        name = None if is_server else name
        self._tls = context.context.wrap_bio(self._in, self._out, is_server, name)
        self._record = bytearray()  # what has come of the record being read
        self._unsent = bytearray()  # records that the stream has not taken
        self._is_done = False
        self._is_held = False  # a record was made of what write() refused
        self._errno = 0

    def readinto(self, buf):
        data = self._run(lambda: self._tls.read(len(buf)))
        if data is None:
            return None
        buf[: len(data)] = data
        return len(data)

    def write(self, buf, at=0, count=None):
        count = len(buf) - at if count is None else count
        if self._unsent and not self._flush():
            return None
        if self._is_held:
            self._is_held = False
            return count  # the old record went out; this one was not looked at
        taken = self._run(lambda: self._tls.write(bytes(buf[at : at + count])))
        if taken is not None and self._unsent:
            self._is_held = True
            return None
        return taken

    def close(self):
        self._tls = None

    def _run(self, what):
        """Do it, with the handshake before it if it is due. None: later."""
        if self._errno:
            raise OSError(self._errno)
        while self._flush():
            try:
                result = self._handshake() and what()
                self._flush()
                return None if result is False else result
            except ssl.SSLWantReadError:
                if not self._flush() or not self._read_record():
                    return None
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLError as error:
                self._flush()
                self._fail(error)
        return None

    def _handshake(self):
        """Return whether the handshake is over and all of it has left."""
        if self._is_done:
            return True
        self._tls.do_handshake()
        self._is_done = True
        self._tell_chain()
        return self._flush()

    def _fail(self, error):
        if isinstance(error, ssl.SSLCertVerificationError):
            self._errno = -0x2700
            self._tell_chain()
            raise ValueError(_FLAWS.get(error.verify_code, _UNTRUSTED)) from None
        self._errno = _PROTOCOL
        if "ALERT" in (error.reason or ""):
            self._errno = _ALERT
        elif isinstance(error, ssl.SSLEOFError):
            self._errno = _EOF
        raise OSError(self._errno) from None

    def _tell_chain(self):
        callback = self._context.verify_callback
        if callback is None:
            return
        chain = self._tls._sslobj.get_verified_chain() or self._tls._sslobj.get_unverified_chain()
        for depth, certificate in reversed(list(enumerate(chain or []))):
            callback(memoryview(ssl.PEM_cert_to_DER_cert(certificate.public_bytes())), depth)

    def _flush(self):
        """Write record by record. Return whether all has gone."""
        self._unsent.extend(self._out.read())
        while self._unsent:
            length = _HEAD_LEN + int.from_bytes(self._unsent[3:5], "big")
            taken = self._stream.write(self._unsent[:length])
            if taken is None:
                return False
            if taken < 0:
                self._errno = -taken
                raise OSError(-taken)
            self._unsent = self._unsent[taken:]
            if taken < length:
                return False
        return True

    def _read_record(self):
        """Read on the record that comes. Return whether it is whole now."""
        while True:
            want = _HEAD_LEN - len(self._record)
            if want <= 0:
                want = int.from_bytes(self._record[3:5], "big") + _HEAD_LEN - len(self._record)
                if want == 0:
                    self._in.write(bytes(self._record))
                    self._record = bytearray()
                    return True
            buf = bytearray(want)
            count = self._stream.readinto(buf)
            if count is None:
                return False
            if count <= 0:
                self._errno = -count or _EOF
                raise OSError(self._errno)
            self._record.extend(buf[:count])
