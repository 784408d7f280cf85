"""Desk: answers the requests of the set-up page: who may, what was typed, what is kept.

Called by: HttpServer (answer), Window (the rest). Never: shows a secret, or tells a page that is
not its own anything. Heap: an answer.

What keeps other pages out, in this order: the Host must be the station's address (a name that
somebody lets point here is redirected, never answered); a POST must say that it comes from this
page (Origin, else Referer); everything but the first page wants the token that only the right code
gives, and no page of others can know it.
"""

import binascii
import os

from micropython import const

from chargecore.net.form import read_form
from chargecore.net.http_answer import answer, plain
from chargecore.setup import page
from chargecore.setup.draft import FIELDS

_NONCE_LEN = const(9)
_CODE_FIELDS = {"code": 32}
_HTML = (
    b"Content-Type: text/html; charset=utf-8\r\nContent-Security-Policy: default-src 'none'; "
    b"style-src 'nonce-%s'; script-src 'nonce-%s'; img-src data:; form-action 'self'; "
    b"base-uri 'none'; frame-ancestors 'none'\r\n"
)
_NOT_SAVED = "The station could not write its memory. Nothing was changed; try again."


class Desk:
    """left_s(now_ms) tells how long the page stays; save(station) returns whether it is kept."""

    def __init__(self, door, draft, radio, save, left_s):
        self._door = door
        self._draft = draft
        self._radio = radio
        self._save = save
        self._left_s = left_s
        self._nonce = ""  # of the answer that is made
        self.networks = ()  # (ssid, dBm, is_open) that were seen
        self.is_saved = False

    def answer(self, request, now_ms):
        """Return the pieces of the answer."""
        hosts = self._radio.hosts
        if request.header(b"host").lower() not in hosts or request.path != b"/":
            if request.method == b"GET":
                return plain(302, b"here", b"Location: http://" + hosts[0] + b"/\r\n")
            return plain(403, b"not from here")
        self._nonce = binascii.b2a_base64(os.urandom(_NONCE_LEN)).decode().strip()
        if self.is_saved:
            return self._page(page.saved_page(self._nonce, self._draft))
        if request.method == b"GET":
            return self._ask_code(now_ms, False)
        if not _comes_from(request, hosts):
            return plain(403, b"not from this page")
        code = read_form(request.body, _CODE_FIELDS)
        if code is not None:
            return self._try_code(code.get("code", ""), now_ms)
        form = read_form(request.body, FIELDS)
        if form is None:
            return plain(400, b"not the form of this page")
        return self._take(form, now_ms)

    def look_around(self):
        """Ask the radio which networks there are; it holds Python up for seconds."""
        self.networks = self._radio.scan()

    def _ask_code(self, now_ms, was_wrong):
        wait_s = self._door.wait_s(now_ms)
        left_s = self._left_s(now_ms)
        return self._page(page.code_page(self._nonce, left_s, wait_s, was_wrong))

    def _try_code(self, code, now_ms):
        token = self._door.try_code(code, now_ms)
        if token is None:
            return self._ask_code(now_ms, True)
        return self._show_form(token, now_ms)

    def _take(self, form, now_ms):
        token = form.get("token", "")
        if not self._door.is_in(token):
            return self._ask_code(now_ms, False)
        self._draft.take(form, self.networks)
        if form.get("act") == "scan":
            self._draft.errors = {}
            self.look_around()
        elif self._draft.check():
            if self._save(self._draft.station()):
                self.is_saved = True
                return self._page(page.saved_page(self._nonce, self._draft))
            self._draft.errors[""] = _NOT_SAVED
        return self._show_form(token, now_ms)

    def _show_form(self, token, now_ms):
        left_s = self._left_s(now_ms)
        return self._page(page.form_page(self._nonce, left_s, self._draft, token, self.networks))

    def _page(self, pieces):
        nonce = self._nonce.encode()
        return answer(200, pieces, _HTML % (nonce, nonce))


def _comes_from(request, hosts):
    """Tell whether a POST says that it comes from a page of this station."""
    origin = request.header(b"origin").lower()
    if not origin:
        origin = b"/".join(request.header(b"referer").lower().split(b"/")[:3])
    return origin.startswith(b"http://") and origin[7:] in hosts
