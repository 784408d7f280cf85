"""Why a certificate, key or signature is refused. Numbers are never used again for another."""

from micropython import const

WHY_SYNTAX = const(1)
WHY_TOO_LONG = const(2)
WHY_ALGORITHM = const(3)
WHY_WEAK_KEY = const(4)
WHY_SIGNATURE = const(5)
WHY_ISSUER = const(6)
WHY_NOT_CA = const(7)
WHY_KEY_USAGE = const(8)
WHY_PATH_LENGTH = const(9)
WHY_NOT_YET_VALID = const(10)
WHY_EXPIRED = const(11)
WHY_SELF_SIGNED = const(12)
WHY_NO_SERIAL = const(13)
WHY_NAME = const(14)
WHY_KEY_MISMATCH = const(15)
WHY_PURPOSE = const(16)
WHY_EXTENSION = const(17)
WHY_NO_TIME = const(18)
WHY_RANDOM = const(19)

_TEXTS = (
    b"unknown",
    b"cannot be read",
    b"too long",
    b"algorithm not supported",
    b"key too weak",
    b"signature wrong",
    b"issuer unknown",
    b"issuer is no CA",
    b"key usage forbids it",
    b"path too long",
    b"not yet valid",
    b"expired",
    b"self-signed and not installed",
    b"no serial number",
    b"wrong name",
    b"not for our key",
    b"made for another purpose",
    b"unknown critical extension",
    b"clock not set",
    b"random numbers failed",
)


def text_of(why):
    """Return the reason in words, bytes of ASCII. Range: any int."""
    return _TEXTS[why] if 0 < why < len(_TEXTS) else _TEXTS[0]
