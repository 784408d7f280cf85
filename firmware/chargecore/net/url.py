"""The server's URL taken apart, and the charge point's identity put into it.

Called by: connection.configure(), at boot and when the URL is changed. Heap: some, then.
"""

from micropython import const

from chargecore.base.errors import ConfigError

_ID_MARK = b"{id}"
_PORT_WS = const(80)
_PORT_WSS = const(443)
_HEX = b"0123456789ABCDEF"
_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"


class Url:
    """A ws:// or wss:// URL.

    Without more, the identity goes behind the path with exactly one slash between them. Where a
    server wants it otherwise (a slash behind the identity, say), {id} in the URL marks the place
    and every other character stays as given. is_tls, when given, counts instead of the scheme; the
    port is the scheme's own only when the URL has none.
    Errors: ConfigError("url") or ConfigError("identity").
    """

    def __init__(self, url, identity, is_tls=None):
        if url[:5].lower() == b"ws://":
            self.is_tls = False
            rest = url[5:]
        elif url[:6].lower() == b"wss://":
            self.is_tls = True
            rest = url[6:]
        else:
            raise ConfigError("url")
        if is_tls is not None:
            self.is_tls = is_tls
        check_characters(rest)
        end = authority_end(rest)
        self.port = _PORT_WSS if self.is_tls else _PORT_WS
        self.host_header = rest[:end]  # bytes, with the port when the URL has one
        self.host = split_port(self, rest[:end])  # bytes, lower case
        self.path = _with_identity(rest[end:], percent_encoded(identity))  # bytes, from the slash


def percent_encoded(identity):
    """Return identity, which is UTF-8, fit for a path. Source: RFC 3986 §2."""
    if not identity:
        raise ConfigError("identity")
    out = bytearray()
    for byte in identity:
        if byte in _UNRESERVED:
            out.append(byte)
        else:
            out.append(0x25)
            out.append(_HEX[byte >> 4])
            out.append(_HEX[byte & 15])
    return bytes(out)


def check_characters(rest):
    """Refuse what would break the request line, and parts that no URL of ours has."""
    for byte in rest:
        if byte <= 32 or byte >= 127 or byte in b'#"<>\\^`|':
            raise ConfigError("url")


def authority_end(rest):
    """Return the index behind host and port."""
    end = len(rest)
    for mark in (b"/", b"?"):
        at = rest.find(mark)
        if at >= 0:
            end = min(end, at)
    return end


def split_port(url, authority):
    """Return the host and set url.port. IPv6 addresses and user:password@ are refused."""
    if b"@" in authority or b"[" in authority:
        raise ConfigError("url")
    host, colon, port = authority.partition(b":")
    if not host or len(host) > 253:
        raise ConfigError("url")
    if colon:
        if not port.isdigit() or len(port) > 5 or not 1 <= int(port) <= 65535:
            raise ConfigError("url")
        url.port = int(port)
    return host.lower()


def _with_identity(path, identity):
    """Return the path of the request. A query stays behind the identity."""
    if _ID_MARK in path:
        path = path.replace(_ID_MARK, identity)
        return path if path[:1] == b"/" else b"/" + path
    path, question, query = path.partition(b"?")
    return path.rstrip(b"/") + b"/" + identity + question + query
