"""FileUrl: where a file lies or goes: http, https, ftp and ftps URLs taken apart.

Called by: transfer. Heap: the parts, while a file is moved.
Source: RFC 3986, RFC 1738 §3.2 for the path of ftp.
"""

from micropython import const

from chargecore.base.codes import E_LENGTH, E_SYNTAX, OK
from chargecore.base.errors import ConfigError
from chargecore.net.url import authority_end, check_characters, split_port

_URL_MAX = const(512)  # also of a redirect
#         scheme      ftp    TLS    port
_SCHEMES = (
    (b"http://", False, False, 80),
    (b"https://", False, True, 443),
    (b"ftp://", True, False, 21),
    (b"ftps://", True, True, 21),
)
_IMPLICIT_PORT = const(990)  # TLS from the first byte; on any other port it is asked for
_HEX = b"0123456789abcdef"


class FileUrl:
    """set() fills it; all texts are bytes. user None: the URL names none."""

    def __init__(self):
        self.is_ftp = False
        self.is_tls = False
        self.asks_for_tls = False  # ftps that begins in the clear (RFC 4217 §4)
        self.scheme = b""
        self.host = b""  # lower case
        self.host_header = b""  # as it was given, with the port if it has one
        self.port = 0
        self.path = b""  # from the slash; of an ftp URL decoded, and relative to the login
        self.user = None  # decoded, as password
        self.password = b""

    def set(self, url):
        """Take a URL apart. Return OK, E_LENGTH or E_SYNTAX."""
        if len(url) > _URL_MAX:
            return E_LENGTH
        for scheme, is_ftp, is_tls, port in _SCHEMES:
            if url[: len(scheme)].lower() == scheme:
                self.scheme = scheme
                self.is_ftp = is_ftp
                self.is_tls = is_tls
                self.port = port
                try:
                    return self._take(url[len(scheme) :])
                except ConfigError:
                    return E_SYNTAX
        return E_SYNTAX

    def _take(self, rest):
        """Read what stands behind the scheme. Errors: ConfigError."""
        check_characters(rest)
        end = authority_end(rest)
        authority, path = rest[:end], rest[end:]
        self.user, self.password = None, b""
        at = authority.rfind(b"@")
        if at >= 0:
            user, _, password = authority[:at].partition(b":")
            self.user = percent_decoded(user)
            self.password = percent_decoded(password)
            authority = authority[at + 1 :]
        self.host_header = authority
        self.host = split_port(self, authority)
        self.asks_for_tls = self.is_ftp and self.is_tls and self.port != _IMPLICIT_PORT
        if self.is_ftp:
            self.path = percent_decoded(path)[1:]
        else:
            self.path = path if path[:1] == b"/" else b"/" + path
        return OK

    def add_name(self, name):
        """Put a name behind the directory. An http URL with a query names a file already."""
        if not self.is_ftp and b"?" in self.path:
            return
        path = self.path
        if path and path[-1:] != b"/":
            path += b"/"
        self.path = path + name

    def moved_to(self, location):
        """Return the URL that a Location header means. Source: RFC 3986 §5.2."""
        colon = location.find(b":")
        if 0 < colon < 6:
            return location
        if location[:2] == b"//":
            return self.scheme[:-2] + location
        base = self.scheme + self.host_header
        if location[:1] == b"/":
            return base + location
        path = self.path.partition(b"?")[0]
        return base + path[: path.rfind(b"/") + 1] + location


def percent_decoded(text):
    """Return text with its %XX decoded. Errors: ConfigError for a bad one, or a control byte."""
    out = bytearray()
    at = 0
    while at < len(text):
        byte = text[at]
        at += 1
        if byte == 0x25:
            digits = text[at : at + 2].lower()
            if len(digits) != 2 or digits[:1] not in _HEX or digits[1:] not in _HEX:
                raise ConfigError("url")
            byte = _HEX.find(digits[:1]) << 4 | _HEX.find(digits[1:])
            at += 2
        if byte < 32 or byte == 127:
            raise ConfigError("url")
        out.append(byte)
    return bytes(out)
