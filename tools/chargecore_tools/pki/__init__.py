"""A lab PKI: everything with which a lab, a bench or a test sets up TLS and signed updates.

make_pki() writes it, Pki reads one, sign_csr() and sign_firmware() are what a lab does with it.
The table of what is in it is plan.py; `chargecore pki` is cli.py.
"""

from chargecore_tools.pki.errors import PkiError
from chargecore_tools.pki.maker import make_pki
from chargecore_tools.pki.pki import Pki
from chargecore_tools.pki.signing import sign_csr, sign_firmware

__all__ = ["Pki", "PkiError", "make_pki", "sign_csr", "sign_firmware"]
