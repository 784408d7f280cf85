"""Gate: which connections are let in: identity in the URL, subprotocol, password.

Source: OCPP-J 1.6 §3.1 (URL), §3.2 (subprotocol); security whitepaper edition 3 (basic
authentication: the user is the identity).
"""

import hmac
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from websockets.exceptions import InvalidHeader
from websockets.headers import parse_authorization_basic

SUBPROTOCOL = "ocpp1.6"


class Gate:
    """Set its attributes at any time; they count for the next connection."""

    def __init__(self, path="", password=None):
        self.path = path.strip("/")  # what stands before the identity; "" = anything
        self.password = password  # a text for all stations, {identity: text}, or None
        self.subprotocol = SUBPROTOCOL  # what is answered; another one or None only in tests
        self._refusals = []  # HTTP statuses for the next connections

    def refuse(self, status, times=1):
        """Answer the next `times` connections with an HTTP status."""
        self._refusals += [HTTPStatus(status)] * times

    def admit(self):
        """Forget all refusals that were not used."""
        self._refusals.clear()

    def judge(self, request):
        """Return (station id, None) or (station id or "", (HTTP status, why))."""
        station_id, prefix = identity(request.path)
        fault = self._fault(station_id, prefix, request)
        return station_id, fault

    def _fault(self, station_id, prefix, request):
        if self._refusals:
            return self._refusals.pop(0), "refused on purpose"
        if not station_id:
            return HTTPStatus.NOT_FOUND, "no identity in the path"
        if self.path and prefix != self.path:
            return HTTPStatus.NOT_FOUND, f"path /{prefix}: the server's is /{self.path}"
        if not self._is_password_right(station_id, request):
            return HTTPStatus.UNAUTHORIZED, "user or password wrong"
        offers = ",".join(request.headers.get_all("Sec-WebSocket-Protocol"))
        words = [word.strip() for word in offers.split(",")]
        if self.subprotocol == SUBPROTOCOL and SUBPROTOCOL not in words:
            return HTTPStatus.BAD_REQUEST, f"subprotocol '{offers}': {SUBPROTOCOL} is needed"
        return None

    def _is_password_right(self, station_id, request):
        wanted = self.password
        if isinstance(wanted, dict):
            wanted = wanted.get(station_id)
        if wanted is None:
            return not isinstance(self.password, dict)
        try:
            user, password = parse_authorization_basic(request.headers["Authorization"])
        except (KeyError, InvalidHeader, ValueError):
            return False
        is_same = hmac.compare_digest(password.encode(), wanted.encode())
        return is_same and user == station_id


def identity(path):
    """Return (station id, path before it) of a request's path."""
    prefix, _, last = urlsplit(path).path.rpartition("/")
    return unquote(last), prefix.strip("/")
