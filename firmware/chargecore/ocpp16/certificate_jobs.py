"""What the jobs about certificates share. Called by: Certificates, SignCertificate and their jobs.

Heap: the names of modules while they are unloaded.
"""

import sys

from micropython import const

from chargecore.base.modules import unload
from chargecore.base.ticks import ticks_diff

_STEPS = const(16)  # of a job in one pass,
_PASS_MS = const(5)  # as long as they take no longer together
_JOBS = """ocpp16.certificate_signed ocpp16.delete_certificate ocpp16.install_certificate
ocpp16.installed_ids ocpp16.key_request"""
_SECURITY = "chargecore.security"
_PUBLIC_LEN = const(65)  # of an uncompressed point; ECPrivateKey ends with it


def work(job, clock, now_ms):
    """Do some steps of a job. Return True when it is over."""
    for _ in range(_STEPS):
        if job.step():
            return True
        if ticks_diff(clock.ticks_ms(), now_ms) >= _PASS_MS:
            break
    return False


def unload_jobs():
    """Unload what answers about certificates have loaded."""
    names = ["chargecore." + name for name in _JOBS.split()]
    names += [name for name in sys.modules if name.startswith(_SECURITY)]
    unload(names)


def write_status(w, word):
    """Write {"status": word}."""
    w.open_object()
    w.key(b"status")
    w.text(word)
    w.close_object()


def name_of(config):
    """Return the common name of the station: its serial number, or its identity without one."""
    return config.serial or config.station_id


def public_bits(key):
    """Return the bits of the public key of what KIND_PENDING holds, ECPrivateKey in DER."""
    return key[-_PUBLIC_LEN:]
