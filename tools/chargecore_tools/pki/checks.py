"""Checks the options of a lab PKI before anything is written."""

import ipaddress
import re

from chargecore_tools.pki.errors import PkiError

_SERIAL_LONGEST = 25  # chargePointSerialNumber, OCPP 1.6 BootNotification.req
_NAME_LONGEST = 64  # ub-organization-name, RFC 5280 appendix A.1
_DAYS_MOST = 3650
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")


def check_options(serial, cpo, hosts, days):
    """Errors: PkiError that names the option."""
    if not 1 <= len(serial) <= _SERIAL_LONGEST or not (serial.isascii() and serial.isprintable()):
        raise PkiError(f"--serial {serial!r}: must be 1..{_SERIAL_LONGEST} ASCII characters")
    if not 1 <= len(cpo) <= _NAME_LONGEST or not cpo.isprintable():
        raise PkiError(f"--cpo {cpo!r}: must be 1..{_NAME_LONGEST} characters")
    if not hosts:
        raise PkiError("--host: at least one name or address is needed")
    for host in hosts:
        if not _is_host(host):
            raise PkiError(f"--host {host!r}: is neither a host name nor an IP address")
    if isinstance(days, bool) or not 1 <= days <= _DAYS_MOST:
        raise PkiError(f"--days {days}: must be 1..{_DAYS_MOST}")


def _is_host(host):
    try:
        ipaddress.ip_address(host)
        return True
    except ValueError:
        labels = host.split(".")
    # A commonName holds 64 characters. Four numbers that are no address are a typing error.
    is_number = all(label.isdigit() for label in labels)
    return len(host) <= 64 and not is_number and all(map(_LABEL.fullmatch, labels))
