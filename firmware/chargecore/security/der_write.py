"""DER out of its parts (X.690 §8 and §10). Called by: ecdsa, csr, key_maker. Heap: the result."""

from chargecore.security.der import TAG_BIT_STRING, TAG_INTEGER


def element(tag, *parts):
    """Return one element whose content is the parts behind each other. Range: below 64 KiB."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        head = bytes((tag, length))
    elif length < 0x100:
        head = bytes((tag, 0x81, length))
    else:
        head = bytes((tag, 0x82, length >> 8, length & 0xFF))
    return head + content


def unsigned(number):
    """Return the INTEGER of big-endian bytes that mean a number from 0 on."""
    at = 0
    while at < len(number) - 1 and number[at] == 0:
        at += 1
    sign = b"\x00" if not number or number[at] >= 0x80 else b""
    return element(TAG_INTEGER, sign, number[at:])


def bits(content):
    """Return the BIT STRING of whole bytes."""
    return element(TAG_BIT_STRING, b"\x00", content)
