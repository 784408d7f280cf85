"""UTCTime and GeneralizedTime of certificates as whole seconds since 2024-01-01.

Called by: x509. Only the forms of RFC 5280 §4.1.2.5: with seconds, without fractions, in UTC. A
GeneralizedTime before 2050 is read although a CA should not write it.
"""

from micropython import const

from chargecore.base.calendar import days_in_month, wall_from_date
from chargecore.security.cert_error import CertError
from chargecore.security.der import TAG_GENERAL_TIME, TAG_UTC_TIME
from chargecore.security.whys import WHY_SYNTAX

TIME_MIN_S = const(-0x3FFFFFFF - 1)  # any time before 1990
TIME_MAX_S = const(0x3FFFFFFF)  # any time after 2057; 9999-12-31 means without end
_FIRST_YEAR = const(1990)
_LAST_YEAR = const(2057)


def take_time(reader):
    """Return the time that stands next in a DerReader, clamped. Errors: CertError."""
    is_general = reader.peek() == TAG_GENERAL_TIME
    text = reader.take(TAG_GENERAL_TIME if is_general else TAG_UTC_TIME)
    at = 4 if is_general else 2
    if len(text) != at + 11 or text[-1:] != b"Z":
        raise CertError(WHY_SYNTAX)
    year = _number(text, 0)
    if is_general:
        year = year * 100 + _number(text, 2)
    else:
        year += 1900 if year >= 50 else 2000
    return _seconds(year, text, at)


def _seconds(year, text, at):
    """Return the time of month, day, hour, minute and second at text[at:] of a year."""
    month, day = _number(text, at), _number(text, at + 2)
    hour, minute, second = _number(text, at + 4), _number(text, at + 6), _number(text, at + 8)
    if not 1 <= month <= 12 or hour > 23 or minute > 59 or second > 59:
        raise CertError(WHY_SYNTAX)
    last = days_in_month(year, month)
    if month == 2 and year % 100 == 0 and year % 400:
        last = 28
    if not 1 <= day <= last:
        raise CertError(WHY_SYNTAX)
    if year < _FIRST_YEAR:
        return TIME_MIN_S
    if year > _LAST_YEAR:
        return TIME_MAX_S
    return wall_from_date(year, month, day) + hour * 3600 + minute * 60 + second


def _number(text, at):
    """Return the two digits at text[at:]."""
    tens, ones = text[at] - 48, text[at + 1] - 48
    if not (0 <= tens <= 9 and 0 <= ones <= 9):
        raise CertError(WHY_SYNTAX)
    return tens * 10 + ones
