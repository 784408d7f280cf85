"""SignatureCheck on NIST's vectors for signature verification. Sources: data/README.md."""

import unittest

from chargecore.security.cert_error import CertError
from chargecore.security.der_write import element, unsigned
from chargecore.security.p256_key import P256Key
from chargecore.security.rsa_key import rsa_key
from chargecore.security.schemes import SCHEME_ECDSA, SCHEME_PKCS1, SCHEME_PSS
from chargecore.security.verifier import SignatureCheck
from fakes.step_through import run_steps

_FILE = __file__.rsplit("/", 1)[0] + "/data/sigver.txt"
_SEQUENCE = 0x30


def _check(kind, key, digest, signature):
    """Return a SignatureCheck. Errors: CertError for no key."""
    if kind == "ecdsa":
        pair = element(_SEQUENCE, unsigned(signature[:32]), unsigned(signature[32:]))
        return SignatureCheck(P256Key(key), digest, pair, SCHEME_ECDSA)
    public = rsa_key(element(_SEQUENCE, unsigned(key), unsigned(b"\x01\x00\x01")))
    scheme = SCHEME_PKCS1 if kind == "pkcs1" else SCHEME_PSS
    return SignatureCheck(public, digest, signature, scheme)


class TestSigVer(unittest.TestCase):
    def test_gives_the_verdicts_of_nist(self):
        seen = {}
        with open(_FILE) as file:
            lines = file.read().split("\n")
        for line in lines[:-1]:
            kind, verdict, *texts = line.split()
            with self.subTest(line=line[:200]):
                try:
                    is_good = run_steps(_check(kind, *[bytes.fromhex(one) for one in texts])) > 0
                except CertError:
                    is_good = False
                self.assertEqual(is_good, verdict == "P")
            seen[kind + verdict] = seen.get(kind + verdict, 0) + 1
        counts = [seen[kind + v] for kind in ("ecdsa", "pkcs1", "pss") for v in "PF"]
        self.assertEqual(counts, [3, 12, 3, 14, 3, 14])
