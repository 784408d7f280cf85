"""Why TLS came to nothing: the closed list. Numbers are never reused.

Cause n is event TLS_EVENTS + n of base.events; net.tls_verdict finds it, ocpp16.security_profile
reports it. Heap: the table at import.
"""

from micropython import const

TLS_EVENTS = const(150)  # base.events

TLS_NONE = const(0)
TLS_UNKNOWN_CA = const(1)  # no path to an installed root: unknown, wrong or missing link
TLS_WRONG_NAME = const(2)
TLS_EXPIRED = const(3)
TLS_NOT_YET_VALID = const(4)
TLS_REVOKED = const(5)
TLS_WEAK = const(6)  # key, hash or usage of a certificate that nobody may use
TLS_CIPHER = const(7)  # no cipher suite in common, or the server's choice is none of ours
TLS_VERSION = const(8)
TLS_CLIENT_REFUSED = const(9)  # the server does not take our certificate
TLS_NOT_ASKED = const(10)  # profile 3, and the server wants no certificate of ours
TLS_CLOCK = const(11)  # nobody knows the date
TLS_NO_HEAP = const(12)
TLS_NO_ROOT = const(13)  # no root is installed
TLS_OWN_FILES = const(14)  # our own certificate or key cannot be used, or there is none
TLS_ALERT = const(15)  # another alert
TLS_PROTOCOL = const(16)  # what came is no TLS, or broken
TLS_LOST = const(17)  # the connection ended in the middle
TLS_TIMEOUT = const(18)
