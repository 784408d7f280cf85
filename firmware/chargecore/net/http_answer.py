"""answer(): an HTTP answer as the pieces that are written, one behind the other.

Called by: HttpCaller for refusals, setup.desk for pages. Heap: the pieces.
Every answer ends its connection and is kept by nobody.
"""

_REASONS = {
    200: b"OK",
    302: b"Found",
    400: b"Bad Request",
    403: b"Forbidden",
    405: b"Method Not Allowed",
    408: b"Request Timeout",
    411: b"Length Required",
    413: b"Content Too Large",
    415: b"Unsupported Media Type",
    417: b"Expectation Failed",
    431: b"Request Header Fields Too Large",
    501: b"Not Implemented",
    503: b"Service Unavailable",
    505: b"HTTP Version Not Supported",
}
_HEAD = (
    b"HTTP/1.1 %d %s\r\nContent-Length: %d\r\nConnection: close\r\nCache-Control: no-store\r\n"
    b"X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
    b"Referrer-Policy: same-origin\r\n%s\r\n"
)


def answer(status, pieces, headers=b""):
    """Return head and pieces (bytes). headers: more of them, each with its line end."""
    length = sum([len(piece) for piece in pieces])
    return [_HEAD % (status, _REASONS[status], length, headers)] + pieces


def plain(status, text, headers=b""):
    """Return an answer of one line of text (bytes)."""
    headers += b"Content-Type: text/plain; charset=utf-8\r\n"
    return answer(status, [text + b"\n"], headers)


def refusal(status):
    """Return the answer to a request that makes no sense."""
    headers = b"Allow: GET, POST\r\n" if status == 405 else b""
    return plain(status, _REASONS[status], headers)
