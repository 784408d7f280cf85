"""How something is signed. SHA-256 in all of them, as the whitepaper wants (A00.FR.509..511)."""

from micropython import const

SCHEME_OTHER = const(0)  # one that is not computed here
SCHEME_PKCS1 = const(1)  # RSASSA-PKCS1-v1_5
SCHEME_PSS = const(2)  # RSASSA-PSS, MGF1 with SHA-256
SCHEME_ECDSA = const(3)  # on P-256
