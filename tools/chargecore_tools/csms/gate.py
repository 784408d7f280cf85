"""Gate: which connections are let in: identity in the URL, subprotocol, password, certificate.

Source: OCPP-J 1.6 §3.1 (URL), §3.2 (subprotocol); security whitepaper edition 3, A00.FR.002 (one
security profile), A00.FR.204 (the user is the identity), A00.FR.205 (the password is binary),
A00.FR.404 (O of a client certificate).
"""

import base64
import binascii
import contextlib
import hmac
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

SUBPROTOCOL = "ocpp1.6"


class Gate:
    """Set its attributes at any time; they count for the next connection."""

    def __init__(self, path="", password=None, security_profile=None):
        self.path = path.strip("/")  # what stands before the identity; "" = anything
        self.password = password  # text or bytes for all, {identity: text or bytes}, or None
        self.security_profile = security_profile  # 0..3; None: whatever the other options make
        self.takes_new_keys = False  # whether an AuthorizationKey that a station took counts here
        self.cpo = None  # what O of a client certificate must contain
        self.subprotocol = SUBPROTOCOL  # what is answered; another one or None only in tests
        self.shown = {}  # identity -> user:password of its newest try, b"" = none
        self._new_keys = {}  # identity -> bytes
        self._refusals = []  # HTTP statuses for the next connections

    def refuse(self, status, times=1):
        """Answer the next `times` connections with an HTTP status."""
        self._refusals += [HTTPStatus(status)] * times

    def admit(self):
        """Forget all refusals that were not used."""
        self._refusals.clear()

    def take_asked(self, station_id, action, payload, answer):
        """Learn from a CALL to a station: AuthorizationKey, the password from now on."""
        if not self.takes_new_keys or action != "ChangeConfiguration":
            return
        if payload.get("key") == "AuthorizationKey" and answer.get("status") == "Accepted":
            with contextlib.suppress(ValueError):
                self._new_keys[station_id] = bytes.fromhex(payload["value"])

    def judge(self, request, tls=None):
        """Return (station id, None) or (station id or "", (HTTP status, why)).

        tls: the TlsFacts of the connection, None without TLS.
        """
        station_id, prefix = identity(request.path)
        headers = request.headers.get_all("Authorization")
        self.shown[station_id] = _basic(headers[0]) if len(headers) == 1 else b""
        fault = self._fault(station_id, prefix, request) or self._fault_of_profile(request, tls)
        return station_id, fault

    def _fault(self, station_id, prefix, request):
        if self._refusals:
            return self._refusals.pop(0), "refused on purpose"
        if not station_id:
            return HTTPStatus.NOT_FOUND, "no identity in the path"
        if self.path and prefix != self.path:
            return HTTPStatus.NOT_FOUND, f"path /{prefix}: the server's is /{self.path}"
        if not self._is_password_right(station_id):
            return HTTPStatus.UNAUTHORIZED, "user or password wrong"
        offers = ",".join(request.headers.get_all("Sec-WebSocket-Protocol"))
        words = [word.strip() for word in offers.split(",")]
        if self.subprotocol == SUBPROTOCOL and SUBPROTOCOL not in words:
            return HTTPStatus.BAD_REQUEST, f"subprotocol '{offers}': {SUBPROTOCOL} is needed"
        return None

    def _fault_of_profile(self, request, tls):
        """Return a fault when the station came with another profile, or for another operator."""
        subject = tls.subject if tls is not None else {}
        owner = subject.get("organizationName", "")
        if subject and self.cpo is not None and self.cpo not in owner:
            return HTTPStatus.FORBIDDEN, f"client certificate of '{owner}', not of '{self.cpo}'"
        if self.security_profile == 3 and "Authorization" in request.headers:
            return HTTPStatus.FORBIDDEN, "basic authentication is not of security profile 3"
        return None

    def _is_password_right(self, station_id):
        wanted = self.password
        if isinstance(wanted, dict):
            wanted = wanted.get(station_id)
        if wanted is None:
            return not isinstance(self.password, dict)
        wanted = self._new_keys.get(station_id, wanted)
        given = self.shown[station_id]
        wanted = wanted.encode() if isinstance(wanted, str) else wanted
        return hmac.compare_digest(given, station_id.encode() + b":" + wanted)


def _basic(header):
    """Return user:password of a header as bytes: a password need not be text. b"" when none."""
    scheme, _, token = header.partition(" ")
    try:
        return base64.b64decode(token.strip(), validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        return b""


def identity(path):
    """Return (station id, path before it) of a request's path."""
    prefix, _, last = urlsplit(path).path.rpartition("/")
    return unquote(last), prefix.strip("/")
