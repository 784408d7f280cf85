"""SecurityProfile: what a change of SecurityProfile or AuthorizationKey needs, does and undoes.

Called by: Configuration (judge), ConnectionKeys (changed), Connection (failed), Ocpp16 (poll).
The new value counts for good with the first connection it makes; until then flash remembers the
one before, and goes back to it when the new one does not connect. Afterwards there is no way to a
lower profile, also not after a boot, and whoever answers.
Never: shows a password to anybody.
Heap: none but while something changes or fails.
Source: OCPP 1.6 security whitepaper ed.3 A01, A05; W2, W7 of the behaviour rules.
"""

from micropython import const

from chargecore.base.codes import E_RANGE, OK
from chargecore.base.events import EV_PASSWORD, EV_PROFILE, EV_PROFILE_GIVEN_UP
from chargecore.base.security_events import (
    SE_FAILED_TO_AUTHENTICATE,
    SE_INVALID_SERVER_CERTIFICATE,
    SE_INVALID_TLS_CIPHER_SUITE,
    SE_INVALID_TLS_VERSION,
)
from chargecore.base.tls_causes import (
    TLS_ALERT,
    TLS_CIPHER,
    TLS_CLIENT_REFUSED,
    TLS_EXPIRED,
    TLS_LOST,
    TLS_NOT_YET_VALID,
    TLS_REVOKED,
    TLS_UNKNOWN_CA,
    TLS_VERSION,
    TLS_WEAK,
    TLS_WRONG_NAME,
)
from chargecore.station.config import PROFILE_BASIC, PROFILE_MUTUAL, PROFILE_TLS
from chargecore.store.former_access import NONE

_PROFILE_TRIES = const(4)  # half a minute to a minute with the usual waits
_KEY_TRIES = const(2)  # a server may need a moment to learn its new password itself
_UNAUTHORIZED = const(401)
_TO_BE_TRIED = const(0)  # a of EV_PASSWORD
_WORKS = const(1)
_REFUSED = const(2)

# Some servers hang up on a certificate that they do not take, without a word.
_MAY_BE_OURS = (TLS_CLIENT_REFUSED, TLS_ALERT, TLS_LOST)

# What the security log hears of a TLS handshake that failed.
_REPORTS = (
    (TLS_UNKNOWN_CA, SE_INVALID_SERVER_CERTIFICATE, b"no installed root"),
    (TLS_WRONG_NAME, SE_INVALID_SERVER_CERTIFICATE, b"another host"),
    (TLS_EXPIRED, SE_INVALID_SERVER_CERTIFICATE, b"expired"),
    (TLS_NOT_YET_VALID, SE_INVALID_SERVER_CERTIFICATE, b"not yet valid"),
    (TLS_REVOKED, SE_INVALID_SERVER_CERTIFICATE, b"revoked"),
    (TLS_WEAK, SE_INVALID_SERVER_CERTIFICATE, b"weak key, hash or usage"),
    (TLS_CIPHER, SE_INVALID_TLS_CIPHER_SUITE, b"none in common"),
    (TLS_VERSION, SE_INVALID_TLS_VERSION, b"below TLS 1.2"),
    (TLS_CLIENT_REFUSED, SE_FAILED_TO_AUTHENTICATE, b"certificate refused"),
)


class SecurityProfile:
    """In the form of a profile (builder.py): it answers nothing and sends nothing by itself.

    former: FormerAccess, loaded.
    """

    actions = ()
    sources = ()

    def __init__(self, rpc, connection, core, settings, former, config, events):
        self._rpc = rpc
        self._connection = connection
        self._desk = core.security
        self._credentials = core.credentials
        self._settings = settings
        self._former = former
        self._config = config
        self._events = events
        self._profile_row = settings.row_of(b"SecurityProfile")
        self._key_row = settings.row_of(b"AuthorizationKey")
        self._is_reconnect_due = False  # once the answer has left
        self._connects = connection.connects  # seen last
        self._is_undoing = False  # it is this object that sets the value
        self._tries = 0  # failed ones since the change
        self._told = 0  # what the desk was told last, since a connection opened
        connection.set_on_failure(self.failed)
        if former.profile >= config.security_profile:
            self._forget(NONE, former.key)  # the power was cut before the setting changed
        if former.key == config.auth_key_hex:
            self._forget(former.profile, None)

    # ---- ChangeConfiguration ----

    def judge(self, row, buf, start, end):
        """Return OK when a new value may be set: then the one before is remembered. Else E_."""
        self._notice()  # a call may come with the connection itself
        if row == self._profile_row:
            return self._judge_profile(buf, start, end)
        if row == self._key_row:
            return self._judge_key(bytes(memoryview(buf)[start:end]))
        return OK

    def _judge_profile(self, buf, start, end):
        config, former = self._config, self._former
        if end - start != 1 or not config.security_profile < buf[start] - 0x30 <= PROFILE_MUTUAL:
            return E_RANGE
        profile = buf[start] - 0x30
        credentials = self._credentials
        if profile < PROFILE_MUTUAL and not config.auth_key_hex:
            return E_RANGE
        if profile >= PROFILE_TLS and not credentials.has_root:
            return E_RANGE
        if profile == PROFILE_MUTUAL and not credentials.has_client:
            return E_RANGE
        if former.profile != NONE:
            return OK  # a second change before the first has connected: back to where all began
        return former.keep(config.security_profile, former.key)

    def _judge_key(self, key):
        config, former = self._config, self._former
        if not self._is_key_used or key == config.auth_key_hex or former.key is not None:
            return OK
        return former.keep(former.profile, config.auth_key_hex)

    @property
    def _is_key_used(self):
        return PROFILE_BASIC <= self._config.security_profile <= PROFILE_TLS

    def changed(self, row):
        """A new profile or password is set: it is used as soon as the answer has left."""
        self._tries = 0
        if self._is_undoing:
            return
        if row == self._profile_row:
            self._events.add(EV_PROFILE, self._config.security_profile, self._former.profile)
            self._is_reconnect_due = True
        elif self._is_key_used:
            self._events.add(EV_PASSWORD, _TO_BE_TRIED)
            self._is_reconnect_due = True

    # ---- what comes of it ----

    def poll(self, now_ms):  # HOT
        """Reconnect when it is due, and notice that a connection has opened."""
        self._notice()
        if self._is_reconnect_due and not self._rpc.is_replying:
            self._is_reconnect_due = False
            self._connection.reconnect_now()

    def _notice(self):  # HOT
        connects = self._connection.connects
        if connects != self._connects:
            self._connects = connects
            self._opened()

    def dropped(self):  # HOT
        """The connection is gone, and the next one is with what is set now."""
        self._is_reconnect_due = False

    def _opened(self):
        """What is set now has connected: there is no way back any more."""
        former, stream = self._former, self._connection.stream
        self._told = 0
        self._tries = 0
        self._credentials.used_root(stream.root if stream.is_tls else b"")
        self._credentials.connected()
        if former.key is not None:
            self._events.add(EV_PASSWORD, _WORKS)
        if former.key is not None or former.profile != NONE:
            self._forget(NONE, None)

    def failed(self):
        """An attempt to connect has failed: report it, and go back if that was enough."""
        connection, former = self._connection, self._former
        status, cause = connection.last_http_status, connection.tls.cause
        self._report(status, cause)
        if cause in _MAY_BE_OURS and self._config.security_profile == PROFILE_MUTUAL:
            self._credentials.refused()
        if former.profile != NONE:
            self._tries += 1
            if self._tries >= _PROFILE_TRIES:
                self._go_back()
        elif former.key is not None and status == _UNAUTHORIZED:
            self._tries += 1
            if self._tries >= _KEY_TRIES:
                self._take_old_key()

    def _report(self, status, cause):
        """Tell the desk, once per kind of failure until a connection opens."""
        what = status if status == _UNAUTHORIZED else cause
        if what == self._told or not what:
            return
        self._told = what
        if status == _UNAUTHORIZED:
            self._desk.report(SE_FAILED_TO_AUTHENTICATE, b"password refused")
            return
        for row in _REPORTS:
            if row[0] == cause:
                self._desk.report(row[1], row[2])

    def _go_back(self):
        """Fall back to the profile before."""
        former, config = self._former, self._config
        self._events.add(EV_PROFILE_GIVEN_UP, config.security_profile, former.profile)
        self._undo(b"SecurityProfile", b"%d" % former.profile)
        self._forget(NONE, former.key)
        self._connect_again()

    def _take_old_key(self):
        """Fall back to the password before."""
        former = self._former
        self._events.add(EV_PASSWORD, _REFUSED)
        self._undo(b"AuthorizationKey", former.key)
        self._forget(former.profile, None)
        self._connect_again()

    def _undo(self, key, value):
        self._is_undoing = True
        self._settings.set(key, value)
        self._is_undoing = False

    def _connect_again(self):
        self._tries = 0
        self._is_reconnect_due = False
        self._connection.reconnect_now()

    def _forget(self, profile, key):
        self._former.keep(profile, key)
