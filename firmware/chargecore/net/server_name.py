"""name_in(): what a server's certificate calls itself. For stations that check no host name.

Called by: TlsStream, when verify_csms_host is false: mbedtls always compares a name, so it is told
the one that it will find; chain and dates are checked as ever. What this returns proves nothing,
so it need not understand the certificate: it looks for the names by their tags.
Source: RFC 5280 §4.2.1.6, §4.1.2.6. Heap: the name.
"""

from micropython import const

_ALT_NAMES = b"\x06\x03\x55\x1d\x11"  # OID 2.5.29.17
_COMMON_NAME = b"\x06\x03\x55\x04\x03"  # OID 2.5.4.3, the last one is the subject's
_DNS_NAME = const(0x82)
_IP_ADDRESS = const(0x87)
_NAME_MAX = const(127)  # a length of one byte
_CERTIFICATE_MAX = const(4096)
_HEADS_MAX = const(16)  # bytes between the OID and the first of the names


def name_in(der):
    """Return the first alternative name or the common name, as text; "": there is none."""
    data = bytes(memoryview(der)[:_CERTIFICATE_MAX])
    at = data.find(_ALT_NAMES)
    if at < 0:
        at = data.rfind(_COMMON_NAME)
        return _name_at(data, at + len(_COMMON_NAME)) if at >= 0 else ""
    at += len(_ALT_NAMES)
    end = min(at + _HEADS_MAX, len(data) - 5)
    while at < end:
        if data[at] == _DNS_NAME:
            return _name_at(data, at)
        if data[at] == _IP_ADDRESS and data[at + 1] == 4:
            return "%d.%d.%d.%d" % (data[at + 2], data[at + 3], data[at + 4], data[at + 5])
        at += 1
    return ""


def _name_at(data, at):
    """Return the text whose tag is at that place, "" when it is no name."""
    if at + 2 > len(data):
        return ""
    length = data[at + 1]
    name = data[at + 2 : at + 2 + length]
    if not 0 < length <= _NAME_MAX or len(name) != length:
        return ""
    for byte in name:
        if not 33 <= byte <= 126:
            return ""
    return name.replace(b"*", b"any").decode()  # what a wildcard stands for
